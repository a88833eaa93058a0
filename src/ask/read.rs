//! One pass over the text: from each place the first reader that understands something takes it.

use std::ops::Range;

use super::{Meaning, Part, benefit, day, pay, place};
use crate::{
    domain::{
        limits::QUERY_CHARS_MAX,
        money::Fen,
        time::Moment,
        wage::{Settlement, WageUnit},
    },
    words::{normal, trades::Trades},
};

/// Parts of one text that are understood; what comes after them stays words.
pub const PARTS_MAX: usize = 16;

/// Words of settlement, longest first where one begins another.
const SETTLEMENTS: [(&str, Settlement); 16] = [
    ("当天结算", Settlement::Daily),
    ("当天结", Settlement::Daily),
    ("当日结", Settlement::Daily),
    ("次日结", Settlement::Daily),
    ("日结", Settlement::Daily),
    ("天结", Settlement::Daily),
    ("现结", Settlement::Daily),
    ("周结", Settlement::Weekly),
    ("月结", Settlement::Monthly),
    ("完工即结", Settlement::OnCompletion),
    ("完工结", Settlement::OnCompletion),
    ("干完结", Settlement::OnCompletion),
    ("干完就结", Settlement::OnCompletion),
    ("做完结", Settlement::OnCompletion),
    ("活完结", Settlement::OnCompletion),
    ("一天一结", Settlement::Daily),
];

const DIRECT: [&str; 6] = ["不要中介", "不走中介", "非中介", "无中介", "厂家直招", "直招"];

/// Beside 日结 an amount of so many yuan is a day's pay.
const DAILY_YUAN: std::ops::RangeInclusive<i64> = 60..=1_500;

/// A text and what was understood of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The text, as far as it is looked at.
    pub text: String,
    /// What was understood, from left to right, without overlap except where one word asks for two
    /// things (包吃住).
    pub parts: Vec<Part>,
}

impl Asked {
    /// The text without the parts for which `taken` holds: what is searched as words.
    pub fn words(&self, taken: impl Fn(usize, &Part) -> bool) -> String {
        let ranges = self.parts.iter().enumerate().filter(|(at, part)| taken(*at, part));
        let mut words = String::with_capacity(self.text.len());
        let mut at = 0;
        for (_, part) in ranges {
            if part.range.start < at {
                continue;
            }
            words.push_str(&self.text[at..part.range.start]);
            words.push(' ');
            at = part.range.end;
        }
        words.push_str(&self.text[at..]);
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The text with a part cut out, as a link without its chip asks for it.
    pub fn without(&self, part: &Part) -> String {
        self.words(|_, other| other.range == part.range)
    }
}

/// The characters of a text and where each stands.
struct Text {
    chars: Vec<char>,
    /// The byte of each character, and the text's length after the last.
    bytes: Vec<usize>,
}

impl Text {
    fn range(&self, from: usize, to: usize) -> Range<usize> {
        self.bytes[from]..self.bytes[to]
    }

    /// Whether a part that begins here does not begin within a number or a Latin word.
    fn begins_word(&self, at: usize) -> bool {
        let latin = |c: char| c.is_ascii_alphanumeric();
        at == 0 || !(latin(self.chars[at - 1]) && latin(self.chars[at]))
    }
}

/// Reads a search text at `now`.
pub fn read(text: &str, now: Moment) -> Asked {
    let text: String = text.chars().take(QUERY_CHARS_MAX).collect();
    let (mut bytes, chars): (Vec<usize>, Vec<char>) =
        text.char_indices().map(|(at, c)| (at, normal(c))).unzip();
    bytes.push(text.len());
    let told = Text { chars, bytes };
    let trades = trades(&text, &told);
    let mut found: Vec<(Range<usize>, Meaning)> = Vec::new();
    let mut left: Vec<Range<usize>> = Vec::new();
    let (mut at, mut run) = (0, 0);
    while at < told.chars.len() {
        let rest = &told.chars[at..];
        let trade = trades.iter().find(|(range, _)| range.start == at);
        // 周一至周五 tells how people work, not when they start.
        let goes_on = at > 0 && "至到-~".contains(told.chars[at - 1]);
        let begins = told.begins_word(at) && !goes_on;
        let understood = if begins { understand(rest, now) } else { None };
        let (length, meanings) = match (understood, trade) {
            (Some((length, meanings)), _) => (length, meanings),
            (None, Some((range, meaning))) => (range.len(), vec![meaning.clone()]),
            (None, None) if is_gap(rest[0]) => (1, Vec::new()),
            (None, None) => {
                at += 1;
                continue;
            }
        };
        left.push(run..at);
        found.extend(meanings.into_iter().map(|meaning| (at..at + length, meaning)));
        at += length;
        run = at;
    }
    left.push(run..told.chars.len());
    left.retain(|range| !range.is_empty());
    for range in left {
        if let Some(place) = place::bare(&told.chars[range.clone()]) {
            found.push((range, Meaning::Place(place)));
        } else if let Some(meaning) = amount(&told.chars[range.clone()], &range, &found) {
            found.push((range, meaning));
        }
    }
    found.sort_by_key(|(range, _)| (range.start, range.end));
    found.truncate(PARTS_MAX);
    let part = |(range, meaning): (Range<usize>, Meaning)| {
        let range = told.range(range.start, range.end);
        let meaning = match meaning {
            Meaning::Start { from, to, .. } => {
                Meaning::Start { from, to, said: text[range.clone()].to_owned() }
            }
            other => other,
        };
        Part { range, meaning }
    };
    let parts = found.into_iter().map(part).collect();
    Asked { text, parts }
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || "，,。;；、|".contains(c)
}

pub(super) fn starts(chars: &[char], word: &str) -> bool {
    let mut at = chars.iter();
    word.chars().all(|c| at.next() == Some(&c))
}

/// What stands at the start of `rest`, apart from trades: its length in characters, its meanings.
fn understand(rest: &[char], now: Moment) -> Option<(usize, Vec<Meaning>)> {
    let after = |word: &str| word.chars().count();
    if let Some(said) = day::at_start(rest, now) {
        let meaning = Meaning::Start { from: said.from, to: said.to, said: String::new() };
        return Some((said.length, vec![meaning]));
    }
    if let Some((word, settlement)) = SETTLEMENTS.iter().find(|(word, _)| starts(rest, word)) {
        return Some((after(word), vec![Meaning::Settlement(*settlement)]));
    }
    if let Some((word, means)) = benefit::WORDS.iter().find(|(word, _)| starts(rest, word)) {
        return Some((after(word), means.iter().copied().map(Meaning::Benefit).collect()));
    }
    if let Some(word) = DIRECT.iter().find(|word| starts(rest, word)) {
        return Some((after(word), vec![Meaning::Direct]));
    }
    if let Some(wished) = pay::at_start(rest) {
        // 日薪 and 200一天 within other words are a title's, not a wish.
        let alone = rest.get(wished.length).is_none_or(|c| is_gap(*c));
        if wished.is_clear || alone {
            let meaning = Meaning::Pay { least: wished.least, unit: wished.unit };
            return Some((wished.length, vec![meaning]));
        }
    }
    place::full(rest).map(|(length, place)| (length, vec![Meaning::Place(place)]))
}

/// A bare amount beside a daily settlement: 日结200.
fn amount(
    chars: &[char],
    range: &Range<usize>,
    found: &[(Range<usize>, Meaning)],
) -> Option<Meaning> {
    let yuan: i64 = chars.iter().collect::<String>().parse().ok()?;
    let daily = found.iter().any(|(other, meaning)| {
        *meaning == Meaning::Settlement(Settlement::Daily)
            && (other.end == range.start || range.end == other.start)
    });
    (daily && DAILY_YUAN.contains(&yuan))
        .then_some(Meaning::Pay { least: Fen::from_yuan(yuan), unit: WageUnit::Day })
}

/// The trades that the text names, by characters.
fn trades(text: &str, told: &Text) -> Vec<(Range<usize>, Meaning)> {
    let place = |byte: usize| told.bytes.binary_search(&byte).unwrap_or(0);
    let hits = Trades::shipped().find(text).into_iter();
    hits.map(|hit| (place(hit.start)..place(hit.end), Meaning::Trade(hit.trade))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Tuesday, 24 November 2026, 10:00 in Shanghai.
    const NOW: Moment = Moment(1_795_485_600_000_000);

    fn labels(text: &str) -> (Vec<String>, String) {
        let asked = read(text, NOW);
        let labels = asked.parts.iter().map(|part| part.meaning.label()).collect();
        (labels, asked.words(|_, part| !matches!(part.meaning, Meaning::Trade(_))))
    }

    #[test]
    fn what_people_type_is_understood() {
        for (text, parts, words) in [
            ("明天 日结 分拣 200以上 良田", "明天|日结|分拣工|200元/天以上|良田镇", "分拣"),
            ("后天早上 装卸 18一小时以上", "后天早上|搬运工|18元/小时以上", "装卸"),
            ("闽宁 葡萄 有接送", "闽宁镇|有接送", "葡萄"),
            ("明天良田分拣日结200", "明天|良田镇|分拣工|日结|200元/天以上", "分拣"),
            ("金凤区 保洁 包吃住", "金凤区|保洁|包吃|包住", "保洁"),
            ("银川 月薪5000以上 司机", "银川市|5000元/月以上|小车司机", "司机"),
            ("周五 摘枸杞 管饭", "周五|摘枸杞|包吃", "摘枸杞"),
            ("12月3日 搬家", "12月3日|搬家工", "搬家"),
            ("和顺新村 直招 ２００元／天", "和顺新村|直招|200元/天以上", ""),
            ("后天早上装卸車接車送", "后天早上|搬运工|有接送", "装卸"),
            ("200+ 力工", "200元/天以上|搬运工", "力工"),
            ("不低于20 小时工", "20元/小时以上|小时工", "小时工"),
        ] {
            let (found, left) = labels(text);
            assert_eq!((found.join("|").as_str(), left.as_str()), (parts, words), "{text}");
        }
    }

    #[test]
    fn what_is_no_condition_stays_a_word() {
        for text in [
            "2人以上",
            "5年经验",
            "周一至周五 双休",
            "周末双休",
            "8小时",
            "300人大厂",
            "长城汽车",
            "java开发工程师",
            "1号线",
            "ui 9k",
            "200元",
            "203",
        ] {
            let (found, left) = labels(text);
            assert_eq!((found, left.as_str()), (vec![], text), "{text}");
        }
    }

    #[test]
    fn days_are_those_of_shanghai() {
        let starts = |text: &str| match &read(text, NOW).parts[0].meaning {
            Meaning::Start { from, to, .. } => format!("{from} {to}"),
            other => format!("{other:?}"),
        };
        let day = |a: &str, b: &str| format!("2026-{a}:00:00+08:00 2026-{b}:00:00+08:00");
        for (text, from, to) in [
            ("今天", "11-24T00", "11-25T00"),
            ("明早", "11-25T04", "11-25T10"),
            ("后天下午", "11-26T12", "11-26T18"),
            ("周二", "11-24T00", "11-25T00"),
            ("周一", "11-30T00", "12-01T00"),
            ("下周二", "12-01T00", "12-02T00"),
            ("周末", "11-28T00", "11-30T00"),
            ("12月3号上午", "12-03T04", "12-03T12"),
        ] {
            assert_eq!(starts(text), day(from, to), "{text}");
        }
        assert_eq!(starts("1月2日"), "2027-01-02T00:00:00+08:00 2027-01-03T00:00:00+08:00");
    }

    #[test]
    fn a_chip_taken_away_leaves_the_rest() {
        let asked = read("明天 日结 分拣", NOW);
        assert_eq!(asked.without(&asked.parts[1]), "明天 分拣");
        let asked = read("包吃住 保洁", NOW);
        assert_eq!(asked.without(&asked.parts[0]), "保洁");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_loss(text in "[明天后日结分拣2零08以上元良田镇周一有接送包吃住/ ,a-c]{0,30}|.{0,60}") {
            let asked = read(&text, NOW);
            prop_assert!(asked.parts.len() <= PARTS_MAX);
            for part in &asked.parts {
                prop_assert!(!part.range.is_empty() && part.range.end <= asked.text.len());
                prop_assert!(asked.text.is_char_boundary(part.range.start));
                prop_assert!(asked.text.is_char_boundary(part.range.end));
            }
            // What is not taken is still there.
            let whole: String = asked.words(|_, _| false).split_whitespace().collect();
            let typed: String = asked.text.split_whitespace().collect();
            prop_assert_eq!(whole, typed);
        }
    }
}
