//! Invented people: common family names of the area and common given names, drawn together.

use rand::{RngExt, seq::IndexedRandom};
use rand_chacha::ChaCha20Rng;

const FAMILY: &[&str] = &[
    "马", "王", "李", "张", "杨", "刘", "陈", "丁", "赵", "白", "吴", "周", "纳", "哈", "虎", "海",
    "田", "罗", "金", "何", "郭", "高", "孙", "朱", "苏", "沙", "穆", "韩", "冯", "撒",
];
const GIVEN: &[&str] = &[
    "伟", "芳", "军", "娟", "强", "燕", "建", "梅", "斌", "丽", "龙", "玉", "平", "霞", "海", "兰",
    "云", "英", "福", "花", "学", "秀", "小", "红", "志", "春", "国", "晓", "文", "雪", "明", "静",
];

fn drawn(rng: &mut ChaCha20Rng, from: &[&'static str]) -> &'static str {
    from.choose(rng).copied().unwrap_or_default()
}

/// A worker's name: a family name and one or two characters.
pub(super) fn person(rng: &mut ChaCha20Rng) -> String {
    let (family, first) = (drawn(rng, FAMILY), drawn(rng, GIVEN));
    let second = if rng.random_bool(0.6) { drawn(rng, GIVEN) } else { "" };
    format!("{family}{first}{second}")
}

/// A private employer's name, marked as demonstration like every employer's.
pub(super) fn private_employer(rng: &mut ChaCha20Rng) -> String {
    let family = drawn(rng, FAMILY);
    let title = if rng.random_bool(0.5) { "女士" } else { "先生" };
    format!("演示·{family}{title}")
}
