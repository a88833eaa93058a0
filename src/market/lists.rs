//! Rows of foreign lists: taken in, brought up to date, never twice.

use serde_json::Value;

use super::{Market, MarketError, MarketResult, screens::step_entry};
use crate::{
    domain::{
        account::{Actor, Role},
        fields::FieldErrors,
        life::Life,
        posting::{Event, External, Status},
    },
    store::Txn,
};

/// How a row of a foreign list is taken in.
#[derive(Clone, Debug)]
pub struct Import {
    /// The list's name.
    pub source: String,
    /// Whether the row is opened at once.
    pub publish: bool,
    /// Whether validity counts from the day of each run; that alone then changes nothing.
    pub floating_validity: bool,
}

/// What became of a row of a foreign list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It was new.
    Created,
    /// It had changed.
    Updated,
    /// It was held as it is.
    Unchanged,
}

impl Market {
    /// Takes in one row of a foreign list within a transaction that the caller commits.
    ///
    /// `(source, external_id)` is the identity: the same row twice changes nothing.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] with every field's fault.
    pub async fn take_in(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        input: &Value,
        import: &Import,
    ) -> MarketResult<Imported> {
        if !matches!(actor, Actor::Operator)
            && actor.account().is_none_or(|account| account.role != Role::Admin)
        {
            return Err(MarketError::Forbidden);
        }
        let mut posted = self.read_terms(txn, actor, None, input).await?;
        let Some(id) = posted.external_id else {
            return Err(FieldErrors::one("external_id", "missing", "请填写外部编号").into());
        };
        let external = External { source: import.source.clone(), id };
        let held = match txn.posting_from(&external).await? {
            None => {
                let label = self.label_of(txn, None, &posted.terms).await?;
                let mut new =
                    self.new_posting(actor, posted.terms, label, None, Some(external), false);
                if import.publish {
                    self.check_bar(txn, &new).await?;
                    new.status = Status::Open;
                    new.published_at = Some(new.created_at);
                    new.verified_by = Some(self.office(txn, actor).await?);
                }
                let entry = step_entry(self, actor, "import", &new, None);
                self.write_posting(txn, &new, None, entry).await?;
                return Ok(Imported::Created);
            }
            Some(held) => held,
        };
        txn.hold_posting(&held.id).await?;
        // Read again: somebody may have booked meanwhile.
        let held = txn.posting(&held.id).await?.unwrap_or(held);
        posted.terms.headcount = posted.terms.headcount.max(held.taken);
        let mut next = held.clone();
        let mut same_terms = posted.terms.clone();
        if import.floating_validity {
            same_terms.valid_until = held.terms.valid_until;
        }
        let published = import.publish && held.status == Status::Draft;
        let ended = matches!(held.status, Status::Closed | Status::Expired | Status::Withdrawn);
        if ended || (same_terms == held.terms && !published) {
            return Ok(Imported::Unchanged);
        }
        next.terms = posted.terms;
        next.label = self.label_after(txn, &held, &next.terms).await?;
        if matches!(held.status, Status::Open | Status::Filled) {
            self.fill_up(txn, &mut next).await?;
        }
        let event = match (held.status, next.places_left()) {
            (Status::Open, 0) => Some(Event::Fill),
            (Status::Filled, 1..) => Some(Event::Free),
            _ => None,
        };
        if let Some(event) = event {
            next.status = held.status.next(event)?;
        }
        self.touch(&mut next);
        if published {
            self.check_bar(txn, &next).await?;
            next.status = held.status.next(Event::Submit)?.next(Event::Approve)?;
            next.published_at = Some(next.updated_at);
            next.verified_by = Some(self.office(txn, actor).await?);
        }
        let entry = step_entry(self, actor, "import", &next, Some(held.status));
        self.write_posting(txn, &next, event, entry).await?;
        Ok(Imported::Updated)
    }
}
