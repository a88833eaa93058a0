//! What must never count: who a person is. And no employer floods a page.

use std::{
    fs,
    path::{Path, PathBuf},
};

use linggong::domain::worker::Group;

use crate::world::{NOW, Shop, member, posting, worker};

/// Words of what the law forbids to count (就业促进法 §26–31) and of what is sealed.
const FORBIDDEN: [&str; 13] = [
    "sex",
    "gender",
    "male",
    "female",
    "ethnic",
    "nation",
    "religion",
    "household",
    "group",
    "birth",
    "hukou",
    "disab",
    "marri",
];

/// Matching and the index read no field that could tell them.
#[test]
fn no_type_or_field_of_matching_and_search_names_who_a_person_is() {
    let mut findings = Vec::new();
    let rooms = ["src/matching", "src/search"];
    let mut folders: Vec<PathBuf> =
        rooms.map(|room| Path::new(env!("CARGO_MANIFEST_DIR")).join(room)).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for line in text.lines().take_while(|line| !line.contains("#[cfg(test)]")) {
                let code = line.split("//").next().unwrap_or_default();
                let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
                for word in words.flat_map(|word| word.split('_')) {
                    let word = word.to_lowercase();
                    if FORBIDDEN.iter().any(|no| word == *no || word == format!("{no}s")) {
                        findings.push(format!("{}: {line}", path.display()));
                    }
                }
            }
        }
    }
    assert!(findings.is_empty(), "{findings:#?}");
}

/// Two who differ in nothing but who they are stand alike.
#[test]
fn who_a_person_is_changes_no_score() {
    let shop = Shop::of(&[]);
    let one = worker("one");
    let mut other = worker("two");
    other.person.name = "马某".to_owned();
    other.person.memberships = member(Group::ALL);
    other.person.household = Some("640106-1".to_owned());
    other.person.id_number = Some("11010519491231002X".parse().unwrap());
    for worker in [&one, &other] {
        shop.index.put_worker(&worker.clone().into()).unwrap();
    }
    shop.index.commit(1).unwrap();
    let found = shop.index.candidates(&posting("a"), 10, NOW).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].score, found[1].score);
    assert_eq!(found[0].reasons, found[1].reasons);
}
