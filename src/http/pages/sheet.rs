//! The rows of a dispatch's page: people with where they may go, postings with their people.

use super::{input::Choice, words};
use crate::{
    domain::worker::{Available, Worker},
    http::proposal::Proposal,
    market::{Assembly, Attendee, Opening},
};

/// Somebody on a row, with where the person goes.
pub struct Row {
    /// The row's number, for the names of its fields.
    pub n: usize,
    /// Who.
    pub name: String,
    /// Why there, or why nowhere.
    pub why: String,
    /// Where the person may go.
    pub choices: Vec<Choice>,
    /// Whether staff decided it.
    pub is_kept: bool,
}

/// A posting with the people who are to go there.
pub struct Group {
    /// The posting's page.
    pub href: String,
    /// What is to be done.
    pub title: String,
    /// `220元/天`.
    pub wage: String,
    /// When.
    pub hours: String,
    /// Where.
    pub address: String,
    /// Places left.
    pub left: u32,
    /// Who goes.
    pub rows: Vec<Row>,
}

/// Somebody who may be noted as present.
pub struct Person {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The skills and when the person can work.
    pub about: String,
    /// The number of the crew.
    pub crew: String,
}

/// Who somebody is, for staff: the name, and the end of the phone where there is one.
pub fn called(worker: &Worker) -> String {
    let phone = worker.person.phone.as_ref().map(|phone| phone.masked());
    let tail: String = phone.iter().flat_map(|phone| phone.chars().skip(7)).collect();
    format!("{} {tail}", worker.person.name).trim_end().to_owned()
}

fn about(worker: &Worker) -> String {
    let skills = worker.profile.skills.join("、");
    let time = match &worker.profile.available {
        Available::Always => String::new(),
        Available::Words(words) => words.clone(),
        Available::Weekly(week) => week.to_string(),
        Available::Spans(spans) => spans.iter().map(words::shift).collect::<Vec<_>>().join("、"),
    };
    [skills, time].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Somebody as the list of those present has it.
pub fn person(attendee: &Attendee) -> Person {
    Person {
        id: attendee.worker.id.to_string(),
        name: called(&attendee.worker),
        about: about(&attendee.worker),
        crew: attendee.crew.map(|crew| crew.to_string()).unwrap_or_default(),
    }
}

fn hours(opening: &Opening) -> String {
    let said: Vec<String> = opening.hours.iter().take(2).map(words::shift).collect();
    let more = if opening.hours.len() > 2 { "…" } else { "" };
    format!("{}{more}", said.join("、"))
}

/// The rows and groups of a page.
pub struct Sheet<'a> {
    assembly: &'a Assembly,
    proposal: &'a Proposal,
    next: usize,
}

impl<'a> Sheet<'a> {
    /// A page without rows yet.
    pub fn new(assembly: &'a Assembly, proposal: &'a Proposal) -> Sheet<'a> {
        Sheet { assembly, proposal, next: 0 }
    }

    /// The row of somebody who goes to the opening `at`, or nowhere.
    pub fn row(&mut self, person: usize, at: Option<usize>, why: String, is_kept: bool) -> Row {
        let worker = &self.assembly.people[person].worker;
        let mut openings = self.proposal.choices[person].clone();
        if let Some(at) = at.filter(|at| !openings.contains(at)) {
            openings.insert(0, at);
        }
        let mut choices = vec![Choice {
            value: worker.id.to_string(),
            text: "这次不派".to_owned(),
            selected: at.is_none(),
        }];
        choices.extend(openings.into_iter().map(|opening| {
            let posting = &self.assembly.openings[opening].posting;
            Choice {
                value: format!("{} {}", worker.id, posting.id),
                text: posting.terms.title.clone(),
                selected: at == Some(opening),
            }
        }));
        self.next += 1;
        Row { n: self.next, name: called(worker), why, choices, is_kept }
    }

    /// An opening with its rows.
    pub fn group(&mut self, at: usize) -> Group {
        let proposal = self.proposal;
        let here = proposal.pairs.iter().filter(|pair| pair.opening == at);
        let rows = here
            .map(|pair| self.row(pair.person, Some(at), pair.reasons.join(" · "), pair.is_kept))
            .collect();
        let opening = &self.assembly.openings[at];
        let terms = &opening.posting.terms;
        Group {
            href: format!("/desk/jobs/{}", opening.posting.id),
            title: terms.title.clone(),
            wage: format!("{} {}", terms.wage, terms.wage.settlement.label()),
            hours: hours(opening),
            address: terms.address.clone(),
            left: opening.posting.places_left(),
            rows,
        }
    }
}

/// How good the plan is, in words.
pub fn quality(proposal: &Proposal) -> String {
    let gap = proposal.bound - proposal.score;
    if proposal.pairs.is_empty() {
        String::new()
    } else if gap < 1e-3 {
        "算下来没有更好的排法".to_owned()
    } else {
        let percent = 100.0 * gap / proposal.bound;
        format!("离最好的排法最多差{:.1}%", percent.max(0.1))
    }
}
