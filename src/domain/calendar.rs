//! Civil days and months. No zone and no clock: a day is what the wall calendar shows.
//!
//! Months are counted as the Civil Code (民法典) §201–202 counts them: a term of months ends on
//! the corresponding day, or on the month's last day where there is none.

use std::{fmt, str::FromStr};

use jiff::{ToSpan, civil};

/// A civil day, written `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(civil::Date);

/// A civil month, written `YYYY-MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

/// The text is not a day or month of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date of the calendar")]
pub struct NotADate;

impl Day {
    /// The day of this year, month and day of month.
    ///
    /// # Errors
    /// [`NotADate`] where the calendar has no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Day, NotADate> {
        civil::Date::new(year, month, day).map(Day).map_err(|_| NotADate)
    }

    /// The day that many months later, by §201–202; the calendar's last day (9999) is not passed.
    pub fn add_months(self, months: u32) -> Day {
        Day(self.0.saturating_add(i64::from(months).months()))
    }

    /// The day that many days later; the calendar's last day (9999) is not passed.
    pub fn add_days(self, days: u32) -> Day {
        Day(self.0.saturating_add(i64::from(days).days()))
    }

    /// The next day; the calendar's last day is its own successor.
    pub fn next(self) -> Day {
        Day(self.0.saturating_add(1.day()))
    }

    /// Days from this day to `later`, negative where `later` is earlier.
    pub fn days_until(self, later: Day) -> i64 {
        i64::from((later.0 - self.0).get_days())
    }

    /// The month that holds this day.
    pub fn month(self) -> Month {
        Month { year: self.0.year(), month: self.0.month() }
    }

    /// The calendar year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The day as the date library has it, for conversions at the edges.
    pub fn date(self) -> civil::Date {
        self.0
    }
}

impl From<civil::Date> for Day {
    fn from(date: civil::Date) -> Day {
        Day(date)
    }
}

impl Month {
    /// The month of the year, 1 to 12.
    pub fn number(self) -> u8 {
        self.month.unsigned_abs()
    }

    /// The month that many months earlier; the calendar's first month (-9999) is not passed.
    pub fn earlier(self, months: u32) -> Month {
        let first = self.first_day().0;
        Day(first.saturating_sub(i64::from(months).months())).month()
    }

    /// The month that many months later; the calendar's last month (9999-12) is not passed.
    pub fn later(self, months: u32) -> Month {
        self.first_day().add_months(months).month()
    }

    /// The first day of the month.
    pub fn first_day(self) -> Day {
        Day(civil::date(self.year, self.month, 1))
    }

    /// The last day of the month.
    pub fn last_day(self) -> Day {
        Day(self.first_day().0.last_of_month())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

fn digits(text: &str, shape: &[usize]) -> Option<Vec<u16>> {
    let parts: Vec<&str> = text.split('-').collect();
    let fits = parts.len() == shape.len()
        && parts.iter().zip(shape).all(|(part, &length)| {
            part.len() == length && part.bytes().all(|b| b.is_ascii_digit())
        });
    fits.then(|| parts.iter().filter_map(|part| part.parse().ok()).collect())
}

impl FromStr for Day {
    type Err = NotADate;
    fn from_str(text: &str) -> Result<Day, NotADate> {
        match digits(text, &[4, 2, 2]).as_deref() {
            Some(&[year, month, day]) => Day::new(year as i16, month as i8, day as i8),
            _ => Err(NotADate),
        }
    }
}

impl FromStr for Month {
    type Err = NotADate;
    fn from_str(text: &str) -> Result<Month, NotADate> {
        match digits(text, &[4, 2]).as_deref() {
            Some(&[year, month]) if (1..=12).contains(&month) => {
                Ok(Month { year: year as i16, month: month as i8 })
            }
            _ => Err(NotADate),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_on_the_corresponding_or_last_day() {
        for (start, months, end) in [
            ("2025-01-15", 6, "2025-07-15"),
            ("2025-08-31", 6, "2026-02-28"),
            ("2023-08-31", 6, "2024-02-29"),
            ("2025-01-15", 3, "2025-04-15"),
        ] {
            let start: Day = start.parse().unwrap();
            assert_eq!(start.add_months(months).to_string(), end);
        }
    }

    #[test]
    fn counts_days_and_goes_back_by_months() {
        let day: Day = "2025-12-31".parse().unwrap();
        assert_eq!(day.add_days(60).to_string(), "2026-03-01");
        assert_eq!(day.month().number(), 12);
        assert_eq!(day.month().earlier(2).to_string(), "2025-10");
        assert_eq!(day.month().later(14).to_string(), "2027-02");
        assert_eq!(day.month().earlier(14).to_string(), "2024-10");
    }

    #[test]
    fn only_days_of_the_calendar_parse() {
        for text in ["2025-2-01", "2025-02-30", "2025-13-01", "20250201", "", "2025-02-01 "] {
            assert_eq!(text.parse::<Day>(), Err(NotADate), "{text}");
        }
        assert_eq!("2025-07".parse::<Month>().unwrap().to_string(), "2025-07");
        assert!("2025-00".parse::<Month>().is_err());
    }
}
