//! Corrections of an attendance: one side proposes other times, the other agrees or not.

use serde_json::json;

use super::{Market, MarketError, MarketResult, hiring::Side};
use crate::{
    domain::{
        account::Actor,
        attendance::{
            Attendance, By, Correction, CorrectionEvent, CorrectionStatus, Party, PresenceEvent,
        },
        fairness::MarkKind,
        fields::FieldErrors,
        ids::{AttendanceId, CorrectionId},
        life::Life,
        posting::Posting,
        time::{HOUR, Moment},
    },
    store::{Kind, StoreError, Txn},
};

/// Hours around a shift in which corrected times must lie.
const AROUND: i64 = 12 * HOUR;

/// Times that one side proposes.
#[derive(Clone, Debug)]
pub struct Times {
    /// When the worker came.
    pub check_in: Moment,
    /// When the worker went.
    pub check_out: Moment,
    /// Why.
    pub reason: String,
}

impl Market {
    /// Proposes other times for an attendance; they hold once the other side confirms them.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] where the times do not fit the shift or lie in the future,
    /// [`MarketError::TooLate`] where another proposal waits.
    pub async fn propose_times(
        &self,
        actor: &Actor,
        id: &AttendanceId,
        times: Times,
    ) -> MarketResult<Correction> {
        let mut txn = self.store.begin().await?;
        let (one, _, side) = self.in_question(&mut txn, actor, id).await?;
        let mut errors = FieldErrors::default();
        let (first, last) = (one.shift.start.plus(-AROUND), one.shift.end.plus(AROUND));
        for (name, at) in [("check_in", times.check_in), ("check_out", times.check_out)] {
            if at < first || at > last {
                errors.add(name, "range", "时间离这个班次太远");
            } else if at > self.now() {
                errors.add(name, "range", "时间还没有到");
            }
        }
        if times.check_in >= times.check_out {
            errors.add("check_out", "order", "签退要晚于签到");
        }
        let reason = super::reason_owed(Some(&times.reason));
        if let Err(faults) = &reason {
            errors.0.extend(faults.0.iter().cloned());
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let correction = Correction {
            id: CorrectionId::grow(self.seedling()),
            attendance: id.clone(),
            side: if side == Side::Employer { Party::Employer } else { Party::Worker },
            actor: actor.name().to_owned(),
            check_in: times.check_in,
            check_out: times.check_out,
            reason: reason?,
            status: CorrectionStatus::Proposed,
            at: self.now(),
        };
        match txn.add_correction(&correction).await {
            Err(StoreError::Conflict(_)) => {
                return Err(MarketError::TooLate("已经有一个更正在等对方确认"));
            }
            other => other?,
        }
        let detail =
            json!({ "correction": correction.id.as_str(), "side": correction.side.word() });
        txn.log(self.entry(actor, "propose_times", Kind::Attendance, id, detail));
        txn.commit().await?;
        Ok(correction)
    }

    async fn in_question(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        id: &AttendanceId,
    ) -> MarketResult<(Attendance, Posting, Side)> {
        let one = txn.attendance(id).await?.ok_or(MarketError::NotFound)?;
        let (_, posting, _, side) = self.at_door(txn, actor, &one.booking).await?;
        let one = txn.attendance(id).await?.ok_or(MarketError::NotFound)?;
        Ok((one, posting, side))
    }

    /// The other side's answer to proposed times.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`] where the actor is not of the other side or proposed it, and
    /// [`MarketError::Refused`] where it has its answer.
    pub async fn answer_times(
        &self,
        actor: &Actor,
        id: &CorrectionId,
        answer: CorrectionEvent,
    ) -> MarketResult<Correction> {
        let mut txn = self.store.begin().await?;
        let held = txn.correction(id).await?.ok_or(MarketError::NotFound)?;
        let (mut one, posting, side) = self.in_question(&mut txn, actor, &held.attendance).await?;
        let mut held = txn.correction(id).await?.ok_or(MarketError::NotFound)?;
        let is_other = match held.side {
            Party::Worker => side.employs(),
            Party::Employer => side.works(),
        };
        if !is_other || held.actor == actor.name() {
            return Err(MarketError::Forbidden);
        }
        held.status = held.status.next(answer)?;
        txn.set_correction(&held, self.now()).await?;
        if answer == CorrectionEvent::Confirm {
            self.lift_overtaken(&mut txn, &one.booking, MarkKind::NoShow).await?;
            one.status = one.status.next(PresenceEvent::Correct)?;
            one.check_in = Some((held.check_in, By::Correction));
            one.check_out = Some((held.check_out, By::Correction));
            txn.set_attendance(&one, self.now()).await?;
            self.keep_wage(&mut txn, &one, &posting).await?;
        }
        let detail = json!({ "correction": id.as_str(), "to": held.status.word() });
        let verb = if answer == CorrectionEvent::Confirm { "correct" } else { "refuse_times" };
        txn.log(self.entry(actor, verb, Kind::Attendance, &one.id, detail));
        txn.commit().await?;
        Ok(held)
    }
}
