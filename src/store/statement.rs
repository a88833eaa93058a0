//! A statement that is put together at run time. sqlx's own builder writes `?` on its Any driver,
//! which PostgreSQL does not read; this one writes `$1`, which both engines do.

use std::fmt::Write;

use sqlx::{
    Any, AnyConnection, Arguments, AssertSqlSafe, Encode, Type,
    any::{AnyArguments, AnyRow},
    error::BoxDynError,
};

use super::{Engine, StoreResult};

/// Values of one joined statement; what is more goes into the next.
const JOINED_VALUES_MAX: usize = 256;
/// Values up to which a statement's text is worth being kept: it will come again.
const KEPT_VALUES_MAX: usize = 64;

/// SQL and its values.
pub(super) struct Statement {
    sql: String,
    values: Result<AnyArguments, BoxDynError>,
    count: usize,
}

impl Statement {
    /// A statement that begins so.
    pub(super) fn new(sql: &'static str) -> Statement {
        Statement { sql: sql.to_owned(), values: Ok(AnyArguments::default()), count: 0 }
    }

    /// Goes on with these words.
    pub(super) fn push(&mut self, sql: &'static str) -> &mut Statement {
        self.sql.push_str(sql);
        self
    }

    /// Goes on with a value.
    pub(super) fn bind<'t, T>(&mut self, value: T) -> &mut Statement
    where
        T: Encode<'t, Any> + Type<Any>,
    {
        self.value(value);
        // Writing to a string does not fail.
        let _ = write!(self.sql, "${}", self.count);
        self
    }

    /// Goes on with values in brackets: `($1, $2)`.
    pub(super) fn bind_list<'t, T>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Statement
    where
        T: Encode<'t, Any> + Type<Any>,
    {
        let mut before = "(";
        for value in values {
            self.push(before).bind(value);
            before = ", ";
        }
        self.push(")")
    }

    /// Goes on with words that hold `?` for each of the values that follow by [`Statement::value`].
    fn marked(&mut self, sql: &'static str) {
        let mut number = self.count;
        let mut pieces = sql.split('?');
        self.sql.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            number += 1;
            // Writing to a string does not fail.
            let _ = write!(self.sql, "${number}{piece}");
        }
    }

    /// The value of the next mark.
    pub(super) fn value<'t, T>(&mut self, value: T) -> &mut Statement
    where
        T: Encode<'t, Any> + Type<Any>,
    {
        if let Ok(values) = &mut self.values
            && let Err(error) = values.add(value)
        {
            self.values = Err(error);
        }
        self.count += 1;
        self
    }

    /// Runs it and takes every row.
    pub(super) async fn fetch_all(self, on: &mut AnyConnection) -> StoreResult<Vec<AnyRow>> {
        let values = self.values.map_err(sqlx::Error::Encode)?;
        // Words are all static, and values are bound.
        let query = sqlx::query_with(AssertSqlSafe(self.sql), values);
        Ok(query.persistent(self.count <= KEPT_VALUES_MAX).fetch_all(on).await?)
    }
}

/// Statements that run one after another. On SQLite they are joined, since each costs a turn of the
/// connection's thread, there and back; PostgreSQL prepares them one by one.
pub(super) struct Batch {
    joins: bool,
    statements: Vec<Statement>,
}

impl Batch {
    /// None yet.
    pub(super) fn new(engine: Engine) -> Batch {
        Batch { joins: engine == Engine::Sqlite, statements: Vec::new() }
    }

    /// One more, with `?` for each of its values, which are to follow by [`Statement::value`].
    pub(super) fn add(&mut self, sql: &'static str) -> &mut Statement {
        let joined =
            self.joins && self.statements.last().is_some_and(|last| last.count < JOINED_VALUES_MAX);
        if !joined {
            self.statements.push(Statement::new(""));
        }
        let at = self.statements.len() - 1;
        let last = &mut self.statements[at];
        if joined {
            last.push("; ");
        }
        last.marked(sql);
        last
    }

    /// Runs them and takes every row, in order.
    pub(super) async fn run(self, on: &mut AnyConnection) -> StoreResult<Vec<AnyRow>> {
        let mut rows = Vec::new();
        for statement in self.statements {
            rows.extend(statement.fetch_all(on).await?);
        }
        Ok(rows)
    }
}
