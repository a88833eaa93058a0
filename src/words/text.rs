//! One form for characters that look the same to a reader.

/// The character as it is compared: ASCII in lower case, full-width forms as their ASCII twins.
/// One character stays one character, so that positions remain valid.
pub fn normal(c: char) -> char {
    let narrow = match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    narrow.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn full_width_and_capitals_become_plain() {
        let plain: String = "ＣＮＣ操作　Ａ１／８０００".chars().map(normal).collect();
        assert_eq!(plain, "cnc操作 a1/8000");
    }
}
