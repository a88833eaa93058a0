//! The wage ledger: an entry for every shift worked, paid, received; arrears noticed by the clock.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    consoles::scope_of,
};
use crate::{
    domain::{
        account::Actor,
        attendance::{Attendance, Party, Presence},
        calendar::Day,
        fields::FieldErrors,
        ids::{WageId, WorkerId},
        ledger::{PayMethod, WageEntry, WageEvent, WageStatus, cycle, payer, promised},
        life::Life,
        limits,
        money::Fen,
        posting::Posting,
        wage::WageUnit,
        worker::Worker,
    },
    store::{Kind, Scope, Txn, View, WageFilter},
};

/// A payment to be recorded.
#[derive(Clone, Debug)]
pub struct Payment {
    /// How much.
    pub amount: Fen,
    /// On which day; today where none is named.
    pub on: Option<Day>,
    /// How.
    pub method: PayMethod,
    /// The bank's voucher or the receipt's number.
    pub voucher: Option<String>,
}

/// What is added to or taken off the promised pay.
#[derive(Clone, Debug, Default)]
pub struct Adjustment {
    /// Pieces, where the wage counts them.
    pub pieces: Option<i64>,
    /// What comes on top.
    pub extra: Fen,
    /// What is taken off.
    pub deduction: Fen,
    /// Why; owed where something is added or taken off.
    pub why: Option<String>,
}

/// An entry with what a slip says beside it.
#[derive(Clone, Debug)]
pub struct Slip {
    /// The entry.
    pub wage: WageEntry,
    /// The posting.
    pub posting: Posting,
    /// The payee.
    pub worker: Worker,
    /// Whether the actor may record its payment.
    pub pays: bool,
    /// Whether the actor may say that it arrived.
    pub receives: bool,
}

/// Entries that a list shows.
const LIST_MAX: i64 = 300;
/// Entries of the ledger that a file holds: ten a day for three years, and more.
pub const LEDGER_MAX: i64 = 20_000;

impl Market {
    /// Writes the entry that follows from an attendance; what changed later changes it.
    pub(super) async fn keep_wage(
        &self,
        txn: &mut Txn,
        one: &Attendance,
        posting: &Posting,
    ) -> MarketResult<()> {
        if one.status != Presence::Done {
            return Ok(());
        }
        let (now, wage, minutes) = (self.now(), posting.terms.wage, one.minutes());
        let held = txn.wage_for(&one.id).await?;
        let pieces = held.as_ref().and_then(|held| held.pieces);
        let owed = promised(wage, one.shift, minutes, pieces);
        let mut entry = match held {
            Some(held) if held.minutes == minutes && held.promised == owed => return Ok(()),
            Some(held) => held,
            None => {
                let (first, last) = job_days(posting, one);
                let day = one.shift.end.day();
                let (span, pay_on) = cycle(wage.settlement, day, (first, last), &self.rules);
                WageEntry {
                    id: WageId::grow(self.seedling()),
                    attendance: one.id.clone(),
                    booking: one.booking.clone(),
                    job: one.job.clone(),
                    worker: one.worker.clone(),
                    payer: payer(posting),
                    cycle: span,
                    day,
                    minutes,
                    pieces: None,
                    promised: owed,
                    extra: Fen::ZERO,
                    deduction: Fen::ZERO,
                    why: None,
                    paid: Fen::ZERO,
                    pay_on,
                    paid_on: None,
                    method: None,
                    voucher: None,
                    status: WageStatus::Due,
                    overdue_since: None,
                    created_at: now,
                }
            }
        };
        (entry.minutes, entry.promised) = (minutes, owed);
        entry.deduction = Fen(entry.deduction.0.min((owed + entry.extra).0));
        if entry.open().0 > 0 && matches!(entry.status, WageStatus::Paid | WageStatus::Settled) {
            entry.status = entry.status.next(WageEvent::Raise)?;
            entry.pay_on = entry.pay_on.max(now.day());
        }
        close(&mut entry, wage.unit)?;
        self.write_wage(txn, &Actor::House, "wage", &entry).await
    }

    pub(super) async fn write_wage(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        verb: &'static str,
        wage: &WageEntry,
    ) -> MarketResult<()> {
        txn.put_wage(wage, self.now()).await?;
        let detail = json!({
            "booking": wage.booking.as_str(),
            "to": wage.status.word(),
            "promised_fen": wage.promised.0,
            "net_fen": wage.net().0,
            "paid_fen": wage.paid.0,
        });
        txn.log(self.entry(actor, verb, Kind::Wage, &wage.id, detail));
        Ok(())
    }

    /// An entry with its posting and its payee, and what the actor may do with it.
    async fn slip_in(&self, view: &mut View, actor: &Actor, id: &WageId) -> MarketResult<Slip> {
        let wage = view.wage(id).await?.ok_or(MarketError::NotFound)?;
        let posting = view.posting(&wage.job).await?.ok_or(MarketError::NotFound)?;
        let worker = view.worker(&wage.worker).await?.ok_or(MarketError::NotFound)?;
        let pays = self.reaches(view, actor, Verb::Pay, &posting).await?;
        let receives = authority::reaches_worker(actor, Verb::Book, &worker);
        if pays || receives {
            Ok(Slip { wage, posting, worker, pays, receives })
        } else {
            Err(MarketError::NotFound)
        }
    }

    /// A wage slip; each look at the person on it is in the audit trail.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where the entry is none of the actor's business.
    pub async fn slip(&self, actor: &Actor, id: &WageId) -> MarketResult<Slip> {
        if !authority::may(actor, Verb::Pay) && !authority::may(actor, Verb::Book) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let slip = self.slip_in(&mut txn, actor, id).await?;
        let detail = json!({ "worker": slip.worker.id.as_str() });
        txn.log(self.entry(actor, "look", Kind::Wage, id, detail));
        txn.commit().await?;
        Ok(slip)
    }

    async fn to_pay(&self, txn: &mut Txn, actor: &Actor, id: &WageId) -> MarketResult<WageEntry> {
        if !authority::may(actor, Verb::Pay) {
            return Err(MarketError::Forbidden);
        }
        let found = txn.wage(id).await?.ok_or(MarketError::NotFound)?;
        txn.hold_posting(&found.job).await?;
        let slip = self.slip_in(txn, actor, id).await?;
        if slip.pays { Ok(slip.wage) } else { Err(MarketError::NotFound) }
    }

    /// Records a payment to the worker; the entry is paid once nothing is open.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] where more is paid than is open or the day is to come, and
    /// [`MarketError::Refused`] where nothing is open.
    pub async fn pay(
        &self,
        actor: &Actor,
        id: &WageId,
        payment: &Payment,
    ) -> MarketResult<WageEntry> {
        let mut txn = self.store.begin().await?;
        let mut wage = self.to_pay(&mut txn, actor, id).await?;
        let paid = wage.status.next(WageEvent::Pay)?;
        let (today, open) = (self.now().day(), wage.open());
        let mut errors = FieldErrors::default();
        if payment.amount.0 <= 0 || payment.amount > open {
            let message = format!("金额应当大于0，不超过还没发的{open}元");
            errors.add("amount_fen", "range", message);
        }
        let on = payment.on.unwrap_or(today);
        if on > today || on < wage.day {
            errors.add("on", "range", "发放日期应当在干活那天到今天之间");
        }
        let voucher = payment.voucher.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if voucher.is_some_and(|text| text.chars().count() > limits::KEY_CHARS_MAX) {
            errors.add("voucher", "length", "凭证号太长");
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        wage.paid = wage.paid + payment.amount;
        wage.paid_on = Some(on);
        wage.method = Some(payment.method);
        wage.voucher = voucher.map(str::to_owned);
        if wage.open() == Fen::ZERO {
            wage.status = paid;
        }
        txn.add_wage_payment(&wage.id, on, payment.amount).await?;
        self.write_wage(&mut txn, actor, "pay", &wage).await?;
        txn.commit().await?;
        Ok(wage)
    }

    /// Sets what comes on top of the promised pay and what is taken off, each with its reason; the
    /// promise itself stays.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] with every field's fault, [`MarketError::TooLate`] once it is paid.
    pub async fn adjust(
        &self,
        actor: &Actor,
        id: &WageId,
        change: &Adjustment,
    ) -> MarketResult<WageEntry> {
        let mut txn = self.store.begin().await?;
        let mut wage = self.to_pay(&mut txn, actor, id).await?;
        if !matches!(wage.status, WageStatus::Due | WageStatus::Overdue) {
            return Err(MarketError::TooLate("工资已经记了发放，不能再改"));
        }
        let posting = txn.posting(&wage.job).await?.ok_or(MarketError::NotFound)?;
        let attendance = txn.attendance(&wage.attendance).await?.ok_or(MarketError::NotFound)?;
        let mut errors = FieldErrors::default();
        if let Some(pieces) = change.pieces {
            let terms = posting.terms.wage;
            if terms.unit != WageUnit::Piece {
                errors.add("pieces", "unknown", "这个岗位不是计件的");
            } else if !(0..=1_000_000).contains(&pieces) {
                errors.add("pieces", "range", "件数应当在0到1000000之间");
            } else {
                wage.pieces = Some(pieces);
                wage.promised = promised(terms, attendance.shift, wage.minutes, Some(pieces));
            }
        }
        let amount = 0..=limits::WAGE_FEN_MAX;
        if !amount.contains(&change.extra.0) {
            errors.add("extra_fen", "range", "另加的钱不对");
        }
        if !amount.contains(&change.deduction.0)
            || change.deduction > wage.promised + change.extra - wage.paid
        {
            errors.add("deduction_fen", "range", "扣的钱不能超过还没发的");
        }
        let why = super::reason_maybe(change.why.as_deref());
        let changes = change.extra.0 > 0 || change.deduction.0 > 0;
        match &why {
            Ok(None) if changes => errors.add("why", "missing", "请写清楚为什么加或者扣"),
            Err(_) => errors.add("why", "length", "原因要2到300个字"),
            Ok(_) => {}
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        (wage.extra, wage.deduction, wage.why) = (change.extra, change.deduction, why?);
        close(&mut wage, posting.terms.wage.unit)?;
        self.write_wage(&mut txn, actor, "adjust", &wage).await?;
        txn.commit().await?;
        Ok(wage)
    }

    /// The worker says that the wage arrived.
    ///
    /// # Errors
    /// [`MarketError::Refused`] where it is not marked as paid.
    pub async fn confirm_wage(&self, actor: &Actor, id: &WageId) -> MarketResult<WageEntry> {
        self.answer_wage(actor, id, "confirm_wage", WageEvent::Confirm).await
    }

    /// The worker says that the wage did not arrive: it is in arrears.
    ///
    /// # Errors
    /// As [`Market::confirm_wage`].
    pub async fn deny_wage(&self, actor: &Actor, id: &WageId) -> MarketResult<WageEntry> {
        self.answer_wage(actor, id, "deny_wage", WageEvent::Deny).await
    }

    async fn answer_wage(
        &self,
        actor: &Actor,
        id: &WageId,
        verb: &'static str,
        event: WageEvent,
    ) -> MarketResult<WageEntry> {
        if !authority::may(actor, Verb::Book) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let found = txn.wage(id).await?.ok_or(MarketError::NotFound)?;
        txn.hold_posting(&found.job).await?;
        let slip = self.slip_in(&mut txn, actor, id).await?;
        if !slip.receives {
            return Err(MarketError::NotFound);
        }
        let mut wage = slip.wage;
        wage.status = wage.status.next(event)?;
        if event == WageEvent::Deny {
            if wage.net() == Fen::ZERO {
                return Err(MarketError::TooLate("这一笔没有要发的钱"));
            }
            // What was recorded did not arrive.
            wage.paid = Fen::ZERO;
            txn.deny_wage_payments(&wage.id).await?;
            self.fall_into_arrears(&mut txn, &mut wage).await?;
        }
        self.write_wage(&mut txn, actor, verb, &wage).await?;
        if wage.status == WageStatus::Settled {
            self.redeem(&mut txn, Party::Employer, &wage.payer).await?;
        }
        txn.commit().await?;
        Ok(wage)
    }

    /// The ledger as far as the actor keeps it, what is to be paid first in front.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn ledger(
        &self,
        actor: &Actor,
        status: Option<WageStatus>,
    ) -> MarketResult<Vec<Slip>> {
        let slips = self.kept(actor, status, LIST_MAX).await?;
        if !slips.is_empty() {
            let seen: Vec<&str> = slips.iter().map(|slip| slip.wage.id.as_str()).collect();
            self.note_list(actor, "look_ledger", json!({ "wages": seen })).await?;
        }
        Ok(slips)
    }

    /// At most `most` entries of the ledger as far as the actor keeps it, those to be paid first in
    /// front. Whoever shows them notes which ([`Market::note_list`]).
    ///
    /// # Errors
    /// As [`Market::ledger`].
    pub async fn whole_ledger(
        &self,
        actor: &Actor,
        status: Option<WageStatus>,
        most: i64,
    ) -> MarketResult<Vec<Slip>> {
        self.kept(actor, status, most).await
    }

    async fn kept(
        &self,
        actor: &Actor,
        status: Option<WageStatus>,
        most: i64,
    ) -> MarketResult<Vec<Slip>> {
        let Some(scope) = scope_of(actor, Verb::Pay)? else {
            return Ok(Vec::new());
        };
        let Scope { org, poster, station } = scope;
        let filter = WageFilter { status, org, poster, station, ..WageFilter::default() };
        let mut view = self.store.read().await?;
        let wages = view.wages(&filter, most).await?;
        let jobs = wages.iter().map(|wage| &wage.job);
        let postings = self.reached(&mut view, actor, Verb::Pay, jobs).await?;
        let workers = wages.iter().map(|wage| wage.worker.clone()).collect();
        let workers: BTreeMap<WorkerId, Worker> =
            view.workers_of(&workers).await?.into_iter().map(|w| (w.id.clone(), w)).collect();
        let slip = |wage: WageEntry| {
            // What the filter lets through and the rights do not reach is left out.
            let (posting, worker) = (postings.get(&wage.job)?, workers.get(&wage.worker)?);
            let receives = authority::reaches_worker(actor, Verb::Book, worker);
            let (posting, worker) = (posting.clone(), worker.clone());
            Some(Slip { wage, posting, worker, pays: true, receives })
        };
        Ok(wages.into_iter().filter_map(slip).collect())
    }

    /// A worker's own entries, those to be paid first in front.
    ///
    /// # Errors
    /// As [`Market::worker`].
    pub async fn wages_of(&self, actor: &Actor, id: &WorkerId) -> MarketResult<Vec<Slip>> {
        let worker = self.worker(actor, id).await?;
        let filter = WageFilter { worker: Some(id.clone()), ..WageFilter::default() };
        let mut view = self.store.read().await?;
        let mut slips = Vec::new();
        for wage in view.wages(&filter, LIST_MAX).await? {
            if let Some(posting) = view.posting(&wage.job).await? {
                let worker = worker.clone();
                slips.push(Slip { wage, posting, worker, pays: false, receives: true });
            }
        }
        Ok(slips)
    }
}

/// Nothing is left to be paid. Pieces that nobody counted yet are still owed.
fn close(wage: &mut WageEntry, unit: WageUnit) -> MarketResult<()> {
    let open = matches!(wage.status, WageStatus::Due | WageStatus::Overdue);
    let counted = unit != WageUnit::Piece || wage.pieces.is_some();
    if open && counted && wage.open() == Fen::ZERO {
        wage.status = wage.status.next(WageEvent::Pay)?;
    }
    Ok(())
}

/// The first and last day of a posting's work; the attendance's own where it has no shifts.
fn job_days(posting: &Posting, one: &Attendance) -> (Day, Day) {
    let shifts = &posting.terms.shifts;
    let first = shifts.iter().map(|shift| shift.start).min().unwrap_or(one.shift.start);
    let last = shifts.iter().map(|shift| shift.end).max().unwrap_or(one.shift.end);
    (first.day(), last.day().max(one.shift.end.day()))
}
