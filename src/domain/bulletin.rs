//! What a station tells the people before its screens: what it owes them by law, and its notices.

use super::{
    ids::{NoticeId, StationId},
    time::Moment,
    wage::choices,
};

/// What a place of employment services must show there: 人力资源市场暂行条例 §32. A field that does
/// not apply is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disclosure {
    /// Who runs it, with the number of the business licence (营业执照) where it has one.
    pub operator: String,
    /// The number of the licence for employment services (人力资源服务许可证).
    pub licence: String,
    /// What it does for people (服务项目).
    pub services: String,
    /// What that costs (收费标准).
    pub charges: String,
    /// Who supervises it (监督机关).
    pub supervisor: String,
    /// The supervisor's phone (监督电话).
    pub supervisor_phone: String,
    /// Where to complain (投诉电话).
    pub complaint_phone: String,
}

choices! {
    /// What a notice is about.
    NoticeKind {
        /// Something to know (通知).
        Plain = "plain", "通知";
        /// A policy, such as an allowance (政策).
        Policy = "policy", "政策";
        /// A job fair (招聘会).
        Fair = "fair", "招聘会";
    }
}

/// Words of the staff that roll on a station's screens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The id.
    pub id: NoticeId,
    /// On whose screens.
    pub station: StationId,
    /// What it is about.
    pub kind: NoticeKind,
    /// What it says.
    pub words: String,
    /// When it appears.
    pub starts_at: Moment,
    /// When it goes by itself.
    pub ends_at: Moment,
    /// When it was taken down.
    pub withdrawn_at: Option<Moment>,
    /// When it was written.
    pub created_at: Moment,
}

impl Notice {
    /// Whether it is still to be shown, now or later.
    pub fn is_live(&self, now: Moment) -> bool {
        self.withdrawn_at.is_none() && now < self.ends_at
    }
}

/// All that a station tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bulletin {
    /// What it owes by law, where anybody wrote that down.
    pub disclosure: Option<Disclosure>,
    /// Its notices, oldest first; those that are over may be among them.
    pub notices: Vec<Notice>,
}
