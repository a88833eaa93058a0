//! What comes on top of the pay, in the words that people and advertisements use.

use crate::domain::wage::choices;

choices! {
    /// Something on top of the pay (待遇).
    Benefit {
        /// A ride to work.
        PickUp = "pick_up", "有接送";
        /// Meals.
        Meals = "meals", "包吃";
        /// A bed.
        Lodging = "lodging", "包住";
        /// An insurance.
        Insured = "insured", "有保险";
    }
}

/// Words and what they promise. Longer ones before those that they begin with.
pub(super) const WORDS: [(&str, &[Benefit]); 38] = {
    use Benefit::{Insured, Lodging, Meals, PickUp};
    [
        ("车接车送", &[PickUp]),
        ("包车接送", &[PickUp]),
        ("专车接送", &[PickUp]),
        ("有车接送", &[PickUp]),
        ("有接送", &[PickUp]),
        ("包接送", &[PickUp]),
        ("管接送", &[PickUp]),
        ("接送", &[PickUp]),
        ("通勤车", &[PickUp]),
        ("有班车", &[PickUp]),
        ("班车", &[PickUp]),
        ("包吃包住", &[Meals, Lodging]),
        ("管吃管住", &[Meals, Lodging]),
        ("包吃住", &[Meals, Lodging]),
        ("管吃住", &[Meals, Lodging]),
        ("包食宿", &[Meals, Lodging]),
        ("提供食宿", &[Meals, Lodging]),
        ("免费食宿", &[Meals, Lodging]),
        ("食宿", &[Meals, Lodging]),
        ("包吃", &[Meals]),
        ("管吃", &[Meals]),
        ("管饭", &[Meals]),
        ("包饭", &[Meals]),
        ("包餐", &[Meals]),
        ("供餐", &[Meals]),
        ("有饭", &[Meals]),
        ("工作餐", &[Meals]),
        ("免费午餐", &[Meals]),
        ("管午饭", &[Meals]),
        ("包住宿", &[Lodging]),
        ("包住", &[Lodging]),
        ("管住", &[Lodging]),
        ("有宿舍", &[Lodging]),
        ("提供住宿", &[Lodging]),
        ("住宿", &[Lodging]),
        ("有保险", &[Insured]),
        ("买保险", &[Insured]),
        ("意外险", &[Insured]),
    ]
};

/// Everything that a text promises, each once, in the order of [`Benefit::ALL`].
pub fn benefits(text: &str) -> Vec<Benefit> {
    let told = |benefit: &Benefit| {
        WORDS.iter().any(|(word, means)| means.contains(benefit) && text.contains(word))
    };
    Benefit::ALL.iter().copied().filter(told).collect()
}
