//! Times as pages say them, in Shanghai's civil time.

use crate::domain::{
    posting::{Posting, Shift},
    speech,
    time::{DAY, HOUR, MINUTE, Moment},
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

/// How long ago something was: `25分钟`, `3小时`, `2天`; under a minute `不到1分钟`.
pub fn ago(at: Moment, now: Moment) -> String {
    match now.0 - at.0 {
        past if past < MINUTE => "不到1分钟".to_owned(),
        past if past < HOUR => format!("{}分钟", past / MINUTE),
        past if past < DAY => format!("{}小时", past / HOUR),
        past => format!("{}天", past / DAY),
    }
}

/// A day: `2026-11-25`.
pub fn date(at: Moment) -> String {
    at.day().to_string()
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
    fn what_was_long_ago_is_said_roughly() {
        let now: Moment = "2026-11-25T08:00:00+08:00".parse().unwrap();
        for (past, said) in [
            (-1, "不到1分钟"),
            (MINUTE - 1, "不到1分钟"),
            (MINUTE, "1分钟"),
            (HOUR - 1, "59分钟"),
            (DAY - 1, "23小时"),
            (DAY, "1天"),
        ] {
            assert_eq!(ago(now.plus(-past), now), said);
        }
    }

    #[test]
    fn a_night_shift_ends_on_the_next_day() {
        let at = |text: &str| text.parse().unwrap();
        let night =
            Shift { start: at("2026-11-25T20:00:00+08:00"), end: at("2026-11-26T06:30:00+08:00") };
        assert_eq!(shift(&night), "11月25日 周三 20:00–次日6:30");
        assert_eq!(minute(night.start), "2026-11-25 20:00");
    }
}
