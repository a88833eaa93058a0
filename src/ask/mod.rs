//! What people type into a search box, read into conditions: `明天 日结 分拣 200以上 良田` is a day, a
//! settlement, a trade, a wage and a place; what is left are words.
//!
//! Pure: the present is an argument. It reads and guesses nothing: a part that is not clearly a
//! condition stays a word. Whether a condition narrows a search is decided by who asks.
//!
//! ```
//! use linggong::{ask, domain::time::Moment};
//!
//! let asked = ask::read("明天 日结 分拣 200以上 良田", Moment(1_795_485_600_000_000));
//! let labels: Vec<String> = asked.parts.iter().map(|part| part.meaning.label()).collect();
//! assert_eq!(labels, ["明天", "日结", "分拣工", "200元/天以上", "良田镇"]);
//! ```

mod benefit;
mod day;
mod pay;
mod place;
mod read;

pub use benefit::{Benefit, benefits};
pub use place::{Place, places};
pub use read::{Asked, PARTS_MAX, read};

use std::ops::Range;

use crate::{
    domain::{
        money::Fen,
        time::Moment,
        wage::{Settlement, WageUnit},
    },
    words::trades::Trade,
};

/// What a part of a text asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// A shift that starts from one moment to before another.
    Start {
        /// Not before this.
        from: Moment,
        /// Before this.
        to: Moment,
        /// As it was said: `后天早上`.
        said: String,
    },
    /// Settled so.
    Settlement(Settlement),
    /// This trade.
    Trade(&'static Trade),
    /// At least this pay.
    Pay {
        /// The amount a unit.
        least: Fen,
        /// The unit, as said or as the amount suggests.
        unit: WageUnit,
    },
    /// Work there.
    Place(Place),
    /// With this on top of the pay.
    Benefit(Benefit),
    /// Only from the employer.
    Direct,
}

impl Meaning {
    /// The kind, on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Meaning::Start { .. } => "date",
            Meaning::Settlement(_) => "settlement",
            Meaning::Trade(_) => "trade",
            Meaning::Pay { .. } => "wage",
            Meaning::Place(_) => "place",
            Meaning::Benefit(_) => "benefit",
            Meaning::Direct => "direct",
        }
    }

    /// As it is shown to people.
    pub fn label(&self) -> String {
        match self {
            Meaning::Start { said, .. } => said.clone(),
            Meaning::Settlement(settlement) => settlement.label().to_owned(),
            Meaning::Trade(trade) => trade.name.clone(),
            Meaning::Pay { least, unit } => format!("{least}元/{}以上", unit.label()),
            Meaning::Place(place) => place.name.to_owned(),
            Meaning::Benefit(benefit) => benefit.label().to_owned(),
            Meaning::Direct => "直招".to_owned(),
        }
    }
}

/// A part that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// What it asks for.
    pub meaning: Meaning,
}
