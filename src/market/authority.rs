//! Who may do what: the one role table, deny by default.

use crate::domain::{
    account::{Account, Actor, Role},
    ids::StationId,
    posting::Posting,
    station::Station,
    wage::choices,
    worker::Worker,
};

choices! {
    /// What can be done, as far as rights go.
    Verb {
        /// Write a new posting.
        Post = "post", "发布岗位";
        /// See a posting that is not published.
        ReadDraft = "read_draft", "查看未发布岗位";
        /// Change a posting.
        Revise = "revise", "修改岗位";
        /// Hand a posting in, end it, take it back.
        Conduct = "conduct", "提交和结束岗位";
        /// Publish a posting, hand it back, take it down.
        Review = "review", "审核岗位";
        /// See who could take a posting's places.
        Candidates = "candidates", "查看合适的人";
        /// See who took a posting's places.
        Roster = "roster", "查看录用名单";
        /// Register a worker.
        Register = "register", "登记求职者";
        /// See a worker, masked.
        ReadWorker = "read_worker", "查看求职者";
        /// Give a worker a PIN.
        SetPin = "set_pin", "设数字密码";
        /// Take or give up a place for a worker.
        Book = "book", "报名";
        /// Say what a station shows its visitors, and put up its notices.
        Inform = "inform", "站点告示";
        /// Keep the wage ledger.
        Pay = "pay", "管工资台账";
        /// Make a complaint.
        Complain = "complain", "投诉";
        /// Settle complaints and appeals, lift bars.
        Handle = "handle", "处理投诉和申诉";
        /// Lead a crew and take places for it.
        Lead = "lead", "带班组";
        /// See accounts and the audit trail.
        Administer = "administer", "管理";
        /// Issue, watch and speak to screens, and answer their calls.
        Screens = "screens", "管屏幕";
        /// Plan who of the people at a station goes where, and book it.
        Dispatch = "dispatch", "集合派工";
        /// Read the feed of a station that is not public.
        ReadFeed = "read_feed", "读取站点数据流";
    }
}

/// How far a role's right reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nowhere.
    Nothing,
    /// What the account or its organisation made, or the worker that it is.
    Own,
    /// What belongs to the account's station.
    Station,
    /// Everything.
    Any,
}

/// How far a role's right to a verb reaches.
pub fn reach(role: Role, verb: Verb) -> Reach {
    use Reach::{Any, Nothing, Own, Station};
    match role {
        Role::Admin => Any,
        Role::Staff => match verb {
            Verb::Administer | Verb::Lead => Nothing,
            Verb::Post
            | Verb::ReadDraft
            | Verb::Revise
            | Verb::Conduct
            | Verb::Review
            | Verb::Candidates
            | Verb::Roster
            | Verb::Register
            | Verb::ReadWorker
            | Verb::SetPin
            | Verb::Book
            | Verb::Screens
            | Verb::Dispatch
            | Verb::Inform
            | Verb::Pay
            | Verb::Complain
            | Verb::Handle
            | Verb::ReadFeed => Station,
        },
        Role::Employer | Role::Broker => match verb {
            Verb::Post
            | Verb::ReadDraft
            | Verb::Revise
            | Verb::Conduct
            | Verb::Candidates
            | Verb::Roster
            | Verb::Pay => Own,
            Verb::Review
            | Verb::Register
            | Verb::ReadWorker
            | Verb::SetPin
            | Verb::Book
            | Verb::Screens
            | Verb::Inform
            | Verb::Complain
            | Verb::Handle
            | Verb::Lead
            | Verb::Administer
            | Verb::Dispatch
            | Verb::ReadFeed => Nothing,
        },
        Role::Worker | Role::Leader => match verb {
            Verb::Register | Verb::ReadWorker | Verb::Book | Verb::Complain => Own,
            Verb::Lead if role == Role::Leader => Own,
            Verb::Post
            | Verb::ReadDraft
            | Verb::Revise
            | Verb::Conduct
            | Verb::Review
            | Verb::Candidates
            | Verb::Roster
            | Verb::Inform
            | Verb::Pay
            | Verb::Handle
            | Verb::Lead
            | Verb::SetPin
            | Verb::Screens
            | Verb::Administer
            | Verb::Dispatch
            | Verb::ReadFeed => Nothing,
        },
        Role::Device => match verb {
            Verb::ReadFeed => Station,
            Verb::Post
            | Verb::ReadDraft
            | Verb::Revise
            | Verb::Conduct
            | Verb::Review
            | Verb::Candidates
            | Verb::Roster
            | Verb::Register
            | Verb::ReadWorker
            | Verb::SetPin
            | Verb::Book
            | Verb::Screens
            | Verb::Dispatch
            | Verb::Inform
            | Verb::Pay
            | Verb::Complain
            | Verb::Handle
            | Verb::Lead
            | Verb::Administer => Nothing,
        },
        // Their desks come with the claims.
        Role::Village | Role::Reviewer => Nothing,
    }
}

fn actor_reach(actor: &Actor, verb: Verb) -> Reach {
    match actor {
        Actor::Account(account) => reach(account.role, verb),
        Actor::Operator | Actor::House => Reach::Any,
    }
}

fn holds(reach: Reach, own: bool, station: bool) -> bool {
    match reach {
        Reach::Nothing => false,
        Reach::Own => own,
        Reach::Station => station,
        Reach::Any => true,
    }
}

/// Whether the actor may use the verb at all, on some record.
pub fn may(actor: &Actor, verb: Verb) -> bool {
    actor_reach(actor, verb) != Reach::Nothing
}

/// Whether the actor's right to the verb reaches this posting. Own is what the account posted or
/// what its organisation posted; the station's is what was chosen for it or lies in its radius.
pub fn reaches_posting(
    actor: &Actor,
    verb: Verb,
    posting: &Posting,
    home: Option<&Station>,
) -> bool {
    let account = actor.account();
    let own = account.is_some_and(|account| {
        posting.poster.as_ref() == Some(&account.id)
            || (account.org.is_some() && account.org == posting.org)
    });
    let poster = account.is_some_and(|account| posting.poster.as_ref() == Some(&account.id));
    // Staff do not publish their own posting on other stations' screens.
    let homeless = posting.terms.stations.is_empty() && posting.terms.point.is_none();
    let station = home.is_some_and(|home| belongs(posting, home))
        || (poster && (verb != Verb::Review || homeless));
    holds(actor_reach(actor, verb), own, station)
}

fn belongs(posting: &Posting, home: &Station) -> bool {
    let terms = &posting.terms;
    if terms.stations.is_empty() {
        terms.point.is_some_and(|point| home.covers(point).is_some())
    } else {
        terms.stations.contains(&home.id)
    }
}

/// Whether the actor's right to the verb reaches this station.
pub fn reaches_station(actor: &Actor, verb: Verb, station: &StationId) -> bool {
    let home = actor.account().and_then(|account| account.station.as_ref());
    holds(actor_reach(actor, verb), false, home == Some(station))
}

/// Whether the actor's right to the verb reaches this worker.
pub fn reaches_worker(actor: &Actor, verb: Verb, worker: &Worker) -> bool {
    let is_self = |account: &Account| {
        worker.account.as_ref() == Some(&account.id) || account.worker.as_ref() == Some(&worker.id)
    };
    let own = actor.account().is_some_and(is_self);
    let station = actor
        .account()
        .is_some_and(|account| account.station.is_some() && account.station == worker.station);
    holds(actor_reach(actor, verb), own, station)
}
