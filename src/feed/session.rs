//! One socket's life: hello, catch-up, stream, beats, proofs, close. One task, no queue: what a
//! socket has not taken stands in the station's memory, and the socket keeps its place there.

use std::{convert::Infallible, future::Future, pin::pin, time::Duration};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::time::{Instant, sleep, timeout};

use super::{
    hub::{Admission, Counters, Hub},
    protocol::{self, Ack, ClientMessage, Close, Hello, Limits, Mode, Resume},
    seats::{Proof, Seat},
    station::{Next, PAGE, Place, Plan},
};
use crate::domain::ids::StationId;

/// What carries a socket's messages.
pub trait Socket: Stream<Item = Result<Message, Self::Broken>> + Sink<Message> + Unpin {
    /// What the stream answers when it breaks.
    type Broken;
}

impl<S, E> Socket for S
where
    S: Stream<Item = Result<Message, E>> + Sink<Message> + Unpin,
{
    type Broken = E;
}

/// Why a socket's life ends.
#[derive(Debug, PartialEq, Eq)]
enum End {
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

/// Serves one socket until it ends; `None` is a name that no station can have.
pub async fn serve(admission: Admission, station: Option<StationId>, socket: impl Socket) {
    let hub = &admission.hub;
    let mut line = Line { socket, limits: hub.limits() };
    let Err(end) = converse(hub, station, &mut line).await;
    if end == End::Closed(Close::TooSlow) {
        Counters::add(&hub.counters().slow, 1);
    }
    line.end(end).await;
}

async fn converse(
    hub: &Hub,
    station: Option<StationId>,
    line: &mut Line<'_, impl Socket>,
) -> Result<Infallible, End> {
    let hello = tokio::select! {
        hello = timeout(line.limits.hello_wait, line.hello()) => {
            hello.unwrap_or(Err(Close::Malformed.into()))?
        }
        () = hub.stopped() => Hello::default(),
    };
    if let Some(close) = hub.closing() {
        return Err(close.into());
    }
    let station = station.ok_or(Close::NoStation)?;
    let seat = hub.sit(&station, &hello).await?;
    // Subscribed before the first look: nothing that happens in between is missed.
    let mut woken = seat.station.woken();
    let mut heard = seat.station.calls();
    let mut watcher =
        Watcher { hub, seat: &seat, place: Place::default(), proofs_from: 0, resyncs: 0 };
    watcher.welcome(line, hello.resume.as_ref()).await?;
    if let Some(bulletin) = seat.station.bulletin() {
        line.send(bulletin).await?;
    }
    let heartbeat = line.limits.heartbeat;
    let mut beat = pin!(sleep(heartbeat));
    loop {
        if let Some(close) = hub.closing().or(seat.member.order()) {
            return Err(close.into());
        }
        watcher.catch_up(line).await?;
        for call in seat.station.calls_after(&mut heard, &seat.member) {
            line.send(call).await?;
        }
        tokio::select! {
            _ = woken.changed() => {}
            message = line.receive() => match message? {
                ClientMessage::Hello(hello) => watcher.welcome(line, hello.resume.as_ref()).await?,
                ClientMessage::Ack(ack) => watcher.judge(line, &ack).await?,
                ClientMessage::Unknown => {}
            },
            () = &mut beat => {
                beat.as_mut().reset(Instant::now() + heartbeat);
                line.send(protocol::beat(watcher.place.seq)).await?;
            }
        }
    }
}

/// A seated socket and its place in the stream.
struct Watcher<'a> {
    hub: &'a Hub,
    seat: &'a Seat,
    place: Place,
    /// Proofs of an older number were sent before the last snapshot arrived.
    proofs_from: i64,
    /// Snapshots since the screen last agreed.
    resyncs: u32,
}

impl Watcher<'_> {
    /// Answers a hello: by resumption where that can be, else with the whole set.
    async fn welcome(
        &mut self,
        line: &mut Line<'_, impl Socket>,
        resume: Option<&Resume>,
    ) -> Result<(), End> {
        let station = &self.seat.station;
        self.hub.keep_up().await;
        let Some(resume) = resume else {
            return self.snapshot(line).await;
        };
        if resume.seq > station.seq() {
            // Another process may have told the client what this one has not read yet.
            self.hub.look().await;
        }
        match station.plan(resume) {
            Plan::FromMemory { place, head } => self.resume(line, resume, place, head).await,
            Plan::FromStore { place, kept, head } => {
                let page = self.hub.stored(&station.id, place.seq, PAGE).await?;
                if page.first().is_none_or(|first| first.seq != place.seq + 1) {
                    return self.snapshot(line).await;
                }
                self.resume(line, resume, place, head).await?;
                self.replay(line, page, kept).await
            }
            Plan::Snapshot => self.snapshot(line).await,
        }
    }

    async fn resume(
        &mut self,
        line: &mut Line<'_, impl Socket>,
        resume: &Resume,
        place: Place,
        head: i64,
    ) -> Result<(), End> {
        Counters::add(&self.hub.counters().resumed, 1);
        self.place = place;
        self.proofs_from = place.seq;
        self.say_welcome(line, &resume.epoch, head, Mode::Resumed).await
    }

    /// Sends what only the store still has: the messages before number `kept`.
    async fn replay(
        &mut self,
        line: &mut Line<'_, impl Socket>,
        mut page: Vec<crate::store::StreamMessage>,
        kept: i64,
    ) -> Result<(), End> {
        while self.place.seq + 1 < kept {
            for message in page {
                if message.seq != self.place.seq + 1 {
                    // Pruned meanwhile; on its return the client is given a snapshot.
                    return Err(Close::TooSlow.into());
                }
                line.feed(message.message.into()).await?;
                self.place.seq = message.seq;
            }
            page = self.hub.stored(&self.seat.station.id, self.place.seq, PAGE).await?;
            if page.is_empty() {
                break;
            }
        }
        line.flush().await
    }

    async fn snapshot(&mut self, line: &mut Line<'_, impl Socket>) -> Result<(), End> {
        let (snapshot, place) = self.seat.station.snapshot().ok_or(Close::TryLater)?;
        Counters::add(&self.hub.counters().snapshots, 1);
        self.place = place;
        self.proofs_from = place.seq;
        let wait = line.limits.snapshot_wait;
        let send = async {
            self.say_welcome(line, &snapshot.epoch, snapshot.seq, Mode::Snapshot).await?;
            for part in snapshot.parts.iter() {
                line.send(part.clone()).await?;
            }
            Ok(())
        };
        timeout(wait, send).await.unwrap_or(Err(Close::TooSlow.into()))
    }

    async fn say_welcome(
        &self,
        line: &mut Line<'_, impl Socket>,
        epoch: &str,
        seq: i64,
        mode: Mode,
    ) -> Result<(), End> {
        let (heartbeat, now) = (line.limits.heartbeat, self.hub.now());
        line.send(protocol::welcome(epoch, seq, mode, heartbeat, now)).await
    }

    /// Sends everything behind the socket's place.
    async fn catch_up(&mut self, line: &mut Line<'_, impl Socket>) -> Result<(), End> {
        let mut sent = 0;
        loop {
            match self.seat.station.after(self.place) {
                Next::Message(message, place) => {
                    line.feed(message).await?;
                    self.place = place;
                    sent += 1;
                }
                Next::Nothing => break,
                Next::Lost => return Err(Close::TooSlow.into()),
                Next::Reloaded => self.snapshot(line).await?,
            }
        }
        if sent > 0 {
            line.flush().await?;
            Counters::add(&self.hub.counters().deliveries, sent);
        }
        Ok(())
    }

    /// Notes what a screen says of itself, and sends the whole set where it shows another.
    async fn judge(&mut self, line: &mut Line<'_, impl Socket>, ack: &Ack) -> Result<(), End> {
        let agrees = match &ack.hash {
            // It claims what was never sent.
            _ if ack.seq > self.place.seq => Some(false),
            Some(hash) if ack.seq >= self.proofs_from => self.seat.station.agrees(ack.seq, hash),
            _ => None,
        };
        let kept = |text: &String| -> Box<str> {
            let plain = text.chars().filter(|c| !c.is_control());
            plain.take(protocol::ERROR_CHARS_MAX).collect()
        };
        self.seat.member.note(Proof {
            seq: ack.seq,
            at: self.hub.now(),
            shown: ack.shown,
            agrees,
            errors: ack.errors.unwrap_or(0),
            last_error: ack.last_error.as_ref().map(kept),
        });
        match agrees {
            Some(true) => self.resyncs = 0,
            Some(false) if self.resyncs < line.limits.resyncs_max => {
                self.resyncs += 1;
                Counters::add(&self.hub.counters().resyncs, 1);
                self.snapshot(line).await?;
            }
            Some(false) | None => {}
        }
        Ok(())
    }
}

/// A socket's wire: every wait on it is bounded.
struct Line<'a, S> {
    socket: S,
    limits: &'a Limits,
}

impl<S: Socket> Line<'_, S> {
    async fn hello(&mut self) -> Result<Hello, End> {
        loop {
            match self.receive().await? {
                ClientMessage::Hello(hello) => return Ok(hello),
                ClientMessage::Ack(_) => return Err(Close::Malformed.into()),
                ClientMessage::Unknown => {}
            }
        }
    }

    /// The peer's next message. Nothing is lost where the wait for it is given up.
    async fn receive(&mut self) -> Result<ClientMessage, End> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    let message = ClientMessage::parse(&text).map_err(|_| Close::Malformed)?;
                    return Ok(message);
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Binary(_)) | Err(_)) => return Err(Close::Malformed.into()),
                Some(Ok(Message::Close(_))) | None => return Err(End::Gone),
            }
        }
    }

    /// Hands a message to the wire; [`Line::flush`] makes sure that it goes.
    async fn feed(&mut self, text: Utf8Bytes) -> Result<(), End> {
        let wait = self.limits.write_wait;
        in_time(wait, self.socket.feed(Message::Text(text))).await
    }

    async fn flush(&mut self) -> Result<(), End> {
        in_time(self.limits.write_wait, self.socket.flush()).await
    }

    async fn send(&mut self, text: Utf8Bytes) -> Result<(), End> {
        let wait = self.limits.write_wait;
        in_time(wait, self.socket.send(Message::Text(text))).await
    }

    /// Says why, if the server closes, and waits for the peer's side, a bounded time.
    async fn end(mut self, end: End) {
        let wait = self.limits.close_wait;
        let goodbye = async {
            if let End::Closed(close) = end {
                let frame = CloseFrame { code: close.code(), reason: close.reason().into() };
                let _ = self.socket.send(Message::Close(Some(frame))).await;
            }
            while let Some(Ok(_)) = self.socket.next().await {}
        };
        // A peer that does not answer is left.
        let _ = timeout(wait, goodbye).await;
    }
}

async fn in_time<E>(wait: Duration, write: impl Future<Output = Result<(), E>>) -> Result<(), End> {
    match timeout(wait, write).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(Close::TooSlow.into()),
    }
}
