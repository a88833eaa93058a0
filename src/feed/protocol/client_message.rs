//! What clients say, and how it is read.

use serde::{Deserialize, Serialize};

use super::{CLIENT_CHARS_MAX, CLIENT_MESSAGE_BYTES_MAX};

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
    /// The last of them, cut to [`ERROR_CHARS_MAX`](super::ERROR_CHARS_MAX).
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
