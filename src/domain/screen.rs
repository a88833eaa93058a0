//! Screens (屏幕) with a token of their own: where they hang, how they are paired, how they fare.

use super::{
    ids::{AccountId, StationId},
    time::Moment,
    wage::choices,
};

choices! {
    /// What a screen shows.
    ScreenKind {
        /// Postings for passers-by.
        Board = "board", "大屏";
        /// Touch, for one person at a time.
        Kiosk = "kiosk", "自助机";
    }
}

/// A screen on record.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// The account whose token it has.
    pub account: AccountId,
    /// The station whose feed it may read.
    pub station: StationId,
    /// Where it hangs, in the staff's words.
    pub name: String,
    /// What it shows.
    pub kind: ScreenKind,
    /// Until when its code can be used; none where there is no code.
    pub code_until: Option<Moment>,
    /// Whether its token was taken back.
    pub revoked: bool,
    /// How it fared when it was last heard.
    pub health: Option<Health>,
}

/// What a screen says of itself at every heartbeat.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// When it was last heard.
    pub seen_at: Moment,
    /// The version of its page.
    pub version: String,
    /// The number of the stream at which it stands.
    pub seq: i64,
    /// Messages that it had not applied.
    pub lag: i64,
    /// Whether it showed what the station shows; none where that was not known.
    pub agrees: Option<bool>,
    /// Faults of its page since it was loaded.
    pub errors: i64,
    /// The last of them.
    pub last_error: String,
}

/// Digits of a pairing code.
pub const CODE_DIGITS: usize = 8;

/// A code that pairs a screen once: eight digits.
#[derive(Clone, PartialEq, Eq)]
pub struct PairCode(String);

impl PairCode {
    /// The code that eight random bytes make.
    pub fn of(random: [u8; 8]) -> PairCode {
        PairCode(random.iter().map(|byte| char::from(b'0' + byte % 10)).collect())
    }

    /// Eight digits, with spaces or hyphens between them; none where it is something else.
    pub fn read(text: &str) -> Option<PairCode> {
        let kept: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let fits = kept.len() == CODE_DIGITS && kept.bytes().all(|b| b.is_ascii_digit());
        fits.then_some(PairCode(kept))
    }

    /// The digits alone.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The digits as they are read out: `1234 5678`.
    pub fn spoken(&self) -> String {
        let (head, tail) = self.0.split_at(CODE_DIGITS / 2);
        format!("{head} {tail}")
    }
}

/// Somebody at a kiosk asks for staff.
#[derive(Clone, Debug, PartialEq)]
pub struct HelpCall {
    /// The id.
    pub id: super::ids::CallId,
    /// Where.
    pub station: StationId,
    /// Since when.
    pub at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_write_them() {
        let code = PairCode::of([0, 11, 22, 33, 44, 55, 66, 77]);
        assert_eq!(code.spoken(), "0123 4567");
        for text in ["01234567", "0123 4567", "0123-4567", " 0123 4567 "] {
            assert!(PairCode::read(text) == Some(code.clone()), "{text}");
        }
        for text in ["", "0123456", "012345678", "0123456a", "０１２３４５６７"] {
            assert!(PairCode::read(text).is_none(), "{text}");
        }
    }
}
