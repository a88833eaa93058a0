//! Occupation codes packed into one number, so that nearness is a comparison of bits.

use crate::domain::wage::OccupationCode;

/// An occupation's seven letters in the low seven bytes; zero where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trade(pub u64);

impl Trade {
    /// No occupation.
    pub const NONE: Trade = Trade(0);

    /// The packed code.
    pub fn of(code: &OccupationCode) -> Trade {
        let letters = code.as_str().bytes().filter(|&byte| byte != b'-');
        Trade(letters.fold(0, |packed, byte| packed << 8 | u64::from(byte)))
    }

    /// The code in letters; none without an occupation.
    pub fn code(self) -> Option<String> {
        let bytes = self.0.to_be_bytes();
        let letters = std::str::from_utf8(bytes.get(1..)?).ok()?;
        let parts = [letters.get(..1)?, letters.get(1..3)?, letters.get(3..5)?, letters.get(5..)?];
        (self != Trade::NONE).then(|| parts.join("-"))
    }

    /// Its 中类, outside of which no occupation is near; none without an occupation.
    pub fn branch(self) -> Option<u32> {
        (self != Trade::NONE).then_some((self.0 >> 32) as u32)
    }

    /// Whether the occupation is `code`, or lies in the branch that `code` names by `-00` at its
    /// end.
    pub fn lies_in(self, code: &OccupationCode) -> bool {
        let mut branch = code.as_str();
        while let Some(shorter) = branch.strip_suffix("-00") {
            branch = shorter;
        }
        let below = code.as_str().len() - branch.len();
        // Each pair of letters has its dash.
        let bits = 8 * 2 * (below / 3) as u32;
        self != Trade::NONE && self.0 >> bits == Trade::of(code).0 >> bits
    }

    /// How near two occupations stand in the tree of the 职业分类大典: 1 the same, 0.5 the same
    /// 小类, 0.25 the same 中类, else 0.
    pub fn nearness(self, other: Trade) -> f64 {
        if self == Trade::NONE || other == Trade::NONE {
            0.0
        } else if self == other {
            1.0
        } else if self.0 >> 16 == other.0 >> 16 {
            0.5
        } else if self.0 >> 32 == other.0 >> 32 {
            0.25
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearness_falls_with_the_tree() {
        let trade = |code: &str| Trade::of(&code.parse().unwrap());
        let own = trade("4-07-05-01");
        for (other, nearness) in [
            ("4-07-05-01", 1.0),
            ("4-07-05-04", 0.5),
            ("4-07-03-01", 0.25),
            ("4-08-05-01", 0.0),
            ("6-07-05-01", 0.0),
        ] {
            assert_eq!(own.nearness(trade(other)), nearness, "{other}");
        }
        assert_eq!(Trade::NONE.nearness(Trade::NONE), 0.0);
        assert_eq!(trade("4-07-05-04").branch(), own.branch());
        assert_ne!(trade("4-08-05-01").branch(), own.branch());
        assert_eq!(Trade::NONE.branch(), None);
        assert_eq!(own.code().as_deref(), Some("4-07-05-01"));
        assert_eq!(Trade::NONE.code(), None);
    }

    #[test]
    fn branches_hold_what_lies_below() {
        let code = |code: &str| code.parse::<OccupationCode>().unwrap();
        let own = Trade::of(&code("4-07-05-01"));
        for (branch, holds) in [
            ("4-07-05-01", true),
            ("4-07-05-00", true),
            ("4-07-00-00", true),
            ("4-00-00-00", true),
            ("4-07-05-02", false),
            ("4-08-00-00", false),
            ("5-00-00-00", false),
        ] {
            assert_eq!(own.lies_in(&code(branch)), holds, "{branch}");
            assert!(!Trade::NONE.lies_in(&code(branch)));
        }
    }
}
