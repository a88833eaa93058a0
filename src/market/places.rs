//! Places of a posting: who may take one, taken, passed on. Places never oversell: every decision
//! about them holds the posting's row until its commit.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    screens::step_entry,
};
use crate::{
    domain::{
        account::Actor,
        booking::{Booking, BookingEvent, BookingStatus, NoPlace},
        fields::FieldErrors,
        ids::{JobId, WorkerId},
        ledger::payer,
        life::Life,
        limits,
        posting::{Event, Posting, Shift, Status},
        time::{HOUR, Moment},
        worker::Worker,
    },
    store::{BookingRow, Kind, Txn, View},
};

/// Years of age below which nobody may be employed (劳动法 §15).
const AGE_MIN: u32 = 16;

impl Market {
    /// A published posting that somebody asks for a place of.
    pub(super) async fn asked_for(
        &self,
        view: &mut View,
        actor: &Actor,
        job: &JobId,
    ) -> MarketResult<Posting> {
        let posting = view.posting(job).await?.ok_or(MarketError::NotFound)?;
        if posting.published_at.is_none() {
            let known = self.reaches(view, actor, Verb::ReadDraft, &posting).await?;
            return Err(if known { NoPlace::Closed.into() } else { MarketError::NotFound });
        }
        Ok(posting)
    }

    /// What keeps this worker from this posting, whatever places are left.
    pub(super) async fn bar(
        &self,
        view: &mut View,
        posting: &Posting,
        worker: &Worker,
        (shifts, others): (&[Shift], &[BookingRow]),
    ) -> MarketResult<()> {
        let now = self.now();
        let on = matches!(posting.status, Status::Open | Status::Filled)
            && posting.terms.expires_at() > now
            && shifts.iter().all(|shift| shift.end > now);
        if !on {
            return Err(NoPlace::Closed.into());
        }
        if too_young(worker, shifts.first().map_or(now, |shift| shift.start)) {
            return Err(NoPlace::Blocked("未满16周岁，不能报名".to_owned()).into());
        }
        if view.is_blocked(&worker.id, &payer(posting)).await? {
            let why = "您和这家单位有一方不愿再合作，看看别的活吧";
            return Err(NoPlace::Blocked(why.to_owned()).into());
        }
        let clash = others.iter().find(|other| {
            let held = &other.booking;
            held.job == posting.id
                || (held.status == BookingStatus::Booked && overlap(&held.shifts, shifts))
        });
        clash.map_or(Ok(()), |other| Err(NoPlace::Clash(other.title.clone()).into()))
    }

    /// How many more may wait for a posting's places.
    pub(super) async fn queue_room(&self, view: &mut View, posting: &Posting) -> MarketResult<u32> {
        let bookings = view.bookings_of(&posting.id).await?;
        let waiting = bookings.iter().filter(|b| b.status == BookingStatus::Waiting).count();
        let bound = posting.terms.headcount.saturating_mul(limits::WAITING_PER_PLACE);
        Ok(bound.saturating_sub(u32::try_from(waiting).unwrap_or(u32::MAX)))
    }

    /// Until when the worker must answer, where somebody waits for that: to an offer, or to the
    /// question whether the worker comes.
    pub(super) fn answer_due(&self, booking: &Booking) -> Option<Moment> {
        let (now, starts_at) = (self.now(), booking.starts_at());
        match booking.status {
            BookingStatus::Offered => {
                let due = now.plus(self.rules.offer_hours * HOUR);
                Some(starts_at.map_or(due, |start| start.min(due)))
            }
            BookingStatus::Booked => {
                let lead = self.rules.confirm_lead_hours * HOUR;
                let asks = |start: &Moment| lead > 0 && start.0.saturating_sub(now.0) >= 2 * lead;
                starts_at.filter(asks).map(|start| start.plus(-lead))
            }
            BookingStatus::Applied
            | BookingStatus::Shortlisted
            | BookingStatus::Waiting
            | BookingStatus::Cancelled => None,
        }
    }

    /// Moves a booking along its life and writes what follows for it; places are the caller's.
    pub(super) async fn move_booking(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        verb: &'static str,
        booking: &mut Booking,
        event: BookingEvent,
    ) -> MarketResult<()> {
        self.move_through(txn, actor, verb, booking, &[event]).await
    }

    /// As [`Market::move_booking`], by several events as one step.
    pub(super) async fn move_through(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        verb: &'static str,
        booking: &mut Booking,
        events: &[BookingEvent],
    ) -> MarketResult<()> {
        let from = booking.status;
        for event in events {
            booking.status = booking.status.next(*event)?;
        }
        booking.due_at = self.answer_due(booking);
        txn.set_booking(booking, self.now()).await?;
        self.keep_attendance(txn, booking, from == BookingStatus::Booked).await?;
        let detail = json!({
            "job": booking.job.as_str(),
            "from": from.word(),
            "to": booking.status.word(),
            "ended": booking.ended.map(|ended| ended.word()),
        });
        txn.log(self.entry(actor, verb, Kind::Booking, &booking.id, detail));
        Ok(())
    }

    /// Counts places as taken; the posting is filled with the last.
    pub(super) async fn take_places(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        mut posting: Posting,
        count: u32,
    ) -> MarketResult<Posting> {
        if count == 0 {
            return Ok(posting);
        }
        let from = posting.status;
        posting.taken += count;
        let event = (posting.places_left() == 0).then_some(Event::Fill);
        if let Some(event) = event {
            posting.status = from.next(event)?;
        }
        self.touch(&mut posting);
        let entry = step_entry(self, actor, "take_place", &posting, Some(from));
        self.write_posting(txn, &posting, event, entry).await?;
        Ok(posting)
    }

    /// Gives free places to those who wait, in their order; the caller holds and writes the posting.
    pub(super) async fn fill_up(&self, txn: &mut Txn, posting: &mut Posting) -> MarketResult<()> {
        while posting.places_left() > 0 && self.promote(txn, posting).await? {
            posting.taken += 1;
        }
        Ok(())
    }

    /// Gives a free place to the first who waits and can take it. Answers whether somebody did.
    async fn promote(&self, txn: &mut Txn, posting: &Posting) -> MarketResult<bool> {
        hold_queue(txn, &posting.id, None).await?;
        for mut waiting in txn.bookings_of(&posting.id).await? {
            if waiting.status != BookingStatus::Waiting {
                continue;
            }
            let Some(worker) = txn.worker(&waiting.worker).await? else {
                continue;
            };
            let mut others = txn.bookings_by(&waiting.worker).await?;
            others.retain(|other| other.booking.id != waiting.id);
            let asked = (waiting.shifts.as_slice(), others.as_slice());
            match self.bar(txn, posting, &worker, asked).await {
                Ok(()) => {}
                Err(MarketError::NoPlace(_)) => continue,
                Err(error) => return Err(error),
            }
            let event = BookingEvent::Take;
            self.move_booking(txn, &Actor::House, "promote", &mut waiting, event).await?;
            return Ok(true);
        }
        Ok(false)
    }

    /// A place is free: the first who waits and can take it gets it, else it is open again.
    pub(super) async fn pass_on(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        mut posting: Posting,
    ) -> MarketResult<Posting> {
        if self.promote(txn, &posting).await? {
            return Ok(posting);
        }
        let from = posting.status;
        posting.taken = posting.taken.saturating_sub(1);
        let event = (from == Status::Filled).then_some(Event::Free);
        if let Some(event) = event {
            posting.status = from.next(event)?;
        }
        self.touch(&mut posting);
        let entry = step_entry(self, actor, "free_place", &posting, Some(from));
        self.write_posting(txn, &posting, event, entry).await?;
        Ok(posting)
    }

    /// Whether the actor speaks for the worker of a booking: the worker, whoever registered the
    /// person, or the leader of the crew with which the place was taken.
    pub(super) async fn speaks_for(
        &self,
        view: &mut View,
        actor: &Actor,
        booking: &Booking,
        worker: &Worker,
    ) -> MarketResult<bool> {
        if authority::reaches_worker(actor, Verb::Book, worker) {
            return Ok(true);
        }
        match (&booking.crew, actor.account()) {
            (Some(crew), Some(account)) => {
                Ok(view.crew_leader(crew).await?.as_ref() == Some(&account.id))
            }
            _ => Ok(false),
        }
    }
}

/// Holds whoever waits for a posting's places, and one more, all at once: whom a transaction takes
/// up one by one, another may hold that waits for the first.
pub(super) async fn hold_queue(
    txn: &mut Txn,
    job: &JobId,
    more: Option<&WorkerId>,
) -> MarketResult<()> {
    let bookings = txn.bookings_of(job).await?.into_iter();
    let waiting = bookings.filter(|booking| booking.status == BookingStatus::Waiting);
    let queue: BTreeSet<WorkerId> =
        waiting.map(|booking| booking.worker).chain(more.cloned()).collect();
    Ok(txn.hold_workers(&queue).await?)
}

pub(super) fn overlap(held: &[Shift], wanted: &[Shift]) -> bool {
    held.iter().any(|held| wanted.iter().any(|wanted| held.overlaps(*wanted)))
}

/// The shifts that a request names, by their place in the posting's list; all where none is named.
pub(super) fn chosen_shifts(
    posting: &Posting,
    shift: Option<usize>,
) -> Result<Vec<Shift>, FieldErrors> {
    let shifts = &posting.terms.shifts;
    match shift {
        None => Ok(shifts.clone()),
        Some(i) => shifts
            .get(i)
            .map(|shift| vec![*shift])
            .ok_or_else(|| FieldErrors::one("shift", "unknown", "没有这个班次")),
    }
}

pub(super) fn too_young(worker: &Worker, at: Moment) -> bool {
    let born = worker.person.id_number.as_ref().and_then(|number| number.born());
    born.is_some_and(|born| born.add_months(AGE_MIN * 12) > at.day())
}
