//! What a posting pays: a range in fen, its unit, and when it is settled.

use std::{fmt, str::FromStr};

use super::money::Fen;

/// The text names none of the known choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of the known choices")]
pub struct NotAChoice;

/// An enum of named choices: its word on the wire, its word for people, its parser.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $label:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every choice, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word on the wire and in storage.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// The word for people.
            pub const fn label(self) -> &'static str {
                match self { $($name::$variant => $label,)* }
            }
        }

        impl $crate::domain::life::Choice for $name {
            const EVERY: &'static [$name] = $name::ALL;
            fn to_word(self) -> &'static str {
                self.word()
            }
            fn to_label(self) -> &'static str {
                self.label()
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::wage::NotAChoice;
            fn from_str(text: &str) -> Result<$name, Self::Err> {
                match text { $($word => Ok($name::$variant),)* _ => Err($crate::domain::wage::NotAChoice) }
            }
        }
    };
}
pub(crate) use choices;

choices! {
    /// What the wage is counted by (计薪单位).
    WageUnit {
        /// An hour's work.
        Hour = "hour", "小时";
        /// A day's work.
        Day = "day", "天";
        /// A month's work.
        Month = "month", "月";
        /// A piece (计件).
        Piece = "piece", "件";
    }
}

choices! {
    /// When the wage is paid out (结算).
    Settlement {
        /// At the end of the day.
        Daily = "daily", "日结";
        /// Once a week.
        Weekly = "weekly", "周结";
        /// Once a month.
        Monthly = "monthly", "月结";
        /// When the job is done.
        OnCompletion = "on_completion", "完工结";
    }
}

/// A wage range; `min` is positive and not above `max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wage {
    min: Fen,
    max: Fen,
    /// What the amounts are for.
    pub unit: WageUnit,
    /// When they are paid out.
    pub settlement: Settlement,
}

/// Hours that a working day counts when wages of different units are compared.
pub const HOURS_A_DAY: i64 = 8;
/// Paid days of a month when wages of different units are compared: 21.75 (劳社部发〔2008〕3号),
/// times 100.
pub const DAYS_A_MONTH_X100: i64 = 2175;

impl Wage {
    /// A wage from `min` to `max` a unit; `None` where the range is empty, not positive or absurd.
    pub fn new(min: Fen, max: Fen, unit: WageUnit, settlement: Settlement) -> Option<Wage> {
        let sane = min.0 > 0 && min <= max && max.0 <= super::limits::WAGE_FEN_MAX;
        sane.then_some(Wage { min, max, unit, settlement })
    }

    /// The least that is paid a unit.
    pub fn min(self) -> Fen {
        self.min
    }

    /// The most that is paid a unit.
    pub fn max(self) -> Fen {
        self.max
    }

    /// The least pay brought to a day, for comparison only; none for piece work.
    pub fn day_min(self) -> Option<Fen> {
        a_day(self.min, self.unit)
    }

    /// The most pay brought to a day, for comparison only; none for piece work.
    pub fn day_max(self) -> Option<Fen> {
        a_day(self.max, self.unit)
    }
}

/// An amount a `unit` brought to a day's: eight hours, 21.75 paid days a month; none for pieces.
pub fn a_day(amount: Fen, unit: WageUnit) -> Option<Fen> {
    match unit {
        WageUnit::Hour => Some(Fen(amount.0.saturating_mul(HOURS_A_DAY))),
        WageUnit::Day => Some(amount),
        WageUnit::Month => Some(Fen(amount.0.saturating_mul(100) / DAYS_A_MONTH_X100)),
        WageUnit::Piece => None,
    }
}

/// As people say it: `220元/天`, `180–260元/天`.
impl fmt::Display for Wage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.min == self.max {
            write!(f, "{}元/{}", self.min, self.unit.label())
        } else {
            write!(f, "{}–{}元/{}", self.min, self.max, self.unit.label())
        }
    }
}

/// An occupation's code in the 职业分类大典 (CSCO 2022): `4-07-05-01`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OccupationCode(String);

impl OccupationCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OccupationCode {
    type Err = NotAChoice;
    fn from_str(text: &str) -> Result<OccupationCode, NotAChoice> {
        let shape = [1usize, 2, 2, 2];
        let parts: Vec<&str> = text.split('-').collect();
        let fits = parts.len() == 4
            && parts.iter().zip(shape).all(|(part, length)| {
                part.len() == length && part.bytes().all(|b| b.is_ascii_alphanumeric())
            });
        if fits { Ok(OccupationCode(text.to_owned())) } else { Err(NotAChoice) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wages_read_as_people_say_them_and_compare_by_the_day() {
        let wage = |min, max, unit| Wage::new(Fen(min), Fen(max), unit, Settlement::Daily).unwrap();
        assert_eq!(wage(22_000, 22_000, WageUnit::Day).to_string(), "220元/天");
        assert_eq!(wage(1_800, 2_050, WageUnit::Hour).to_string(), "18–20.5元/小时");
        assert_eq!(wage(1_800, 1_800, WageUnit::Hour).day_min(), Some(Fen(14_400)));
        assert_eq!(wage(435_000, 435_000, WageUnit::Month).day_min(), Some(Fen(20_000)));
        assert_eq!(wage(50, 50, WageUnit::Piece).day_min(), None);
        for (min, max) in [(0, 1), (2, 1), (-1, 1), (1, i64::MAX)] {
            assert_eq!(Wage::new(Fen(min), Fen(max), WageUnit::Day, Settlement::Daily), None);
        }
    }
}
