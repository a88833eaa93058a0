//! Screens and calls for staff.

use sqlx::any::AnyRow;

use super::{
    StoreResult,
    engine::{Txn, View},
    rows::Cells,
};
use crate::domain::{
    ids::{AccountId, CallId, StationId},
    screen::{Health, HelpCall, PairCode, Screen, ScreenKind},
    time::Moment,
};

/// Rows of one list of screens or calls; nobody has more.
const ROWS_MAX: i64 = 1_000;

impl View {
    /// The screens of a station, or of all, by station and name.
    pub async fn screens(&mut self, station: Option<&StationId>) -> StoreResult<Vec<Screen>> {
        let rows = sqlx::query(
            "select * from screen where $1 = '' or station = $1 order by station, name, account \
             limit $2",
        )
        .bind(station.map_or("", StationId::as_str))
        .bind(ROWS_MAX)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(screen).collect()
    }

    /// One screen.
    pub async fn screen(&mut self, account: &AccountId) -> StoreResult<Option<Screen>> {
        let row = sqlx::query("select * from screen where account = $1")
            .bind(account.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(screen).transpose()
    }

    /// The screen that this code pairs at `now`.
    pub async fn screen_to_pair(
        &mut self,
        code: &PairCode,
        now: Moment,
    ) -> StoreResult<Option<Screen>> {
        let hash = self.vault.index("pair", code.digits());
        let row = sqlx::query(
            "select * from screen where code_hash = $1 and code_until > $2 and revoked = 0",
        )
        .bind(hash)
        .bind(now.0)
        .fetch_optional(self.connection())
        .await?;
        row.as_ref().map(screen).transpose()
    }

    /// Calls that nobody has answered, of a station or of all, oldest first.
    pub async fn open_calls(&mut self, station: Option<&StationId>) -> StoreResult<Vec<HelpCall>> {
        let rows = sqlx::query(
            "select * from help_call where answered_at is null and ($1 = '' or station = $1) \
             order by at, id limit $2",
        )
        .bind(station.map_or("", StationId::as_str))
        .bind(ROWS_MAX)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(call).collect()
    }
}

impl Txn {
    /// Adds a screen.
    pub async fn add_screen(&mut self, screen: &Screen, at: Moment) -> StoreResult<()> {
        sqlx::query(
            "insert into screen (account, station, name, kind, code_hash, code_until, revoked, \
             issued_at, seen_at, version, seq, lag, agrees, errors, last_error) \
             values ($1, $2, $3, $4, null, 0, 0, $5, null, '', 0, 0, null, 0, '')",
        )
        .bind(screen.account.as_str())
        .bind(screen.station.as_str())
        .bind(&screen.name)
        .bind(screen.kind.word())
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Gives a screen a code that can be used until a moment.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where another screen has the code.
    pub async fn set_code(
        &mut self,
        account: &AccountId,
        code: &PairCode,
        until: Moment,
    ) -> StoreResult<()> {
        let hash = self.vault.index("pair", code.digits());
        sqlx::query(
            "update screen set code_hash = $1, code_until = $2, revoked = 0 where account = $3",
        )
        .bind(hash)
        .bind(until.0)
        .bind(account.as_str())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Takes a screen's code back, and notes whether its token was taken back too.
    pub async fn end_code(&mut self, account: &AccountId, revoked: bool) -> StoreResult<()> {
        sqlx::query(
            "update screen set code_hash = null, code_until = 0, revoked = $1 where account = $2",
        )
        .bind(i64::from(revoked))
        .bind(account.as_str())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Notes how a screen fares. An account that is no screen of the list is passed over.
    pub async fn note_health(&mut self, account: &str, health: &Health) -> StoreResult<()> {
        sqlx::query(
            "update screen set seen_at = $1, version = $2, seq = $3, lag = $4, agrees = $5, \
             errors = $6, last_error = $7 where account = $8",
        )
        .bind(health.seen_at.0)
        .bind(&health.version)
        .bind(health.seq)
        .bind(health.lag)
        .bind(health.agrees.map(i64::from))
        .bind(health.errors)
        .bind(&health.last_error)
        .bind(account)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Adds a call for staff.
    pub async fn add_call(&mut self, call: &HelpCall) -> StoreResult<()> {
        sqlx::query(
            "insert into help_call (id, station, at, answered_at) values ($1, $2, $3, null)",
        )
        .bind(call.id.as_str())
        .bind(call.station.as_str())
        .bind(call.at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Notes that a call was answered.
    pub async fn answer_call(&mut self, id: &CallId, at: Moment) -> StoreResult<()> {
        sqlx::query("update help_call set answered_at = $1 where id = $2")
            .bind(at.0)
            .bind(id.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

fn screen(row: &AnyRow) -> StoreResult<Screen> {
    let cells = Cells::new(row, "screen", "account");
    let until = cells.int("code_until")?;
    let agrees = cells.int_maybe("agrees")?.map(|flag| flag == 1);
    let seen_at = cells.int_maybe("seen_at")?;
    let health = match seen_at {
        Some(seen_at) => Some(Health {
            seen_at: Moment(seen_at),
            version: cells.text("version")?,
            seq: cells.int("seq")?,
            lag: cells.int("lag")?,
            agrees,
            errors: cells.int("errors")?,
            last_error: cells.text("last_error")?,
        }),
        None => None,
    };
    let kind: ScreenKind = cells.parsed("kind")?;
    Ok(Screen {
        account: cells.parsed("account")?,
        station: cells.parsed("station")?,
        name: cells.text("name")?,
        kind,
        code_until: (until > 0).then_some(Moment(until)),
        revoked: cells.flag("revoked")?,
        health,
    })
}

fn call(row: &AnyRow) -> StoreResult<HelpCall> {
    let cells = Cells::new(row, "help_call", "id");
    Ok(HelpCall {
        id: cells.parsed("id")?,
        station: cells.parsed("station")?,
        at: Moment(cells.int("at")?),
    })
}
