//! When in a week somebody can work, by day and hour of Asia/Shanghai.

use std::fmt;

use super::{
    posting::Shift,
    time::{HOUR, Moment},
};

/// Hours of a day.
const HOURS: u8 = 24;
/// Every hour of a day.
const WHOLE_DAY: u32 = (1 << HOURS) - 1;
/// Days of a week.
const DAYS: usize = 7;
/// Hours of a week.
const WEEK_HOURS: i64 = 7 * HOURS as i64;
/// 1970-01-01 00:00 in Shanghai, in hours of Universal Time.
const SHANGHAI_HOURS: i64 = 8;
/// The first day of 1970 was a Thursday, three days after a Monday.
const FIRST_DAY: i64 = 3;

/// What people call the days, from Monday.
const NAMES: [&str; DAYS] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

/// The hours of a week at which somebody can work: for each day from Monday a bit for each hour
/// from midnight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Week([u32; DAYS]);

/// The text names no hours of a day, or the day is none of a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not hours of a day")]
pub struct NotHours;

impl Week {
    /// A week from its bits; bits beyond a day's hours go.
    pub fn from_bits(bits: [u32; DAYS]) -> Week {
        Week(bits.map(|day| day & WHOLE_DAY))
    }

    /// For each day from Monday a bit for each hour from midnight.
    pub fn bits(&self) -> [u32; DAYS] {
        self.0
    }

    /// Whether no hour is free.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|day| *day == 0)
    }

    /// Frees the hours of a day (0 is Monday) from `from` o'clock to `to`, 0 to 24; where `to` is not
    /// later, to that hour of the next day.
    ///
    /// # Errors
    /// [`NotHours`] where there is no such day or hour, or none lies between.
    pub fn free(&mut self, day: usize, from: u8, to: u8) -> Result<(), NotHours> {
        if day >= DAYS || from >= HOURS || to > HOURS || from == to {
            return Err(NotHours);
        }
        let upto = |hour: u8| (1u32 << hour) - 1;
        let mut add = |day: usize, hours: u32| {
            if let Some(held) = self.0.get_mut(day % DAYS) {
                *held |= hours;
            }
        };
        if from < to {
            add(day, upto(to) & !upto(from));
        } else {
            add(day, WHOLE_DAY & !upto(from));
            add(day + 1, upto(to));
        }
        Ok(())
    }

    /// The free hours of a day (0 is Monday), each as `(from, to)` within that day.
    pub fn spans(&self, day: usize) -> Vec<(u8, u8)> {
        let bits = self.0.get(day).copied().unwrap_or_default();
        let mut spans: Vec<(u8, u8)> = Vec::new();
        for hour in (0..HOURS).filter(|hour| bits >> hour & 1 == 1) {
            match spans.last_mut() {
                Some(last) if last.1 == hour => last.1 = hour + 1,
                _ => spans.push((hour, hour + 1)),
            }
        }
        spans
    }

    /// The free hours of a day (0 is Monday) as people type them: `8-12、14-18`.
    pub fn typed(&self, day: usize) -> String {
        let spans = self.spans(day);
        let typed: Vec<String> = spans.iter().map(|(from, to)| format!("{from}-{to}")).collect();
        typed.join("、")
    }

    /// Whether every hour that the shift touches is free.
    pub fn allows(&self, shift: Shift) -> bool {
        let hour = |at: Moment| at.0.div_euclid(HOUR) + SHANGHAI_HOURS;
        let (first, last) = (hour(shift.start), hour(shift.end.plus(-1)).max(hour(shift.start)));
        // After a week the same hours come again.
        (first..=last.min(first + WEEK_HOURS - 1)).all(|hour| {
            let day = (hour.div_euclid(i64::from(HOURS)) + FIRST_DAY).rem_euclid(DAYS as i64);
            let bits = self.0.get(day as usize).copied().unwrap_or_default();
            bits >> hour.rem_euclid(i64::from(HOURS)) & 1 == 1
        })
    }
}

/// Reads hours of a day as people type them: `8-12、14-18`, `全天`; past midnight as `20-4`.
///
/// # Errors
/// [`NotHours`]
pub fn read_hours(text: &str) -> Result<Vec<(u8, u8)>, NotHours> {
    if matches!(text.trim(), "全天" | "整天") {
        return Ok(vec![(0, HOURS)]);
    }
    let apart = |c: char| c.is_whitespace() || "、,，;；".contains(c);
    let hour = |text: &str| -> Result<u8, NotHours> {
        let text = text.trim_end_matches(['点', '时']).trim_end_matches(":00");
        let is_hour = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|hour| is_hour && *hour <= HOURS).ok_or(NotHours)
    };
    let spans = text.split(apart).filter(|span| !span.is_empty()).map(|span| {
        let (from, to) = span.split_once(['-', '–', '—', '~', '～', '到', '至']).ok_or(NotHours)?;
        let (from, to) = (hour(from)?, hour(to)?);
        // The same check that a week makes.
        Week::default().free(0, from, to).map(|()| (from, to))
    });
    spans.collect()
}

/// `周一至周五 8-18点；周六 全天`.
impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("没有空的时间");
        }
        let mut first = 0;
        let mut is_later = false;
        while let Some(bits) = self.0.get(first) {
            let same = self.0.iter().skip(first).take_while(|other| *other == bits).count();
            if *bits != 0 {
                let end = NAMES.get(first + same - 1).copied().unwrap_or_default();
                let name = NAMES.get(first).copied().unwrap_or_default();
                let days = match same {
                    1 => name.to_owned(),
                    2 => format!("{name}、{end}"),
                    _ => format!("{name}至{end}"),
                };
                let hours = match *bits {
                    WHOLE_DAY => "全天".to_owned(),
                    _ => format!("{}点", self.typed(first)),
                };
                write!(f, "{}{days} {hours}", if is_later { "；" } else { "" })?;
                is_later = true;
            }
            first += same;
        }
        Ok(())
    }
}

/// What people call a day of the week, 0 being Monday.
pub fn day_name(day: usize) -> &'static str {
    NAMES.get(day).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(spans: &[(usize, u8, u8)]) -> Week {
        let mut week = Week::default();
        for (day, from, to) in spans {
            week.free(*day, *from, *to).unwrap();
        }
        week
    }

    fn shift(start: &str, end: &str) -> Shift {
        let at = |text: &str| format!("{text}:00+08:00").parse().unwrap();
        Shift { start: at(start), end: at(end) }
    }

    #[test]
    fn a_shift_needs_every_hour_that_it_touches() {
        // 2026-11-25 is a Wednesday.
        let week = week(&[(2, 8, 18)]);
        assert!(week.allows(shift("2026-11-25T08:00", "2026-11-25T18:00")));
        assert!(week.allows(shift("2026-11-25T09:30", "2026-11-25T10:10")));
        assert!(!week.allows(shift("2026-11-25T07:59", "2026-11-25T18:00")));
        assert!(!week.allows(shift("2026-11-25T08:00", "2026-11-25T18:01")));
        assert!(!week.allows(shift("2026-11-26T08:00", "2026-11-26T18:00")));
        assert!(!Week::default().allows(shift("2026-11-25T08:00", "2026-11-25T09:00")));
    }

    #[test]
    fn a_night_goes_on_into_the_next_day() {
        let night = week(&[(6, 20, 4)]);
        assert_eq!((night.spans(6), night.spans(0)), (vec![(20, 24)], vec![(0, 4)]));
        // From a Sunday into a Monday.
        assert!(night.allows(shift("2026-11-29T20:00", "2026-11-30T04:00")));
        assert!(!night.allows(shift("2026-11-28T20:00", "2026-11-29T04:00")));
        let always = Week::from_bits([u32::MAX; 7]);
        assert!(always.allows(shift("2026-11-25T08:00", "2027-11-25T18:00")));
        assert!(!night.allows(shift("2026-11-29T20:00", "2026-12-29T20:00")));
    }

    #[test]
    fn hours_are_read_as_people_type_them() {
        assert_eq!(read_hours("8-12、14-18"), Ok(vec![(8, 12), (14, 18)]));
        assert_eq!(read_hours(" 8点到18点 "), Ok(vec![(8, 18)]));
        assert_eq!(read_hours("20:00-4:00"), Ok(vec![(20, 4)]));
        assert_eq!((read_hours("全天"), read_hours("")), (Ok(vec![(0, 24)]), Ok(vec![])));
        for bad in ["早上", "8", "8-25", "8-8", "-", "24-8", "8:30-9", "１-２", "008-9"] {
            assert_eq!(read_hours(bad), Err(NotHours), "{bad}");
        }
        let week = week(&[(0, 8, 12), (0, 14, 18)]);
        assert_eq!(week.typed(0), "8-12、14-18");
    }

    #[test]
    fn days_with_the_same_hours_are_told_together() {
        let mut days: Vec<_> = (0..5).map(|day| (day, 8, 18)).collect();
        days.push((5, 0, 24));
        assert_eq!(week(&days).to_string(), "周一至周五 8-18点；周六 全天");
        assert_eq!(week(&[(1, 20, 24), (2, 0, 4)]).to_string(), "周二 20-24点；周三 0-4点");
        assert_eq!(Week::default().to_string(), "没有空的时间");
    }
}
