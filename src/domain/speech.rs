//! How times, distances and pay are said to people, in Chinese, in Shanghai's civil time.

use jiff::civil::{DateTime, Weekday};

use super::{
    time::Moment,
    wage::{Settlement, Wage, WageUnit},
};

/// When something starts, as people say it at `now`: `今天下午2点`, `明早8点`, `后天7点半`, `周五8点`,
/// `12月3日8点`; with the year where it is another one.
pub fn start_time(at: Moment, now: Moment) -> String {
    let (then, today) = (at.shanghai(), now.day());
    let clock = clock(then);
    let part = part_of_day(then.hour());
    // From the day after tomorrow on a bare hour means the morning's.
    let plain = match part {
        "早上" | "上午" => clock.clone(),
        _ => format!("{part}{clock}"),
    };
    match (today.days_until(at.day()), part) {
        (0, "早上") => format!("今早{clock}"),
        (0, "晚上") => format!("今晚{clock}"),
        (0, _) => format!("今天{part}{clock}"),
        (1, "早上") => format!("明早{clock}"),
        (1, "晚上") => format!("明晚{clock}"),
        (1, _) => format!("明天{part}{clock}"),
        (2, _) => format!("后天{plain}"),
        (3..=6, _) => format!("{}{plain}", weekday(then.weekday())),
        _ if at.day().year() == today.year() => {
            format!("{}月{}日{plain}", then.month(), then.day())
        }
        _ => format!("{}年{}月{}日{plain}", then.year(), then.month(), then.day()),
    }
}

fn part_of_day(hour: i8) -> &'static str {
    match hour {
        ..=4 => "凌晨",
        5..=8 => "早上",
        9..=11 => "上午",
        12 => "中午",
        13..=17 => "下午",
        18.. => "晚上",
    }
}

fn clock(time: DateTime) -> String {
    let hour = if time.hour() > 12 { time.hour() - 12 } else { time.hour() };
    match time.minute() {
        0 => format!("{hour}点"),
        30 => format!("{hour}点半"),
        minute => format!("{hour}点{minute:02}分"),
    }
}

/// A day of the week: `周一`.
pub fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "周一",
        Weekday::Tuesday => "周二",
        Weekday::Wednesday => "周三",
        Weekday::Thursday => "周四",
        Weekday::Friday => "周五",
        Weekday::Saturday => "周六",
        Weekday::Sunday => "周日",
    }
}

/// A distance in metres: `650米` to ten metres, `2.3公里`, from ten kilometres on `12公里`.
pub fn distance(metres: f64) -> String {
    let tens = (metres / 10.0).round().max(1.0) * 10.0;
    let kilometres = metres / 1000.0;
    let tenths = (kilometres * 10.0).round();
    if tens < 1000.0 {
        format!("{tens:.0}米")
    } else if tenths >= 100.0 {
        format!("{kilometres:.0}公里")
    } else if tenths % 10.0 == 0.0 {
        format!("{:.0}公里", tenths / 10.0)
    } else {
        format!("{:.1}公里", tenths / 10.0)
    }
}

/// The pay with its settlement: `日结220元`, `月结6000元`, where unit and settlement differ
/// `18元/小时，日结`.
pub fn pay(wage: Wage) -> String {
    match (wage.settlement, wage.unit) {
        (Settlement::Daily, WageUnit::Day) | (Settlement::Monthly, WageUnit::Month) => {
            let label = wage.settlement.label();
            if wage.min() == wage.max() {
                format!("{label}{}元", wage.min())
            } else {
                format!("{label}{}–{}元", wage.min(), wage.max())
            }
        }
        _ => format!("{wage}，{}", wage.settlement.label()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Fen;

    #[test]
    fn starts_are_said_from_today_on() {
        // A Tuesday.
        let now: Moment = "2026-11-24T10:00:00+08:00".parse().unwrap();
        for (at, said) in [
            ("2026-11-24T14:00:00+08:00", "今天下午2点"),
            ("2026-11-24T06:30:00+08:00", "今早6点半"),
            ("2026-11-24T20:00:00+08:00", "今晚8点"),
            ("2026-11-24T12:05:00+08:00", "今天中午12点05分"),
            ("2026-11-25T08:00:00+08:00", "明早8点"),
            ("2026-11-25T00:00:00+08:00", "明天凌晨0点"),
            ("2026-11-25T10:15:00+08:00", "明天上午10点15分"),
            ("2026-11-26T07:30:00+08:00", "后天7点半"),
            ("2026-11-26T19:00:00+08:00", "后天晚上7点"),
            ("2026-11-27T08:00:00+08:00", "周五8点"),
            ("2026-11-30T13:00:00+08:00", "周一下午1点"),
            ("2026-12-01T08:00:00+08:00", "12月1日8点"),
            ("2026-12-03T08:00:00+08:00", "12月3日8点"),
            ("2026-11-23T08:00:00+08:00", "11月23日8点"),
            ("2027-01-03T08:00:00+08:00", "2027年1月3日8点"),
            // Eight in the evening in London is the next day's morning in Shanghai.
            ("2026-11-24T23:00:00Z", "明早7点"),
        ] {
            assert_eq!(start_time(at.parse().unwrap(), now), said);
        }
        for extreme in [i64::MIN, i64::MAX] {
            assert!(!start_time(Moment(extreme), now).is_empty());
        }
    }

    #[test]
    fn distances_are_rounded_as_people_round() {
        for (metres, said) in [
            (0.0, "10米"),
            (647.0, "650米"),
            (994.9, "990米"),
            (996.0, "1公里"),
            (2_349.0, "2.3公里"),
            (2_960.0, "3公里"),
            (9_960.0, "10公里"),
            (12_400.0, "12公里"),
        ] {
            assert_eq!(distance(metres), said);
        }
    }

    #[test]
    fn pay_names_its_settlement_once() {
        let said = |min, max, unit, settlement| {
            pay(Wage::new(Fen::from_yuan(min), Fen::from_yuan(max), unit, settlement).unwrap())
        };
        let (day, hour) = (WageUnit::Day, WageUnit::Hour);
        assert_eq!(said(220, 220, day, Settlement::Daily), "日结220元");
        assert_eq!(said(180, 260, day, Settlement::Daily), "日结180–260元");
        assert_eq!(said(18, 18, hour, Settlement::Daily), "18元/小时，日结");
        assert_eq!(said(220, 220, day, Settlement::Weekly), "220元/天，周结");
    }
}
