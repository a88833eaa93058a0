//! A search by a text as people type it: what is understood narrows, the rest is searched as words,
//! and nothing that was understood ever leaves less than nothing understood.

use super::{Index, JobPage, JobQuery, SearchError, Told};
use crate::ask::{self, Asked, Meaning, Part};

/// A part of the text that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Understood {
    /// The part.
    pub part: Part,
    /// As it was typed.
    pub text: String,
    /// Whether it counted: as a condition, or as a trade in all its names. It did not where the
    /// query has its own condition of the kind, or where it would have left nothing and was
    /// searched as words.
    pub applied: bool,
    /// The text without it.
    pub without: String,
}

/// A page and what was understood of the text.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The page.
    pub page: JobPage,
    /// What was understood, from left to right.
    pub understood: Vec<Understood>,
}

/// What becomes of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// It narrows the search.
    Narrows,
    /// It stays among the words.
    Words,
    /// It is left out: the query says otherwise.
    Overruled,
}

impl Index {
    /// Searches by `text`; the conditions of `query` win over those of the text, and its own text
    /// is not looked at.
    ///
    /// # Errors
    /// As [`Index::jobs`].
    pub fn ask(&self, text: &str, query: &JobQuery) -> Result<Answer, SearchError> {
        let now = query.cursor.as_ref().map_or(query.now, |cursor| cursor.scored_at);
        let asked = ask::read(text, now);
        let uses = uses(&asked, query);
        let search = |let_go: u16| -> Result<JobPage, SearchError> {
            let mut page = self.jobs(&narrowed(&asked, &uses, query, let_go))?;
            if let Some(next) = &mut page.next {
                next.let_go = let_go;
            }
            Ok(page)
        };
        let mut let_go = query.cursor.as_ref().map_or(0, |cursor| cursor.let_go);
        let mut page = search(let_go)?;
        if page.hits.is_empty() && query.cursor.is_none() {
            for bits in relaxations(&asked, &uses) {
                let wider = search(bits)?;
                if !wider.hits.is_empty() {
                    (page, let_go) = (wider, bits);
                    break;
                }
            }
        }
        let understood = asked.parts.iter().enumerate().map(|(at, part)| Understood {
            part: part.clone(),
            text: asked.text[part.range.clone()].to_owned(),
            applied: matches!(part.meaning, Meaning::Trade(_))
                || uses[at] == Use::Narrows && let_go >> at & 1 == 0,
            without: asked.without(part),
        });
        Ok(Answer { page, understood: understood.collect() })
    }
}

fn uses(asked: &Asked, query: &JobQuery) -> Vec<Use> {
    let mut seen: Vec<&'static str> = Vec::new();
    let each = asked.parts.iter().map(|part| {
        let overruled = match part.meaning {
            Meaning::Start { .. } => query.from.is_some() || query.to.is_some(),
            Meaning::Settlement(_) => query.settlement.is_some(),
            Meaning::Pay { .. } => query.wage_min.is_some(),
            Meaning::Place(_) => query.radius_m.is_some() && query.near.is_some(),
            Meaning::Direct => query.direct_only,
            Meaning::Benefit(_) => false,
            // A trade ranks by all its names; it leaves out nothing.
            Meaning::Trade(_) => return Use::Words,
        };
        // Two days or two wages at once: the first is meant, as far as one can tell.
        let single = !matches!(part.meaning, Meaning::Benefit(_) | Meaning::Place(_));
        let again = single && seen.contains(&part.meaning.kind());
        seen.push(part.meaning.kind());
        match (overruled, again) {
            (true, _) => Use::Overruled,
            (false, true) => Use::Words,
            (false, false) => Use::Narrows,
        }
    });
    each.collect()
}

/// The query with the conditions that were understood, except those that are let go.
fn narrowed(asked: &Asked, uses: &[Use], query: &JobQuery, let_go: u16) -> JobQuery {
    let narrows = |at: usize| uses[at] == Use::Narrows && let_go >> at & 1 == 0;
    let mut query = query.clone();
    for (_, part) in asked.parts.iter().enumerate().filter(|(at, _)| narrows(*at)) {
        match &part.meaning {
            Meaning::Start { from, to, .. } => (query.from, query.to) = (Some(*from), Some(*to)),
            Meaning::Settlement(settlement) => query.told.push(Told::Settled(*settlement)),
            Meaning::Pay { least, unit } => query.wage_min = Some((*least, *unit)),
            Meaning::Place(place) => query.told.push(Told::Within {
                stem: place.stem.to_owned(),
                said: asked.text[part.range.clone()].to_owned(),
            }),
            Meaning::Benefit(benefit) => query.told.push(Told::With(*benefit)),
            Meaning::Direct => query.direct_only = true,
            Meaning::Trade(_) => {}
        }
    }
    let taken = |at: usize| narrows(at) || uses[at] == Use::Overruled;
    query.text = Some(asked.words(|at, _| taken(at)));
    query
}

/// What is let go where everything together leaves nothing: first one part alone, then more and
/// more, the least certain first.
fn relaxations(asked: &Asked, uses: &[Use]) -> Vec<u16> {
    let doubt = |part: &Part| match part.meaning {
        Meaning::Place(_) => 0,
        Meaning::Benefit(_) => 1,
        Meaning::Start { .. } => 2,
        Meaning::Pay { .. } => 3,
        Meaning::Settlement(_) => 4,
        Meaning::Direct => 5,
        Meaning::Trade(_) => 6,
    };
    let mut narrowing: Vec<usize> =
        (0..asked.parts.len()).filter(|&at| uses[at] == Use::Narrows).collect();
    narrowing.sort_by_key(|&at| (doubt(&asked.parts[at]), at));
    let single = narrowing.iter().map(|&at| 1u16 << at);
    let more = narrowing.iter().scan(0u16, |bits, &at| {
        *bits |= 1 << at;
        Some(*bits)
    });
    single.chain(more.skip(1)).collect()
}
