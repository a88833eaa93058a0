//! The messages of the feed, version 1: what clients may say, what the server says, how it closes.
//!
//! Numbers of a station's stream are contiguous from 1; a client that holds `n` takes only `n + 1`.
//! What a client says beyond this version is ignored, so that old servers bear new screens.

use std::{fmt, time::Duration};

use axum::extract::ws::Utf8Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use super::limits::Limits;
use crate::domain::{
    bulletin::{Bulletin, Notice},
    time::Moment,
};

/// The WebSocket subprotocol.
pub const SUBPROTOCOL: &str = "linggong.feed.v1";
/// Bytes of one message of a client; a longer one is malformed.
pub const CLIENT_MESSAGE_BYTES_MAX: usize = 4 * 1024;
/// Characters of a client's kind and version that are kept; the rest is cut.
pub const CLIENT_CHARS_MAX: usize = 40;
/// Characters of a page's last fault that are kept; the rest is cut.
pub const ERROR_CHARS_MAX: usize = 200;
/// Bytes of one part of a snapshot, its frame of JSON included. Each socket's write buffer grows to
/// its largest message and stays so: this bounds the memory of ten thousand idle sockets.
pub const PART_BYTES_MAX: usize = 4 * 1024;
/// Postings of one part of a snapshot.
pub const PART_JOBS_MAX: usize = 50;
/// Messages of a resumption beyond the number of postings in a snapshot at which it still counts
/// as cheaper.
pub const RESUME_EXTRA_MAX: i64 = 32;
/// Sockets that come back a second after a restart.
pub const RETURNS_A_SECOND: u64 = 2_000;
/// Milliseconds over which even a single socket spreads its return.
pub const RETRY_MS_MIN: u64 = 500;

const _: () = assert!(PART_BYTES_MAX >= 1024, "a part carries more than its frame of JSON");

/// Why the server closes a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// The client said what no version of the protocol knows, or nothing in time.
    Malformed,
    /// The token does not open this station.
    NotAllowed,
    /// There is no such station.
    NoStation,
    /// The client did not keep up: come back and resume.
    TooSlow,
    /// The same device connected again.
    Replaced,
    /// The server restarts: come back after a random time within so many milliseconds.
    Restart {
        /// Milliseconds.
        retry_ms: u64,
    },
    /// The database does not answer: come back later.
    TryLater,
}

impl Close {
    /// The code on the wire.
    pub fn code(self) -> u16 {
        match self {
            Close::Malformed => 4000,
            Close::NotAllowed => 4001,
            Close::NoStation => 4004,
            Close::TooSlow => 4008,
            Close::Replaced => 4009,
            Close::Restart { .. } => 1012,
            Close::TryLater => 1013,
        }
    }

    /// The reason on the wire, under 123 bytes.
    pub fn reason(self) -> String {
        match self {
            Close::Malformed => "malformed".to_owned(),
            Close::NotAllowed => "not allowed".to_owned(),
            Close::NoStation => "no such station".to_owned(),
            Close::TooSlow => "too slow".to_owned(),
            Close::Replaced => "replaced".to_owned(),
            Close::Restart { retry_ms } => format!(r#"{{"retry_ms":{retry_ms}}}"#),
            Close::TryLater => "try later".to_owned(),
        }
    }

    /// The restart of a server with so many sockets.
    pub fn restart(sockets: usize) -> Close {
        let spread_ms = sockets as u64 * 1000 / RETURNS_A_SECOND;
        Close::Restart { retry_ms: RETRY_MS_MIN + spread_ms }
    }
}

/// A client's message that no version of the protocol knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a message of the feed")]
pub struct Malformed;

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientMessage {
    /// Who it is and where it wants to go on.
    Hello(Hello),
    /// Presence, and proof of what it shows.
    Ack(Ack),
    /// Something of a later version.
    Unknown,
}

/// A client's first message, and its answer to a gap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The device's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Where the client wants to go on; none wants a snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<Resume>,
    /// What runs there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientInfo>,
}

/// A place in a station's stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The history to which the number belongs.
    pub epoch: String,
    /// The last number that the client holds.
    pub seq: i64,
}

/// What runs on the other side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientInfo {
    /// `board`, `kiosk`, `terminal`…
    #[serde(default)]
    pub kind: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
}

impl ClientInfo {
    /// The same without control characters and of bounded length.
    pub fn bounded(&self) -> ClientInfo {
        let cut = |text: &str| -> String {
            let kept = text.chars().filter(|c| !c.is_control());
            kept.take(CLIENT_CHARS_MAX).collect()
        };
        ClientInfo { kind: cut(&self.kind), version: cut(&self.version) }
    }
}

/// What a client shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// The number at which it stands.
    pub seq: i64,
    /// How many postings it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<u64>,
    /// The [`SetHash`] of its set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Faults of its page since it was loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<u32>,
    /// The last of them, cut to [`ERROR_CHARS_MAX`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

#[derive(Deserialize)]
struct Op {
    op: String,
}

impl ClientMessage {
    /// Reads a client's text.
    ///
    /// # Errors
    /// [`Malformed`] where it is too long, no object with an `op`, or wrong in a field.
    pub fn parse(text: &str) -> Result<ClientMessage, Malformed> {
        if text.len() > CLIENT_MESSAGE_BYTES_MAX {
            return Err(Malformed);
        }
        let head: Op = serde_json::from_str(text).map_err(|_| Malformed)?;
        match head.op.as_str() {
            "hello" => serde_json::from_str(text).map(ClientMessage::Hello),
            "ack" => serde_json::from_str(text).map(ClientMessage::Ack),
            _ => Ok(ClientMessage::Unknown),
        }
        .map_err(|_| Malformed)
    }
}

/// How the server catches a client up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// With the messages that it missed.
    Resumed,
    /// With the whole set.
    Snapshot,
}

#[derive(Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum ServerMessage<'a> {
    Welcome {
        epoch: &'a str,
        seq: i64,
        mode: Mode,
        heartbeat_s: u64,
        server_time: String,
    },
    Beat {
        seq: i64,
    },
    Notice {
        text: &'a str,
    },
    #[serde(rename = "notice")]
    Bulletin {
        disclosure: Option<DisclosureView<'a>>,
        notices: Vec<NoticeView<'a>>,
    },
    Reload,
}

/// What a station must show its visitors, on the wire; a part that does not apply is empty.
#[derive(Serialize)]
struct DisclosureView<'a> {
    operator: &'a str,
    licence: &'a str,
    services: &'a str,
    charges: &'a str,
    supervisor: &'a str,
    supervisor_phone: &'a str,
    complaint_phone: &'a str,
}

/// A notice on the wire; a screen shows it from `from` until `until`.
#[derive(Serialize)]
struct NoticeView<'a> {
    id: &'a str,
    kind: &'static str,
    label: &'static str,
    words: &'a str,
    from: String,
    until: String,
}

impl<'a> From<&'a Notice> for NoticeView<'a> {
    fn from(notice: &'a Notice) -> NoticeView<'a> {
        NoticeView {
            id: notice.id.as_str(),
            kind: notice.kind.word(),
            label: notice.kind.label(),
            words: &notice.words,
            from: notice.starts_at.to_string(),
            until: notice.ends_at.to_string(),
        }
    }
}

fn text(message: &ServerMessage<'_>) -> Utf8Bytes {
    // Only strings and numbers, which never fail.
    serde_json::to_string(message).unwrap_or_default().into()
}

/// The answer to a hello; `seq` is where the stream goes on after the catch-up.
pub fn welcome(epoch: &str, seq: i64, mode: Mode, heartbeat: Duration, now: Moment) -> Utf8Bytes {
    text(&ServerMessage::Welcome {
        epoch,
        seq,
        mode,
        // A client measures silence by it: never nought.
        heartbeat_s: heartbeat.as_secs().max(1),
        server_time: now.to_string(),
    })
}

/// A sign of life; `seq` is the newest number.
pub fn beat(seq: i64) -> Utf8Bytes {
    text(&ServerMessage::Beat { seq })
}

/// A message of the station's staff to the people before the screen.
pub fn notice(words: &str) -> Utf8Bytes {
    text(&ServerMessage::Notice { text: words })
}

/// All that a station tells its visitors, in place of what it told before.
pub fn bulletin(bulletin: &Bulletin, now: Moment) -> Utf8Bytes {
    let disclosure = bulletin.disclosure.as_ref().map(|told| DisclosureView {
        operator: &told.operator,
        licence: &told.licence,
        services: &told.services,
        charges: &told.charges,
        supervisor: &told.supervisor,
        supervisor_phone: &told.supervisor_phone,
        complaint_phone: &told.complaint_phone,
    });
    let live = bulletin.notices.iter().filter(|notice| notice.is_live(now));
    let notices = live.map(NoticeView::from).collect();
    text(&ServerMessage::Bulletin { disclosure, notices })
}

/// Asks the screen to load its page anew.
pub fn reload() -> Utf8Bytes {
    text(&ServerMessage::Reload)
}

/// A whole set, at `seq`, in parts of at most [`PART_JOBS_MAX`] postings and [`PART_BYTES_MAX`]
/// bytes (one posting more than that has a part for itself); an empty set is one empty part.
pub fn snapshot<'a>(seq: i64, jobs: impl IntoIterator<Item = &'a str>) -> Vec<Utf8Bytes> {
    // The frame of JSON with four numbers of up to 20 digits.
    const FRAME_BYTES: usize = 128;
    let mut lists = Vec::new();
    let (mut list, mut count) = (String::new(), 0);
    for job in jobs {
        let full = list.len() + job.len() + FRAME_BYTES > PART_BYTES_MAX || count == PART_JOBS_MAX;
        if full && count > 0 {
            lists.push(std::mem::take(&mut list));
            count = 0;
        }
        if count > 0 {
            list.push(',');
        }
        list.push_str(job);
        count += 1;
    }
    lists.push(list);
    let parts = lists.len();
    (1..)
        .zip(lists)
        .map(|(part, jobs)| {
            format!(
                r#"{{"op":"snapshot","seq":{seq},"part":{part},"parts":{parts},"jobs":[{jobs}]}}"#
            )
            .into()
        })
        .collect()
}

/// The proof of a set: the XOR over its postings of the first 8 bytes of SHA-256 of
/// `id "\n" version`. Independent of order, kept up with one step a change.
///
/// ```
/// use linggong::feed::protocol::SetHash;
///
/// let mut set = SetHash::default();
/// assert_eq!(set.to_string(), "0000000000000000");
/// set.insert("job_1", 7);
/// set.remove("job_1", 7);
/// assert_eq!(set, SetHash::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetHash(u64);

impl SetHash {
    /// Adds a posting that the set does not hold.
    pub fn insert(&mut self, id: &str, version: i64) {
        let mut hasher = Sha256::new();
        hasher.update(id.as_bytes());
        hasher.update(b"\n");
        hasher.update(version.to_string().as_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        let (first, _) = digest.split_first_chunk().unwrap_or((&[0; 8], &[]));
        self.0 ^= u64::from_be_bytes(*first);
    }

    /// Removes a posting that the set holds.
    pub fn remove(&mut self, id: &str, version: i64) {
        // XOR is its own inverse.
        self.insert(id, version);
    }
}

/// 16 lowercase hexadecimal digits.
impl fmt::Display for SetHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        bulletin::{Disclosure, NoticeKind},
        limits,
    };

    #[test]
    fn the_longest_bulletin_is_no_longer_than_a_part_of_a_snapshot() {
        let now: Moment = "2026-11-24T02:00:00Z".parse().unwrap();
        let long = |chars: usize| "长".repeat(chars);
        let part = || long(limits::DISCLOSURE_CHARS_MAX);
        let disclosure = Disclosure {
            operator: part(),
            licence: part(),
            services: part(),
            charges: part(),
            supervisor: part(),
            supervisor_phone: part(),
            complaint_phone: part(),
        };
        let notice = Notice {
            id: format!("ntc_{}", "0".repeat(26)).parse().unwrap(),
            station: "liangtian".parse().unwrap(),
            kind: NoticeKind::Fair,
            words: long(limits::NOTICE_CHARS.1),
            starts_at: now,
            ends_at: now.plus(1),
            withdrawn_at: None,
            created_at: now,
        };
        let mut notices = vec![notice; limits::NOTICES_MAX];
        let told = Bulletin { disclosure: Some(disclosure), notices: notices.clone() };
        assert!(bulletin(&told, now).len() <= PART_BYTES_MAX);
        notices[0].withdrawn_at = Some(now);
        let told = Bulletin { disclosure: None, notices };
        let message: serde_json::Value = serde_json::from_str(&bulletin(&told, now)).unwrap();
        assert_eq!(message["op"], "notice");
        assert_eq!(message["notices"].as_array().unwrap().len(), limits::NOTICES_MAX - 1);
    }

    #[test]
    fn clients_messages_are_read_or_refused() {
        let hello = ClientMessage::parse(
            r#"{"op":"hello","token":"t","resume":{"epoch":"e","seq":4},"client":{"kind":"board","version":"1"},"later":1}"#,
        );
        let want = Hello {
            token: Some("t".to_owned()),
            resume: Some(Resume { epoch: "e".to_owned(), seq: 4 }),
            client: Some(ClientInfo { kind: "board".to_owned(), version: "1".to_owned() }),
        };
        assert_eq!(hello, Ok(ClientMessage::Hello(want)));
        let nulls = r#"{"op":"hello","token":null,"resume":null,"client":null}"#;
        let bare = ClientMessage::Hello(Hello::default());
        assert_eq!(ClientMessage::parse(nulls), Ok(bare));
        for unknown in [r#"{"op":"dance"}"#, r#"{"op":"","seq":"x"}"#] {
            assert_eq!(ClientMessage::parse(unknown), Ok(ClientMessage::Unknown));
        }
        let long = format!(r#"{{"op":"x","y":"{}"}}"#, "z".repeat(CLIENT_MESSAGE_BYTES_MAX));
        for wrong in [
            "",
            "hello",
            "[]",
            "{}",
            r#"{"op":1}"#,
            r#"{"op":"ack"}"#,
            r#"{"op":"ack","seq":"4"}"#,
            r#"{"op":"ack","seq":4,"shown":-1}"#,
            r#"{"op":"hello","resume":{"seq":4}}"#,
            r#"{"op":"hello""#,
            &long,
        ] {
            assert_eq!(ClientMessage::parse(wrong), Err(Malformed), "{wrong}");
        }
    }

    #[test]
    fn the_hash_is_the_contracts() {
        let mut set = SetHash::default();
        set.insert("job_a", 1);
        // printf 'job_a\n1' | sha256sum | cut -c1-16
        assert_eq!(set.to_string(), "392a2bdb9eac16ac");
        let mut other = SetHash::default();
        other.insert("job_b", 12);
        other.insert("job_a", 1);
        set.insert("job_b", 12);
        assert_eq!(set, other);
        set.remove("job_a", 1);
        set.remove("job_b", 12);
        assert_eq!(set.to_string(), "0".repeat(16));
    }

    #[test]
    fn a_snapshot_is_cut_by_bytes_and_by_number() {
        let check = |jobs: &[String], counts: &[usize]| {
            let parts = snapshot(9, jobs.iter().map(String::as_str));
            let mut seen = Vec::new();
            for (at, part) in parts.iter().enumerate() {
                let json: serde_json::Value = serde_json::from_str(part).unwrap();
                assert_eq!(json["op"], "snapshot");
                assert_eq!(json["seq"], 9);
                assert_eq!(json["part"], at + 1);
                assert_eq!(json["parts"], parts.len());
                seen.push(json["jobs"].as_array().unwrap().len());
                assert!(part.len() <= PART_BYTES_MAX || seen.last() == Some(&1));
            }
            assert_eq!(seen, counts);
        };
        let job = |bytes: usize| format!("\"{}\"", "x".repeat(bytes));
        check(&[], &[0]);
        check(&[job(3)], &[1]);
        check(&vec![job(3); PART_JOBS_MAX], &[PART_JOBS_MAX]);
        check(&vec![job(3); PART_JOBS_MAX + 1], &[PART_JOBS_MAX, 1]);
        check(&[job(1500), job(1500), job(1500)], &[2, 1]);
        check(&[job(10), job(2 * PART_BYTES_MAX), job(10)], &[1, 1, 1]);
    }

    #[test]
    fn the_servers_words_are_the_contracts() {
        let now = Moment(0);
        let hello = welcome("e", 7, Mode::Resumed, Duration::from_secs(25), now);
        assert_eq!(
            hello,
            r#"{"op":"welcome","epoch":"e","seq":7,"mode":"resumed","heartbeat_s":25,"server_time":"1970-01-01T08:00:00+08:00"}"#
        );
        assert_eq!(beat(3), r#"{"op":"beat","seq":3}"#);
        assert_eq!(reload(), r#"{"op":"reload"}"#);
        assert_eq!(notice("午休"), r#"{"op":"notice","text":"午休"}"#);
        let alone = Close::restart(1);
        assert_eq!((alone.code(), alone.reason().as_str()), (1012, r#"{"retry_ms":500}"#));
        assert_eq!(Close::restart(10_000).reason(), r#"{"retry_ms":5500}"#);
    }
}
