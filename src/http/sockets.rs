//! Stations' feeds over WebSocket: from a request to a [`session`].

use std::future::ready;

use axum::{
    Router,
    extract::{
        Path, State,
        ws::{WebSocket, WebSocketUpgrade},
    },
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};

use crate::feed::{
    hub::Hub,
    protocol::{CLIENT_MESSAGE_BYTES_MAX, SUBPROTOCOL},
    session,
};

/// Bytes read from a socket at once. Clients say little; most sockets never need more.
const READ_BUFFER_BYTES: usize = 256;
/// Bytes gathered before they are written. Beyond it a socket's buffer holds one message more.
const WRITE_BUFFER_BYTES: usize = 1024;
/// Seconds after which a client that found no place may ask again.
const RETRY_AFTER_S: &str = "10";

/// The feed's address: `GET /api/v1/stations/{station}/feed`.
pub fn routes(hub: Hub) -> Router {
    Router::new().route("/api/v1/stations/{station}/feed", any(feed)).with_state(hub)
}

/// Upgrades to the feed; 503 where no place is left. A client that names no subprotocol is taken
/// for one of version 1.
pub async fn feed(
    State(hub): State<Hub>,
    Path(station): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Ok(admission) = hub.admit() else {
        return full();
    };
    // A name that can't be a station's is answered on the socket, as one that is none.
    let station = station.parse().ok();
    upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_frame_size(CLIENT_MESSAGE_BYTES_MAX)
        .max_message_size(CLIENT_MESSAGE_BYTES_MAX)
        // A task of its own: the one of the upgrade keeps room for what the upgrade needed.
        .on_upgrade(move |socket: WebSocket| {
            tokio::spawn(session::serve(admission, station, socket));
            ready(())
        })
}

fn full() -> Response {
    let problem = r#"{"type":"about:blank","title":"连接已满，请稍后再试","status":503}"#;
    let headers =
        [(header::CONTENT_TYPE, "application/problem+json"), (header::RETRY_AFTER, RETRY_AFTER_S)];
    (StatusCode::SERVICE_UNAVAILABLE, headers, problem).into_response()
}
