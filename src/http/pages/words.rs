//! Times as pages say them, in Shanghai's civil time.

use crate::domain::{
    posting::{Posting, Shift},
    speech,
    time::Moment,
};

/// A shift: `11月25日 周三 8:00–18:00`, with `次日` where it ends on the next day.
pub fn shift(shift: &Shift) -> String {
    let (start, end) = (shift.start.shanghai(), shift.end.shanghai());
    let (month, day, week) = (start.month(), start.day(), speech::weekday(start.weekday()));
    let next = if start.date() == end.date() { "" } else { "次日" };
    let from = format!("{}:{:02}", start.hour(), start.minute());
    let to = format!("{}:{:02}", end.hour(), end.minute());
    format!("{month}月{day}日 {week} {from}–{next}{to}")
}

/// A moment to the minute: `2026-11-25 09:42`.
pub fn minute(at: Moment) -> String {
    at.shanghai().strftime("%Y-%m-%d %H:%M").to_string()
}

/// When a posting starts, as people say it; by agreement where it has no shifts.
pub fn start(posting: &Posting, now: Moment) -> String {
    let coming = posting.terms.shifts.iter().find(|shift| shift.end > now);
    match coming.or(posting.terms.shifts.last()) {
        Some(shift) => speech::start_time(shift.start, now),
        None => "时间面议".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_shift_ends_on_the_next_day() {
        let at = |text: &str| text.parse().unwrap();
        let night =
            Shift { start: at("2026-11-25T20:00:00+08:00"), end: at("2026-11-26T06:30:00+08:00") };
        assert_eq!(shift(&night), "11月25日 周三 20:00–次日6:30");
        assert_eq!(minute(night.start), "2026-11-25 20:00");
    }
}
