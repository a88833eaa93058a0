//! Attendance: checked in and out by a changing code or by the captain, late and absent by rule.

use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    hiring::Side,
};
use crate::{
    domain::{
        account::Actor,
        attendance::{Attendance, By, Party, Presence, PresenceEvent},
        booking::{Booking, BookingStatus, NoPlace},
        fairness::MarkKind,
        fields::FieldErrors,
        ids::{AttendanceId, BookingId, JobId},
        life::Life,
        posting::{Posting, Shift},
        time::{HOUR, MINUTE, Moment},
        worker::Worker,
    },
    store::{Kind, Txn},
};

/// How long a code is shown.
const CODE_LASTS: i64 = MINUTE;
/// Wrong codes after which only the captain checks in.
const TRIES_MAX: i64 = 5;

/// A posting's code of the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Four digits.
    pub digits: String,
    /// When the next one comes.
    pub until: Moment,
}

/// What happens at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Checked in.
    In,
    /// Checked out.
    Out,
}

impl Market {
    /// The code that a posting's captain shows now: an HMAC of the minute under a secret of the
    /// posting's own.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`] where the posting is none of the actor's business.
    pub async fn code(&self, actor: &Actor, job: &JobId) -> MarketResult<(Posting, Code)> {
        let mut view = self.store.read().await?;
        let posting = view.posting(job).await?.ok_or(MarketError::NotFound)?;
        if !self.reaches(&mut view, actor, Verb::Roster, &posting).await? {
            let known = posting.published_at.is_some();
            return Err(if known { MarketError::Forbidden } else { MarketError::NotFound });
        }
        let window = self.now().0.div_euclid(CODE_LASTS);
        let until = Moment((window + 1) * CODE_LASTS);
        Ok((posting, Code { digits: self.digits(job, window), until }))
    }

    fn digits(&self, job: &JobId, window: i64) -> String {
        format!("{:04}", self.store.vault.code(job.as_str(), window) % 10_000)
    }

    /// The code of the moment, or the one before, for those who type slowly.
    fn is_code(&self, job: &JobId, typed: &str) -> bool {
        let window = self.now().0.div_euclid(CODE_LASTS);
        [window, window - 1].iter().any(|window| self.digits(job, *window) == typed.trim())
    }

    /// Writes the attendance that follows from a booking's place, or its loss.
    pub(super) async fn keep_attendance(
        &self,
        txn: &mut Txn,
        booking: &Booking,
        had_place: bool,
    ) -> MarketResult<()> {
        let now = self.now();
        match (had_place, booking.status == BookingStatus::Booked) {
            (false, true) => {
                for shift in booking.shifts.iter().filter(|shift| shift.end > now) {
                    txn.add_attendance(&self.expected(booking, *shift), now).await?;
                }
            }
            (true, false) => {
                txn.drop_attendance(&booking.id, now).await?;
                // Who gives up after the start did not come.
                for one in txn.attendance_of(&booking.id).await? {
                    if one.status == Presence::Expected {
                        self.miss(txn, one).await?;
                    }
                }
            }
            (true, true) | (false, false) => {}
        }
        Ok(())
    }

    fn expected(&self, booking: &Booking, shift: Shift) -> Attendance {
        Attendance {
            id: AttendanceId::grow(self.seedling()),
            booking: booking.id.clone(),
            job: booking.job.clone(),
            worker: booking.worker.clone(),
            shift,
            status: Presence::Expected,
            check_in: None,
            check_out: None,
            tries: 0,
        }
    }

    /// A booking that somebody acts for at the door, held until the commit.
    pub(super) async fn at_door(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        id: &BookingId,
    ) -> MarketResult<(Booking, Posting, Worker, Side)> {
        if !authority::may(actor, Verb::Roster) && !authority::may(actor, Verb::Book) {
            return Err(MarketError::Forbidden);
        }
        let booking = txn.booking(id).await?.ok_or(MarketError::NotFound)?;
        txn.hold_for_booking(&booking.job, &booking.worker).await?;
        let booking = txn.booking(id).await?.ok_or(MarketError::NotFound)?;
        let posting = txn.posting(&booking.job).await?.ok_or(MarketError::NotFound)?;
        let worker = txn.worker(&booking.worker).await?.ok_or(MarketError::NotFound)?;
        let side = self.side_of(txn, actor, (&booking, &posting, &worker)).await?;
        Ok((booking, posting, worker, side))
    }

    /// Checks a worker in to the shift of the moment. The worker's side shows the code; the
    /// employer's captain and staff need none.
    ///
    /// # Errors
    /// [`MarketError::TooLate`] outside the time for it or after too many wrong codes,
    /// [`MarketError::Invalid`] with a wrong code, [`NoPlace::Closed`] without a place.
    pub async fn check_in(
        &self,
        actor: &Actor,
        id: &BookingId,
        code: Option<&str>,
    ) -> MarketResult<Attendance> {
        self.pass(actor, id, code, Door::In).await
    }

    /// Checks a worker out of the shift of the moment, likewise; the wage entry follows.
    ///
    /// # Errors
    /// As [`Market::check_in`].
    pub async fn check_out(
        &self,
        actor: &Actor,
        id: &BookingId,
        code: Option<&str>,
    ) -> MarketResult<Attendance> {
        self.pass(actor, id, code, Door::Out).await
    }

    /// Checks several in or out by one code, as a crew's leader does for the members. Answers for how
    /// many; who can't pass now is left out.
    ///
    /// # Errors
    /// As [`Market::check_in`] where nobody passes; a wrong code counts once.
    pub async fn pass_together(
        &self,
        actor: &Actor,
        ids: &[BookingId],
        code: &str,
        door: Door,
    ) -> MarketResult<usize> {
        let mut done = 0;
        let mut hindered = None;
        for id in ids {
            match self.pass(actor, id, Some(code), door).await {
                Ok(_) => done += 1,
                Err(wrong @ MarketError::Invalid(_)) => return Err(wrong),
                Err(late @ (MarketError::TooLate(_) | MarketError::NoPlace(_))) => {
                    hindered.get_or_insert(late);
                }
                Err(error) => return Err(error),
            }
        }
        match (done, hindered) {
            (0, Some(why)) => Err(why),
            _ => Ok(done),
        }
    }

    async fn pass(
        &self,
        actor: &Actor,
        id: &BookingId,
        code: Option<&str>,
        door: Door,
    ) -> MarketResult<Attendance> {
        let mut txn = self.store.begin().await?;
        let (booking, posting, _, side) = self.at_door(&mut txn, actor, id).await?;
        let now = self.now();
        let shifts = txn.attendance_of(id).await?;
        if shifts.is_empty() || (door == Door::In && booking.status != BookingStatus::Booked) {
            return Err(NoPlace::Closed.into());
        }
        let fits = |one: &&Attendance| match (door, one.status) {
            (Door::In, Presence::Expected | Presence::Absent) => one.opens(&self.rules, now),
            (Door::Out, Presence::Present) => now < one.closes_at(&self.rules),
            _ => false,
        };
        let Some(mut one) = shifts.iter().find(fits).cloned() else {
            let passed = |one: &&Attendance| match door {
                Door::In => one.status == Presence::Present,
                Door::Out => one.status == Presence::Done && now < one.closes_at(&self.rules),
            };
            return match (shifts.into_iter().find(|one| passed(&one)), door) {
                // Twice is once.
                (Some(one), _) => Ok(one),
                (None, Door::In) => Err(MarketError::TooLate("现在不是签到的时间")),
                (None, Door::Out) => Err(MarketError::TooLate("还没有签到，不能签退")),
            };
        };
        let by = if side.employs() && code.is_none() {
            By::Captain
        } else {
            if one.tries >= TRIES_MAX {
                return Err(MarketError::TooLate("验证码错了太多次，请带班人帮您签"));
            }
            if !self.is_code(&posting.id, code.unwrap_or_default()) {
                one.tries += 1;
                txn.set_attendance(&one, now).await?;
                txn.commit().await?;
                let message = "验证码不对，请看带班人手机上现在的4位数字";
                return Err(FieldErrors::one("code", "unknown", message).into());
            }
            By::Code
        };
        one.tries = 0;
        if one.status == Presence::Absent {
            // Who comes late all the same did come.
            self.lift_overtaken(&mut txn, &one.booking, MarkKind::NoShow).await?;
        }
        let verb = match door {
            Door::In => {
                one.status = one.status.next(PresenceEvent::CheckIn)?;
                one.check_in = Some((now, by));
                "check_in"
            }
            Door::Out => {
                one.status = one.status.next(PresenceEvent::CheckOut)?;
                one.check_out = Some((now, by));
                "check_out"
            }
        };
        self.write_attendance(&mut txn, actor, verb, &one).await?;
        self.keep_wage(&mut txn, &one, &posting).await?;
        if one.status == Presence::Done {
            self.redeem(&mut txn, Party::Worker, one.worker.as_str()).await?;
        }
        txn.commit().await?;
        Ok(one)
    }

    async fn write_attendance(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        verb: &'static str,
        one: &Attendance,
    ) -> MarketResult<()> {
        txn.set_attendance(one, self.now()).await?;
        let detail = json!({
            "booking": one.booking.as_str(),
            "to": one.status.word(),
            "late": one.is_late(&self.rules),
        });
        txn.log(self.entry(actor, verb, Kind::Attendance, &one.id, detail));
        Ok(())
    }

    async fn miss(&self, txn: &mut Txn, mut one: Attendance) -> MarketResult<()> {
        one.status = one.status.next(PresenceEvent::Miss)?;
        let (from, against) = ((&one.booking, &one.job), one.worker.to_string());
        self.mark(txn, from, (Party::Worker, against), MarkKind::NoShow).await?;
        self.write_attendance(txn, &Actor::House, "miss", &one).await
    }

    /// Notes as absent who did not come in time, and checks out who forgot to.
    pub(super) async fn settle_attendance(&self) -> MarketResult<usize> {
        let now = self.now();
        let began = now.plus(-self.rules.no_show_after_min * MINUTE);
        let ended = now.plus(-self.rules.check_out_hours * HOUR);
        let round = super::clockwork::ROUND;
        let due = self.store.read().await?.attendance_overdue(began, ended, round).await?;
        let mut done = 0;
        for one in due {
            let mut txn = self.store.begin().await?;
            txn.hold_for_booking(&one.job, &one.worker).await?;
            let held = txn.attendance(&one.id).await?;
            let posting = txn.posting(&one.job).await?;
            let (Some(mut held), Some(posting)) = (held, posting) else {
                continue;
            };
            if held.status != one.status {
                continue;
            }
            if held.status == Presence::Expected {
                self.miss(&mut txn, held).await?;
            } else {
                held.status = held.status.next(PresenceEvent::CheckOut)?;
                held.check_out = Some((held.shift.end, By::Clock));
                self.write_attendance(&mut txn, &Actor::House, "check_out", &held).await?;
                self.keep_wage(&mut txn, &held, &posting).await?;
            }
            txn.commit().await?;
            done += 1;
        }
        Ok(done)
    }

    /// A booking's attendance, a row a shift, for either side.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where the booking is none of the actor's business.
    pub async fn attendance_of(
        &self,
        actor: &Actor,
        id: &BookingId,
    ) -> MarketResult<Vec<Attendance>> {
        let mut txn = self.store.begin().await?;
        self.at_door(&mut txn, actor, id).await?;
        Ok(txn.attendance_of(id).await?)
    }

    /// The attendance of everybody at a posting, in the order of time.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`] where the posting is published but none of the actor's business.
    pub async fn attendance_at(&self, actor: &Actor, id: &JobId) -> MarketResult<Vec<Attendance>> {
        self.code(actor, id).await?;
        Ok(self.store.read().await?.attendance_at(id).await?)
    }
}
