//! The other side: a client's model of a station's set, as the contract asks of every client. Pure;
//! the terminal, the load generator's witnesses and the tests run it.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::protocol::{Ack, ClientInfo, Hello, Mode, Resume, SetHash};

/// First ceiling of the random wait before a reconnection.
pub const BACKOFF_FIRST: Duration = Duration::from_millis(500);
/// Last ceiling of the random wait before a reconnection.
pub const BACKOFF_MAX: Duration = Duration::from_secs(30);

/// What the client holds can't be trusted to follow: say hello again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// A message is missing, or came twice.
    #[error("a gap in the stream")]
    Gap,
    /// A message that this version can't read.
    #[error("a message that is none of the feed's")]
    Strange,
}

/// What a message did.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// The server answered the hello.
    Welcome(Mode),
    /// A part of a snapshot; more are to come.
    Part,
    /// The set was replaced.
    Snapshot,
    /// A posting is new or changed.
    Put {
        /// The posting.
        job: Map<String, Value>,
        /// Whether the set did not hold it.
        new: bool,
    },
    /// A posting is gone.
    Remove {
        /// The posting as it was held.
        job: Option<Map<String, Value>>,
        /// The word for why.
        why: String,
    },
    /// A sign of life: an acknowledgement is due.
    Beat,
    /// Words of the station's staff.
    Notice(String),
    /// The page is to be loaded anew.
    Reload,
    /// Something of a later version.
    Unknown,
}

/// A client's state.
#[derive(Clone, Debug, Default)]
pub struct Client {
    token: Option<String>,
    info: ClientInfo,
    epoch: Option<String>,
    seq: i64,
    jobs: BTreeMap<String, Map<String, Value>>,
    hash: SetHash,
    pending: Option<Pending>,
}

/// A snapshot on its way.
#[derive(Clone, Debug)]
struct Pending {
    epoch: String,
    parts: Vec<Map<String, Value>>,
    due: i64,
}

#[derive(Deserialize)]
struct Op {
    op: String,
}

#[derive(Deserialize)]
struct Welcome {
    epoch: String,
    mode: Mode,
}

#[derive(Deserialize)]
struct Part {
    seq: i64,
    part: i64,
    parts: i64,
    jobs: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Put {
    seq: i64,
    job: Map<String, Value>,
}

#[derive(Deserialize)]
struct Remove {
    seq: i64,
    id: String,
    why: String,
}

#[derive(Deserialize)]
struct Beat {
    seq: i64,
}

#[derive(Deserialize)]
struct Notice {
    #[serde(default)]
    text: String,
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Doubt> {
    serde_json::from_str(text).map_err(|_| Doubt::Strange)
}

/// Id and version of a posting.
fn identity(job: &Map<String, Value>) -> Result<(&str, i64), Doubt> {
    let id = job.get("id").and_then(Value::as_str);
    let version = job.get("version").and_then(Value::as_i64);
    id.zip(version).ok_or(Doubt::Strange)
}

impl Client {
    /// A client that holds nothing yet.
    pub fn new(info: ClientInfo, token: Option<String>) -> Client {
        Client { token, info, ..Client::default() }
    }

    /// The hello that is due on a new connection, or after a [`Doubt`].
    pub fn hello(&mut self) -> String {
        self.pending = None;
        let resume = self.epoch.clone().map(|epoch| Resume { epoch, seq: self.seq });
        let hello = Hello { token: self.token.clone(), resume, client: Some(self.info.clone()) };
        said("hello", &hello)
    }

    /// The acknowledgement that is due after a beat.
    pub fn ack(&self) -> String {
        let ack = Ack {
            seq: self.seq,
            shown: Some(self.jobs.len() as u64),
            hash: Some(self.hash.to_string()),
            ..Ack::default()
        };
        said("ack", &ack)
    }

    /// Takes a message of the server.
    ///
    /// # Errors
    /// [`Doubt`], with the set as it was: say [`Client::hello`] again.
    pub fn receive(&mut self, text: &str) -> Result<Heard, Doubt> {
        let head: Op = read(text)?;
        match head.op.as_str() {
            "welcome" => {
                let welcome: Welcome = read(text)?;
                Ok(self.welcome(welcome))
            }
            "snapshot" => self.part(read(text)?),
            "put" => {
                let put: Put = read(text)?;
                self.follows(put.seq)?;
                let (id, version) = identity(&put.job)?;
                let id = id.to_owned();
                let old = self.take(&id)?;
                self.hash.insert(&id, version);
                self.jobs.insert(id, put.job.clone());
                self.seq = put.seq;
                Ok(Heard::Put { job: put.job, new: old.is_none() })
            }
            "remove" => {
                let remove: Remove = read(text)?;
                self.follows(remove.seq)?;
                let job = self.take(&remove.id)?;
                self.seq = remove.seq;
                Ok(Heard::Remove { job, why: remove.why })
            }
            "beat" => {
                let beat: Beat = read(text)?;
                let whole = self.pending.is_some() || beat.seq <= self.seq;
                if whole { Ok(Heard::Beat) } else { Err(Doubt::Gap) }
            }
            "notice" => Ok(Heard::Notice(read::<Notice>(text)?.text)),
            "reload" => Ok(Heard::Reload),
            _ => Ok(Heard::Unknown),
        }
    }

    fn welcome(&mut self, welcome: Welcome) -> Heard {
        self.pending = match welcome.mode {
            Mode::Resumed => None,
            Mode::Snapshot => Some(Pending { epoch: welcome.epoch, parts: Vec::new(), due: 1 }),
        };
        Heard::Welcome(welcome.mode)
    }

    fn part(&mut self, part: Part) -> Result<Heard, Doubt> {
        let pending = self.pending.as_mut().ok_or(Doubt::Strange)?;
        if part.part != pending.due {
            return Err(Doubt::Gap);
        }
        pending.parts.extend(part.jobs);
        pending.due += 1;
        if part.part < part.parts {
            return Ok(Heard::Part);
        }
        let (mut jobs, mut hash) = (BTreeMap::new(), SetHash::default());
        for job in std::mem::take(&mut pending.parts) {
            let (id, version) = identity(&job)?;
            hash.insert(id, version);
            jobs.insert(id.to_owned(), job);
        }
        self.epoch = Some(std::mem::take(&mut pending.epoch));
        self.pending = None;
        (self.seq, self.jobs, self.hash) = (part.seq, jobs, hash);
        Ok(Heard::Snapshot)
    }

    fn follows(&self, seq: i64) -> Result<(), Doubt> {
        let next = self.pending.is_none() && self.epoch.is_some() && seq == self.seq + 1;
        if next { Ok(()) } else { Err(Doubt::Gap) }
    }

    fn take(&mut self, id: &str) -> Result<Option<Map<String, Value>>, Doubt> {
        let old = self.jobs.remove(id);
        if let Some(old) = &old {
            let (id, version) = identity(old)?;
            self.hash.remove(id, version);
        }
        Ok(old)
    }

    /// The number at which the client stands.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// The history to which its number belongs; none before the first snapshot.
    pub fn epoch(&self) -> Option<&str> {
        self.epoch.as_deref()
    }

    /// The set, by id.
    pub fn jobs(&self) -> &BTreeMap<String, Map<String, Value>> {
        &self.jobs
    }

    /// The set's hash.
    pub fn hash(&self) -> SetHash {
        self.hash
    }
}

/// A client's message with its `op`.
fn said(op: &str, message: &impl serde::Serialize) -> String {
    let mut value = json!(message);
    value["op"] = json!(op);
    value.to_string()
}

/// The wait before a reconnection: exponential with full jitter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait after one more failure; `random` lies in 0..1.
    pub fn next(&mut self, random: f64) -> Duration {
        let ceiling = BACKOFF_FIRST * 2_u32.pow(self.failures.min(10));
        self.failures = self.failures.saturating_add(1);
        ceiling.min(BACKOFF_MAX).mul_f64(random.clamp(0.0, 1.0))
    }

    /// The connection proved good.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

/// The time within which a restarting server wants its clients back, from a close's reason; an hour
/// and more is not believed.
pub fn retry_within(reason: &str) -> Option<Duration> {
    #[derive(Deserialize)]
    struct Reason {
        retry_ms: u64,
    }
    let reason: Reason = serde_json::from_str(reason).ok()?;
    (reason.retry_ms < 3_600_000).then(|| Duration::from_millis(reason.retry_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeted() -> Client {
        let mut client = Client::default();
        let words = [
            r#"{"op":"welcome","epoch":"e","seq":4,"mode":"snapshot","heartbeat_s":25,"server_time":"x"}"#,
            r#"{"op":"snapshot","seq":4,"part":1,"parts":2,"jobs":[{"id":"a","version":1}]}"#,
            r#"{"op":"snapshot","seq":4,"part":2,"parts":2,"jobs":[{"id":"b","version":3}]}"#,
        ];
        let heard: Vec<_> = words.iter().map(|text| client.receive(text).unwrap()).collect();
        let want = [Heard::Welcome(Mode::Snapshot), Heard::Part, Heard::Snapshot];
        assert_eq!(heard, want);
        client
    }

    #[test]
    fn the_set_follows_the_stream() {
        let mut client = greeted();
        let put = r#"{"op":"put","seq":5,"job":{"id":"a","version":2}}"#;
        assert!(matches!(client.receive(put), Ok(Heard::Put { new: false, .. })));
        let remove = r#"{"op":"remove","seq":6,"id":"b","why":"filled"}"#;
        assert!(matches!(client.receive(remove), Ok(Heard::Remove { job: Some(_), .. })));
        assert_eq!(client.receive(r#"{"op":"beat","seq":6}"#), Ok(Heard::Beat));
        let mut hash = SetHash::default();
        hash.insert("a", 2);
        assert_eq!((client.seq(), client.hash(), client.jobs().len()), (6, hash, 1));
        let ack: Value = serde_json::from_str(&client.ack()).unwrap();
        let want = json!({"op": "ack", "seq": 6, "shown": 1, "hash": hash.to_string()});
        assert_eq!(ack, want);
        let hello: Value = serde_json::from_str(&client.hello()).unwrap();
        assert_eq!(hello["resume"], json!({"epoch": "e", "seq": 6}));
    }

    #[test]
    fn what_does_not_fit_is_a_doubt_and_changes_nothing() {
        for (text, doubt) in [
            (r#"{"op":"put","seq":6,"job":{"id":"a","version":2}}"#, Doubt::Gap),
            (r#"{"op":"put","seq":4,"job":{"id":"a","version":2}}"#, Doubt::Gap),
            (r#"{"op":"put","seq":5,"job":{"id":"a"}}"#, Doubt::Strange),
            (r#"{"op":"remove","seq":7,"id":"a","why":"filled"}"#, Doubt::Gap),
            (r#"{"op":"beat","seq":5}"#, Doubt::Gap),
            (r#"{"op":"snapshot","seq":5,"part":1,"parts":1,"jobs":[]}"#, Doubt::Strange),
            ("what", Doubt::Strange),
        ] {
            let mut client = greeted();
            assert_eq!(client.receive(text), Err(doubt), "{text}");
            assert_eq!((client.seq(), client.jobs().len()), (4, 2));
        }
        let later = r#"{"op":"dance","seq":"high"}"#;
        assert_eq!(greeted().receive(later), Ok(Heard::Unknown));
    }

    #[test]
    fn waits_double_up_to_half_a_minute() {
        let mut backoff = Backoff::default();
        let waits: Vec<u128> = (0..8).map(|_| backoff.next(1.0).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
        backoff.reset();
        assert_eq!(backoff.next(0.5).as_millis(), 250);
        assert_eq!(retry_within(r#"{"retry_ms":700}"#), Some(Duration::from_millis(700)));
        for wrong in ["", "restart", r#"{"retry_ms":3600000}"#, r#"{"retry_ms":-1}"#] {
            assert_eq!(retry_within(wrong), None, "{wrong}");
        }
    }
}
