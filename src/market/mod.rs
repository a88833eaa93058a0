//! The verbs: one function each, `load → decide (pure) → commit (row, audit, events)`.
//!
//! The only writer. Pages, API, command line, import and demo all go through here, so that a rule
//! stands once.

mod absorption;
mod accounts;
mod attendance;
mod authority;
mod bars;
mod batch;
mod bookings;
mod bulletins;
mod candidates;
mod circle;
mod claims;
mod clearance;
mod clockwork;
mod complaints;
mod consoles;
mod corrections;
mod crews;
mod desks;
mod devices;
mod dispatch;
mod enrolment;
mod error;
mod evidence;
mod fairness;
mod forecast;
mod forgetting;
mod hiring;
mod incomes;
mod insurance;
mod intake;
mod kiosk;
mod life;
mod lists;
mod mandates;
mod messages;
mod notices;
mod outlook;
mod people;
mod pins;
mod placements;
mod places;
mod plain;
mod posters;
mod postings;
mod screens;
mod searches;
mod standing;
mod stations;
mod terms;
mod twins;
mod undo;
mod wages;
mod workers;

use std::sync::{Arc, Mutex, PoisonError};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

pub use absorption::Absorbed;
pub use accounts::{NewUser, SignIn, hash_token};
pub use attendance::{Code, Door};
pub use authority::{Reach, Verb, may, reach};
pub use batch::BatchEntry;
pub use bookings::{Booked, BookingRequest};
pub use bulletins::NewNotice;
pub use candidates::HELPED;
pub use circle::Due;
pub use claims::{Ground, NewClaim};
pub use complaints::NewComplaint;
pub use consoles::{Coming, Turnout};
pub use corrections::Times;
pub use crews::{CrewBooked, CrewPlace, CrewRequest, Member};
pub use desks::Decision;
pub use devices::{Issued, NewScreen};
pub use dispatch::{Assembly, Assignment, Attendee, Opening, Outcome, Who};
pub use enrolment::{GroupStep, Revised};
pub use error::{MarketError, MarketResult, NoClaim};
pub use evidence::{papers, papers_on_income};
pub use fairness::{OwnMark, Wanted};
pub use forecast::{HORIZONS, Line, Sum};
pub use insurance::InsuredMonth;
pub use intake::{
    Fields, INSURANCE_HINT, Posted, Registered, insurance_of, overlay, posting as parse_posting,
    time_of_day, worker as parse_worker,
};
pub use kiosk::KeptPass;
pub use lists::{Import, Imported};
pub use mandates::MANDATE_PAPER;
pub use messages::{LogOnly, NotSent, Outgoing, Sms};
pub use notices::{Notice, county_name};
pub use outlook::{Dossier, Entitled, Outlook};
pub use people::PersonAt;
pub use pins::{Newcomer, Seeker, Stay};
pub use placements::PlacementMove;
pub use plain::plain;
pub use posters::{NewPoster, ORG_PAPERS, PosterFile};
pub use postings::NewPosting;
pub use standing::Standing;
pub use stations::NewStation;
pub use twins::{Likeness, Pair};
pub use wages::{Adjustment, LEDGER_MAX, Payment, Slip};
pub use workers::NewWorker;

use crate::{
    domain::{
        account::Actor,
        fields::FieldErrors,
        ids::Seedling,
        limits,
        rules::Rules,
        text,
        time::{Clock, Moment},
    },
    review::MinimumWage,
    store::{Entry, Kind, Store},
};

/// The verbs' common ground: the records, the clock and the dice.
#[derive(Clone)]
pub struct Market {
    /// The records.
    pub store: Store,
    /// The settings.
    pub rules: Rules,
    /// The minimum wage that postings are held against.
    pub minimum_wage: MinimumWage,
    clock: Arc<dyn Clock>,
    dice: Arc<Mutex<ChaCha20Rng>>,
}

impl Market {
    /// A market on these records; `seed` drives ids and tokens.
    pub fn new(store: Store, clock: Arc<dyn Clock>, seed: [u8; 32]) -> Market {
        let dice = Arc::new(Mutex::new(ChaCha20Rng::from_seed(seed)));
        let (rules, minimum_wage) = (Rules::default(), MinimumWage::default());
        Market { store, rules, minimum_wage, clock, dice }
    }

    /// The same market by other settings.
    #[must_use]
    pub fn ruled(self, rules: Rules) -> Market {
        Market { rules, ..self }
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.dice.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    fn seedling(&self) -> Seedling {
        Seedling { at_ms: self.now().millis(), random: u128::from_le_bytes(self.random()) }
    }

    fn entry(
        &self,
        actor: &Actor,
        verb: &'static str,
        kind: Kind,
        entity: impl ToString,
        detail: serde_json::Value,
    ) -> Entry {
        let (at, actor) = (self.now(), actor.name().to_owned());
        Entry { at, actor, verb, kind, entity: entity.to_string(), detail }
    }
}

/// A reason in words that must stand.
fn reason_owed(reason: Option<&str>) -> Result<String, FieldErrors> {
    let mut errors = FieldErrors::default();
    let reason = reason.unwrap_or_default();
    text::bounded(&mut errors, "reason", "原因", reason, limits::REASON_CHARS).ok_or(errors)
}

/// A reason in words that may be missing.
fn reason_maybe(reason: Option<&str>) -> Result<Option<String>, FieldErrors> {
    match reason.map(text::clean).filter(|reason| !reason.is_empty()) {
        Some(reason) => reason_owed(Some(&reason)).map(Some),
        None => Ok(None),
    }
}
