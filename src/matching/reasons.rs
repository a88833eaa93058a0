//! The reasons of a score, in Chinese; each follows from a term that adds something.

use super::{JobFacts, Score, Term};
use crate::domain::{speech, time::DAY, time::Moment};

/// For whom the reasons are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A worker who looks at work.
    Worker,
    /// An employer who looks at workers.
    Employer,
}

/// Skills that one reason names at most.
const SKILLS_NAMED_MAX: usize = 3;

/// From where on an employer's reliability is a reason: somebody unknown has 0.8.
const WELL_KNOWN: f64 = 0.88;

/// Why this score: a few short phrases, the weightiest first. `skills` are those that both sides
/// share, in words.
pub fn reasons(
    score: &Score,
    facts: &JobFacts,
    skills: &[&str],
    reader: Reader,
    now: Moment,
) -> Vec<String> {
    let added = score.terms.iter().filter(|term| term.1 > 0.0);
    added.filter_map(|&(term, _)| reason(term, facts, skills, reader, now)).collect()
}

fn reason(
    term: Term,
    facts: &JobFacts,
    skills: &[&str],
    reader: Reader,
    now: Moment,
) -> Option<String> {
    match (term, reader) {
        (Term::Text, _) if facts.relevance > 0.5 => Some("标题正是所搜的词".to_owned()),
        (Term::Text, _) => Some("有所搜的词".to_owned()),
        (Term::Skill, _) if !skills.is_empty() => {
            Some(format!("会{}", skills[..skills.len().min(SKILLS_NAMED_MAX)].join("、")))
        }
        (Term::Skill, _) if facts.nearness == 1.0 => Some("工种对口".to_owned()),
        (Term::Skill, _) => Some("工种相近".to_owned()),
        (Term::Distance, Reader::Worker) => {
            let to = if facts.by_ride { "上车点" } else { "" };
            facts.distance_m.map(|metres| format!("{to}距您{}", speech::distance(metres)))
        }
        (Term::Distance, Reader::Employer) => {
            let to = if facts.by_ride { "上车点" } else { "工作地" };
            facts.distance_m.map(|metres| format!("距{to}{}", speech::distance(metres)))
        }
        (Term::Wage, Reader::Worker) => Some(speech::pay(facts.wage)),
        // The pay's own words say how it is settled; piece work adds no pay by the day.
        (Term::Settlement, Reader::Worker) => {
            let by_piece = facts.wage.day_min().is_none();
            by_piece.then(|| facts.wage.settlement.label().to_owned())
        }
        (Term::Start, Reader::Worker) => {
            facts.starts_at.map(|at| format!("{}开工", speech::start_time(at, now)))
        }
        (Term::Fresh, Reader::Worker) => {
            let lately = now.0.saturating_sub(facts.published_at.0) < DAY;
            lately.then(|| "一天内发布".to_owned())
        }
        (Term::Instant, Reader::Worker) => Some("即时快招".to_owned()),
        // Nothing is said about whom nobody knows.
        (Term::Reliability, Reader::Worker) => {
            (facts.reliability >= WELL_KNOWN).then(|| "雇主信用好".to_owned())
        }
        // These tell of the posting, which its employer knows.
        (
            Term::Wage
            | Term::Settlement
            | Term::Start
            | Term::Fresh
            | Term::Instant
            | Term::Reliability,
            Reader::Employer,
        ) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::{
        Weights, score,
        score::tests::{NOW, facts},
    };

    #[test]
    fn reasons_follow_from_the_terms() {
        let weights = Weights::embedded().unwrap();
        let say = |facts: &JobFacts, skills: &[&str], reader| {
            let score = score(&weights, facts, None, NOW);
            reasons(&score, facts, skills, reader, NOW).join(" · ")
        };
        // 10:00 on a Tuesday; the shift starts 22 hours later.
        assert_eq!(
            say(&facts(), &["装载机"], Reader::Worker),
            "会装载机 · 距您2.3公里 · 日结220元 · 明早8点开工"
        );
        assert_eq!(say(&facts(), &["装载机"], Reader::Employer), "会装载机 · 距工作地2.3公里");

        let mut bare = facts();
        bare.skills.held = 0;
        bare.distance_m = Some(650.0);
        bare.starts_at = None;
        bare.published_at = NOW;
        bare.instant = true;
        assert_eq!(
            say(&bare, &[], Reader::Worker),
            "距您650米 · 日结220元 · 一天内发布 · 即时快招"
        );
        bare.reliability = 0.9;
        assert!(say(&bare, &[], Reader::Worker).ends_with(" · 即时快招 · 雇主信用好"));
        bare.by_ride = true;
        assert!(say(&bare, &[], Reader::Worker).starts_with("上车点距您650米 · "));
        bare.nearness = 0.5;
        assert!(say(&bare, &[], Reader::Worker).starts_with("工种相近 · "));
        bare.nearness = 1.0;
        bare.relevance = 0.7;
        assert!(say(&bare, &[], Reader::Worker).starts_with("标题正是所搜的词 · 工种对口 · "));
    }
}
