//! Money in fen (分), a hundredth of a yuan; whole numbers only, so that totals agree to the fen.

use std::{fmt, iter::Sum, ops};

/// An amount of money in fen (分). May be negative as a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(pub i64);

impl Fen {
    /// Nothing.
    pub const ZERO: Fen = Fen(0);

    /// An amount of whole yuan (元).
    pub const fn from_yuan(yuan: i64) -> Fen {
        Fen(yuan * 100)
    }
}

/// As people read it, in yuan, without the unit: `220`, `18.5`, `0.05`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (yuan, fen) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        match fen {
            0 => write!(f, "{sign}{yuan}"),
            _ if fen % 10 == 0 => write!(f, "{sign}{yuan}.{}", fen / 10),
            _ => write!(f, "{sign}{yuan}.{fen:02}"),
        }
    }
}

impl ops::Add for Fen {
    type Output = Fen;
    fn add(self, other: Fen) -> Fen {
        Fen(self.0.saturating_add(other.0))
    }
}

impl ops::Sub for Fen {
    type Output = Fen;
    fn sub(self, other: Fen) -> Fen {
        Fen(self.0.saturating_sub(other.0))
    }
}

impl Sum for Fen {
    fn sum<I: Iterator<Item = Fen>>(amounts: I) -> Fen {
        amounts.fold(Fen::ZERO, ops::Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::Fen;

    #[test]
    fn reads_as_people_write_it() {
        for (fen, text) in [(22_000, "220"), (1_850, "18.5"), (5, "0.05"), (-101, "-1.01")] {
            assert_eq!(Fen(fen).to_string(), text);
        }
    }
}
