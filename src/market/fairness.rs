//! Two-sided fairness: marks, appeals, redemption, ratings, blocks, inviting back.

use serde_json::json;

use super::{
    Booked, Market, MarketError, MarketResult,
    authority::{self, Verb},
    hiring::Side,
};
use crate::{
    domain::{
        account::Actor,
        attendance::{Party, Presence},
        booking::{Booking, BookingEvent, BookingStatus, NoPlace},
        fairness::{Mark, MarkEvent, MarkKind, MarkStatus, Record},
        fields::FieldErrors,
        ids::{BookingId, JobId, MarkId, WorkerId},
        ledger::payer,
        life::Life,
        posting::Posting,
        time::{DAY, HOUR, Moment},
        worker::Worker,
    },
    store::{Kind, Txn, View},
};

/// A mark with what its reader may do.
#[derive(Clone, Debug)]
pub struct OwnMark {
    /// The mark.
    pub mark: Mark,
    /// The title of the posting that it comes from.
    pub title: String,
}

/// Marks that a list shows.
const LIST_MAX: i64 = 100;
/// People who worked for an employer that a list shows.
const BACK_MAX: i64 = 50;

impl Market {
    fn counts_since(&self) -> Moment {
        self.now().plus(-self.rules.mark_days * DAY)
    }

    /// Marks a side for what it did to the other.
    pub(super) async fn mark(
        &self,
        txn: &mut Txn,
        (booking, job): (&BookingId, &JobId),
        (side, subject): (Party, String),
        kind: MarkKind,
    ) -> MarketResult<()> {
        let now = self.now();
        let mark = Mark {
            id: MarkId::grow(self.seedling()),
            side,
            subject,
            kind,
            booking: booking.clone(),
            job: job.clone(),
            status: MarkStatus::Standing,
            appeal_until: now.plus(self.rules.appeal_days * DAY),
            plea: None,
            ruling: None,
            at: now,
        };
        if txn.add_mark(&mark).await? {
            let detail = json!({ "kind": kind.word(), "subject": mark.subject });
            txn.log(self.entry(&Actor::House, "mark", Kind::Mark, &mark.id, detail));
        }
        Ok(())
    }

    /// Marks who ends a booking so late that the other side is left standing.
    pub(super) async fn mark_ending(
        &self,
        txn: &mut Txn,
        booking: &Booking,
        (posting, party): (&Posting, Party),
    ) -> MarketResult<()> {
        let limit = self.now().plus(self.rules.late_cancel_hours * HOUR);
        // Work that has begun is not given up but missed.
        let late = booking.starts_at().is_some_and(|start| start > self.now() && start < limit);
        if !late {
            return Ok(());
        }
        let (subject, kind) = match party {
            Party::Worker => (booking.worker.to_string(), MarkKind::LateCancel),
            Party::Employer => (payer(posting), MarkKind::CalledOff),
        };
        self.mark(txn, (&booking.id, &booking.job), (party, subject), kind).await
    }

    /// Takes a mark back that was overtaken by what happened.
    pub(super) async fn lift_overtaken(
        &self,
        txn: &mut Txn,
        booking: &BookingId,
        kind: MarkKind,
    ) -> MarketResult<()> {
        let Some(mut mark) = txn.mark_from(booking, kind).await? else {
            return Ok(());
        };
        if let Ok(next) = mark.status.next(MarkEvent::Lift) {
            mark.status = next;
            self.write_mark(txn, &Actor::House, "lift_mark", &mark).await?;
        }
        Ok(())
    }

    async fn write_mark(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        verb: &'static str,
        mark: &Mark,
    ) -> MarketResult<()> {
        txn.set_mark(mark, self.now()).await?;
        let detail = json!({ "to": mark.status.word() });
        txn.log(self.entry(actor, verb, Kind::Mark, &mark.id, detail));
        Ok(())
    }

    /// Lets good work since make up for the oldest mark of somebody.
    pub(super) async fn redeem(
        &self,
        txn: &mut Txn,
        side: Party,
        subject: &str,
    ) -> MarketResult<()> {
        let mut marks = txn.marks_against(subject, LIST_MAX).await?;
        // What was worked off before does not count twice.
        let since = |marks: &[Mark], mark: &Mark| {
            let redeemed = marks.iter().filter(|held| held.status == MarkStatus::Redeemed);
            redeemed.map(|held| held.at).max().map_or(mark.at, |at| at.max(mark.at))
        };
        marks.reverse();
        let oldest = marks.iter().find(|mark| mark.status == MarkStatus::Standing).cloned();
        let Some(mut mark) = oldest else {
            return Ok(());
        };
        let from = since(&marks, &mark);
        let (done, needed) = match (side, subject.parse::<WorkerId>()) {
            (Party::Worker, Ok(worker)) => {
                (txn.done_since(&worker, from).await?, self.rules.redeem_after_shifts)
            }
            _ => (txn.settled_since(subject, from).await?, self.rules.redeem_after_wages),
        };
        if done >= needed {
            mark.status = mark.status.next(MarkEvent::Redeem)?;
            self.write_mark(txn, &Actor::House, "redeem", &mark).await?;
        }
        Ok(())
    }

    /// Whether a worker has so many marks that a place is not taken in one step.
    pub(super) async fn is_on_trial(
        &self,
        view: &mut View,
        worker: &WorkerId,
    ) -> MarketResult<bool> {
        let record = view.worker_record(worker, self.counts_since()).await?;
        Ok(record.marks >= self.rules.marks_max)
    }

    /// How a worker has done so far.
    pub async fn worker_record(&self, view: &mut View, worker: &WorkerId) -> MarketResult<Record> {
        Ok(view.worker_record(worker, self.counts_since()).await?)
    }

    /// How the employer of a posting has done so far.
    pub async fn payer_record(&self, view: &mut View, posting: &Posting) -> MarketResult<Record> {
        Ok(view.payer_record(&payer(posting), self.counts_since()).await?)
    }

    /// How each employer has done of whom something is known, by who owes wages.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn payer_records(&self) -> MarketResult<Vec<(String, Record)>> {
        let mut view = self.store.read().await?;
        Ok(view.payer_records(self.counts_since()).await?)
    }

    /// The marks against the actor, newest first: the person, or the organisation it acts for.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`] where the actor is neither.
    pub async fn own_marks(&self, actor: &Actor) -> MarketResult<Vec<OwnMark>> {
        let mut view = self.store.read().await?;
        let mut marks = Vec::new();
        for subject in self.subjects(&mut view, actor).await? {
            marks.extend(view.marks_against(&subject, LIST_MAX).await?);
        }
        titled(&mut view, marks).await
    }

    /// Under which names marks against the actor stand.
    async fn subjects(&self, view: &mut View, actor: &Actor) -> MarketResult<Vec<String>> {
        let account = actor.account().ok_or(MarketError::Forbidden)?;
        let mut subjects = vec![format!("account:{}", account.id)];
        subjects.extend(account.worker.as_ref().map(ToString::to_string));
        if let Some(id) = &account.org {
            subjects.push(format!("org:{id}"));
            let org = view.org(id).await?;
            let code = org.and_then(|org| org.employer.uscc);
            subjects.extend(code.map(|code| format!("uscc:{}", code.as_str())));
        }
        Ok(subjects)
    }

    /// Says why a mark is wrong; once, and in time.
    ///
    /// # Errors
    /// [`MarketError::TooLate`] after the deadline or a second time; [`MarketError::NotFound`] where
    /// the mark is not against the actor.
    pub async fn appeal(
        &self,
        actor: &Actor,
        id: &MarkId,
        reason: Option<&str>,
    ) -> MarketResult<Mark> {
        let plea = super::reason_owed(reason)?;
        let mut txn = self.store.begin().await?;
        txn.hold_mark(id).await?;
        let mut mark = txn.mark(id).await?.ok_or(MarketError::NotFound)?;
        if !self.subjects(&mut txn, actor).await?.contains(&mark.subject) {
            return Err(MarketError::NotFound);
        }
        let next = mark.status.next(MarkEvent::Appeal)?;
        if !mark.can_appeal(self.now()) {
            return Err(MarketError::TooLate("申诉过一次了，或者过了申诉的时间"));
        }
        (mark.status, mark.plea) = (next, Some(plea));
        self.write_mark(&mut txn, actor, "appeal", &mark).await?;
        txn.commit().await?;
        Ok(mark)
    }

    /// The appeals about postings of the actor's station, oldest first.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn appeals(&self, actor: &Actor) -> MarketResult<Vec<OwnMark>> {
        if !authority::may(actor, Verb::Handle) {
            return Err(MarketError::Forbidden);
        }
        let mut view = self.store.read().await?;
        let mut own = Vec::new();
        for mark in view.marks_in(MarkStatus::Appealed, LIST_MAX).await? {
            let posting = view.posting(&mark.job).await?.ok_or(MarketError::NotFound)?;
            if self.reaches(&mut view, actor, Verb::Handle, &posting).await? {
                own.push(OwnMark { mark, title: posting.terms.title });
            }
        }
        Ok(own)
    }

    /// Staff decide about an appeal: the mark is upheld or lifted; a reason is owed.
    ///
    /// # Errors
    /// [`MarketError::Refused`] where no appeal waits.
    pub async fn rule(
        &self,
        actor: &Actor,
        id: &MarkId,
        event: MarkEvent,
        reason: Option<&str>,
    ) -> MarketResult<Mark> {
        if !authority::may(actor, Verb::Handle) {
            return Err(MarketError::Forbidden);
        }
        let ruling = super::reason_owed(reason)?;
        let mut txn = self.store.begin().await?;
        txn.hold_mark(id).await?;
        let mut mark = txn.mark(id).await?.ok_or(MarketError::NotFound)?;
        let posting = txn.posting(&mark.job).await?.ok_or(MarketError::NotFound)?;
        if !self.reaches(&mut txn, actor, Verb::Handle, &posting).await? {
            return Err(MarketError::NotFound);
        }
        if !matches!(event, MarkEvent::Uphold | MarkEvent::Lift) {
            return Err(MarketError::Forbidden);
        }
        mark.status = mark.status.next(event)?;
        mark.ruling = Some(ruling);
        self.write_mark(&mut txn, actor, "rule", &mark).await?;
        txn.commit().await?;
        Ok(mark)
    }

    /// A booking with the side that the actor acts for, outside of a change of places.
    async fn between(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        id: &BookingId,
    ) -> MarketResult<(Booking, Posting, Party)> {
        if !authority::may(actor, Verb::Roster) && !authority::may(actor, Verb::Book) {
            return Err(MarketError::Forbidden);
        }
        let booking = txn.booking(id).await?.ok_or(MarketError::NotFound)?;
        txn.hold_for_booking(&booking.job, &booking.worker).await?;
        let posting = txn.posting(&booking.job).await?.ok_or(MarketError::NotFound)?;
        let worker = txn.worker(&booking.worker).await?.ok_or(MarketError::NotFound)?;
        let side = self.side_of(txn, actor, (&booking, &posting, &worker)).await?;
        let party = if side == Side::Employer { Party::Employer } else { Party::Worker };
        Ok((booking, posting, party))
    }

    /// Gives one to five stars to the other side, after work.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] for another number, [`MarketError::TooLate`] before any work.
    pub async fn rate(&self, actor: &Actor, id: &BookingId, stars: i64) -> MarketResult<()> {
        if !(1..=5).contains(&stars) {
            return Err(FieldErrors::one("stars", "range", "请给1到5颗星").into());
        }
        let mut txn = self.store.begin().await?;
        let (booking, posting, party) = self.between(&mut txn, actor, id).await?;
        let worked = txn.attendance_of(id).await?;
        if !worked.iter().any(|one| one.status == Presence::Done) {
            return Err(MarketError::TooLate("干完活以后再评价"));
        }
        let owes = payer(&posting);
        txn.put_rating((id, &booking.worker, &owes), party, stars, self.now()).await?;
        let detail = json!({ "side": party.word(), "stars": stars });
        txn.log(self.entry(actor, "rate", Kind::Booking, id, detail));
        txn.commit().await?;
        Ok(())
    }

    /// Notes that the actor's side does not want the other any more, or takes that back.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where the booking is none of the actor's business.
    pub async fn block(&self, actor: &Actor, id: &BookingId, wanted: Wanted) -> MarketResult<()> {
        let mut txn = self.store.begin().await?;
        let (booking, posting, party) = self.between(&mut txn, actor, id).await?;
        let owes = payer(&posting);
        let verb = match wanted {
            Wanted::No => {
                txn.add_block(&booking.worker, &owes, party, self.now()).await?;
                "block"
            }
            Wanted::Yes => {
                txn.drop_block(&booking.worker, &owes, party).await?;
                "unblock"
            }
        };
        let detail = json!({ "side": party.word() });
        txn.log(self.entry(actor, verb, Kind::Booking, id, detail));
        txn.commit().await?;
        Ok(())
    }

    /// Who worked for a posting's employer before and is not on its list, those who came last in
    /// front; each look is in the audit trail.
    ///
    /// # Errors
    /// As [`Market::people`].
    pub async fn past_workers(&self, actor: &Actor, job: &JobId) -> MarketResult<Vec<Worker>> {
        let mut txn = self.store.begin().await?;
        let posting = txn.posting(job).await?.ok_or(MarketError::NotFound)?;
        if !self.reaches(&mut txn, actor, Verb::Roster, &posting).await? {
            return Err(MarketError::NotFound);
        }
        let owes = payer(&posting);
        let held = txn.bookings_of(job).await?;
        let mut workers = Vec::new();
        for id in txn.worked_for(&owes, BACK_MAX).await? {
            let is_on = held.iter().any(|booking| booking.worker == id);
            if !is_on && !txn.is_blocked(&id, &owes).await? {
                workers.extend(txn.worker(&id).await?);
            }
        }
        if !workers.is_empty() {
            let seen: Vec<&str> = workers.iter().map(|worker| worker.id.as_str()).collect();
            txn.log(self.entry(actor, "look", Kind::Job, job, json!({ "workers": seen })));
            txn.commit().await?;
        }
        Ok(workers)
    }

    /// Invites somebody back who worked for the employer before: an offer that the worker takes up
    /// or not.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] where the person did not work for the employer, and
    /// [`MarketError::NoPlace`] as for a booking.
    pub async fn invite(&self, actor: &Actor, job: &JobId, id: &WorkerId) -> MarketResult<Booked> {
        if !authority::may(actor, Verb::Roster) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        if !txn.hold_for_booking(job, id).await? {
            return Err(MarketError::NotFound);
        }
        let posting = txn.posting(job).await?.ok_or(MarketError::NotFound)?;
        let worker = txn.worker(id).await?.ok_or(MarketError::NotFound)?;
        let owes = payer(&posting);
        let known = txn.worked_for(&owes, i64::from(i32::MAX)).await?.contains(id);
        if !self.reaches(&mut txn, actor, Verb::Roster, &posting).await? || !known {
            return Err(MarketError::NotFound);
        }
        let shifts = posting.terms.shifts.clone();
        let others = txn.bookings_by(id).await?;
        self.bar(&mut txn, &posting, &worker, (&shifts, &others)).await?;
        if posting.places_left() == 0 {
            return Err(NoPlace::Full.into());
        }
        let status = BookingStatus::Applied.next(BookingEvent::Offer)?;
        let grown = BookingId::grow(self.seedling());
        let booking = Booking::new(grown, job.clone(), id.clone(), shifts, status, self.now());
        let booking = self.begin_booking(&mut txn, actor, booking, &posting).await?;
        txn.commit().await?;
        Ok(Booked { booking, posting })
    }
}

/// Whether a side wants the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// It does.
    Yes,
    /// It does not.
    No,
}

async fn titled(view: &mut View, marks: Vec<Mark>) -> MarketResult<Vec<OwnMark>> {
    let mut titled = Vec::with_capacity(marks.len());
    for mark in marks {
        let posting = view.posting(&mark.job).await?;
        let title = posting.map(|posting| posting.terms.title).unwrap_or_default();
        titled.push(OwnMark { mark, title });
    }
    Ok(titled)
}
