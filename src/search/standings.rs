//! How far employers can be relied on, as the score reads it.

use std::collections::HashMap;

use super::schema::short_hash;
use crate::domain::{fairness::Record, ledger::payer, posting::Posting};

/// The employers of whom something is known; the others have an empty record.
#[derive(Clone, Debug, Default)]
pub struct Standings(HashMap<u32, f64>);

impl Standings {
    /// From the records of those who owe wages; see [`payer`].
    pub fn new(records: impl IntoIterator<Item = (String, Record)>) -> Standings {
        let records = records.into_iter();
        Standings(
            records.map(|(payer, record)| (short_hash(&payer), record.reliability())).collect(),
        )
    }

    /// How far the employer of a posting can be relied on, 0..=1.
    pub fn of(&self, posting: &Posting) -> f64 {
        self.at(payer_number(posting))
    }

    /// How far an employer can be relied on, by [`payer_number`].
    pub(super) fn at(&self, payer: u32) -> f64 {
        self.0.get(&payer).copied().unwrap_or_else(|| Record::default().reliability())
    }
}

/// Who owes the wages of a posting, in a number. Two may share one, by chance.
pub(super) fn payer_number(posting: &Posting) -> u32 {
    short_hash(&payer(posting))
}
