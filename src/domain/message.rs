//! Messages to workers (消息): what happened to their bookings, what is to come, what new work fits.

use super::{
    ids::{JobId, MessageId, WorkerId},
    time::Moment,
    wage::choices,
};

choices! {
    /// What a message is about.
    MessageKind {
        /// Work begins soon.
        Reminder = "reminder", "上工提醒";
        /// The worker is to say whether they come.
        Confirm = "confirm", "请确认";
        /// The employer offers a place.
        Offer = "offer", "录用通知";
        /// Who waited has a place.
        Promoted = "promoted", "候补上了";
        /// A place was taken back, or lapsed.
        Ended = "ended", "报名取消";
        /// The employer took back what it had said by mistake.
        Restored = "restored", "撤销了";
        /// New work fits somebody who waits.
        Match = "match", "有新活";
    }
}

/// A message on record. Its text names no person.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The id; a provider of text messages gets it against sending twice.
    pub id: MessageId,
    /// To whom.
    pub worker: WorkerId,
    /// What about.
    pub kind: MessageKind,
    /// The thing that is told: it is told a worker once.
    pub subject: String,
    /// The posting.
    pub job: JobId,
    /// What it says.
    pub body: String,
    /// When it was written.
    pub created_at: Moment,
}
