//! What stations show: the changes of it, and the messages that they become in each stream.

use crate::domain::{
    ids::{JobId, StationId},
    time::Moment,
};

/// A change of what a station shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The station.
    pub station: StationId,
    /// The posting.
    pub job: JobId,
    /// When.
    pub at: Moment,
    /// What the station shows of it from now on.
    pub what: ShownWhat,
}

/// What a station shows of a posting.
#[derive(Clone, Debug)]
pub enum ShownWhat {
    /// This version, with this JSON object.
    Put {
        /// The posting's version.
        version: i64,
        /// The JSON object.
        payload: String,
    },
    /// Nothing any more, for this reason (`filled`, `closed`, `expired`, `withdrawn`, `moved`).
    Remove {
        /// The word for why.
        why: &'static str,
    },
}

/// One message of a station's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamMessage {
    /// Its place in the station's stream, contiguous from 1.
    pub seq: i64,
    /// The whole JSON text as it goes to screens.
    pub message: String,
}

/// What one commit of this process appended: who stands right before it need not read it.
#[derive(Clone, Debug)]
pub struct Appended {
    /// The history to which the streams' numbers belong; empty where no stream got anything.
    pub epoch: String,
    /// The log's sequence before it.
    pub before: i64,
    /// The log's sequence after it.
    pub after: i64,
    /// What each station's stream got, in order.
    pub streams: Vec<(StationId, Vec<StreamMessage>)>,
}
