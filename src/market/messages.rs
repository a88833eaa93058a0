//! Messages to workers: followers of the log and of the clock, each with a place of its own, so that
//! a restart tells nothing twice; and the port through which text messages go out.

use futures_util::future::BoxFuture;
use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    clockwork::ROUND,
};
use crate::{
    domain::{
        account::Actor,
        booking::{BookingStatus, Ending},
        identity::Phone,
        ids::{BookingId, JobId, MessageId, WorkerId},
        message::{Message, MessageKind},
        posting::{Posting, Shift},
        speech,
        time::{HOUR, MINUTE},
    },
    matching,
    store::{Kind, LogRow, Txn},
};

/// A text message on its way.
pub struct Outgoing {
    /// The message's id: a provider that gets it twice sends it once.
    pub id: MessageId,
    /// To which phone.
    pub to: Phone,
    /// What it says.
    pub text: String,
}

/// The text message did not go out; it is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text message did not go out")]
pub struct NotSent;

/// Through which text messages go out. A provider's adapter implements this.
pub trait Sms: Send + Sync {
    /// Sends one.
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<(), NotSent>>;
}

/// Sends nothing and logs that something would have been sent; neither phone nor text.
pub struct LogOnly;

impl Sms for LogOnly {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<(), NotSent>> {
        Box::pin(async move {
            tracing::info!(message = message.id.as_str(), "a text message would go out");
            Ok(())
        })
    }
}

/// The name under which the follower of the log keeps its place.
const PLACE: &str = "messages_place";
/// Log entries that one step reads.
const STEP: i64 = 500;
/// People who wait that one new posting is held against.
const WAITING_MAX: i64 = 500;
/// How long a process that takes messages has for sending them.
const CLAIM: i64 = 2 * MINUTE;
/// How often a message is tried.
const TRIES_MAX: i64 = 5;
/// Messages that a list shows.
const LIST_MAX: i64 = 20;

impl Market {
    /// One step of the follower of the log. Answers whether there is more.
    ///
    /// # Errors
    /// [`MarketError::Store`]; the step can be repeated.
    pub(super) async fn tell_what_happened(&self) -> MarketResult<usize> {
        {
            let mut view = self.store.read().await?;
            let head = view.log_seq().await?.to_string();
            if view.meta(PLACE).await? == Some(head) {
                return Ok(0);
            }
        }
        let mut txn = self.store.begin().await?;
        txn.hold_meta(PLACE).await?;
        let head = txn.log_seq().await?;
        let place = match txn.meta(PLACE).await? {
            Some(place) => place.parse().unwrap_or(head),
            None => {
                // What happened before anybody listened is nobody's news.
                txn.set_meta(PLACE, &head.to_string()).await?;
                txn.commit().await?;
                return Ok(0);
            }
        };
        let entries = txn.log_after(place, STEP).await?;
        let Some(last) = entries.last().map(|entry| entry.seq) else {
            return Ok(0);
        };
        let mut told = 0;
        for entry in &entries {
            told += match entry.kind {
                Kind::Booking => self.tell_of_booking(&mut txn, entry).await?,
                Kind::Job => self.tell_of_posting(&mut txn, entry).await?,
                _ => 0,
            };
        }
        txn.set_meta(PLACE, &last.to_string()).await?;
        txn.commit().await?;
        Ok(told)
    }

    async fn tell_of_booking(&self, txn: &mut Txn, entry: &LogRow) -> MarketResult<usize> {
        let kind = match entry.verb.as_str() {
            "promote" => MessageKind::Promoted,
            "offer" => MessageKind::Offer,
            "call_off" | "lapse" | "orphan" => MessageKind::Ended,
            "take_back" => MessageKind::Restored,
            _ => return Ok(0),
        };
        let Ok(id) = entry.entity.parse::<BookingId>() else {
            return Ok(0);
        };
        let Some(booking) = txn.booking(&id).await? else {
            return Ok(0);
        };
        let Some(posting) = txn.posting(&booking.job).await? else {
            return Ok(0);
        };
        let title = &posting.terms.title;
        let body = match kind {
            MessageKind::Promoted => format!("“{title}”候补上了，{}", self.when(&posting)),
            MessageKind::Offer => format!("“{title}”要您去，请尽快答复"),
            MessageKind::Restored => {
                let stands = booking.status.label();
                format!("“{title}”刚才是用人单位点错了，您的报名还在：{stands}")
            }
            _ => {
                let why = booking.ended.map(Ending::label).unwrap_or("已取消");
                format!("“{title}”的报名取消了：{why}")
            }
        };
        let subject = format!("log:{}", entry.seq);
        self.tell(txn, (&booking.worker, &posting.id), kind, (subject, body)).await
    }

    /// New work that fits is told to those who wait for other work.
    async fn tell_of_posting(&self, txn: &mut Txn, entry: &LogRow) -> MarketResult<usize> {
        if entry.verb != "approve" {
            return Ok(0);
        }
        let Ok(id) = entry.entity.parse::<JobId>() else {
            return Ok(0);
        };
        let Some(posting) = txn.posting(&id).await? else {
            return Ok(0);
        };
        let mut told = 0;
        for id in txn.waiting_workers(self.now(), WAITING_MAX).await? {
            if self.fits(txn, &posting, &id).await? {
                let body = format!("有新活：{}，{}", posting.terms.title, self.when(&posting));
                let subject = posting.id.to_string();
                let whom = (&id, &posting.id);
                told += self.tell(txn, whom, MessageKind::Match, (subject, body)).await?;
            }
        }
        Ok(told)
    }

    async fn fits(&self, txn: &mut Txn, posting: &Posting, id: &WorkerId) -> MarketResult<bool> {
        let Some(worker) = txn.worker(id).await? else {
            return Ok(false);
        };
        let held = txn.bookings_by(id).await?;
        if held.iter().any(|row| row.booking.job == posting.id) {
            return Ok(false);
        }
        let booked = held.into_iter().filter(|row| row.booking.status == BookingStatus::Booked);
        let shifts: Vec<Shift> = booked.flat_map(|row| row.booking.shifts).collect();
        let asked = &posting.terms.skills;
        let kindred =
            asked.is_empty() || asked.iter().any(|skill| worker.profile.skills.contains(skill));
        let bar = matching::bar(posting, &worker.profile, &shifts, self.now());
        Ok(kindred && bar.is_none())
    }

    fn when(&self, posting: &Posting) -> String {
        let now = self.now();
        let coming = posting.terms.shifts.iter().find(|shift| shift.end > now);
        let start = coming.map(|shift| speech::start_time(shift.start, now));
        let start = start.unwrap_or_else(|| "时间面议".to_owned());
        format!("{start}，{}", posting.terms.address)
    }

    async fn tell(
        &self,
        txn: &mut Txn,
        (worker, job): (&WorkerId, &JobId),
        kind: MessageKind,
        (subject, body): (String, String),
    ) -> MarketResult<usize> {
        let message = Message {
            id: MessageId::grow(self.seedling()),
            worker: worker.clone(),
            kind,
            subject,
            job: job.clone(),
            body,
            created_at: self.now(),
        };
        Ok(usize::from(txn.add_message(&message).await?))
    }

    /// Reminds of shifts that begin soon, and asks who is to confirm; each once.
    pub(super) async fn tell_what_comes(&self) -> MarketResult<usize> {
        let (now, lead) = (self.now(), self.rules.remind_hours * HOUR);
        let (shifts, asks) = {
            let mut view = self.store.read().await?;
            let shifts = match lead {
                0 => Vec::new(),
                _ => view.to_remind(now, now.plus(lead), ROUND).await?,
            };
            (shifts, view.to_ask(ROUND).await?)
        };
        if shifts.is_empty() && asks.is_empty() {
            return Ok(0);
        }
        let mut txn = self.store.begin().await?;
        let mut told = 0;
        for one in shifts {
            let Some(posting) = txn.posting(&one.job).await? else {
                continue;
            };
            let (title, place) = (&posting.terms.title, &posting.terms.address);
            let start = speech::start_time(one.shift.start, now);
            let ride = posting.terms.provides.pickup.as_ref().map_or_else(String::new, |ride| {
                let leaves = speech::start_time(ride.before(&one.shift), now);
                format!("。接送车{leaves}在{}开", ride.address)
            });
            let body = format!("{start}上工：{title}，{place}{ride}。到了请签到");
            let about = (one.id.to_string(), body);
            let whom = (&one.worker, &one.job);
            told += self.tell(&mut txn, whom, MessageKind::Reminder, about).await?;
        }
        for booking in asks {
            let Some(posting) = txn.posting(&booking.job).await? else {
                continue;
            };
            let Some(due) = booking.due_at else { continue };
            let (title, by) = (&posting.terms.title, speech::start_time(due, now));
            let body = format!("{title}：请在{by}以前说一声来不来，不说就让给别人了");
            let about = (booking.id.to_string(), body);
            let whom = (&booking.worker, &booking.job);
            told += self.tell(&mut txn, whom, MessageKind::Confirm, about).await?;
        }
        txn.commit().await?;
        Ok(told)
    }

    /// Sends what is to be sent through a port. A message whose sending was cut off is sent again
    /// with the same id once its time is over.
    ///
    /// # Errors
    /// [`MarketError::Store`]; the round can be repeated.
    pub async fn send_messages(&self, port: &dyn Sms) -> MarketResult<usize> {
        let now = self.now();
        let mut txn = self.store.begin().await?;
        let taken = txn.claim_messages((now, now.plus(CLAIM)), TRIES_MAX, ROUND).await?;
        if taken.is_empty() {
            return Ok(0);
        }
        let mut phones = Vec::with_capacity(taken.len());
        for message in &taken {
            let worker = txn.worker(&message.worker).await?;
            phones.push(worker.and_then(|worker| worker.person.phone));
        }
        txn.commit().await?;
        let mut sent = 0;
        for (message, phone) in taken.into_iter().zip(phones) {
            let id = message.id.clone();
            if let Some(to) = phone {
                let outgoing = Outgoing { id: id.clone(), to, text: message.body };
                if port.send(&outgoing).await.is_err() {
                    tracing::warn!(message = id.as_str(), "a text message did not go out");
                    continue;
                }
                sent += 1;
            }
            let mut txn = self.store.begin().await?;
            txn.sent_message(&id, self.now()).await?;
            txn.commit().await?;
        }
        Ok(sent)
    }

    /// A worker's messages that were not read, oldest first: the greeting at a kiosk.
    ///
    /// # Errors
    /// As [`Market::worker`].
    pub async fn unread(&self, actor: &Actor, id: &WorkerId) -> MarketResult<Vec<Message>> {
        self.worker(actor, id).await?;
        Ok(self.store.read().await?.unread(id, LIST_MAX).await?)
    }

    /// Notes that a message was read.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where the message is none of the actor's business.
    pub async fn read_message(&self, actor: &Actor, id: &MessageId) -> MarketResult<()> {
        if !authority::may(actor, Verb::Book) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let message = txn.message(id).await?.ok_or(MarketError::NotFound)?;
        let worker = txn.worker(&message.worker).await?.ok_or(MarketError::NotFound)?;
        if !authority::reaches_worker(actor, Verb::Book, &worker) {
            return Err(MarketError::NotFound);
        }
        txn.read_message(id, self.now()).await?;
        txn.log(self.entry(actor, "read_message", Kind::Message, id, json!({})));
        txn.commit().await?;
        Ok(())
    }
}
