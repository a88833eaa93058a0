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
    }
}
