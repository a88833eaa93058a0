//! Who may do what: the one role table, deny by default.

use crate::domain::{
    account::{Account, Actor, Role},
    claim::{Claim, Payee},
    ids::{OrgId, StationId},
    placement::Placement,
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
        /// Register people at the desk, keep their records, merge what is one person.
        Enrol = "enrol", "登记和合并求职者";
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
        /// Verify who may post: organisations and authorisations.
        Verify = "verify", "核验发布单位";
        /// Keep one's organisation's particulars, papers and authorisations.
        KeepOrg = "keep_org", "维护单位资料";
        /// See accounts and the audit trail.
        Administer = "administer", "管理";
        /// Issue, watch and speak to screens, and answer their calls.
        Screens = "screens", "管屏幕";
        /// Plan who of the people at a station goes where, and book it.
        Dispatch = "dispatch", "集合派工";
        /// Say who somebody is by the card on a kiosk's reader.
        Identify = "identify", "刷身份证";
        /// Read the feed of a station that is not public.
        ReadFeed = "read_feed", "读取站点数据流";
        /// Register and keep placements, with their evidence.
        Place = "place", "登记稳定就业";
        /// Declare income.
        Declare = "declare", "申报收入";
        /// File a claim, take it back.
        FileClaim = "file_claim", "提交申报";
        /// See a claim.
        ReadClaim = "read_claim", "查看申报";
        /// Decide about a claim at a desk.
        CheckClaim = "check_claim", "审核申报";
        /// Note that a claim was paid or asked back, and what is set aside.
        PayClaim = "pay_claim", "登记发放";
        /// See what falls due.
        Foresee = "foresee", "资金预测";
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

/// How far a role's right to a verb reaches: what a role is not given, it may not.
pub fn reach(role: Role, verb: Verb) -> Reach {
    use Reach::{Any, Nothing, Own, Station};
    match (role, verb) {
        (Role::Admin, _) => Any,
        (
            Role::Staff,
            Verb::Post
            | Verb::ReadDraft
            | Verb::Revise
            | Verb::Conduct
            | Verb::Review
            | Verb::Candidates
            | Verb::Roster
            | Verb::Register
            | Verb::Enrol
            | Verb::ReadWorker
            | Verb::SetPin
            | Verb::Book
            | Verb::Screens
            | Verb::Dispatch
            | Verb::Inform
            | Verb::Pay
            | Verb::Complain
            | Verb::Handle
            | Verb::ReadFeed
            | Verb::Place
            | Verb::Declare
            | Verb::FileClaim
            | Verb::ReadClaim
            | Verb::CheckClaim
            | Verb::Foresee,
        ) => Station,
        (
            Role::Employer | Role::Broker,
            Verb::Post
            | Verb::ReadDraft
            | Verb::Revise
            | Verb::Conduct
            | Verb::Candidates
            | Verb::Roster
            | Verb::Pay
            | Verb::FileClaim
            | Verb::ReadClaim,
        ) => Own,
        // Who posts, posts in the whole district.
        (Role::Staff, Verb::Verify) => Any,
        (Role::Employer | Role::Broker, Verb::KeepOrg) => Own,
        (Role::Broker, Verb::Place) => Own,
        (
            Role::Worker | Role::Leader,
            Verb::Register
            | Verb::ReadWorker
            | Verb::Book
            | Verb::Complain
            | Verb::Declare
            | Verb::FileClaim
            | Verb::ReadClaim,
        ) => Own,
        (Role::Leader, Verb::Lead) => Own,
        (Role::Device, Verb::ReadFeed | Verb::Identify) => Station,
        (Role::Village | Role::Reviewer, Verb::ReadClaim | Verb::CheckClaim) => Own,
        (Role::Reviewer, Verb::PayClaim) => Own,
        (Role::Reviewer, Verb::Foresee) => Any,
        _ => Nothing,
    }
}

pub(super) fn actor_reach(actor: &Actor, verb: Verb) -> Reach {
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
    let homeless = posting.terms.stations.is_empty() && posting.terms.points().next().is_none();
    let station = home.is_some_and(|home| belongs(posting, home))
        || (poster && (verb != Verb::Review || homeless));
    holds(actor_reach(actor, verb), own, station)
}

fn belongs(posting: &Posting, home: &Station) -> bool {
    let terms = &posting.terms;
    if terms.stations.is_empty() {
        terms.points().any(|point| home.covers(point).is_some())
    } else {
        terms.stations.contains(&home.id)
    }
}

/// Whether the actor's right to the verb reaches this station.
pub fn reaches_station(actor: &Actor, verb: Verb, station: &StationId) -> bool {
    let home = actor.account().and_then(|account| account.station.as_ref());
    holds(actor_reach(actor, verb), false, home == Some(station))
}

/// Whether the actor's right to the verb reaches this organisation.
pub fn reaches_org(actor: &Actor, verb: Verb, org: &OrgId) -> bool {
    let own = actor.account().is_some_and(|account| account.org.as_ref() == Some(org));
    holds(actor_reach(actor, verb), own, false)
}

/// Whether an account is this worker; several may be, since two records can become one.
pub fn is_self(account: &Account, worker: &Worker) -> bool {
    worker.account.as_ref() == Some(&account.id) || account.worker.as_ref() == Some(&worker.id)
}

/// Whether the actor's right to the verb reaches this worker.
pub fn reaches_worker(actor: &Actor, verb: Verb, worker: &Worker) -> bool {
    let own = actor.account().is_some_and(|account| is_self(account, worker));
    let station = actor
        .account()
        .is_some_and(|account| account.station.is_some() && account.station == worker.station);
    holds(actor_reach(actor, verb), own, station)
}

/// Whether the actor's right to the verb reaches this placement: a broker's own is what its
/// organisation organised.
pub fn reaches_placement(actor: &Actor, verb: Verb, placement: &Placement) -> bool {
    let account = actor.account();
    let own = account.is_some_and(|a| a.org.is_some() && a.org == placement.organiser);
    let station = account.is_some_and(|a| a.station.is_some() && a.station == placement.station);
    holds(actor_reach(actor, verb), own, station)
}

/// Whether the actor's right to the verb reaches this claim. A village's own is what comes from it,
/// a bureau's what it leads, anybody else's what pays them or what they filed.
pub fn reaches_claim(actor: &Actor, verb: Verb, claim: &Claim) -> bool {
    let account = actor.account();
    let own = account.is_some_and(|account| {
        let belongs_to = |held: &str| account.org.as_ref().is_some_and(|org| org.as_str() == held);
        match account.role {
            Role::Village => claim.village.as_deref().is_some_and(belongs_to),
            Role::Reviewer => belongs_to(&claim.bureau),
            Role::Worker
            | Role::Leader
            | Role::Employer
            | Role::Broker
            | Role::Staff
            | Role::Admin
            | Role::Device => gains_by(account, claim) || claim.filed_by == actor.name(),
        }
    });
    let station = account.is_some_and(|a| a.station.is_some() && a.station == claim.station);
    holds(actor_reach(actor, verb), own, station)
}

/// Whether the claim pays the account.
fn gains_by(account: &Account, claim: &Claim) -> bool {
    match &claim.payee {
        Payee::Organiser(org) => account.org.as_ref() == Some(org),
        Payee::Worker(worker) => account.worker.as_ref() == Some(worker),
        Payee::Entity(_) => false,
    }
}

/// Whether the actor may file this claim: for itself, or for those whom its station serves.
pub fn may_file(actor: &Actor, claim: &Claim) -> bool {
    let account = actor.account();
    let own = account.is_some_and(|account| gains_by(account, claim));
    let station = account.is_some_and(|a| a.station.is_some() && a.station == claim.station);
    holds(actor_reach(actor, Verb::FileClaim), own, station)
}

/// Whether the actor may hand the claim in and take it back: whoever filed it or gains by it.
pub fn conducts_claim(actor: &Actor, claim: &Claim) -> bool {
    let gains = actor.account().is_some_and(|account| gains_by(account, claim));
    let own = gains || claim.filed_by == actor.name();
    holds(actor_reach(actor, Verb::FileClaim), own, own)
}

/// Whether the claim is the actor's own affair, so that the actor may not decide about it.
pub fn is_party(actor: &Actor, claim: &Claim) -> bool {
    let account = actor.account();
    claim.filed_by == actor.name()
        || account.is_some_and(|account| {
            gains_by(account, claim) || (claim.worker.is_some() && account.worker == claim.worker)
        })
}
