//! The least pay that somebody asks for: 200以上, 18一小时以上, 日薪200, 月薪5000起.

use crate::domain::{money::Fen, wage::WageUnit};

/// Words before an amount and the unit that they tell, longest first where one begins another.
const BEFORE: [(&str, Option<WageUnit>); 22] = [
    ("时薪", Some(WageUnit::Hour)),
    ("小时工资", Some(WageUnit::Hour)),
    ("每小时", Some(WageUnit::Hour)),
    ("一小时", Some(WageUnit::Hour)),
    ("日薪", Some(WageUnit::Day)),
    ("日工资", Some(WageUnit::Day)),
    ("每天", Some(WageUnit::Day)),
    ("一天", Some(WageUnit::Day)),
    ("月薪", Some(WageUnit::Month)),
    ("月工资", Some(WageUnit::Month)),
    ("每月", Some(WageUnit::Month)),
    ("一个月", Some(WageUnit::Month)),
    ("工资", None),
    ("工钱", None),
    ("薪资", None),
    ("不低于", None),
    ("不少于", None),
    ("至少", None),
    ("最少", None),
    ("最低", None),
    ("超过", None),
    ("大于", None),
];

const UNITS: [(&str, WageUnit); 12] = [
    ("个小时", WageUnit::Hour),
    ("小时", WageUnit::Hour),
    ("钟头", WageUnit::Hour),
    ("时", WageUnit::Hour),
    ("h", WageUnit::Hour),
    ("天", WageUnit::Day),
    ("日", WageUnit::Day),
    ("个工", WageUnit::Day),
    ("个月", WageUnit::Month),
    ("月", WageUnit::Month),
    ("件", WageUnit::Piece),
    ("单", WageUnit::Piece),
];

const MORE: [&str; 7] = ["以上", "往上", "及以上", "起步", "起", "+", "朝上"];

/// Up to this many yuan an amount without a unit is an hour's.
const HOURLY_YUAN_MAX: i64 = 60;
/// Up to this many yuan it is a day's, above a month's.
const DAILY_YUAN_MAX: i64 = 1_500;

/// A wish for pay.
pub(super) struct Wished {
    /// In characters.
    pub length: usize,
    pub least: Fen,
    pub unit: WageUnit,
    /// Whether the words alone tell that it is a wish (以上, 至少, 日薪): else only a text of its
    /// own does.
    pub is_clear: bool,
}

/// The wish that is said at the start of `chars`.
pub(super) fn at_start(chars: &[char]) -> Option<Wished> {
    let (mut at, mut unit, mut is_clear) = (0, None, false);
    while let Some((word, told)) =
        BEFORE.iter().find(|(word, _)| super::read::starts(&chars[at..], word))
    {
        at += word.chars().count();
        unit = unit.or(*told);
        is_clear = true;
    }
    let digits = chars[at..].iter().take_while(|c| c.is_ascii_digit()).count();
    let whole: i64 = chars[at..at + digits].iter().collect::<String>().parse().ok()?;
    if digits > 6 {
        return None;
    }
    at += digits;
    let mut fen = whole * 100;
    if let [point, tenths, rest @ ..] = &chars[at..]
        && *point == '.'
        && let Some(tenths) = tenths.to_digit(10)
        && !rest.first().is_some_and(char::is_ascii_digit)
    {
        fen += i64::from(tenths) * 10;
        at += 2;
    }
    let scale = match chars.get(at) {
        Some('k' | '千') => 1_000,
        Some('w' | '万') => 10_000,
        _ => 1,
    };
    at += usize::from(scale != 1);
    fen *= scale;
    let (mut marked, mut timed) = (scale != 1, false);
    for word in ["块钱", "元钱", "块", "元"] {
        if super::read::starts(&chars[at..], word) {
            at += word.chars().count();
            marked = true;
            break;
        }
    }
    let more = |at: usize| MORE.iter().find(|word| super::read::starts(&chars[at..], word));
    let told_more = more(at);
    if let Some(word) = told_more {
        at += word.chars().count();
        is_clear = true;
    }
    let stroke = usize::from(chars.get(at).is_some_and(|c| "/每一1".contains(*c)));
    let told = UNITS.iter().find(|(word, _)| super::read::starts(&chars[at + stroke..], word));
    // 2天 and 8小时 are durations; an amount's unit has a stroke, 每 or 一 before it, or the amount
    // is marked as money.
    if let Some((word, told)) = told.filter(|_| stroke == 1 || marked || told_more.is_some()) {
        at += stroke + word.chars().count();
        unit = Some(*told);
        timed = true;
        if told_more.is_none()
            && let Some(word) = more(at)
        {
            at += word.chars().count();
            is_clear = true;
        }
    }
    if !(is_clear || timed) || fen <= 0 {
        return None;
    }
    // A year's, a person's, a kilo's: another thing is counted.
    if told_more.is_none() && chars.get(at).is_some_and(|c| "年人岁名个斤米吨级号届楼".contains(*c))
    {
        return None;
    }
    let yuan = fen / 100;
    let unit = unit.unwrap_or(if yuan <= HOURLY_YUAN_MAX {
        WageUnit::Hour
    } else if yuan <= DAILY_YUAN_MAX {
        WageUnit::Day
    } else {
        WageUnit::Month
    });
    Some(Wished { length: at, least: Fen(fen), unit, is_clear })
}
