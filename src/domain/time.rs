//! Moments: UTC inside, Asia/Shanghai (UTC+8, no summer time since 1991) for people.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, tz};

use super::calendar::Day;

/// A point in time, microseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

/// The text is no RFC 3339 time with an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time with an offset")]
pub struct NotATime;

/// Where the present comes from: passed in, never read deep inside.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Moment;
}

const SHANGHAI: tz::Offset = tz::offset(8);

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day.
pub const DAY: i64 = 24 * HOUR;

impl Moment {
    /// The moment that many microseconds later (earlier where negative).
    pub fn plus(self, micros: i64) -> Moment {
        Moment(self.0.saturating_add(micros))
    }

    /// Whole milliseconds since 1970, not before.
    pub fn millis(self) -> u64 {
        (self.0 / 1000).max(0) as u64
    }

    /// The civil time in Shanghai.
    pub fn shanghai(self) -> jiff::civil::DateTime {
        SHANGHAI.to_datetime(self.timestamp())
    }

    /// The civil day in Shanghai.
    pub fn day(self) -> Day {
        Day::from(self.shanghai().date())
    }

    /// The moment at which this civil time stands in Shanghai; out of range gives the nearest end.
    pub fn from_shanghai(time: jiff::civil::DateTime) -> Moment {
        match SHANGHAI.to_timestamp(time) {
            Ok(stamp) => Moment(stamp.as_microsecond()),
            Err(_) if time.year() > 2000 => Moment(Timestamp::MAX.as_microsecond()),
            Err(_) => Moment(Timestamp::MIN.as_microsecond()),
        }
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 > 0 {
            Timestamp::MAX
        } else {
            Timestamp::MIN
        })
    }
}

/// RFC 3339 in Shanghai's offset: `2026-11-25T08:00:00+08:00`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().display_with_offset(SHANGHAI).fmt(f)
    }
}

impl FromStr for Moment {
    type Err = NotATime;
    fn from_str(text: &str) -> Result<Moment, NotATime> {
        let stamp: Timestamp = text.parse().map_err(|_| NotATime)?;
        if text.len() > 40 {
            return Err(NotATime);
        }
        Ok(Moment(stamp.as_microsecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_see_shanghai_and_storage_sees_utc() {
        let moment: Moment = "2026-11-25T08:00:00+08:00".parse().unwrap();
        assert_eq!(moment, "2026-11-25T00:00:00Z".parse().unwrap());
        assert_eq!(moment.to_string(), "2026-11-25T08:00:00+08:00");
        assert_eq!(moment.day().to_string(), "2026-11-25");
        assert_eq!(Moment::from_shanghai(moment.shanghai()), moment);
        assert_eq!("2026-11-25T08:00:00".parse::<Moment>(), Err(NotATime));
        assert_eq!("tomorrow".parse::<Moment>(), Err(NotATime));
    }
}
