//! The messages of the feed, version 1: what clients may say, what the server says, how it closes.
//!
//! Numbers of a station's stream are contiguous from 1; a client that holds `n` takes only `n + 1`.
//! What a client says beyond this version is ignored, so that old servers bear new screens.

mod client_message;
mod server_message;
mod set_hash;

pub use self::{
    client_message::{Ack, ClientInfo, ClientMessage, Hello, Malformed, Resume},
    server_message::{Mode, beat, bulletin, notice, reload, snapshot, welcome},
    set_hash::SetHash,
};
pub use super::limits::Limits;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_return_after_a_restart_is_spread_by_the_number_of_sockets() {
        let alone = Close::restart(1);
        assert_eq!((alone.code(), alone.reason().as_str()), (1012, r#"{"retry_ms":500}"#));
        assert_eq!(Close::restart(10_000).reason(), r#"{"retry_ms":5500}"#);
    }
}
