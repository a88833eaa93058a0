//! Pages for people, rendered here: one struct and one template each, compiled together.
//!
//! A handler calls a verb and answers with a page, or with a redirect that carries a code for what
//! was done. A page's script is a kindness; every page works without it.

mod admin;
mod bars;
mod board;
mod booking;
mod chrome;
mod complaints;
mod crew;
mod desk;
mod dispatch;
mod door;
mod facts;
mod fairness;
mod form;
mod home;
mod input;
mod jobs;
mod kiosk;
mod login;
pub mod phone;
mod people;
mod pins;
mod posting_form;
mod problem;
pub mod screens;
mod sheet;
mod station;
mod steps;
mod timeline;
mod wages;
mod wages_file;
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
pub use complaints::{complain, complaint, complaints, settle as settle_complaint};
pub use crew::{add_member, answer_crew, book_crew, crew, remove_member};
pub use desk::desk;
pub use dispatch::{confirm, dispatch, note_present, plan_again};
pub use door::code;
pub use fairness::{appeal, appeals, invite, marks, rule};
pub use form::{create, edit, new, revise};
pub use home::home;
pub use jobs::{opening, openings};
pub use kiosk::kiosk;
pub use login::{login, logout, sign_in};
pub use people::{decide, people};
pub use pins::{pins, set_pin};
pub use problem::dress;
pub use station::{disclose, put_up, station, stations, take_down};
pub use steps::{approve, close, job, reject, submit, withdraw};
pub use wages::{keep as keep_wage, ledger, own as own_wages, received, slip};
pub use wages_file::export as wages_file;
pub use worker::{answer, book, cancel, me, read_message, register};

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
