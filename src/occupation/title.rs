//! What a title says about the work, apart from what it says about pay and employer.

use crate::words::normal;

/// Words that praise, hurry or promise, and tell nothing about the work.
const NOISE: [&str; 62] = [
    "急招",
    "急聘",
    "急需",
    "诚招",
    "诚聘",
    "高薪",
    "直招",
    "直聘",
    "直签",
    "招聘",
    "招收",
    "招募",
    "聘请",
    "岗位",
    "职位",
    "双休",
    "单休",
    "周末",
    "法定",
    "节假日",
    "五险一金",
    "五险",
    "一金",
    "六险",
    "社保",
    "公积金",
    "包吃住",
    "包吃",
    "包住",
    "管吃",
    "管住",
    "食宿",
    "提供",
    "住宿",
    "餐补",
    "房补",
    "补贴",
    "免费",
    "底薪",
    "无责",
    "保底",
    "提成",
    "奖金",
    "高提成",
    "待遇",
    "工资",
    "薪资",
    "月薪",
    "年薪",
    "月入",
    "日结",
    "周结",
    "入职",
    "经验",
    "不限",
    "无需",
    "可以",
    "接受",
    "小白",
    "应届",
    "晋升",
    "带薪",
];
/// Words after which the work is named: 某某公司招聘焊工.
const INTRODUCING: [&str; 6] = ["招聘", "诚聘", "诚招", "急聘", "直聘", "急招"];
/// What follows 招聘 where it is the work itself: 招聘专员.
const RECRUITING: [&str; 14] = [
    "专员", "经理", "主管", "顾问", "师", "助理", "猎头", "主播", "文员", "客服", "实习", "老师",
    "会", "专家",
];

/// A title in the two forms that features are taken from.
pub(super) struct Title {
    /// As it stands, normalised.
    pub whole: Vec<char>,
    /// Without employer, numbers and noise; equals `whole` where nothing would remain.
    pub core: Vec<char>,
}

impl Title {
    pub fn new(text: &str) -> Title {
        let whole: Vec<char> = text.chars().take(LENGTH_MAX).map(normal).collect();
        let core = without_noise(named_work(&whole));
        let says_something = core.iter().any(|c| c.is_alphanumeric() && *c != '0');
        Title { core: if says_something { core } else { whole.clone() }, whole }
    }
}

/// In characters; what stands behind is no title any more.
const LENGTH_MAX: usize = 200;

/// The parts of a text between punctuation and blanks.
pub(super) fn pieces(text: &[char]) -> impl Iterator<Item = &[char]> {
    text.split(|c| !c.is_alphanumeric()).filter(|piece| !piece.is_empty())
}

pub(super) fn starts(text: &[char], word: &str) -> Option<usize> {
    let mut length = 0;
    for c in word.chars() {
        if text.get(length) != Some(&c) {
            return None;
        }
        length += 1;
    }
    Some(length)
}

fn named_work(whole: &[char]) -> &[char] {
    for at in 0..whole.len() {
        let introduced = INTRODUCING.iter().find_map(|word| starts(&whole[at..], word));
        if let Some(length) = introduced {
            let rest = &whole[at + length..];
            let itself = RECRUITING.iter().any(|word| starts(rest, word).is_some());
            return if rest.len() >= 2 && !itself { rest } else { whole };
        }
    }
    whole
}

fn without_noise(text: &[char]) -> Vec<char> {
    let mut core = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let word = NOISE.iter().filter_map(|word| starts(&text[at..], word)).max();
        if let Some(length) = word {
            core.push(' ');
            at += length;
        } else if text[at].is_ascii_digit() {
            let number = |c: &char| c.is_ascii_digit() || *c == '.';
            at += text[at..].iter().take_while(|c| number(c)).count();
            at += usize::from(text.get(at).is_some_and(|c| "kw万千元".contains(*c)));
            core.push('0');
        } else {
            core.push(text[at]);
            at += 1;
        }
    }
    core
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_is_the_work() {
        for (title, core) in [
            ("湖南振泰实业有限公司招聘焊工", "焊工"),
            ("高薪急招普工", "普工"),
            ("招聘专员", "专员"),
            ("普工8000元", "普工0"),
            ("ＪＡＶＡ开发", "java开发"),
            ("双休", "双休"),
        ] {
            let title = Title::new(title);
            let found: String = title.core.iter().collect();
            assert_eq!(found.trim(), core);
        }
    }
}
