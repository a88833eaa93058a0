//! A client's connection to a station's feed, for the commands that follow one.

use std::{fmt, future::Future, process::ExitCode, str::FromStr, time::Duration};

use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        http::{HeaderValue, header::SEC_WEBSOCKET_PROTOCOL},
        protocol::{CloseFrame, WebSocketConfig},
    },
};

use crate::{domain::ids::StationId, feed::protocol::SUBPROTOCOL};

/// How long a connection may take to come about.
const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// Bytes of a message of the server that are taken: a part of a snapshot with room for one posting
/// of unusual length.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// A server's address: `http://host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server(String);

/// The text is no server's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("地址应当像 http://127.0.0.1:8080")]
pub(super) struct NotAServer;

impl FromStr for Server {
    type Err = NotAServer;
    fn from_str(text: &str) -> Result<Server, NotAServer> {
        let rest = text.strip_prefix("http://").ok_or(NotAServer)?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
        if authority.is_empty() || !authority.bytes().all(plain) {
            return Err(NotAServer);
        }
        let port = authority.rsplit_once(':').map(|(_, port)| port);
        Ok(match port {
            Some(port) if port.parse::<u16>().is_ok() => Server(authority.to_owned()),
            _ => Server(format!("{authority}:80")),
        })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.0)
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoConnection {
    /// The server did not answer in time.
    #[error("没有及时应答")]
    Late,
    /// The network refuses.
    #[error("连不上：{0}")]
    Network(#[from] std::io::Error),
    /// The server answered otherwise.
    #[error("握手没有成功：{0}")]
    Handshake(#[from] tungstenite::Error),
}

/// A connection to a feed.
pub(super) type Socket = WebSocketStream<TcpStream>;

/// Connects to a station's feed.
pub(super) async fn connect(server: &Server, station: &StationId) -> Result<Socket, NoConnection> {
    let connect = async {
        let stream = TcpStream::connect(&server.0).await?;
        stream.set_nodelay(true)?;
        let address = format!("ws://{}/api/v1/stations/{station}/feed", server.0);
        let mut request = address.into_client_request()?;
        let protocol = HeaderValue::from_static(SUBPROTOCOL);
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocol);
        // Thousands of these live in one process: small buffers, grown where a message asks for it.
        let config = WebSocketConfig::default()
            .read_buffer_size(4 * 1024)
            .write_buffer_size(1024)
            .max_message_size(Some(MESSAGE_BYTES_MAX))
            .max_frame_size(Some(MESSAGE_BYTES_MAX));
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
        Ok(socket)
    };
    match tokio::time::timeout(CONNECT_WAIT, connect).await {
        Ok(done) => done,
        Err(_) => Err(NoConnection::Late),
    }
}

/// What the server sent.
pub(super) enum Received {
    /// A message.
    Text(tungstenite::Utf8Bytes),
    /// The end, with its close frame where there is one.
    End(Option<CloseFrame>),
}

/// The server's next message.
pub(super) async fn receive(socket: &mut Socket) -> Received {
    use futures_util::StreamExt;
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Received::Text(text),
            Some(Ok(Message::Close(frame))) => return Received::End(frame),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return Received::End(None),
        }
    }
}

/// Says a text to the server; whether it went.
pub(super) async fn say(socket: &mut Socket, text: String) -> bool {
    use futures_util::SinkExt;
    socket.send(Message::text(text)).await.is_ok()
}

/// Runs a command's future on a runtime of its own.
pub(super) fn block_on(command: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(command),
        Err(error) => {
            eprintln!("系统没有给出线程：{error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_servers_are_taken() {
        for (text, want) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost", "http://localhost:80"),
            ("http://[::1]:9/", "http://[::1]:9"),
            ("http://[::1]", "http://[::1]:80"),
        ] {
            assert_eq!(text.parse::<Server>().unwrap().to_string(), want);
        }
        for text in ["", "127.0.0.1:8080", "https://a", "http://", "http://a/b", "http://u@a"] {
            assert_eq!(text.parse::<Server>(), Err(NotAServer), "{text}");
        }
    }
}
