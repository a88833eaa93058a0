//! Occupations that nobody named: told from titles and from the words of skills.

use crate::{domain::wage::OccupationCode, occupation::Classifier, words::trades::Trades};

/// The least confidence, in hundredths, with which a title's occupation is noted.
const PERCENT_MIN: u8 = 30;
/// The least with which the occupation of a skill is, which nobody looks over.
const SKILL_PERCENT_MIN: u8 = 60;

/// The likeliest occupation of a title, and how sure it is in hundredths.
pub fn of_title(title: &str) -> Option<(OccupationCode, u8)> {
    guess(title).filter(|guess| guess.1 >= PERCENT_MIN)
}

/// The occupations of skills in words, each once: by the list of trades, else by the classifier.
pub fn of_skills(skills: &[String]) -> Vec<OccupationCode> {
    let mut codes: Vec<OccupationCode> = Vec::new();
    for skill in skills {
        let code = match Trades::shipped().by_name(skill) {
            Some(trade) => trade.code.as_deref().and_then(|code| code.parse().ok()),
            None => guess(skill).filter(|guess| guess.1 >= SKILL_PERCENT_MIN).map(|guess| guess.0),
        };
        codes.extend(code.filter(|code| !codes.contains(code)));
    }
    codes
}

fn guess(text: &str) -> Option<(OccupationCode, u8)> {
    let guess = Classifier::shipped().classify(text).into_iter().next()?;
    let code = guess.occupation.code.parse().ok()?;
    // A confidence lies in 0..=1.
    Some((code, (guess.confidence * 100.0).round() as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_skills_stand_for_occupations() {
        let of = |title| of_title(title).map(|(code, percent)| (code.as_str().to_owned(), percent));
        let (code, percent) = of("急招挖掘机司机").unwrap();
        assert_eq!(code, "6-30-05-05");
        assert!((PERCENT_MIN..=100).contains(&percent));
        assert_eq!(of("哈哈"), None);
        let skills = ["钩机", "挖机", "电焊", "会说话"].map(str::to_owned);
        let codes = of_skills(&skills);
        let codes: Vec<&str> = codes.iter().map(OccupationCode::as_str).collect();
        assert_eq!(codes[..2], ["6-30-05-05", "6-18-02-04"]);
    }
}
