//! Days and parts of days as people say them: 明天, 后天早上, 周五, 下周一, 12月3日.

use jiff::{Span, civil::Date};

use crate::domain::time::{DAY, HOUR, Moment};

/// Days from today, longest words first where one begins another.
const DAYS: [(&str, i64, Option<Hours>); 17] = [
    ("大后天", 3, None),
    ("今天", 0, None),
    ("今日", 0, None),
    ("今儿", 0, None),
    ("今早", 0, Some(MORNING)),
    ("今晚", 0, Some(EVENING)),
    ("明天", 1, None),
    ("明日", 1, None),
    ("明儿", 1, None),
    ("明早", 1, Some(MORNING)),
    ("明晚", 1, Some(EVENING)),
    ("后天", 2, None),
    ("后日", 2, None),
    ("後天", 2, None),
    ("後日", 2, None),
    ("后儿", 2, None),
    ("后早", 2, Some(MORNING)),
];

/// Hours of a day, from and before.
type Hours = (i64, i64);

const MORNING: Hours = (4, 10);
const EVENING: Hours = (17, 24);
const PARTS: [(&str, Hours); 9] = [
    ("早上", MORNING),
    ("早晨", MORNING),
    ("一早", MORNING),
    ("上午", (4, 12)),
    ("中午", (11, 14)),
    ("下午", (12, 18)),
    ("傍晚", (16, 20)),
    ("晚上", EVENING),
    ("夜里", (20, 24)),
];

/// A span of starts that was said.
pub(super) struct Said {
    /// In characters.
    pub length: usize,
    pub from: Moment,
    pub to: Moment,
}

/// The day that is said at the start of `chars`, at `now`.
pub(super) fn at_start(chars: &[char], now: Moment) -> Option<Said> {
    let today = now.day().date();
    let ahead = |days: i64| today.checked_add(Span::new().try_days(days).ok()?).ok();
    let near = DAYS.iter().find(|(word, ..)| super::read::starts(chars, word));
    if let Some((word, days, hours)) = near {
        return said(chars, word.chars().count(), ahead(*days)?, *hours);
    }
    if let Some((length, days)) = weekday(chars, today) {
        return said(chars, length, ahead(days)?, None);
    }
    if let Some(length) = weekend(chars) {
        let to_saturday = 5 - i64::from(today.weekday().to_monday_zero_offset());
        let first = ahead(to_saturday.max(0))?;
        let mut said = said(chars, length, first, None)?;
        if to_saturday >= 0 {
            said.to = said.to.plus(DAY);
        }
        return Some(said);
    }
    let (length, month, day) = month_day(chars)?;
    let this_year = Date::new(today.year(), month, day).ok()?;
    let date =
        if this_year < today { Date::new(today.year() + 1, month, day).ok()? } else { this_year };
    said(chars, length, date, None)
}

/// The starts of a day, narrowed by a part of the day that follows.
fn said(chars: &[char], length: usize, date: Date, hours: Option<Hours>) -> Option<Said> {
    let midnight = Moment::from_shanghai(date.at(0, 0, 0, 0));
    let part = PARTS.iter().find(|(word, _)| super::read::starts(&chars[length..], word));
    let (length, hours) = match (hours, part) {
        (None, Some((word, hours))) => (length + word.chars().count(), *hours),
        (hours, _) => (length, hours.unwrap_or((0, 24))),
    };
    Some(Said { length, from: midnight.plus(hours.0 * HOUR), to: midnight.plus(hours.1 * HOUR) })
}

/// 周五, 星期五, 下周一: the length, and days from today to the next such day.
fn weekday(chars: &[char], today: Date) -> Option<(usize, i64)> {
    let next = usize::from(chars.first() == Some(&'下'));
    let rest = &chars[next..];
    let named = ["周", "星期", "礼拜"].iter().find(|word| super::read::starts(rest, word))?;
    let at = next + named.chars().count();
    let day = "一二三四五六日天".chars().position(|c| chars.get(at) == Some(&c))?;
    let day = day.min(6) as i64;
    // 周一至周五 tells how people work, not when they start.
    if chars.get(at + 1).is_some_and(|c| "至到-~双单休".contains(*c)) {
        return None;
    }
    let today = i64::from(today.weekday().to_monday_zero_offset());
    let ahead = if next == 1 { 7 - today + day } else { (day - today).rem_euclid(7) };
    Some((at + 1, ahead))
}

fn weekend(chars: &[char]) -> Option<usize> {
    let named =
        ["这周末", "本周末", "周末"].iter().find(|word| super::read::starts(chars, word))?;
    let length = named.chars().count();
    let rest = chars.get(length).is_some_and(|c| "双单休".contains(*c));
    (!rest).then_some(length)
}

/// 12月3日, 12月3号: the length, the month and the day.
fn month_day(chars: &[char]) -> Option<(usize, i8, i8)> {
    let number = |from: usize| {
        let digits: String =
            chars[from.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).collect();
        let value = digits.parse::<i8>().ok().filter(|_| digits.len() <= 2)?;
        Some((from + digits.len(), value))
    };
    let (at, month) = number(0)?;
    if chars.get(at) != Some(&'月') {
        return None;
    }
    let (at, day) = number(at + 1)?;
    chars.get(at).is_some_and(|c| "日号".contains(*c)).then_some((at + 1, month, day))
}
