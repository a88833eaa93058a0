//! Accounts, their roles, and who acts.

use super::{
    ids::{AccountId, OrgId, StationId, WorkerId},
    wage::choices,
};

choices! {
    /// What an account may do; the table of rights stands in `market::authority`.
    Role {
        /// A job seeker (求职者).
        Worker = "worker", "求职者";
        /// A crew leader (班组长).
        Leader = "leader", "班组长";
        /// An employer (用人单位).
        Employer = "employer", "用人单位";
        /// A labour broker or agency (劳务经纪人).
        Broker = "broker", "劳务经纪人";
        /// Station staff (站点工作人员).
        Staff = "staff", "站点工作人员";
        /// A village or community officer (村社协管员).
        Village = "village", "村（社区）协管员";
        /// A reviewer of a bureau (审核人员).
        Reviewer = "reviewer", "审核人员";
        /// Who runs the installation (管理员).
        Admin = "admin", "管理员";
        /// A screen (屏幕).
        Device = "device", "屏幕";
    }
}

/// An account with its scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The id.
    pub id: AccountId,
    /// The name to sign in with.
    pub login: String,
    /// The role.
    pub role: Role,
    /// The organisation for which it acts.
    pub org: Option<OrgId>,
    /// The station at which it works.
    pub station: Option<StationId>,
    /// The worker whom it is.
    pub worker: Option<WorkerId>,
}

/// Who does something: a person with an account, or the house itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Someone who signed in.
    Account(Account),
    /// Whoever holds the command line and the data.
    Operator,
    /// The clock: expiry and other things that happen by themselves.
    House,
}

impl Actor {
    /// The name in the audit trail: an account's id, `operator` or `house`.
    pub fn name(&self) -> &str {
        match self {
            Actor::Account(account) => account.id.as_str(),
            Actor::Operator => "operator",
            Actor::House => "house",
        }
    }

    /// The account, where one acts.
    pub fn account(&self) -> Option<&Account> {
        match self {
            Actor::Account(account) => Some(account),
            Actor::Operator | Actor::House => None,
        }
    }
}
