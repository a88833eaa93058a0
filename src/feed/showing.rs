//! What one station shows, as far as the follower has read: the set with its hash, and the newest
//! messages. Pure: fed with what the store holds, asked by sockets for what comes after a place.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use axum::extract::ws::Utf8Bytes;
use serde::Deserialize;

use super::protocol::{self, Limits, SetHash};
use crate::store::StreamMessage;

/// A message does not follow on the one before, or can't be read: load the station anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("message {seq} does not fit the stream")]
pub(super) struct Unfit {
    /// The number that was due.
    pub seq: i64,
}

struct Held {
    version: i64,
    payload: Box<str>,
}

struct Past {
    message: Utf8Bytes,
    /// The set's hash after it; unknown for what was there before the station was loaded.
    hash: Option<SetHash>,
}

/// What stands after a place in the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum After {
    /// The next message.
    Message(Utf8Bytes),
    /// Nothing yet.
    Nothing,
    /// More than is kept.
    Lost,
}

/// A whole set, encoded once for all who need it.
#[derive(Clone)]
pub(super) struct Snapshot {
    pub epoch: Arc<str>,
    pub seq: i64,
    pub parts: Arc<[Utf8Bytes]>,
}

/// One station's set and newest messages.
pub(super) struct Showing {
    epoch: Arc<str>,
    seq: i64,
    set: BTreeMap<Box<str>, Held>,
    hash: SetHash,
    history: VecDeque<Past>,
    history_bytes: usize,
    parts: Option<Arc<[Utf8Bytes]>>,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum Change {
    Put { seq: i64, job: Job },
    Remove { seq: i64, id: Box<str> },
}

#[derive(Deserialize)]
struct Job {
    id: Box<str>,
    version: i64,
}

/// The posting's JSON inside a put, as the store writes it.
fn payload(message: &str, seq: i64) -> Option<&str> {
    message.strip_prefix(&format!(r#"{{"op":"put","seq":{seq},"job":"#))?.strip_suffix('}')
}

impl Showing {
    /// The state at `seq`: the set and the messages that led there, oldest first.
    pub(super) fn new(
        epoch: String,
        seq: i64,
        shown: Vec<(String, i64, String)>,
        past: Vec<StreamMessage>,
        limits: &Limits,
    ) -> Showing {
        let mut showing = Showing {
            epoch: epoch.into(),
            seq,
            set: BTreeMap::new(),
            hash: SetHash::default(),
            history: VecDeque::new(),
            history_bytes: 0,
            parts: None,
        };
        for (id, version, payload) in shown {
            showing.put(id.into(), version, payload.into());
        }
        // What was pruned has left no gap behind: the rest counts only where it reaches the end.
        let first = seq - past.len() as i64 + 1;
        if (first..).zip(&past).all(|(due, message)| message.seq == due) {
            for message in past {
                showing.keep(message.message.into(), None, limits);
            }
        }
        if let Some(newest) = showing.history.back_mut() {
            newest.hash = Some(showing.hash);
        }
        showing
    }

    fn put(&mut self, id: Box<str>, version: i64, payload: Box<str>) {
        self.take(&id);
        self.hash.insert(&id, version);
        self.set.insert(id, Held { version, payload });
    }

    fn take(&mut self, id: &str) {
        if let Some(held) = self.set.remove(id) {
            self.hash.remove(id, held.version);
        }
    }

    fn keep(&mut self, message: Utf8Bytes, hash: Option<SetHash>, limits: &Limits) {
        self.history_bytes += message.len();
        self.history.push_back(Past { message, hash });
        while self.history.len() > limits.history_messages_max
            || self.history_bytes > limits.history_bytes_max
        {
            let Some(oldest) = self.history.pop_front() else {
                break;
            };
            self.history_bytes -= oldest.message.len();
        }
    }

    /// Takes the next message of the stream.
    ///
    /// # Errors
    /// [`Unfit`]; nothing changed then.
    pub(super) fn apply(&mut self, message: StreamMessage, limits: &Limits) -> Result<(), Unfit> {
        let unfit = Unfit { seq: self.seq + 1 };
        let change: Change = serde_json::from_str(&message.message).map_err(|_| unfit)?;
        let (Change::Put { seq, .. } | Change::Remove { seq, .. }) = change;
        if seq != unfit.seq || message.seq != seq {
            return Err(unfit);
        }
        match change {
            Change::Put { job, .. } => {
                let payload = payload(&message.message, seq).ok_or(unfit)?;
                self.put(job.id, job.version, payload.into());
            }
            Change::Remove { id, .. } => self.take(&id),
        }
        self.seq = seq;
        self.parts = None;
        self.keep(message.message.into(), Some(self.hash), limits);
        Ok(())
    }

    /// The history to which the numbers belong.
    pub(super) fn epoch(&self) -> &Arc<str> {
        &self.epoch
    }

    /// The newest number.
    pub(super) fn seq(&self) -> i64 {
        self.seq
    }

    /// How many postings the station shows.
    pub(super) fn count(&self) -> usize {
        self.set.len()
    }

    /// The oldest message that is kept; one past the newest where none is.
    pub(super) fn first_kept(&self) -> i64 {
        self.seq - self.history.len() as i64 + 1
    }

    fn past(&self, seq: i64) -> Option<&Past> {
        let place = usize::try_from(seq - self.first_kept()).ok()?;
        self.history.get(place)
    }

    /// What comes after `seq`.
    pub(super) fn after(&self, seq: i64) -> After {
        if seq >= self.seq {
            return After::Nothing;
        }
        match self.past(seq + 1) {
            Some(past) => After::Message(past.message.clone()),
            None => After::Lost,
        }
    }

    /// The set's hash at `seq`, where it is known.
    pub(super) fn hash_at(&self, seq: i64) -> Option<SetHash> {
        if seq == self.seq {
            return Some(self.hash);
        }
        self.past(seq)?.hash
    }

    /// The whole set, where it is encoded already.
    pub(super) fn encoded(&self) -> Option<Snapshot> {
        Some(Snapshot { epoch: self.epoch.clone(), seq: self.seq, parts: self.parts.clone()? })
    }

    /// The whole set.
    pub(super) fn snapshot(&mut self) -> Snapshot {
        let payloads = self.set.values().map(|held| &*held.payload);
        let parts =
            self.parts.get_or_insert_with(|| protocol::snapshot(self.seq, payloads).into()).clone();
        Snapshot { epoch: self.epoch.clone(), seq: self.seq, parts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(seq: i64, id: &str, version: i64) -> StreamMessage {
        let message = format!(
            r#"{{"op":"put","seq":{seq},"job":{{"id":"{id}","version":{version},"title":"}}"}}}}"#
        );
        StreamMessage { seq, message }
    }

    fn remove(seq: i64, id: &str) -> StreamMessage {
        let message = format!(r#"{{"op":"remove","seq":{seq},"id":"{id}","why":"closed"}}"#);
        StreamMessage { seq, message }
    }

    fn hash(set: &[(&str, i64)]) -> Option<SetHash> {
        let mut hash = SetHash::default();
        for (id, version) in set {
            hash.insert(id, *version);
        }
        Some(hash)
    }

    #[test]
    fn the_set_follows_its_messages() {
        let limits = Limits::default();
        let mut showing = Showing::new("e".to_owned(), 0, vec![], vec![], &limits);
        let empty = showing.snapshot();
        assert_eq!((empty.seq, empty.parts.len()), (0, 1));
        for message in [put(1, "a", 1), put(2, "b", 1), put(3, "a", 2), remove(4, "b")] {
            showing.apply(message, &limits).unwrap();
        }
        assert_eq!(showing.hash_at(2), hash(&[("a", 1), ("b", 1)]));
        assert_eq!(showing.hash_at(3), hash(&[("a", 2), ("b", 1)]));
        assert_eq!(showing.hash_at(4), hash(&[("a", 2)]));
        assert_eq!(showing.hash_at(5), None);
        let whole = showing.snapshot();
        assert_eq!(
            whole.parts[0],
            r#"{"op":"snapshot","seq":4,"part":1,"parts":1,"jobs":[{"id":"a","version":2,"title":"}"}]}"#
        );
        assert_eq!(showing.after(3), After::Message(remove(4, "b").message.into()));
        assert_eq!(showing.after(4), After::Nothing);
    }

    #[test]
    fn what_does_not_follow_on_is_refused_and_changes_nothing() {
        let limits = Limits::default();
        let mut showing = Showing::new("e".to_owned(), 4, vec![], vec![], &limits);
        let strange = StreamMessage { seq: 5, message: r#"{"op":"put","seq":5}"#.to_owned() };
        let spaced = StreamMessage {
            seq: 5,
            message: r#"{"op":"put", "seq":5,"job":{"id":"a","version":1}}"#.to_owned(),
        };
        for message in [put(4, "a", 1), put(6, "a", 1), strange, spaced] {
            assert_eq!(showing.apply(message, &limits), Err(Unfit { seq: 5 }));
        }
        assert_eq!((showing.seq(), showing.count()), (4, 0));
        assert_eq!(showing.hash_at(4), hash(&[]));
    }

    #[test]
    fn only_the_newest_messages_are_kept() {
        let limits = Limits { history_messages_max: 2, ..Limits::default() };
        let past = vec![put(1, "a", 1), put(2, "a", 2)];
        let shown = vec![("a".to_owned(), 2, r#"{"id":"a","version":2}"#.to_owned())];
        let mut showing = Showing::new("e".to_owned(), 2, shown, past, &limits);
        assert_eq!(showing.first_kept(), 1);
        assert_eq!((showing.hash_at(1), showing.hash_at(2)), (None, hash(&[("a", 2)])));
        showing.apply(put(3, "a", 3), &limits).unwrap();
        assert_eq!(showing.first_kept(), 2);
        assert_eq!(showing.after(0), After::Lost);
        assert_eq!(showing.after(1), After::Message(put(2, "a", 2).message.into()));
        let few_bytes = Limits { history_bytes_max: 10, ..Limits::default() };
        showing.apply(put(4, "a", 4), &few_bytes).unwrap();
        assert_eq!((showing.after(3), showing.after(4)), (After::Lost, After::Nothing));
    }
}
