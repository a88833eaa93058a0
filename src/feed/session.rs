//! One socket's life: hello, catch-up, stream, beats, proofs, close. One task, no queue: what a
//! socket has not taken stands in the station's memory, and the socket keeps its place there.

use std::{convert::Infallible, future::Future, pin::pin, sync::Arc};

use tokio::time::{Instant, sleep, timeout};

pub use super::line::Socket;
use super::{
    hub::{Admission, Counters, Hub},
    line::{End, Line},
    protocol::{self, Ack, ClientMessage, Close, Hello, Mode, Resume},
    seats::{Proof, Seat},
    station::{Next, PAGE, Place, Plan},
};
use crate::domain::ids::StationId;

/// Serves one socket until it ends; `None` is a name that no station can have.
pub fn serve(
    admission: Admission,
    station: Option<StationId>,
    socket: impl Socket,
) -> impl Future<Output = ()> + Send {
    // Taken out of the future: a socket that is moved into one stands there twice.
    let line = Line::new(socket, admission.hub.limits().write_wait);
    async move {
        // The whole of it: its place is given back at the end.
        let admission = admission;
        let hub = &admission.hub;
        let Err(end) = converse(hub, station, &line).await;
        if end == End::Closed(Close::TooSlow) {
            Counters::add(&hub.counters().slow, 1);
        }
        Box::pin(line.end(end, hub.limits().close_wait)).await;
    }
}

/// What is rare is boxed: ten thousand tasks shall not keep room for it.
async fn converse(
    hub: &Hub,
    station: Option<StationId>,
    line: &Arc<Line<impl Socket>>,
) -> Result<Infallible, End> {
    let hello = Box::pin(greeting(hub, line)).await?;
    if let Some(close) = hub.closing() {
        return Err(close.into());
    }
    let station = station.ok_or(Close::NoStation)?;
    let seat = Box::pin(hub.sit(&station, &hello, line.clone())).await?;
    let mut heard = seat.station.calls();
    let mut watcher =
        Watcher { hub, seat: &seat, line, place: Place::default(), proofs_from: 0, resyncs: 0 };
    Box::pin(watcher.welcome(hello.resume)).await?;
    if let Some(bulletin) = seat.station.bulletin() {
        Box::pin(line.send(bulletin)).await?;
    }
    let heartbeat = hub.limits().heartbeat;
    let mut beat = pin!(sleep(heartbeat));
    loop {
        if let Some(close) = hub.closing().or(seat.member.order()) {
            return Err(close.into());
        }
        Box::pin(watcher.catch_up()).await?;
        for call in seat.station.calls_after(&mut heard, &seat.member) {
            Box::pin(line.send(call)).await?;
        }
        let count = |sent| Counters::add(&hub.counters().deliveries, sent);
        let said = tokio::select! {
            said = line.rest(&seat.station, watcher.place, count) => said?,
            () = &mut beat => {
                beat.as_mut().reset(Instant::now() + heartbeat);
                watcher.rise();
                Box::pin(line.send(protocol::beat(watcher.place.seq))).await?;
                continue;
            }
        };
        watcher.rise();
        match said {
            Some(ClientMessage::Hello(hello)) => Box::pin(watcher.welcome(hello.resume)).await?,
            Some(ClientMessage::Ack(ack)) => Box::pin(watcher.judge(ack)).await?,
            Some(ClientMessage::Unknown) | None => {}
        }
    }
}

/// Waits for the hello, or for the server to go.
async fn greeting(hub: &Hub, line: &Line<impl Socket>) -> Result<Hello, End> {
    let hello = async {
        loop {
            match line.receive().await? {
                ClientMessage::Hello(hello) => return Ok(hello),
                ClientMessage::Ack(_) => return Err(Close::Malformed.into()),
                ClientMessage::Unknown => {}
            }
        }
    };
    tokio::select! {
        hello = timeout(hub.limits().hello_wait, hello) => {
            hello.unwrap_or(Err(Close::Malformed.into()))
        }
        () = hub.stopped() => Ok(Hello::default()),
    }
}

/// A seated socket and its place in the stream.
struct Watcher<'a, S> {
    hub: &'a Hub,
    seat: &'a Seat,
    line: &'a Line<S>,
    place: Place,
    /// Proofs of an older number were sent before the last snapshot arrived.
    proofs_from: i64,
    /// Snapshots since the screen last agreed.
    resyncs: u32,
}

impl<S: Socket> Watcher<'_, S> {
    /// Goes on from where the courier left the line.
    fn rise(&mut self) {
        if let Some(place) = self.line.rise() {
            self.place = place;
        }
    }

    /// Answers a hello: by resumption where that can be, else with the whole set.
    async fn welcome(&mut self, resume: Option<Resume>) -> Result<(), End> {
        let station = &self.seat.station;
        self.hub.keep_up().await;
        let Some(resume) = resume else {
            return self.snapshot().await;
        };
        if resume.seq > station.seq() {
            // Another process may have told the client what this one has not read yet.
            self.hub.look().await;
        }
        match station.plan(&resume) {
            Plan::FromMemory { place, head } => self.resume(&resume, place, head).await,
            Plan::FromStore { place, kept, head } => {
                let page = self.hub.stored(&station.id, place.seq, PAGE).await?;
                if page.first().is_none_or(|first| first.seq != place.seq + 1) {
                    return self.snapshot().await;
                }
                self.resume(&resume, place, head).await?;
                self.replay(page, kept).await
            }
            Plan::Snapshot => self.snapshot().await,
        }
    }

    async fn resume(&mut self, resume: &Resume, place: Place, head: i64) -> Result<(), End> {
        Counters::add(&self.hub.counters().resumed, 1);
        self.place = place;
        self.proofs_from = place.seq;
        self.say_welcome(&resume.epoch, head, Mode::Resumed).await
    }

    /// Sends what only the store still has: the messages before number `kept`.
    async fn replay(
        &mut self,
        mut page: Vec<crate::store::StreamMessage>,
        kept: i64,
    ) -> Result<(), End> {
        while self.place.seq + 1 < kept {
            for message in page {
                if message.seq != self.place.seq + 1 {
                    // Pruned meanwhile; on its return the client is given a snapshot.
                    return Err(Close::TooSlow.into());
                }
                self.line.feed(message.message.into()).await?;
                self.place.seq = message.seq;
            }
            page = self.hub.stored(&self.seat.station.id, self.place.seq, PAGE).await?;
            if page.is_empty() {
                break;
            }
        }
        self.line.flush().await
    }

    async fn snapshot(&mut self) -> Result<(), End> {
        let (snapshot, place) = self.seat.station.snapshot().ok_or(Close::TryLater)?;
        Counters::add(&self.hub.counters().snapshots, 1);
        self.place = place;
        self.proofs_from = place.seq;
        let wait = self.hub.limits().snapshot_wait;
        let send = async {
            self.say_welcome(&snapshot.epoch, snapshot.seq, Mode::Snapshot).await?;
            for part in snapshot.parts.iter() {
                self.line.send(part.clone()).await?;
            }
            Ok(())
        };
        timeout(wait, send).await.unwrap_or(Err(Close::TooSlow.into()))
    }

    async fn say_welcome(&self, epoch: &str, seq: i64, mode: Mode) -> Result<(), End> {
        let (heartbeat, now) = (self.hub.limits().heartbeat, self.hub.now());
        self.line.send(protocol::welcome(epoch, seq, mode, heartbeat, now)).await
    }

    /// Sends everything behind the socket's place.
    async fn catch_up(&mut self) -> Result<(), End> {
        let mut sent = 0;
        loop {
            match self.seat.station.after(self.place) {
                Next::Message(message, place) => {
                    self.line.feed(message).await?;
                    self.place = place;
                    sent += 1;
                }
                Next::Nothing => break,
                Next::Lost => return Err(Close::TooSlow.into()),
                Next::Reloaded => self.snapshot().await?,
            }
        }
        // The courier too may have left something halfway.
        self.line.flush().await?;
        Counters::add(&self.hub.counters().deliveries, sent);
        Ok(())
    }

    /// Notes what a screen says of itself, and sends the whole set where it shows another.
    async fn judge(&mut self, ack: Ack) -> Result<(), End> {
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
            Some(false) if self.resyncs < self.hub.limits().resyncs_max => {
                self.resyncs += 1;
                Counters::add(&self.hub.counters().resyncs, 1);
                self.snapshot().await?;
            }
            Some(false) | None => {}
        }
        Ok(())
    }
}
