//! Staff register people at the desk and keep their records.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::{
    App, Visitor,
    chrome::Chrome,
    enrol_form::{self, DayRow, GroupRow, LISTS, LicenceRow, household},
    input::{Choice, Faults, Form, Sent, typed},
    page, see_other, words,
};
use crate::{
    domain::{
        division,
        identity::{Phone, ResidentId},
        ids::WorkerId,
        time::Moment,
        worker::{Available, Group, Membership, Worker},
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{GroupStep, MarketError, NewWorker, Revised, parse_worker},
};

/// A group that is on record.
pub struct MemberRow {
    /// Its word.
    pub word: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// From where it is known.
    pub source: &'static str,
    /// Who asked, and when.
    pub asked: String,
    /// Who took the consent back, and when.
    pub withdrawn: Option<String>,
}

/// The form to register somebody, or to change a record.
#[derive(Template)]
#[template(path = "enrol.html")]
pub struct EnrolPage {
    /// The frame.
    pub chrome: Chrome,
    /// Where the form is sent.
    pub to: String,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
    /// What is on record of the number, the phone and the household, masked; for a change only.
    pub held: Option<Masked>,
    /// The record that has the number already.
    pub other: Option<String>,
    /// Where that stands beside this one.
    pub pair: Option<String>,
    /// Whether the time on record is spans that this form does not change.
    pub keeps_time: bool,
    /// Groups on record.
    pub members: Vec<MemberRow>,
    /// Records that may be the same person: who, what is alike, where they stand side by side.
    pub twins: Vec<(String, String, String)>,
}

/// Personal values that an empty field leaves as they are.
pub struct Masked {
    /// The name.
    pub name: String,
    /// The phone.
    pub phone: String,
    /// The citizen's number.
    pub number: String,
    /// The household's number.
    pub household: String,
}

impl Masked {
    fn hint(held: &str, none: &str) -> String {
        if held.is_empty() {
            none.to_owned()
        } else {
            format!("登记的是 {held}，不改就空着")
        }
    }

    /// What stands beside the phone.
    pub fn phone_hint(&self) -> String {
        Masked::hint(&self.phone, "录用以后用人单位按这个号码联系")
    }

    /// What stands beside the citizen's number.
    pub fn number_hint(&self) -> String {
        Masked::hint(&self.number, "还没有登记；领补贴要有")
    }

    /// What stands beside the household's number.
    pub fn household_hint(&self) -> String {
        Masked::hint(&self.household, "区里名单上的编号，没有不填")
    }
}

typed!(EnrolPage);

impl EnrolPage {
    /// The ways to get to work.
    pub fn modes(&self) -> Vec<Choice> {
        enrol_form::modes(&self.values)
    }

    /// Occupations to tick.
    pub fn occupations(&self) -> Vec<Choice> {
        enrol_form::occupations(&self.values)
    }

    /// Licences to tick.
    pub fn licences(&self) -> Vec<LicenceRow> {
        enrol_form::licences(&self.values, &self.faults)
    }

    /// Whether some licence is ticked or wrong.
    pub fn has_licences(&self) -> bool {
        self.values.all("certificates").next().is_some()
    }

    /// The days of the week.
    pub fn days(&self) -> Vec<DayRow> {
        enrol_form::days(&self.values, &self.faults)
    }

    /// How the time is told.
    pub fn times(&self) -> Vec<Choice> {
        let mut all =
            vec![("any", "随时都行"), ("weekly", "每周固定的钟点"), ("words", "用自己的话说")];
        if self.keeps_time {
            all.push(("keep", "按登记过的日期，不改"));
        }
        let chosen = self.value("available");
        all.into_iter().map(|(value, text)| Choice::of(value, text, chosen)).collect()
    }

    /// Groups to tick.
    pub fn groups(&self) -> Vec<GroupRow> {
        enrol_form::groups(&self.values, &self.faults)
    }

    /// Groups that can be added to the record.
    pub fn more_groups(&self) -> Vec<Choice> {
        let stands = |group: &&Group| {
            !self.members.iter().any(|one| one.word == group.word() && one.withdrawn.is_none())
        };
        let free = Group::ALL.iter().filter(stands);
        free.map(|group| Choice::of(group.word(), group.label(), "")).collect()
    }

    /// Where a group may be known from.
    pub fn sources(&self) -> Vec<Choice> {
        enrol_form::sources("")
    }

    /// The names of villages to choose from.
    pub fn villages(&self) -> Vec<String> {
        let all = division::villages().iter();
        all.map(|village| format!("{}{}", village.town, village.name)).collect()
    }
}

/// What the accounts are called that asked a person for consent, by their ids.
async fn askers(app: &App, worker: &Worker) -> Result<BTreeMap<String, String>, Problem> {
    let held = worker.person.memberships.iter();
    let noted = held.flat_map(|held| held.asked.iter().chain(&held.withdrawn));
    let ids: BTreeSet<String> = noted.map(|(by, _)| by.clone()).collect();
    let mut view = app.market.store.read().await?;
    let mut called = BTreeMap::new();
    for by in ids {
        let login = match by.parse() {
            Ok(id) => view.account(&id).await?.map(|account| account.login),
            Err(_) => None,
        };
        called.insert(by, login.unwrap_or_else(|| "平台".to_owned()));
    }
    Ok(called)
}

fn member(held: &Membership, called: &BTreeMap<String, String>) -> MemberRow {
    let noted = |(by, at): &(String, Moment)| {
        format!("{}，{}", called.get(by).unwrap_or(by), words::minute(*at))
    };
    MemberRow {
        word: held.group.word(),
        label: held.group.label(),
        source: held.source.label(),
        asked: held.asked.as_ref().map_or_else(|| "以前登记，没有记下".to_owned(), noted),
        withdrawn: held.withdrawn.as_ref().map(noted),
    }
}

/// What a page shows of the record that it changes.
async fn form_page(
    (app, visitor): (&App, &Visitor),
    held: Option<&Worker>,
    (values, faults): (Form, Faults),
) -> Result<EnrolPage, Problem> {
    let mut members = Vec::new();
    if let Some(worker) = held {
        let called = askers(app, worker).await?;
        members.extend(worker.person.memberships.iter().map(|held| member(held, &called)));
    }
    let masked = |worker: &Worker| {
        let person = &worker.person;
        Masked {
            name: person.name.clone(),
            phone: person.phone.as_ref().map(Phone::masked).unwrap_or_default(),
            number: person.id_number.as_ref().map(ResidentId::masked).unwrap_or_default(),
            household: person.household.as_deref().map(household).unwrap_or_default(),
        }
    };
    Ok(EnrolPage {
        chrome: Chrome::new(
            app,
            visitor,
            if held.is_some() { "/desk/workers" } else { "/desk/workers/new" },
        ),
        to: held.map_or_else(
            || "/desk/workers".to_owned(),
            |worker| format!("/desk/workers/{}", worker.id),
        ),
        values,
        faults,
        other: None,
        pair: None,
        keeps_time: held
            .is_some_and(|worker| matches!(worker.profile.available, Available::Spans(_))),
        members,
        held: held.map(masked),
        twins: Vec::new(),
    })
}

/// `GET /desk/workers/new`
pub async fn new_worker(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let blank = (enrol_form::blank(), Faults::default());
    Ok(page(StatusCode::OK, &form_page((&app, &visitor), None, blank).await?))
}

/// The form again: with what the search of occupations finds, or with what is wrong.
async fn again(
    (app, visitor): (&App, &Visitor),
    held: Option<&Worker>,
    (values, faults): (Form, Faults),
    other: Option<String>,
) -> Result<Response, Problem> {
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut form = form_page((app, visitor), held, (values, faults)).await?;
    form.pair = held
        .zip(other.as_ref())
        .map(|(own, other)| format!("/desk/workers/twins/{}/{other}", own.id));
    form.other = other;
    Ok(page(status, &form))
}

/// The faults of a refusal, and the record that is in the way; other refusals pass.
fn refused(error: MarketError, faults: &mut Faults) -> Result<Option<String>, Problem> {
    match error {
        MarketError::Invalid(errors) => enrol_form::note(faults, &errors),
        MarketError::Duplicate { held, .. } => {
            let text = match held {
                Some(_) => "这个身份证号登记过了，请看下面那份登记",
                None => "这个身份证号在别的站点登记过了，请找管理员",
            };
            faults.add("id_number", text);
            return Ok(held);
        }
        MarketError::Stale => {
            faults.add("name", "这份登记刚才有人改过，请打开最新的再改");
        }
        error => return Err(error.into()),
    }
    Ok(None)
}

/// `POST /desk/workers`
pub async fn enrol(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&LISTS)?;
    let actor = visitor.actor()?;
    if form.get("step") == "find" {
        return again((&app, &visitor), None, (form, Faults::default()), None).await;
    }
    let mut faults = Faults::default();
    let input = enrol_form::read(&form, None, &mut faults);
    let mut other = None;
    if !faults.is_empty() {
        if let Err(errors) = parse_worker(&input) {
            enrol_form::note(&mut faults, &errors);
        }
    } else {
        match app.market.register(&actor, &Value::Object(input), NewWorker::default()).await {
            Ok(worker) => {
                app.settle().await;
                let path = format!("/desk/workers/{}", worker.id);
                return Ok(see_other(&path, "enrolled").into_response());
            }
            Err(error) => other = refused(error, &mut faults)?,
        }
    }
    again((&app, &visitor), None, (form, faults), other).await
}

/// `GET /desk/workers/{id}`
pub async fn enrolled_one(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
    query: Query,
) -> Result<Response, Problem> {
    let worker = app.market.worker(&visitor.actor()?, &id).await?;
    let values = enrol_form::of(&worker);
    let mut form = form_page((&app, &visitor), Some(&worker), (values, Faults::default())).await?;
    form.chrome = form.chrome.telling(&query);
    for pair in app.market.twins(&visitor.actor()?, Some(&worker.id)).await? {
        let other = if pair.one.id == worker.id { &pair.other } else { &pair.one };
        let href = format!("/desk/workers/twins/{}/{}", pair.one.id, pair.other.id);
        let alike = pair.alike.iter().map(|likeness| likeness.label()).collect::<Vec<_>>();
        form.twins.push((other.person.name.clone(), alike.join("，"), href));
    }
    Ok(page(StatusCode::OK, &form))
}

/// `POST /desk/workers/{id}`
pub async fn revise_enrolled(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&LISTS)?;
    let actor = visitor.actor()?;
    let held = app.market.worker(&actor, &id).await?;
    if form.get("step") == "find" {
        return again((&app, &visitor), Some(&held), (form, Faults::default()), None).await;
    }
    let mut faults = Faults::default();
    let mut input = enrol_form::read(&form, Some(&held), &mut faults);
    let mut other = None;
    if !faults.is_empty() {
        let phone = held.person.phone.as_ref().map(|phone| phone.expose().to_owned());
        if let (Some(Value::Null), Some(phone)) = (input.get("phone"), phone) {
            input.insert("phone".to_owned(), Value::String(phone));
        }
        if let Err(errors) = parse_worker(&input) {
            enrol_form::note(&mut faults, &errors);
        }
    } else {
        // A version that is no number is none that was read here.
        let version = form.get("version").parse().unwrap_or_default();
        match app.market.revise_worker(&actor, &id, Revised { version, input }).await {
            Ok(_) => {
                app.settle().await;
                return Ok(see_other(&format!("/desk/workers/{id}"), "saved").into_response());
            }
            Err(error) => other = refused(error, &mut faults)?,
        }
    }
    again((&app, &visitor), Some(&held), (form, faults), other).await
}

/// `POST /desk/workers/{id}/groups`
pub async fn note_group(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let actor = visitor.actor()?;
    let mut faults = Faults::default();
    let group = form.get("group").parse::<Group>();
    if group.is_err() {
        faults.add("group", "请选人群类别");
    }
    let step = match (form.get("step"), group) {
        ("withdraw", Ok(group)) => Some(GroupStep::Withdraw(group)),
        ("agree", Ok(group)) => {
            if form.get("agrees") != "yes" {
                faults.add("agrees", "没有本人同意不能记，请先问本人");
            }
            let source = form.get("source").parse();
            if source.is_err() {
                faults.add("source", "请选从哪里知道的");
            }
            source.ok().map(|source| GroupStep::Agree(group, source))
        }
        ("agree" | "withdraw", Err(_)) => None,
        _ => return Err(Problem::bad_request("没有这个操作")),
    };
    if let (true, Some(step)) = (faults.is_empty(), step) {
        app.market.note_group(&actor, &id, step).await?;
        app.settle().await;
        let said = if form.get("step") == "agree" { "group_noted" } else { "group_withdrawn" };
        return Ok(see_other(&format!("/desk/workers/{id}"), said).into_response());
    }
    let held = app.market.worker(&actor, &id).await?;
    again((&app, &visitor), Some(&held), (enrol_form::of(&held), faults), None).await
}
