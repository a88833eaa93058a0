//! Text that people typed: trimmed, without control characters, of bounded length.

use super::fields::FieldErrors;

/// The text with outer white space and control characters removed; line breaks stay.
pub fn clean(text: &str) -> String {
    let kept = |c: &char| !(c.is_control() && *c != '\n') && *c != '\u{feff}';
    let kept: String = text.chars().filter(kept).collect();
    kept.trim().to_owned()
}

/// A cleaned text whose length in characters lies in `chars`, else a fault at `field`.
pub fn bounded(
    errors: &mut FieldErrors,
    field: &str,
    label: &str,
    text: &str,
    chars: (usize, usize),
) -> Option<String> {
    let text = clean(text);
    let length = text.chars().count();
    if length == 0 && chars.0 > 0 {
        errors.add(field, "missing", format!("请填写{label}"));
        None
    } else if length < chars.0 {
        errors.add(field, "length", format!("{label}至少要{}个字", chars.0));
        None
    } else if length > chars.1 {
        errors.add(field, "length", format!("{label}最多{}个字，现在有{length}个字", chars.1));
        None
    } else {
        Some(text)
    }
}
