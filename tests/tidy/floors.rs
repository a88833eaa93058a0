//! The floors of the house: a room of `src/` calls only the rooms that the table grants it.

use crate::{
    assert_none,
    code::{code_only, identifier, line_of, skip_space, words},
    tree,
};

/// Each room, bottom to top, and the rooms it may name. `docs/decisions/0001` says why.
const FLOORS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("words", &["domain"]),
    ("occupation", &["domain", "words"]),
    ("ask", &["domain", "words"]),
    ("review", &["domain", "words"]),
    ("policy", &["domain"]),
    ("matching", &["domain", "words", "occupation"]),
    ("store", &["domain"]),
    ("search", &["domain", "words", "occupation", "ask", "matching", "store"]),
    ("feed", &["domain", "store"]),
    ("market", &["domain", "words", "occupation", "review", "policy", "matching", "store", "feed"]),
    ("http", BELOW_FACES),
    ("ops", BELOW_FACES),
    ("cli", EVERY_ROOM),
    ("main", &["cli"]),
    // Declares the rooms; holds nothing itself.
    ("lib", EVERY_ROOM),
];

const BELOW_FACES: &[&str] = &[
    "domain",
    "words",
    "occupation",
    "ask",
    "review",
    "policy",
    "matching",
    "store",
    "search",
    "feed",
    "market",
];

const EVERY_ROOM: &[&str] = &[
    "domain",
    "words",
    "occupation",
    "ask",
    "review",
    "policy",
    "matching",
    "store",
    "search",
    "feed",
    "market",
    "http",
    "ops",
    "cli",
];

/// Every name of a room that the file may not know.
fn upward_arrows(path: &str, text: &str) -> Vec<String> {
    let modules = module_path(path);
    let room = match modules.first() {
        Some(room) => room.as_str(),
        None if path == "src/main.rs" => "main",
        None => "lib",
    };
    let Some((_, allowed)) = FLOORS.iter().find(|(name, _)| *name == room) else {
        return vec![format!("{path}: the room `{room}` stands on no floor; add it to the table")];
    };
    let code = code_only(text);
    let mut findings = Vec::new();
    for (at, named) in root_names(&code, modules.len()) {
        let complaint = match named.as_str() {
            "*" => "a glob of the root hides which rooms are called".to_owned(),
            _ if named == room || allowed.contains(&named.as_str()) => continue,
            _ => format!("`{room}` may not know `{named}`"),
        };
        findings.push(format!("{path}:{}: {complaint}", line_of(&code, at)));
    }
    findings
}

/// `src/store/posting.rs` is `[store, posting]`; the crate's roots are empty.
fn module_path(path: &str) -> Vec<String> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut modules: Vec<String> = path.split('/').map(str::to_owned).collect();
    if modules.last().is_some_and(|last| last == "mod") || matches!(path, "lib" | "main") {
        modules.pop();
    }
    modules
}

/// All names that paths take from the crate's root, with the position of the path. `depth` is the
/// number of modules around the file.
fn root_names(code: &[char], depth: usize) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    for root in ["crate", "linggong"] {
        for at in words(code, root) {
            let after = skip_space(code, at + root.len());
            if let Some(path) = after_colons(code, after) {
                names.extend(first_segments(code, path).into_iter().map(|name| (at, name)));
            } else if identifier(code, after) == "as" {
                names.push((at, "*".to_owned()));
            }
        }
    }
    for at in words(code, "super") {
        let (mut ups, mut path) = (0, at);
        while identifier(code, path) == "super" {
            ups += 1;
            let after = skip_space(code, path + "super".len());
            let Some(next) = after_colons(code, after) else {
                break;
            };
            path = next;
        }
        if ups == depth + inline_modules(code, at) && ups > 0 {
            names.extend(first_segments(code, path).into_iter().map(|name| (at, name)));
        }
    }
    names
}

fn after_colons(code: &[char], at: usize) -> Option<usize> {
    code[at.min(code.len())..].starts_with(&[':', ':']).then(|| skip_space(code, at + 2))
}

/// First segments of the path or of each path in the group at `at`.
fn first_segments(code: &[char], at: usize) -> Vec<String> {
    match code.get(at) {
        Some('*') => return vec!["*".to_owned()],
        Some('{') => {}
        _ => return vec![identifier(code, at)],
    }
    let (mut names, mut depth) = (Vec::new(), 0);
    for (at, c) in code.iter().enumerate().skip(at) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && matches!(c, '{' | ',') {
            let segment = skip_space(code, at + 1);
            match code.get(segment) {
                Some('}') | None => {}
                Some('*') => names.push("*".to_owned()),
                Some(_) => names.push(identifier(code, segment)),
            }
        }
    }
    names
}

/// How many `mod name { … }` stand around a position.
fn inline_modules(code: &[char], position: usize) -> usize {
    let mut module_braces = Vec::new();
    for at in words(code, "mod").take_while(|&at| at < position) {
        let name = skip_space(code, at + "mod".len());
        module_braces.push(skip_space(code, name + identifier(code, name).chars().count()));
    }
    let mut open = Vec::new();
    for (at, c) in code[..position].iter().enumerate() {
        match c {
            '{' => open.push(module_braces.contains(&at)),
            '}' => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().filter(|&is_module| is_module).count()
}

#[test]
fn no_room_calls_upward() {
    let files = tree::files();
    let sources = files.iter().filter(|f| f.path.starts_with("src/") && f.has_extension(&["rs"]));
    assert_none(sources.flat_map(|file| upward_arrows(&file.path, &file.text)).collect());
}

#[test]
fn the_table_grants_only_rooms_below() {
    for (floor, (room, allowed)) in FLOORS.iter().enumerate().take(FLOORS.len() - 1) {
        let below = &FLOORS[..floor];
        for name in *allowed {
            let known = name == room || below.iter().any(|(lower, _)| lower == name);
            assert!(known, "{room} is granted {name}, which is not below it");
        }
    }
}

#[test]
fn an_upward_arrow_is_found_however_it_is_written() {
    for (path, text) in [
        ("src/domain/money.rs", "use crate::store::Pool;"),
        ("src/domain/money.rs", "use crate::{\n    domain::money,\n    market::{self, post},\n};"),
        ("src/domain/money.rs", "fn f() { crate::http::serve() }"),
        ("src/domain/money.rs", "use super::super::store;"),
        ("src/domain/mod.rs", "use super::{store};"),
        ("src/domain/mod.rs", "mod tests { use super::super::store; }"),
        ("src/policy/mod.rs", "use crate::*;"),
        ("src/policy/mod.rs", "use crate as c;"),
        ("src/ops/load.rs", "use crate::http::routes;"),
        ("src/http/api/mod.rs", "use crate::ops;"),
        ("src/main.rs", "use linggong::store;"),
        ("src/attic.rs", ""),
    ] {
        assert_eq!(upward_arrows(path, text).len(), 1, "{path}: {text}");
    }
}

#[test]
fn downward_arrows_and_what_only_looks_like_one_are_left_alone() {
    for (path, text) in [
        ("src/store/posting.rs", "use crate::{domain::money::Fen, store::Error};"),
        ("src/store/posting.rs", "// crate::http\nconst S: &str = \"crate::http\";"),
        ("src/store/posting.rs", "pub(crate) fn f() {} pub(in crate::store) fn g() {}"),
        ("src/store/posting.rs", "use super::feed; mod tests { use super::super::feed; }"),
        ("src/domain/mod.rs", "mod tests { use super::store; }"),
        ("src/main.rs", "fn main() { linggong::cli::main() }"),
    ] {
        assert_none(upward_arrows(path, text));
    }
}
