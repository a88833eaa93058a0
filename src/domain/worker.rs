//! Registered workers (求职者): who they are, what they can and want.

use super::{
    calendar::Day,
    geo::Point,
    identity::{Phone, ResidentId},
    ids::{AccountId, StationId, WorkerId},
    money::Fen,
    posting::{External, Shift},
    time::Moment,
    wage::{OccupationCode, choices},
    week::Week,
};

choices! {
    /// Groups that public measures name; held only with the person's own consent (PIPL §28–29).
    Group {
        /// 脱贫人口
        Poverty = "poverty", "脱贫人口";
        /// 三类人员监测对象
        Monitored = "monitored", "监测对象";
        /// 农村低收入人口
        LowIncome = "low_income", "农村低收入人口";
        /// 搬迁群众
        Relocated = "relocated", "搬迁群众";
        /// 农民工
        MigrantWorker = "migrant_worker", "农民工";
        /// 退役军人
        Veteran = "veteran", "退役军人";
        /// 高校毕业生
        Graduate = "graduate", "高校毕业生";
        /// 就业困难人员
        Hardship = "hardship", "就业困难人员";
    }
}

choices! {
    /// From where it is known that a person belongs to a group.
    GroupSource {
        /// The person says so.
        Declared = "declared", "本人申报";
        /// Found by comparing with another office's records.
        Matched = "matched", "系统比对";
        /// Stands on a list that an office handed over.
        Listed = "listed", "名单";
        /// A paper was shown.
        Paper = "paper", "证件";
    }
}

choices! {
    /// How somebody gets to work.
    Mode {
        /// On foot.
        Walk = "walk", "走路";
        /// By an electric bike or something like it.
        Ebike = "ebike", "电动车";
        /// By the bus that an employer sends: to where it stops one comes on foot or by bike.
        Bus = "bus", "坐接送车";
    }
}

/// How far somebody goes who only walks, metres.
const WALK_M_MAX: f64 = 5_000.0;

/// A consent (同意): what for, and to which version of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// What the data may be used for.
    pub purpose: String,
    /// The version of the text that the person agreed to.
    pub text_version: String,
}

/// That a person belongs to a group (人群类别), with the person's own consent to its being kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The group.
    pub group: Group,
    /// From where it is known.
    pub source: GroupSource,
    /// Who asked the person, and when; missing where that was not noted (before 0.2).
    pub asked: Option<(String, Moment)>,
    /// Who noted that the person took the consent back, and when. What is taken back counts nowhere;
    /// it stays on record so that no list puts it back against the person's will.
    pub withdrawn: Option<(String, Moment)>,
}

/// A certificate (证书) that a person has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its key in `data/trades.toml`.
    pub key: String,
    /// The last day on which it holds; none: it has no end.
    pub until: Option<Day>,
}

impl Certificate {
    /// A certificate without an end.
    pub fn endless(key: impl Into<String>) -> Certificate {
        Certificate { key: key.into(), until: None }
    }

    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        self.until.is_none_or(|until| day <= until)
    }
}

/// When a worker can work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Available {
    /// At any time.
    Always,
    /// In the person's own words; restricts nothing.
    Words(String),
    /// In these spans only.
    Spans(Vec<Shift>),
    /// At these hours of every week only.
    Weekly(Week),
}

impl Available {
    /// Whether every shift lies within the available time.
    pub fn allows(&self, shifts: &[Shift]) -> bool {
        match self {
            Available::Always | Available::Words(_) => true,
            Available::Spans(spans) => shifts.iter().all(|shift| lies_within(*shift, spans)),
            Available::Weekly(week) => shifts.iter().all(|shift| week.allows(*shift)),
        }
    }
}

/// Whether a shift lies within one of these spans.
pub fn lies_within(shift: Shift, spans: &[Shift]) -> bool {
    spans.iter().any(|span| span.start <= shift.start && shift.end <= span.end)
}

/// What a worker can and wants: the part that matching reads; nothing here names the person.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Where the person starts from.
    pub point: Option<Point>,
    /// How far the person goes, metres.
    pub radius_m: f64,
    /// How the person gets to work; each once.
    pub modes: Vec<Mode>,
    /// Skills in words.
    pub skills: Vec<String>,
    /// Skills that were given as occupations.
    pub occupations: Vec<OccupationCode>,
    /// Occupations that the words of the skills stand for, told by the trades and the classifier.
    pub skill_occupations: Vec<OccupationCode>,
    /// Certificates that the person has shown, each once.
    pub certificates: Vec<Certificate>,
    /// The least wish for a day's pay.
    pub day_wage_wish: Option<Fen>,
    /// When the person can work.
    pub available: Available,
}

impl Profile {
    /// How far the person comes alone, to the work or to where a bus stops, metres.
    pub fn reach_m(&self) -> f64 {
        if self.modes.contains(&Mode::Ebike) {
            self.radius_m
        } else {
            self.radius_m.min(WALK_M_MAX)
        }
    }

    /// Whether the person takes an employer's bus.
    pub fn rides(&self) -> bool {
        self.modes.contains(&Mode::Bus)
    }
}

/// Who a worker is: the personal part, sealed in storage.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The mobile phone.
    pub phone: Option<Phone>,
    /// The citizen's identity number.
    pub id_number: Option<ResidentId>,
    /// Groups, each once and with a consent of its own.
    pub memberships: Vec<Membership>,
    /// The household's number on the bureau's list.
    pub household: Option<String>,
}

impl Person {
    /// The groups to which the person belongs and agrees to be counted.
    pub fn groups(&self) -> Vec<Group> {
        let held = self.memberships.iter().filter(|held| held.withdrawn.is_none());
        held.map(|held| held.group).collect()
    }
}

/// A worker on record.
#[derive(Clone, Debug, PartialEq)]
pub struct Worker {
    /// The id.
    pub id: WorkerId,
    /// Who it is.
    pub person: Person,
    /// What the person can and wants.
    pub profile: Profile,
    /// Village or community code (12 digits).
    pub village: Option<String>,
    /// What the person agreed to.
    pub consents: Vec<Consent>,
    /// The station that registered the person.
    pub station: Option<StationId>,
    /// The account that is this person.
    pub account: Option<AccountId>,
    /// The identity in a foreign list.
    pub external: Option<External>,
    /// Counts every change, from 1.
    pub version: i64,
    /// Whether it is demonstration data.
    pub demo: bool,
    /// When the person was registered.
    pub created_at: Moment,
    /// When the record last changed.
    pub updated_at: Moment,
}

/// A worker's profile as it is searched: nothing of the person.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerProfile {
    /// Whose it is.
    pub id: WorkerId,
    /// The record's version.
    pub version: i64,
    /// What the person can and wants.
    pub profile: Profile,
}

impl From<Worker> for WorkerProfile {
    fn from(worker: Worker) -> WorkerProfile {
        WorkerProfile { id: worker.id, version: worker.version, profile: worker.profile }
    }
}

/// Somebody who is at a station on a day (到场).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub worker: WorkerId,
    /// The number of the crew (结伴) with which the person goes together that day.
    pub crew: Option<u16>,
}

/// The radius of a worker who names none, in metres.
pub const RADIUS_M_DEFAULT: f64 = 20_000.0;
