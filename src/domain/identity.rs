//! Numbers that name people and organisations: GB 32100 (统一社会信用代码), GB 11643 (公民身份号码),
//! mobile phones. A value of these types has passed its standard's check.

use std::{fmt, str::FromStr};

use super::calendar::Day;

/// The number fails its standard's form or check character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the number fails its check")]
pub struct NotValid;

/// A unified social credit code (统一社会信用代码), 18 characters, GB 32100—2015.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Uscc(String);

impl Uscc {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Uscc {
    type Err = NotValid;
    fn from_str(text: &str) -> Result<Uscc, NotValid> {
        const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
        let text = text.replace(' ', "").to_ascii_uppercase();
        let values: Vec<usize> =
            text.bytes().filter_map(|b| ALPHABET.iter().position(|&a| a == b)).collect();
        let well_formed = text.len() == 18
            && values.len() == 18
            && text.bytes().skip(2).take(6).all(|b| b.is_ascii_digit());
        if !well_formed {
            return Err(NotValid);
        }
        let sum: usize = values
            .iter()
            .take(17)
            .scan(1, |weight, value| {
                let term = value * *weight;
                *weight = *weight * 3 % 31;
                Some(term)
            })
            .sum();
        if (31 - sum % 31) % 31 == values[17] { Ok(Uscc(text)) } else { Err(NotValid) }
    }
}

/// A citizen's identity number (公民身份号码), 18 characters, GB 11643—1999. Never printed whole.
#[derive(Clone, PartialEq, Eq)]
pub struct ResidentId(String);

impl ResidentId {
    /// The whole number, for sealing only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The day of birth.
    pub fn born(&self) -> Option<Day> {
        let part = |range: std::ops::Range<usize>| self.0.get(range)?.parse::<i16>().ok();
        Day::new(part(6..10)?, part(10..12)? as i8, part(12..14)? as i8).ok()
    }

    /// For screens: the first three and last two characters.
    pub fn masked(&self) -> String {
        mask(&self.0, 3, 2)
    }
}

impl FromStr for ResidentId {
    type Err = NotValid;
    fn from_str(text: &str) -> Result<ResidentId, NotValid> {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        const CHECKS: &[u8; 11] = b"10X98765432";
        let text = text.trim().to_ascii_uppercase();
        let bytes = text.as_bytes();
        if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) || bytes[0] == b'0' {
            return Err(NotValid);
        }
        let sum: u32 =
            bytes.iter().zip(WEIGHTS).map(|(&b, weight)| u32::from(b - b'0') * weight).sum();
        let id = ResidentId(text.clone());
        let born = id.born().is_some_and(|day| day.year() >= 1850);
        let province = matches!(
            (bytes[0] - b'0') * 10 + (bytes[1] - b'0'),
            11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83
        );
        if CHECKS[(sum % 11) as usize] == bytes[17] && born && province {
            Ok(id)
        } else {
            Err(NotValid)
        }
    }
}

/// A mobile phone number of mainland China: 11 digits from 13 to 19. Never printed whole.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// The whole number, for sealing only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// For screens: `138****5678`.
    pub fn masked(&self) -> String {
        mask(&self.0, 3, 4)
    }
}

impl FromStr for Phone {
    type Err = NotValid;
    fn from_str(text: &str) -> Result<Phone, NotValid> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let digits = digits.strip_prefix("+86").unwrap_or(&digits);
        let bytes = digits.as_bytes();
        let fits = bytes.len() == 11
            && bytes.iter().all(u8::is_ascii_digit)
            && bytes[0] == b'1'
            && bytes[1] >= b'3';
        if fits { Ok(Phone(digits.to_owned())) } else { Err(NotValid) }
    }
}

/// A text with all but its first `head` and last `tail` characters replaced by stars.
pub fn mask(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    text.chars()
        .enumerate()
        .map(|(i, c)| if i < head || i + tail >= count { c } else { '*' })
        .collect()
}

/// A person's name for screens: the family name and stars (`王**`).
pub fn mask_name(name: &str) -> String {
    if name.chars().count() < 2 { "*".to_owned() } else { mask(name, 1, 0) }
}

impl fmt::Debug for ResidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_pass_or_fail_their_check() {
        for code in ["91110101095807770R", "91110101MAC1DF1G95", "91110101mac1df1g95"] {
            assert!(code.parse::<Uscc>().is_ok(), "{code}");
        }
        for code in ["911101117350938368", "91110101095807770A", "", "91110101O95807770R", "汉"] {
            assert!(code.parse::<Uscc>().is_err(), "{code}");
        }
        assert!("11010519491231002X".parse::<ResidentId>().is_ok());
        for id in ["110105194912310021", "11010519491331002X", "1101051949123100", "汉汉汉汉汉汉"]
        {
            assert!(id.parse::<ResidentId>().is_err(), "{id}");
        }
    }

    #[test]
    fn personal_numbers_show_masked() {
        let phone: Phone = "+86 138-1234-5678".parse().unwrap();
        assert_eq!(format!("{phone:?}"), "138****5678");
        let id: ResidentId = "11010519491231002X".parse().unwrap();
        assert_eq!(format!("{id:?}"), "110*************2X");
        assert_eq!(mask_name("王小明"), "王**");
        assert!("12812345678".parse::<Phone>().is_err());
    }
}
