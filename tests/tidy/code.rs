//! Rust text with everything that is not code blanked out, so that a plain search finds code only.

use std::ops::Range;

/// The same text, character for character and line for line, with comments and the contents of
/// string and character literals replaced by spaces.
pub fn code_only(text: &str) -> Vec<char> {
    let source: Vec<char> = text.chars().collect();
    let mut code = source.clone();
    let mut at = 0;
    while at < source.len() {
        let end = match source[at] {
            '/' if source.get(at + 1) == Some(&'/') => line_end(&source, at),
            '/' if source.get(at + 1) == Some(&'*') => block_comment_end(&source, at),
            '"' => string_end(&source, at),
            'r' if !follows_word(&source, at, "bc") => match raw_string_end(&source, at) {
                Some(end) => end,
                None => at,
            },
            '\'' => char_literal_end(&source, at).unwrap_or(at),
            _ => at,
        };
        if end == at {
            at += 1;
            continue;
        }
        for slot in &mut code[at..end] {
            if *slot != '\n' {
                *slot = ' ';
            }
        }
        at = end;
    }
    code
}

/// Positions at which `word` stands alone, not as a part of a longer identifier.
pub fn words<'a>(code: &'a [char], word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let word: Vec<char> = word.chars().collect();
    (0..code.len()).filter(move |&at| {
        code[at..].starts_with(&word)
            && (at == 0 || !is_word(code[at - 1]))
            && code.get(at + word.len()).is_none_or(|&next| !is_word(next))
    })
}

/// Positions at which `text` stands, whatever surrounds it.
pub fn places<'a>(code: &'a [char], text: &'a str) -> impl Iterator<Item = usize> + 'a {
    let text: Vec<char> = text.chars().collect();
    (0..code.len()).filter(move |&at| code[at..].starts_with(&text))
}

/// The identifier at `at`, empty if there is none.
pub fn identifier(code: &[char], at: usize) -> String {
    code[at.min(code.len())..].iter().take_while(|&&c| is_word(c)).collect()
}

/// The first position from `at` on that is not white space.
pub fn skip_space(code: &[char], at: usize) -> usize {
    (at..code.len()).find(|&at| !code[at].is_whitespace()).unwrap_or(code.len())
}

/// Line number of a position, counted from 1.
pub fn line_of(code: &[char], at: usize) -> usize {
    1 + code[..at].iter().filter(|&&c| c == '\n').count()
}

/// Items that exist only in test builds, from their attribute to their end.
pub fn test_items(code: &[char]) -> Vec<Range<usize>> {
    places(code, "#[cfg(test)]").map(|start| start..item_end(code, start)).collect()
}

/// Position after the item at `start`: behind its closing brace, or behind the semicolon of an item
/// without a body.
fn item_end(code: &[char], start: usize) -> usize {
    let (mut braces, mut others) = (0, 0);
    for (at, c) in code.iter().enumerate().skip(start) {
        match c {
            '{' => braces += 1,
            '}' if braces == 1 => return at + 1,
            '}' => braces -= 1,
            '(' | '[' => others += 1,
            ')' | ']' => others -= 1,
            ';' if braces == 0 && others == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// Whether the character may stand in an identifier.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether the character at `at` continues a word; the prefixes of literals do not count.
fn follows_word(source: &[char], at: usize, prefixes: &str) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|at| source[at]);
    match before(1) {
        Some(c) if prefixes.contains(c) => before(2).is_some_and(is_word),
        Some(c) => is_word(c),
        None => false,
    }
}

fn line_end(source: &[char], at: usize) -> usize {
    (at..source.len()).find(|&at| source[at] == '\n').unwrap_or(source.len())
}

fn block_comment_end(source: &[char], start: usize) -> usize {
    let (mut depth, mut at) = (0, start);
    while at + 1 < source.len() {
        match (source[at], source[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') if depth == 1 => return at + 2,
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    source.len()
}

fn string_end(source: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < source.len() {
        match source[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    source.len()
}

fn raw_string_end(source: &[char], start: usize) -> Option<usize> {
    let hashes = source[start + 1..].iter().take_while(|&&c| c == '#').count();
    let open = start + 1 + hashes;
    (source.get(open) == Some(&'"')).then_some(())?;
    let close: String = format!("\"{}", "#".repeat(hashes));
    let end = places(&source[open + 1..], &close).next().map(|at| open + 1 + at + close.len());
    Some(end.unwrap_or(source.len()))
}

/// End of the character literal at `start`; none if a lifetime begins there.
fn char_literal_end(source: &[char], start: usize) -> Option<usize> {
    if source.get(start + 1) == Some(&'\\') {
        let close = (start + 3..source.len()).find(|&at| source[at] == '\'')?;
        return Some(close + 1);
    }
    (source.get(start + 2) == Some(&'\'')).then_some(start + 3)
}

#[test]
fn comments_and_literals_are_blanked_and_code_is_kept() {
    for (text, expected) in [
        ("a // crate::b\nc", "a            \nc"),
        ("a /* b /* c */ d */ e", "a                   e"),
        (r#"f("x \" y") + g"#, "f(        ) + g"),
        (r##"f(r#"a "b" c"#) + g"##, "f(            ) + g"),
        (r##"f(br"a\", b"c") + g"##, "f(b     , b   ) + g"),
        (r"['\'', '/', '/'] <'a, 'b>", "[    ,    ,    ] <'a, 'b>"),
        ("r#type + for", "r#type + for"),
    ] {
        let code: String = code_only(text).into_iter().collect();
        assert_eq!(code, expected, "{text}");
    }
}

#[test]
fn test_items_end_with_their_brace_or_semicolon() {
    let code = code_only("fn a() {}\n#[cfg(test)]\nmod tests { fn b() { [1; 2]; } }\nfn c() {}");
    let items = test_items(&code);
    assert_eq!(items.len(), 1);
    let rest: String = code[items[0].end..].iter().collect();
    assert_eq!(rest, "\nfn c() {}");
    let code = code_only("#[cfg(test)]\nmod tests;\nfn c() {}");
    assert_eq!(test_items(&code)[0].end, "#[cfg(test)]\nmod tests;".len());
}
