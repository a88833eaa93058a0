//! The bounds of a hub, by name; what happens at a crossing stands with each.

use std::time::Duration;

/// Times and sizes of a hub; [`Limits::default`] is what the contract and operation ask for.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Wait for the first message; then the socket is closed as malformed.
    pub hello_wait: Duration,
    /// Between two beats of a socket.
    pub heartbeat: Duration,
    /// Wait for a peer to take a message; then the socket is closed as too slow.
    pub write_wait: Duration,
    /// Wait for a peer to take a whole snapshot; then the socket is closed as too slow.
    pub snapshot_wait: Duration,
    /// Wait for the peer's side of a close; then the connection is dropped.
    pub close_wait: Duration,
    /// Between two looks for what another process wrote.
    pub poll: Duration,
    /// Between two looks at everything: epoch, stations' settings, places in the streams.
    pub recheck: Duration,
    /// Wait of a shutdown for its sockets.
    pub shutdown_wait: Duration,
    /// Sockets at once; the next is refused before it is upgraded.
    pub sockets_max: usize,
    /// Messages of a station kept in memory; a socket that is further behind is too slow.
    pub history_messages_max: usize,
    /// Bytes of a station's messages kept in memory; the same.
    pub history_bytes_max: usize,
    /// Snapshots in a row that may fail to make a screen agree; then its proofs are only noted.
    pub resyncs_max: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            hello_wait: Duration::from_secs(10),
            heartbeat: Duration::from_secs(25),
            write_wait: Duration::from_secs(10),
            snapshot_wait: Duration::from_secs(60),
            close_wait: Duration::from_secs(2),
            poll: Duration::from_millis(200),
            recheck: Duration::from_secs(5),
            shutdown_wait: Duration::from_secs(5),
            sockets_max: 16_384,
            history_messages_max: 1_024,
            history_bytes_max: 2 * 1024 * 1024,
            resyncs_max: 3,
        }
    }
}
