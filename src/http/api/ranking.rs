//! What ranks postings and candidates, for everybody to read.

use axum::{Json, extract::State};
use serde::Serialize;

use crate::{
    http::App,
    market::HELPED,
    matching::{Term, Weights},
};

/// What counts and what never does.
#[derive(Serialize)]
pub struct Ranking {
    terms: Vec<TermRow>,
    never: [&'static str; 5],
    switches: [Switch; 1],
}

/// One term of the score.
#[derive(Serialize)]
pub struct TermRow {
    /// Its name for people.
    pub name: &'static str,
    /// What it adds at most.
    pub most: f64,
}

/// A switch that helps some people.
#[derive(Serialize)]
pub struct Switch {
    /// The setting's name.
    name: &'static str,
    /// Its name for people.
    label: &'static str,
    /// Whether it is on.
    pub on: bool,
    /// What it adds to a score.
    pub adds: f64,
    /// Whom it helps.
    pub helps: Vec<&'static str>,
}

/// What never enters a score (就业促进法 §26–31).
pub const NEVER: [&str; 5] = ["性别", "民族", "宗教", "户籍和家庭", "年龄（够16岁就行）"];

impl Ranking {
    /// As the market has it.
    pub fn of(app: &App) -> Ranking {
        Ranking { terms: terms(), never: NEVER, switches: [switch(app)] }
    }
}

/// Every term with what it adds at most, the weightiest first.
pub fn terms() -> Vec<TermRow> {
    // The embedded weights are read by a test.
    let weight = Weights::embedded().map(|weights| weights.weight).ok();
    let most = |term: Term| {
        weight.map_or(0.0, |weight| match term {
            Term::Text => weight.text,
            Term::Skill => weight.skill,
            Term::Distance => weight.distance,
            Term::Wage => weight.wage,
            Term::Settlement => weight.settlement,
            Term::Start => weight.start,
            Term::Fresh => weight.fresh,
            Term::Instant => weight.instant,
            Term::Reliability => weight.reliability,
        })
    };
    let row = |term: &Term| TermRow { name: term.label(), most: most(*term) };
    let mut rows: Vec<TermRow> = Term::ALL.iter().map(row).collect();
    rows.sort_by(|a, b| b.most.total_cmp(&a.most));
    rows
}

/// The switch as it stands.
pub fn switch(app: &App) -> Switch {
    let hundredths = app.market.rules.help_hundredths;
    Switch {
        name: "help_hundredths",
        label: "帮扶优先",
        on: hundredths > 0,
        adds: hundredths as f64 / 100.0,
        helps: HELPED.iter().map(|group| group.label()).collect(),
    }
}

/// `GET /ranking`
pub async fn ranking(State(app): State<App>) -> Json<Ranking> {
    Json(Ranking::of(&app))
}
