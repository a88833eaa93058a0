//! A socket without a network, and the peer at its other end.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::extract::ws::Message;
use futures_util::{Sink, Stream};
use serde_json::Value;
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    time::timeout,
};
use tokio_util::sync::PollSender;

/// Longer than anything here takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// The server's end.
pub struct Wire {
    sent: PollSender<Message>,
    received: Receiver<Message>,
}

/// The client's end.
pub struct Peer {
    sent: Sender<Message>,
    received: Receiver<Message>,
}

/// A socket on which the server can be `ahead` messages ahead of its peer.
pub fn wire(ahead: usize) -> (Wire, Peer) {
    let (to_peer, from_server) = channel(ahead);
    let (to_server, from_peer) = channel(16);
    let wire = Wire { sent: PollSender::new(to_peer), received: from_peer };
    let peer = Peer { sent: to_server, received: from_server };
    (wire, peer)
}

impl Stream for Wire {
    type Item = Result<Message, Infallible>;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.received.poll_recv(cx).map(|message| message.map(Ok))
    }
}

impl Sink<Message> for Wire {
    type Error = <PollSender<Message> as Sink<Message>>::Error;
    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Pin::new(&mut self.sent).poll_ready(cx)
    }
    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Self::Error> {
        Pin::new(&mut self.sent).start_send(message)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Pin::new(&mut self.sent).poll_flush(cx)
    }
    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Pin::new(&mut self.sent).poll_close(cx)
    }
}

/// What came from the server.
#[derive(Debug)]
pub enum Heard {
    /// A message.
    Text(String),
    /// A close with its code and reason.
    Closed(u16, String),
    /// The end without a close.
    Gone,
}

impl Peer {
    /// Says a text.
    pub async fn say(&self, text: impl Into<String>) {
        self.send(Message::Text(text.into().into())).await;
    }

    /// Sends any message; a server that is gone does not hear it.
    pub async fn send(&self, message: Message) {
        let _ = self.sent.send(message).await;
    }

    /// Says an object.
    pub async fn tell(&self, message: Value) {
        self.say(message.to_string()).await;
    }

    /// Whatever comes next.
    pub async fn next(&mut self) -> Heard {
        match timeout(PATIENCE, self.received.recv()).await {
            Err(_) => panic!("the server says nothing"),
            Ok(None) => Heard::Gone,
            Ok(Some(Message::Text(text))) => Heard::Text(text.to_string()),
            Ok(Some(Message::Close(Some(frame)))) => {
                Heard::Closed(frame.code, frame.reason.to_string())
            }
            Ok(Some(other)) => panic!("the server sends {other:?}"),
        }
    }

    /// The next message, as text.
    pub async fn text(&mut self) -> String {
        match self.next().await {
            Heard::Text(text) => text,
            other => panic!("a message is due, not {other:?}"),
        }
    }

    /// The next message.
    pub async fn hear(&mut self) -> Value {
        serde_json::from_str(&self.text().await).expect("messages are JSON")
    }

    /// The close that follows, whatever comes before.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.next().await {
                Heard::Text(_) => {}
                Heard::Closed(code, reason) => return (code, reason),
                Heard::Gone => panic!("the server went without a close"),
            }
        }
    }
}
