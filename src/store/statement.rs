//! A statement that is put together at run time. sqlx's own builder writes `?` on its Any driver,
//! which PostgreSQL does not read; this one writes `$1`, which both engines do.

use std::fmt::Write;

use sqlx::{
    Any, AnyConnection, Arguments, AssertSqlSafe, Encode, Type,
    any::{AnyArguments, AnyRow},
    error::BoxDynError,
};

use super::StoreResult;

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
        if let Ok(values) = &mut self.values
            && let Err(error) = values.add(value)
        {
            self.values = Err(error);
        }
        self.count += 1;
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

    /// Runs it and takes every row.
    pub(super) async fn fetch_all(self, on: &mut AnyConnection) -> StoreResult<Vec<AnyRow>> {
        let values = self.values.map_err(sqlx::Error::Encode)?;
        // Words are all static, and values are bound.
        let query = sqlx::query_with(AssertSqlSafe(self.sql), values);
        Ok(query.fetch_all(on).await?)
    }
}
