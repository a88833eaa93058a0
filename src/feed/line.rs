//! A socket's wire, shared by its own task and one of its station's couriers.
//!
//! The own task reads, answers and catches up, each wait bounded. When it has nothing to do the line
//! *rests* at its place in the stream, and the courier hands it what comes, without waking the task:
//! ten thousand screens then cost ten thousand writes and nothing else. What the line does not take
//! at once is left to its own task, so nobody waits for a slow one.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::time::timeout;

use super::{
    protocol::{ClientMessage, Close},
    station::{Next, Place, Station, locked},
};

/// What carries a socket's messages.
pub trait Socket:
    Stream<Item = Result<Message, Self::Broken>> + Sink<Message> + Unpin + Send + 'static
{
    /// What the stream answers when it breaks.
    type Broken;
}

impl<S, E> Socket for S
where
    S: Stream<Item = Result<Message, E>> + Sink<Message> + Unpin + Send + 'static,
{
    type Broken = E;
}

/// Why a socket's life ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The peer went.
    Gone,
    /// The server closes.
    Closed(Close),
}

impl From<Close> for End {
    fn from(close: Close) -> End {
        End::Closed(close)
    }
}

/// A line, as others than its own task know it.
pub(super) trait Reach: Send + Sync {
    /// Hands over what stands behind the line's place, where it rests and as far as it takes it at
    /// once. Answers the number of messages.
    fn hand(&self, station: &Station) -> u64;

    /// Says to its own task: look.
    fn rouse(&self);
}

/// One socket's wire.
pub(super) struct Line<S> {
    wire: Mutex<Wire<S>>,
    /// Wait for the peer to take a message.
    write_wait: Duration,
}

struct Wire<S> {
    socket: S,
    rest: Option<Rest>,
    /// The own task has something to do: it was called, or what was handed over did not fit.
    wanted: bool,
}

/// A line at rest: all that stood before its place was sent.
struct Rest {
    place: Place,
    task: Waker,
}

impl<S: Socket> Wire<S> {
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<ClientMessage, End>> {
        loop {
            return Poll::Ready(match ready!(self.socket.poll_next_unpin(cx)) {
                Some(Ok(Message::Text(text))) => {
                    ClientMessage::parse(&text).map_err(|_| Close::Malformed.into())
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Binary(_)) | Err(_)) => Err(Close::Malformed.into()),
                Some(Ok(Message::Close(_))) | None => Err(End::Gone),
            });
        }
    }

    /// Hands a message to the wire; it is taken out of its place once the wire has it.
    fn poll_feed(
        &mut self,
        cx: &mut Context<'_>,
        message: &mut Option<Message>,
    ) -> Poll<Result<(), End>> {
        if message.is_some() {
            ready!(self.socket.poll_ready_unpin(cx)).map_err(|_| End::Gone)?;
            if let Some(message) = message.take() {
                self.socket.start_send_unpin(message).map_err(|_| End::Gone)?;
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        self.socket.poll_flush_unpin(cx).map_err(|_| End::Gone)
    }

    fn hand(&mut self, station: &Station) -> u64 {
        let mut sent = 0;
        let Some(mut rest) = self.rest.take_if(|_| !self.wanted) else {
            return sent;
        };
        let cx = &mut Context::from_waker(&rest.task);
        let even = loop {
            match station.after(rest.place) {
                Next::Message(text, place) => {
                    let mut message = Some(Message::Text(text));
                    if self.poll_feed(cx, &mut message) != Poll::Ready(Ok(())) {
                        break false;
                    }
                    rest.place = place;
                    sent += 1;
                }
                Next::Nothing => break sent == 0 || self.poll_flush(cx) == Poll::Ready(Ok(())),
                Next::Lost | Next::Reloaded => break false,
            }
        };
        if !even {
            // Whatever it is, the own task meets it again and has the time to deal with it.
            self.wanted = true;
            rest.task.wake_by_ref();
        }
        self.rest = Some(rest);
        sent
    }
}

impl<S: Socket> Line<S> {
    pub(super) fn new(socket: S, write_wait: Duration) -> Arc<Line<S>> {
        let wire = Wire { socket, rest: None, wanted: false };
        Arc::new(Line { wire: Mutex::new(wire), write_wait })
    }

    /// The peer's next message. Nothing is lost where the wait for it is given up.
    pub(super) async fn receive(&self) -> Result<ClientMessage, End> {
        poll_fn(|cx| locked(&self.wire).poll_receive(cx)).await
    }

    /// Hands a message to the wire; [`Line::flush`] makes sure that it goes.
    pub(super) async fn feed(&self, text: Utf8Bytes) -> Result<(), End> {
        let mut message = Some(Message::Text(text));
        self.in_time(|wire, cx| wire.poll_feed(cx, &mut message)).await
    }

    pub(super) async fn flush(&self) -> Result<(), End> {
        self.in_time(Wire::poll_flush).await
    }

    pub(super) async fn send(&self, text: Utf8Bytes) -> Result<(), End> {
        let mut message = Some(Message::Text(text));
        self.in_time(|wire, cx| {
            ready!(wire.poll_feed(cx, &mut message))?;
            wire.poll_flush(cx)
        })
        .await
    }

    async fn in_time(
        &self,
        mut write: impl FnMut(&mut Wire<S>, &mut Context<'_>) -> Poll<Result<(), End>>,
    ) -> Result<(), End> {
        let write = poll_fn(|cx| write(&mut locked(&self.wire), cx));
        timeout(self.write_wait, write).await.unwrap_or(Err(Close::TooSlow.into()))
    }

    /// Rests at `place` until the own task is wanted (none) or the peer says something; the count
    /// of what is handed over by the own task itself goes to `sent`.
    pub(super) async fn rest(
        &self,
        station: &Station,
        place: Place,
        sent: impl Fn(u64),
    ) -> Result<Option<ClientMessage>, End> {
        poll_fn(|cx| {
            let wire = &mut *locked(&self.wire);
            let rest = wire.rest.get_or_insert_with(|| Rest { place, task: cx.waker().clone() });
            rest.task.clone_from(cx.waker());
            // What came since the own task looked last met a line that did not rest yet.
            sent(wire.hand(station));
            if wire.wanted { Poll::Ready(Ok(None)) } else { wire.poll_receive(cx).map_ok(Some) }
        })
        .await
    }

    /// Ends the rest: only the own task writes now. Answers the place up to which all was sent.
    pub(super) fn rise(&self) -> Option<Place> {
        let mut wire = locked(&self.wire);
        wire.wanted = false;
        wire.rest.take().map(|rest| rest.place)
    }

    /// Says why, if the server closes, and waits for the peer's side, a bounded time.
    pub(super) async fn end(&self, end: End, wait: Duration) {
        self.rise();
        let goodbye = async {
            if let End::Closed(close) = end {
                let frame = CloseFrame { code: close.code(), reason: close.reason().into() };
                let mut message = Some(Message::Close(Some(frame)));
                let _ = poll_fn(|cx| {
                    let wire = &mut *locked(&self.wire);
                    ready!(wire.poll_feed(cx, &mut message))?;
                    wire.poll_flush(cx)
                })
                .await;
            }
            while let Some(Ok(_)) =
                poll_fn(|cx| locked(&self.wire).socket.poll_next_unpin(cx)).await
            {}
        };
        // A peer that does not answer is left.
        let _ = timeout(wait, goodbye).await;
    }
}

impl<S: Socket> Reach for Line<S> {
    fn hand(&self, station: &Station) -> u64 {
        locked(&self.wire).hand(station)
    }

    fn rouse(&self) {
        let mut wire = locked(&self.wire);
        wire.wanted = true;
        if let Some(rest) = &wire.rest {
            rest.task.wake_by_ref();
        }
    }
}
