//! Accounts.

use sqlx::any::AnyRow;

use super::{
    StoreResult,
    engine::{Txn, View},
    rows::Cells,
};
use crate::domain::{
    account::Account,
    identity::Phone,
    ids::{AccountId, WorkerId},
    limits,
    time::Moment,
};

/// What a sign-in is checked against.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The account.
    pub account: Account,
    /// The password's argon2id hash in PHC form.
    pub password_hash: String,
    /// The PIN's, where the person has one.
    pub pin_hash: Option<String>,
    /// Failed sign-ins since the last that went well.
    pub failures: i64,
    /// No sign-in before this moment.
    pub locked_until: Moment,
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    /// The account.
    pub account: &'a Account,
    /// The password's argon2id hash in PHC form.
    pub password_hash: &'a str,
    /// When.
    pub at: Moment,
}

impl View {
    /// The account with this login, and what its sign-in is checked against.
    pub async fn credentials(&mut self, login: &str) -> StoreResult<Option<Credentials>> {
        let row = sqlx::query("select * from account where login = $1")
            .bind(login)
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(credentials).transpose()
    }

    /// The people with this phone who have a PIN, oldest account first.
    pub async fn pin_holders(&mut self, phone: &Phone) -> StoreResult<Vec<Credentials>> {
        let index = self.vault.index("phone", phone.expose());
        let rows = sqlx::query(
            "select account.* from account join worker on worker.account = account.id \
             where worker.phone_index = $1 and account.pin_hash is not null \
             order by account.id limit $2",
        )
        .bind(index)
        .bind(limits::PHONE_SHARERS_MAX)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(credentials).collect()
    }

    /// One account.
    pub async fn account(&mut self, id: &AccountId) -> StoreResult<Option<Account>> {
        let row = sqlx::query("select * from account where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(account).transpose()
    }

    /// Every account, by login.
    pub async fn accounts(&mut self) -> StoreResult<Vec<Account>> {
        let rows = sqlx::query("select * from account order by login")
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(account).collect()
    }

    /// Whether nobody has an account yet.
    pub async fn is_new(&mut self) -> StoreResult<bool> {
        let row =
            sqlx::query("select id from account limit 1").fetch_optional(self.connection()).await?;
        Ok(row.is_none())
    }
}

impl Txn {
    /// Adds an account.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where the login is taken.
    pub async fn add_account(&mut self, new: NewAccount<'_>) -> StoreResult<()> {
        let account = new.account;
        sqlx::query(
            "insert into account (id, login, role, org, station, worker, password_hash, \
             failures, locked_until, created_at) values ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8)",
        )
        .bind(account.id.as_str())
        .bind(&account.login)
        .bind(account.role.word())
        .bind(account.org.as_ref().map(|id| id.as_str()))
        .bind(account.station.as_ref().map(|id| id.as_str()))
        .bind(account.worker.as_ref().map(|id| id.as_str()))
        .bind(new.password_hash)
        .bind(new.at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Notes how a sign-in went.
    pub async fn set_failures(
        &mut self,
        account: &AccountId,
        failures: i64,
        locked_until: Moment,
    ) -> StoreResult<()> {
        sqlx::query("update account set failures = $1, locked_until = $2 where id = $3")
            .bind(failures)
            .bind(locked_until.0)
            .bind(account.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Gives an account a PIN, or another one; failed sign-ins are forgotten.
    pub async fn set_pin(&mut self, account: &AccountId, pin_hash: &str) -> StoreResult<()> {
        sqlx::query(
            "update account set pin_hash = $1, failures = 0, locked_until = 0 where id = $2",
        )
        .bind(pin_hash)
        .bind(account.as_str())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Says which worker an account is.
    pub async fn set_worker(&mut self, account: &AccountId, worker: &WorkerId) -> StoreResult<()> {
        sqlx::query("update account set worker = $1 where id = $2")
            .bind(worker.as_str())
            .bind(account.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

fn credentials(row: &AnyRow) -> StoreResult<Credentials> {
    let cells = Cells::new(row, "account", "id");
    Ok(Credentials {
        account: account(row)?,
        password_hash: cells.text("password_hash")?,
        pin_hash: cells.text_maybe("pin_hash")?,
        failures: cells.int("failures")?,
        locked_until: Moment(cells.int("locked_until")?),
    })
}

pub(super) fn account(row: &AnyRow) -> StoreResult<Account> {
    let cells = Cells::new(row, "account", "id");
    Ok(Account {
        id: cells.parsed("id")?,
        login: cells.text("login")?,
        role: cells.parsed("role")?,
        org: cells.parsed_maybe("org")?,
        station: cells.parsed_maybe("station")?,
        worker: cells.parsed_maybe("worker")?,
    })
}
