//! The six digits (数字密码) by which a person without a password proves who it is.

use std::{fmt, str::FromStr};

use super::identity::Phone;

/// Digits of a PIN, as people know them from their bank cards.
pub const PIN_DIGITS: usize = 6;

/// The text is no PIN, or one that everybody guesses first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPin {
    /// Not six digits.
    #[error("not six digits")]
    Form,
    /// One digit six times, or a run.
    #[error("too easy to guess")]
    Easy,
}

/// Six digits that are neither one digit repeated nor a run. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl Pin {
    /// The digits, for hashing only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is the end of the person's own phone number.
    pub fn ends(&self, phone: &Phone) -> bool {
        phone.expose().ends_with(&self.0)
    }
}

impl FromStr for Pin {
    type Err = NotAPin;
    fn from_str(text: &str) -> Result<Pin, NotAPin> {
        let digits = text.as_bytes();
        if digits.len() != PIN_DIGITS || !digits.iter().all(u8::is_ascii_digit) {
            return Err(NotAPin::Form);
        }
        let steps = || digits.windows(2).map(|pair| i16::from(pair[1]) - i16::from(pair[0]));
        if [0, 1, -1].iter().any(|step| steps().all(|each| each == *step)) {
            return Err(NotAPin::Easy);
        }
        Ok(Pin(text.to_owned()))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("******")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_six_digits_that_are_not_guessed_first() {
        for (text, want) in [
            ("280516", Ok(())),
            ("112233", Ok(())),
            ("000000", Err(NotAPin::Easy)),
            ("123456", Err(NotAPin::Easy)),
            ("987654", Err(NotAPin::Easy)),
            ("12345", Err(NotAPin::Form)),
            ("1234567", Err(NotAPin::Form)),
            ("12 456", Err(NotAPin::Form)),
            ("１２３４５６", Err(NotAPin::Form)),
        ] {
            assert_eq!(text.parse::<Pin>().map(|_| ()), want, "{text}");
        }
    }

    #[test]
    fn the_end_of_the_phone_is_no_secret() {
        let phone: Phone = "13812805167".parse().unwrap();
        assert!("805167".parse::<Pin>().unwrap().ends(&phone));
        assert!(!"280516".parse::<Pin>().unwrap().ends(&phone));
        assert_eq!(format!("{:?}", "280516".parse::<Pin>().unwrap()), "******");
    }
}
