//! What the project's files must not hold: unfinished work, ways to panic on input, files that
//! outgrew their reader, and paths of somebody's machine.

use std::{collections::BTreeSet, ops::Range};

use regex::Regex;

use crate::{
    assert_none,
    code::{code_only, is_word, line_of, places, test_items},
    tree::{self, File},
    vendor,
};

/// The longest file under `src/` that is not all tests, in lines.
const LINES_MAX: usize = 450;

/// Marks a call that looks like a panic on input and is none; the reason follows it. It stands on
/// the line of the call or in the comment right above.
const CANNOT_FAIL: &str = "// cannot fail: ";

const PANICS: &[&str] =
    &[".unwrap()", ".unwrap_err()", ".expect(", ".expect_err(", "panic!", "unreachable!"];

const UNFINISHED_CALLS: &[&str] = &["todo!", "unimplemented!", "dbg!"];

/// Spelled in halves, since this file is searched too.
const UNFINISHED_WORDS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME")];

/// Top folders of a machine below which only somebody's own files lie.
const PERSONAL_FOLDERS: &[&str] = &["home", "Users", "root", "tmp", "work"];

const SOURCE_EXTENSIONS: &[&str] = &["rs", "js", "css", "html", "sql", "toml", "yaml", "sh"];

/// Panics outside of test items that no comment declares impossible.
fn panics(path: &str, text: &str) -> Vec<String> {
    let code = code_only(text);
    let tests = test_items(&code);
    let lines: Vec<&str> = text.lines().collect();
    calls(&code, PANICS)
        .filter(|(at, _)| !within(&tests, *at))
        .map(|(at, call)| (line_of(&code, at), call))
        .filter(|(line, _)| !declared_impossible(&lines, *line))
        .map(|(line, call)| {
            format!(
                "{path}:{line}: `{call}` on a data path; return an error or say `{CANNOT_FAIL}why`"
            )
        })
        .collect()
}

/// Each place of one of `names`, where it is not the end of a longer name.
fn calls<'a>(
    code: &'a [char],
    names: &'a [&'a str],
) -> impl Iterator<Item = (usize, &'a str)> + 'a {
    names.iter().flat_map(move |name| {
        places(code, name)
            .filter(|&at| name.starts_with('.') || at == 0 || !is_word(code[at - 1]))
            .map(move |at| (at, *name))
    })
}

fn within(ranges: &[Range<usize>], at: usize) -> bool {
    ranges.iter().any(|range| range.contains(&at))
}

/// `line` counts from 1.
fn declared_impossible(lines: &[&str], line: usize) -> bool {
    let above = lines[..line - 1].iter().rev();
    let mut comment_above = above.take_while(|above| above.trim_start().starts_with("//"));
    lines[line - 1].contains(CANNOT_FAIL) || comment_above.any(|line| line.contains(CANNOT_FAIL))
}

/// Files that a `#[cfg(test)] mod name;` of `file` declares, as their two possible paths.
fn test_files(file: &File) -> Vec<String> {
    let code = code_only(&file.text);
    let folder = match file.path.rsplit_once('/') {
        Some((folder, "mod.rs" | "lib.rs" | "main.rs")) => folder.to_owned(),
        _ => file.path.trim_end_matches(".rs").to_owned(),
    };
    let items = test_items(&code).into_iter();
    items
        .filter_map(|item| {
            let item: String = code[item].iter().collect();
            let name = item.strip_suffix(';')?.rsplit_once("mod ")?.1.trim().to_owned();
            Some([format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")])
        })
        .flatten()
        .collect()
}

fn unfinished(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for word in line.split(|c: char| !c.is_alphanumeric() && c != '_') {
            if UNFINISHED_WORDS.contains(&word) {
                findings.push(format!("{path}:{}: `{word}`", number + 1));
            }
        }
    }
    if path.ends_with(".rs") {
        let code = code_only(text);
        let calls = calls(&code, UNFINISHED_CALLS);
        findings.extend(calls.map(|(at, call)| format!("{path}:{}: `{call}`", line_of(&code, at))));
    }
    findings
}

fn personal_paths(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for folder in PERSONAL_FOLDERS {
            let start = format!("/{folder}/");
            let named = line.match_indices(&start).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let after = line[at + start.len()..].chars().next();
                // Behind a host, a folder or a variable it is another path's middle.
                !before.is_some_and(|c| c.is_alphanumeric() || "_-.~})/".contains(c))
                    && after.is_some_and(|c| c.is_alphanumeric() || "_-.$".contains(c))
            });
            if named {
                findings.push(format!("{path}:{}: a path under {start}", number + 1));
            }
        }
    }
    findings
}

fn too_long(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LINES_MAX).then(|| format!("{path}: {lines} lines, at most {LINES_MAX}"))
}

fn sources(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.path.starts_with("src/") && file.has_extension(&["rs"]))
}

#[test]
fn nothing_in_src_panics_on_input() {
    let files = tree::files();
    let exempt: BTreeSet<String> = sources(&files).flat_map(test_files).collect();
    let checked = sources(&files).filter(|file| !exempt.contains(&file.path));
    assert_none(checked.flat_map(|file| panics(&file.path, &file.text)).collect());
}

#[test]
fn nothing_is_left_unfinished() {
    let files = tree::files();
    let checked = files.iter().filter(|file| file.has_extension(SOURCE_EXTENSIONS));
    let ours = |path: &str| !vendor::FOLDERS.iter().any(|folder| path.starts_with(folder.path));
    let checked = checked.filter(|file| ours(&file.path));
    assert_none(checked.flat_map(|file| unfinished(&file.path, &file.text)).collect());
}

#[test]
fn files_of_src_stay_short() {
    let files = tree::files();
    let exempt: BTreeSet<String> = sources(&files).flat_map(test_files).collect();
    let checked = sources(&files).filter(|file| !exempt.contains(&file.path));
    assert_none(checked.filter_map(|file| too_long(&file.path, &file.text)).collect());
}

#[test]
fn every_verb_of_the_trail_has_a_word() {
    let files = tree::files();
    let timeline = files.iter().find(|file| file.path == "src/http/pages/timeline.rs").unwrap();
    let verb = Regex::new("\"([a-z_]+)\",\\s*Kind::").unwrap();
    let verbs: BTreeSet<String> = sources(&files)
        .flat_map(|file| verb.captures_iter(&file.text).map(|found| found[1].to_owned()))
        .collect();
    assert!(verbs.len() > 30, "only {} verbs found", verbs.len());
    let untold = verbs.iter().filter(|verb| !timeline.text.contains(&format!("\"{verb}\"")));
    assert_none(untold.map(|verb| format!("{verb}: people would read the word itself")).collect());
}

#[test]
fn no_file_names_a_path_of_somebodys_machine() {
    let files = tree::files();
    assert_none(files.iter().flat_map(|file| personal_paths(&file.path, &file.text)).collect());
}

#[test]
fn a_panic_is_found_unless_it_is_a_test_or_declared_impossible() {
    for text in [
        "fn f() { g().unwrap() }",
        "fn f() { g()\n    .expect(\"x\") }",
        "fn f() { panic!(\"x\") }",
        "fn f() { match x { _ => unreachable!() } }",
        "#[cfg(test)]\nmod tests {}\nfn f() { g().unwrap() }",
        "// cannot fail: too far away\n\nfn f() { g().unwrap() }",
    ] {
        assert_eq!(panics("src/a.rs", text).len(), 1, "{text}");
    }
    for text in [
        "fn f() { g().unwrap_or(0) } // .unwrap()",
        "fn f() { catch_panic!(g()) }",
        "fn f() { g().unwrap() } // cannot fail: g is constant",
        "fn f() {\n    // cannot fail: the pattern is a constant,\n    // and a test compiles it\n    g().unwrap()\n}",
        "#[cfg(test)]\nmod tests { fn f() { g().unwrap() } }",
    ] {
        assert_none(panics("src/a.rs", text));
    }
}

#[test]
fn files_of_test_modules_are_known() {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let declared = test_files(&file("src/a/mod.rs", "#[cfg(test)]\nmod tests;\nmod b;"));
    assert_eq!(declared, ["src/a/tests.rs", "src/a/tests/mod.rs"]);
    let declared = test_files(&file("src/a/b.rs", "#[cfg(test)]\nmod cases;"));
    assert_eq!(declared, ["src/a/b/cases.rs", "src/a/b/cases/mod.rs"]);
}

#[test]
fn unfinished_work_is_found() {
    for word in UNFINISHED_WORDS {
        assert_eq!(unfinished("web/a.js", &format!("f(); // {word}: later")).len(), 1);
        assert_none(unfinished("web/a.js", &format!("a_{word}S()")));
    }
    for call in UNFINISHED_CALLS {
        assert_eq!(unfinished("tests/a.rs", &format!("fn f() {{ {call}(1) }}")).len(), 1);
        assert_none(unfinished("tests/a.rs", &format!("// {call}(1)")));
    }
}

#[test]
fn a_long_file_is_found() {
    assert!(too_long("src/a.rs", &"x\n".repeat(LINES_MAX + 1)).is_some());
    assert!(too_long("src/a.rs", &"x\n".repeat(LINES_MAX)).is_none());
}

#[test]
fn a_personal_path_is_found() {
    for folder in PERSONAL_FOLDERS {
        assert_eq!(personal_paths("a", &format!("see /{folder}/me/x")).len(), 1);
        assert_eq!(personal_paths("a", &format!("\"/{folder}/me\"")).len(), 1);
        assert_none(personal_paths("a", &format!("host.example/{folder}/me, $dir/{folder}/x")));
    }
}
