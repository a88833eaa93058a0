//! What the server says, encoded once for all who hear it.

use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use serde::{Deserialize, Serialize};

use super::{PART_BYTES_MAX, PART_JOBS_MAX};
use crate::domain::{
    bulletin::{Bulletin, Notice},
    time::Moment,
};

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
    }
}
