//! Wages as they stand in titles of advertisements: 普工18/小时, 打包工280一天, 日结200.
//!
//! Reads what is written and guesses little: an amount counts only with a unit of time, a
//! settlement, or a word that introduces a monthly wage. Bonuses (入职奖3000) are not wages.

use crate::domain::{
    money::Fen,
    wage::{Settlement, WageUnit},
};

use super::normal;

/// A wage that a text promises; `0 < min <= max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WageText {
    /// The least a unit.
    pub min: Fen,
    /// The most a unit; equals `min` where the text gives one amount.
    pub max: Fen,
    /// What the amounts are for.
    pub unit: WageUnit,
    /// When it is paid out, where the text says so.
    pub settlement: Option<Settlement>,
}

/// The first wage in a text, or `None` if it names none.
pub fn parse(text: &str) -> Option<WageText> {
    let chars: Vec<char> = text.chars().map(normal).filter(|c| !c.is_whitespace()).collect();
    let settlement = settled(&chars);
    let mut at = 0;
    while at < chars.len() {
        let Some(range) = Range::at(&chars, at) else {
            at += 1;
            continue;
        };
        if let Some(unit) = range.unit(&chars, at, settlement)
            && let Some(wage) = range.wage(unit, settlement)
        {
            return Some(wage);
        }
        at = range.end;
    }
    None
}

/// When a text says that wages are paid out, whether it names an amount or not.
pub fn settlement(text: &str) -> Option<Settlement> {
    let chars: Vec<char> = text.chars().map(normal).filter(|c| !c.is_whitespace()).collect();
    settled(&chars)
}

/// Highest amount that is believed for each unit, in fen: what is above is a phone or model number.
const fn fen_max(unit: WageUnit) -> i64 {
    match unit {
        WageUnit::Hour => 100_000,
        WageUnit::Day => 1_000_000,
        WageUnit::Month => 100_000_000,
        WageUnit::Piece => 1_000_000,
    }
}

/// Units as they follow an amount, longest first where one begins another.
const AFTER: [(&str, WageUnit); 25] = [
    ("每小时", WageUnit::Hour),
    ("一小时", WageUnit::Hour),
    ("1小时", WageUnit::Hour),
    ("个小时", WageUnit::Hour),
    ("小时", WageUnit::Hour),
    ("钟头", WageUnit::Hour),
    ("时", WageUnit::Hour),
    ("h", WageUnit::Hour),
    ("每天", WageUnit::Day),
    ("一天", WageUnit::Day),
    ("1天", WageUnit::Day),
    ("每日", WageUnit::Day),
    ("天", WageUnit::Day),
    ("日", WageUnit::Day),
    ("个工", WageUnit::Day),
    ("每月", WageUnit::Month),
    ("一个月", WageUnit::Month),
    ("一月", WageUnit::Month),
    ("个月", WageUnit::Month),
    ("月", WageUnit::Month),
    ("每件", WageUnit::Piece),
    ("一件", WageUnit::Piece),
    ("件", WageUnit::Piece),
    ("每单", WageUnit::Piece),
    ("单", WageUnit::Piece),
];

/// Words that stand before an amount and tell its unit.
const BEFORE: [(&str, WageUnit); 27] = [
    ("时薪", WageUnit::Hour),
    ("每小时", WageUnit::Hour),
    ("小时工资", WageUnit::Hour),
    ("一小时", WageUnit::Hour),
    ("日薪", WageUnit::Day),
    ("日工资", WageUnit::Day),
    ("每天", WageUnit::Day),
    ("一天", WageUnit::Day),
    ("日均", WageUnit::Day),
    ("日入", WageUnit::Day),
    ("日赚", WageUnit::Day),
    ("日结", WageUnit::Day),
    ("当天结", WageUnit::Day),
    ("天结", WageUnit::Day),
    ("月薪", WageUnit::Month),
    ("月工资", WageUnit::Month),
    ("每月", WageUnit::Month),
    ("月入", WageUnit::Month),
    ("月均", WageUnit::Month),
    ("底薪", WageUnit::Month),
    ("保底", WageUnit::Month),
    ("工资", WageUnit::Month),
    ("薪资", WageUnit::Month),
    ("月", WageUnit::Month),
    ("每单", WageUnit::Piece),
    ("每件", WageUnit::Piece),
    ("计件", WageUnit::Piece),
];

/// From this many yuan a wage called 工资 or 底薪 without a unit is a month's; below it could be a
/// day's or an hour's, so it is left open.
const MONTHLY_YUAN_MIN: i64 = 1_000;
/// From this to the next many yuan the amount beside 日结 is a day's; the word tells when wages are
/// paid, and stands beside hourly and monthly amounts too.
const DAILY_YUAN_MIN: i64 = 60;
const DAILY_YUAN_MAX: i64 = 1_500;
/// 30h without any mark is an hour's pay within these amounts, save 24h, which is a shift.
const BARE_HOURLY_FEN: std::ops::RangeInclusive<i64> = 1_300..=4_000;

fn settled(chars: &[char]) -> Option<Settlement> {
    const WORDS: [(&str, Settlement); 13] = [
        ("日结", Settlement::Daily),
        ("天结", Settlement::Daily),
        ("当天结", Settlement::Daily),
        ("当日结", Settlement::Daily),
        ("次日结", Settlement::Daily),
        ("现结", Settlement::Daily),
        ("周结", Settlement::Weekly),
        ("月结", Settlement::Monthly),
        ("完工结", Settlement::OnCompletion),
        ("完工即结", Settlement::OnCompletion),
        ("干完结", Settlement::OnCompletion),
        ("做完结", Settlement::OnCompletion),
        ("活完结", Settlement::OnCompletion),
    ];
    (0..chars.len()).find_map(|at| {
        WORDS.iter().find(|(word, _)| starts(&chars[at..], word)).map(|&(_, settlement)| settlement)
    })
}

fn starts(chars: &[char], word: &str) -> bool {
    let mut at = chars.iter();
    word.chars().all(|c| at.next() == Some(&c))
}

fn ends(chars: &[char], word: &str) -> bool {
    let mut at = chars.iter().rev();
    word.chars().rev().all(|c| at.next() == Some(&c))
}

/// One or two amounts in fen, as written: `18`, `3000-5000元`, `5-8k`, `1.2万`.
struct Range {
    min: i64,
    max: i64,
    /// The place after the amounts, and after 元 or 块 if these follow.
    end: usize,
    /// Whether 元, 块, k, 千 or 万 marks it as money.
    marked: bool,
}

impl Range {
    fn at(chars: &[char], start: usize) -> Option<Range> {
        let before = start.checked_sub(1).map(|at| chars[at]);
        if before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.') {
            return None;
        }
        let (low, mut end) = Amount::at(chars, start)?;
        let mut high = None;
        let after_yuan = end + usize::from(chars.get(end).is_some_and(|c| is_yuan(*c)));
        if let Some(c) = chars.get(after_yuan)
            && "-~—–至到".contains(*c)
            && let Some((amount, high_end)) = Amount::at(chars, after_yuan + 1)
        {
            high = Some(amount);
            end = high_end;
        }
        // 5-8k: the scale of the second amount holds for the first, too.
        let low_scale = match &high {
            Some(high) if low.scale == 1 => high.scale,
            _ => low.scale,
        };
        let yuan = chars.get(end).is_some_and(|c| is_yuan(*c));
        let marked = yuan || low_scale != 1;
        if yuan {
            end += if starts(&chars[end..], "块钱") { 2 } else { 1 };
        }
        let min = low.fen(low_scale)?;
        Some(Range { min, max: high.map_or(Some(min), |high| high.fen(high.scale))?, end, marked })
    }

    fn unit(
        &self,
        chars: &[char],
        start: usize,
        settlement: Option<Settlement>,
    ) -> Option<WageUnit> {
        let mut after = &chars[self.end..];
        while let Some((c, rest)) = after.split_first()
            && "/+起左右以上".contains(*c)
        {
            after = rest;
        }
        if let Some(&(_, unit)) = AFTER.iter().find(|(word, _)| starts(after, word)) {
            let settled = starts(after, "日结") || starts(after, "天结");
            // 2月, 8小时 and 30天 are dates and durations; money is told by its mark, a stroke or 一.
            let told = self.marked || self.end < chars.len() && "/每一".contains(chars[self.end]);
            let fits = match unit {
                WageUnit::Hour => told || BARE_HOURLY_FEN.contains(&self.min) && self.min != 2_400,
                WageUnit::Day => told || settled && self.looks_daily(),
                WageUnit::Month => told || self.min >= MONTHLY_YUAN_MIN * 100,
                WageUnit::Piece => told,
            };
            return fits.then_some(unit);
        }
        let mut head = &chars[..start];
        while let Some((c, rest)) = head.split_last()
            && ":：约可达过高到".contains(*c)
        {
            head = rest;
        }
        let before = BEFORE.iter().find(|(word, _)| ends(head, word));
        match before {
            Some(&(_, WageUnit::Month)) => {
                (self.min >= MONTHLY_YUAN_MIN * 100).then_some(WageUnit::Month)
            }
            Some(&(_, unit)) => Some(unit),
            None if settlement == Some(Settlement::Daily) => {
                self.looks_daily().then_some(WageUnit::Day)
            }
            None => None,
        }
    }

    /// Whether the amount beside a daily settlement can be a day's pay.
    fn looks_daily(&self) -> bool {
        self.min >= DAILY_YUAN_MIN * 100 && self.max <= DAILY_YUAN_MAX * 100
    }

    fn wage(&self, unit: WageUnit, settlement: Option<Settlement>) -> Option<WageText> {
        let believed = self.min > 0 && self.min <= self.max && self.max <= fen_max(unit);
        believed.then_some(WageText { min: Fen(self.min), max: Fen(self.max), unit, settlement })
    }
}

fn is_yuan(c: char) -> bool {
    "元块圆¥".contains(c)
}

/// A number before its scale is applied.
struct Amount {
    /// In hundredths.
    hundredths: i64,
    /// 1, 1,000 (k, 千) or 10,000 (w, 万).
    scale: i64,
}

impl Amount {
    /// The amount that starts here, and the place after it. At most seven digits before the point
    /// and two after it.
    fn at(chars: &[char], start: usize) -> Option<(Amount, usize)> {
        let digits = |from: usize| {
            chars[from.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count()
        };
        let number = |range: std::ops::Range<usize>| -> i64 {
            chars[range]
                .iter()
                .filter_map(|c| c.to_digit(10))
                .fold(0, |sum, digit| sum * 10 + i64::from(digit))
        };
        let whole = digits(start);
        if whole == 0 || whole > 7 {
            return None;
        }
        let mut end = start + whole;
        let mut hundredths = number(start..end) * 100;
        if chars.get(end) == Some(&'.') {
            let part = digits(end + 1);
            match part {
                1 => hundredths += number(end + 1..end + 2) * 10,
                2 => hundredths += number(end + 1..end + 3),
                _ => return None,
            }
            end += 1 + part;
        }
        let scale = match chars.get(end) {
            Some('k' | '千') => 1_000,
            Some('w' | '万') => 10_000,
            _ => 1,
        };
        end += usize::from(scale != 1);
        Some((Amount { hundredths, scale }, end))
    }

    fn fen(&self, scale: i64) -> Option<i64> {
        self.hundredths.checked_mul(scale)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Settlement::*, WageUnit::*, *};

    #[test]
    fn titles_as_people_write_them() {
        for (title, min, max, unit, settlement) in [
            ("普工18/小时", 1_800, 1_800, Hour, None),
            ("普工/临时工/正式工27元/小时包吃住", 2_700, 2_700, Hour, None),
            ("普工/操作工30h", 3_000, 3_000, Hour, None),
            ("时薪18.5", 1_850, 1_850, Hour, None),
            ("打包工280一天", 28_000, 28_000, Day, None),
            ("350/天地铁防疫人员（岗位轻松）", 35_000, 35_000, Day, None),
            ("日结200", 20_000, 20_000, Day, Some(Daily)),
            ("200日结 传单派发", 20_000, 20_000, Day, Some(Daily)),
            ("搬运 180～260元/天 周结", 18_000, 26_000, Day, Some(Weekly)),
            ("３０００－５０００元/月", 300_000, 500_000, Month, None),
            ("保安月薪3000到4500", 300_000, 450_000, Month, None),
            ("普工操作工/包吃住/工资6500-7500", 650_000, 750_000, Month, None),
            ("5-8k/月", 500_000, 800_000, Month, None),
            ("诚聘骑手月入8K/系统派单量大", 800_000, 800_000, Month, None),
            ("底薪6000销售", 600_000, 600_000, Month, None),
            ("月入1.2万", 1_200_000, 1_200_000, Month, None),
            ("普工月9000", 900_000, 900_000, Month, None),
            ("骑手4.5元/单", 450, 450, Piece, None),
            ("瓦工300块钱一天 完工结", 30_000, 30_000, Day, Some(OnCompletion)),
            ("8小时制 每天160元", 16_000, 16_000, Day, None),
        ] {
            let wage = WageText { min: Fen(min), max: Fen(max), unit, settlement };
            assert_eq!(parse(title), Some(wage), "{title}");
        }
    }

    #[test]
    fn numbers_that_are_no_wages() {
        for title in [
            "普工",
            "003课程顾问",
            "2023届校招",
            "8小时工作制",
            "招2名保洁 2月上岗",
            "入职奖3000元",
            "大数据开发工程师(J10246)",
            "电话13812345678",
            "月薪面议",
            "底薪18",
            "9000-3000元/月",
            "保安24小时值班",
            "365天招工",
            "48小时内上岗",
        ] {
            assert_eq!(parse(title), None, "{title}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_sane_wage_or_none(text in "[0-9.元k万天日月小时结/一-]{0,24}|.{0,40}") {
            if let Some(wage) = parse(&text) {
                prop_assert!(wage.min.0 > 0 && wage.min <= wage.max);
            }
        }
    }
}
