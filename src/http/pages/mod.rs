//! Pages for people, rendered here: one struct and one template each, compiled together.
//!
//! A handler calls a verb and answers with a page, or with a redirect that carries a code for what
//! was done. A page's script is a kindness; every page works without it.

mod admin;
mod bars;
mod board;
mod booking;
mod chrome;
mod claim_steps;
mod claims;
mod claims_list;
mod coming;
mod complaints;
mod complaints_list;
mod crew;
mod desk;
mod dispatch;
mod door;
mod dues;
mod enrol;
mod enrol_form;
mod facts;
mod fairness;
mod forecast;
mod form;
mod home;
mod income;
mod input;
mod insurance;
mod jobs;
mod kiosk;
mod ledger;
mod line;
mod list;
mod list_page;
mod listed;
mod login;
mod map;
mod narrow;
mod notices;
mod orgs;
mod own;
mod people;
pub mod phone;
mod pins;
mod placement;
mod placement_form;
mod placements;
mod posters;
mod posting_form;
mod problem;
mod provides_form;
mod queues;
mod ranking;
mod register;
mod roster;
mod saved;
pub mod screens;
mod seekers;
mod sheet;
mod sheets;
mod size;
mod sketch;
mod station;
mod steps;
mod timeline;
mod turnout;
mod twins;
mod vetting;
mod wages;
mod words;
mod worker;

#[cfg(test)]
mod tests;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};

pub use admin::{accounts, audit};
pub use bars::{bars, lift as lift_bar};
pub use board::board;
pub use booking::{booking, propose, settle};
pub use claim_steps::{
    batch, claw_back_claim, dismiss_claim, pass_claim, pay_claim, reject_claim, return_claim,
    submit_claim, withdraw_claim,
};
pub use claims::{claim, print};
pub use claims_list::claims;
pub use coming::coming;
pub use complaints::{complain, complaint, complaints, settle as settle_complaint};
pub use crew::{add_member, answer_crew, book_crew, crew, crew_door, remove_member};
pub use desk::desk;
pub use dispatch::{confirm, dispatch, note_present, plan_again};
pub use door::code;
pub use dues::{claim_on_phone, claim_own};
pub use enrol::{enrol, enrolled_one, new_worker, note_group, revise_enrolled};
pub use fairness::{appeal, appeals, invite, marks, rule};
pub use forecast::{absorption, file_absorption, forecast, set_budget, what_if};
pub use form::{create, edit, new, revise};
pub use home::home;
pub use income::{
    add_own_paper, add_paper, claim_for_person, declare, declare_own, find_income, income, incomes,
    own_income, void_income,
};
pub use insurance::{insurance, insurance_sheet, insure};
pub use jobs::{opening, openings};
pub use kiosk::kiosk;
pub use ledger::ledger;
pub use login::{login, logout, sign_in};
pub use map::map;
pub use notices::{notice, notices, object};
pub use orgs::posters;
pub use own::{answer, cancel, read_message};
pub use people::{decide, people};
pub use pins::{pins, set_pin};
pub use placement::{
    add_evidence, end as end_placement, file_claim, note, placement, resume as resume_placement,
    void as void_placement,
};
pub use placement_form::{create_placement, new_placement};
pub use placements::placements;
pub use posters::{add_mandate, add_org_paper, join_posters, own_org, register_poster, renew_org};
pub use problem::dress;
pub use ranking::ranking;
pub use register::register;
pub use roster::{roster_csv, roster_xlsx};
pub use saved::{forget_search, save_search};
pub use seekers::{find_seeker, seekers};
pub use size::large;
pub use station::{disclose, put_up, station, stations, take_down};
pub use steps::{approve, close, job, reject, submit, withdraw};
pub use turnout::turnout;
pub use twins::{pair_up, settle_pair, twins};
pub use vetting::{judge_mandate, judge_org, vetting};
pub use wages::{keep as keep_wage, own as own_wages, received, slip};
pub use worker::{book, me};

use super::{App, guard::Visitor, problem as fault};

/// A page, as HTML.
fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a page did not render");
            fault::internal().into_response()
        }
    }
}

/// On to another page after something was done; `said` is a code of [`chrome::said`].
fn see_other(path: &str, said: &str) -> Redirect {
    Redirect::to(&format!("{path}?said={said}"))
}
