//! The form of a posting: new, posted once more, revised. It comes back with what was typed and an
//! error beside each field, as often as it takes.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};

use super::{
    App, Visitor,
    chrome::Chrome,
    input::{Choice, Faults, Form, Sent, typed},
    page,
    posting_form::{self, DIVISIONS, REPEATED, ShiftRow},
    provides_form::ProvidesPart,
    see_other,
};
use crate::{
    domain::{
        account::{Actor, Role},
        ids::JobId,
        limits,
        org::{Employer, EmployerKind},
        posting::{Posting, Status},
        wage::{Settlement, WageUnit},
    },
    http::{
        body::{Id, Query},
        headers::RequestId,
        problem::Problem,
    },
    market::{MarketError, NewPosting, Verb, parse_posting},
};

/// The form.
#[derive(Template)]
#[template(path = "posting_form.html")]
pub struct FormPage {
    /// The frame.
    pub chrome: Chrome,
    /// What the form is for.
    pub heading: &'static str,
    /// Where it is sent.
    pub action: String,
    /// The draft's name in the browser.
    pub draft: String,
    /// Whether what stands in it counts more than a draft: it came back, or it is a copy.
    pub returned: bool,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
    /// The rows of shifts.
    pub rows: Vec<ShiftRow>,
    /// The most rows of shifts.
    pub rows_max: usize,
    /// Whether the employer is asked for.
    pub asks_employer: bool,
    /// Whether the coordinates are in sight: something stands there, or is wrong.
    pub asks_point: bool,
    /// Whether it is public already, so that the poster may change only some fields.
    pub is_live: bool,
    /// Whether it can be handed in at once.
    pub submits: bool,
    /// The kinds of employers.
    pub kinds: Vec<Choice>,
    /// The divisions.
    pub divisions: Vec<Choice>,
    /// The datums.
    pub datums: Vec<Choice>,
    /// The units of pay.
    pub units: Vec<Choice>,
    /// The settlements.
    pub settlements: Vec<Choice>,
    /// What is provided beside the pay.
    pub provides: ProvidesPart,
    /// How to book.
    pub instants: Vec<Choice>,
    /// The stations.
    pub stations: Vec<Choice>,
    /// The version that is revised.
    pub version: Option<String>,
    /// Makes the form safe to send twice.
    pub key: String,
}

typed!(FormPage);

impl FormPage {
    /// What is wrong with a field of a row.
    pub fn row_fault(&self, row: &usize, part: &str) -> Option<&str> {
        self.faults.at(&format!("shift-{row}-{part}"))
    }
}

/// What is being written.
pub enum Purpose<'p> {
    /// A new posting.
    New,
    /// This one, changed.
    Revise(&'p Posting),
}

/// A page around a form as it was typed.
pub struct Draft<'p> {
    /// What for.
    pub purpose: Purpose<'p>,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
    /// What else stands in the way.
    pub stopped: Option<String>,
    /// Whether it is a copy of another posting.
    pub copied: bool,
    /// Whether it came back.
    pub returned: bool,
    /// Makes the form safe to send twice.
    pub key: String,
}

fn asks_employer(visitor: &Visitor) -> bool {
    visitor.account.as_ref().is_none_or(|account| {
        account.org.is_none() || matches!(account.role, Role::Broker | Role::Staff | Role::Admin)
    })
}

/// The form's page.
pub fn form_page(
    chrome: Chrome,
    draft: Draft<'_>,
    asks_employer: bool,
    stations: Vec<Choice>,
) -> FormPage {
    let values = draft.values;
    let chosen = |name: &str, all: &[(&str, &str)]| -> Vec<Choice> {
        let value = values.get(name);
        all.iter().map(|(word, label)| Choice::of(*word, *label, value)).collect()
    };
    let mut divisions = vec![("", "不填")];
    divisions.extend(DIVISIONS);
    let held = values.get("division");
    if !divisions.iter().any(|(code, _)| *code == held) {
        divisions.push((held, held));
    }
    let pairs = |all: &[(&'static str, &'static str)]| all.to_vec();
    let kinds: Vec<_> = EmployerKind::ALL.iter().map(|k| (k.word(), k.label())).collect();
    let units: Vec<_> = WageUnit::ALL.iter().map(|u| (u.word(), u.label())).collect();
    let settlements: Vec<_> = Settlement::ALL.iter().map(|s| (s.word(), s.label())).collect();
    let datums =
        pairs(&[("wgs84", "手机定位、GPS"), ("gcj02", "高德、腾讯地图"), ("bd09", "百度地图")]);
    let instants = pairs(&[("yes", "一步报名，有名额就录用"), ("no", "先报名，我再定")]);
    let rows = posting_form::shift_rows(&values);
    let chrome = match draft.stopped {
        Some(text) => chrome.stopped(text),
        None => chrome,
    };
    let (heading, action, name, version, is_live, submits) = match draft.purpose {
        Purpose::New => {
            let (action, name) = ("/desk/jobs".to_owned(), "posting:new".to_owned());
            ("发布岗位", action, name, None, false, true)
        }
        Purpose::Revise(posting) => {
            let action = format!("/desk/jobs/{}", posting.id);
            let sent = values.get("version");
            let version =
                if sent.is_empty() { posting.version.to_string() } else { sent.to_owned() };
            // A draft of an older version is never brought back.
            let name = format!("posting:{}:{version}", posting.id);
            let is_live = matches!(posting.status, Status::Open | Status::Filled);
            let submits = posting.status == Status::Draft;
            ("修改岗位", action, name, Some(version), is_live, submits)
        }
    };
    let faults = draft.faults.in_order(posting_form::place);
    let point = ["lat", "lon", "crs"];
    let asks_point = !values.get("lat").is_empty()
        || !values.get("lon").is_empty()
        || point.iter().any(|name| faults.at(name).is_some());
    let provides = ProvidesPart::of(&values, &faults, &datums);
    FormPage {
        chrome,
        heading,
        action,
        draft: name,
        returned: draft.returned || draft.copied,
        faults,
        asks_point,
        rows: if rows.is_empty() { vec![ShiftRow::default()] } else { rows },
        rows_max: limits::SHIFTS_MAX,
        asks_employer,
        is_live,
        submits,
        kinds: chosen("employer_kind", &kinds),
        divisions: chosen("division", &divisions),
        datums: chosen("crs", &datums),
        units: chosen("wage_unit", &units),
        settlements: chosen("settlement", &settlements),
        provides,
        instants: chosen("instant", &instants),
        stations,
        version,
        key: draft.key,
        values,
    }
}

async fn answer(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    draft: Draft<'_>,
) -> Result<Response, Problem> {
    let path = match draft.purpose {
        Purpose::New => "/desk/jobs/new",
        Purpose::Revise(_) => "/desk",
    };
    let known = app.market.stations().await?;
    let chosen: Vec<&str> = draft.values.all("stations").collect();
    let stations = known.into_iter().map(|station| Choice {
        selected: chosen.contains(&station.id.as_str()),
        value: station.id.to_string(),
        text: station.name,
    });
    let stations = stations.collect();
    let chrome = Chrome::new(app, visitor, path);
    Ok(page(status, &form_page(chrome, draft, asks_employer(visitor), stations)))
}

/// `GET /desk/jobs/new`; `?from=ID` fills it from a posting that is to be posted once more.
pub async fn new(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
    RequestId(key): RequestId,
) -> Result<Response, Problem> {
    let now = app.market.now();
    let held = match query.get("from") {
        Some(text) => {
            let id = text.parse::<JobId>().map_err(|_| Problem::not_found())?;
            Some(app.market.standing(&visitor.actor()?, &id).await?.posting)
        }
        None => None,
    };
    let values = match &held {
        Some(posting) => posting_form::again(&posting.terms, now),
        None => posting_form::blank(now),
    };
    let draft = Draft {
        purpose: Purpose::New,
        values,
        faults: Faults::default(),
        stopped: None,
        copied: held.is_some(),
        returned: false,
        key,
    };
    answer(&app, &visitor, StatusCode::OK, draft).await
}

/// Notes what the intake would say of an input that can't be stored yet, so that the person sees
/// every fault at once.
async fn foresee(
    app: &App,
    actor: &Actor,
    held: Option<&Employer>,
    input: &Map<String, Value>,
    (faults, row_of): (&mut Faults, &[usize]),
) -> Result<(), Problem> {
    let org = match actor.account().and_then(|account| account.org.as_ref()) {
        Some(id) => app.market.store.read().await?.org(id).await?,
        None => None,
    };
    let own = held.or(org.as_ref().map(|org| &org.employer));
    if let Err(errors) = parse_posting(input, own, app.market.now()) {
        faults.add_all(&errors, |path| posting_form::field_of(path, row_of));
    }
    Ok(())
}

/// A key for the form, where it is one that a form of ours can carry.
fn key_of(form: &Form) -> Option<String> {
    let key = form.get("key");
    let fits = (1..=limits::KEY_CHARS_MAX).contains(&key.len()) && key.is_ascii();
    fits.then(|| format!("form:{key}"))
}

/// `POST /desk/jobs`
pub async fn create(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&REPEATED)?;
    let actor = visitor.actor()?;
    let mut faults = Faults::default();
    let read = posting_form::read(&form, asks_employer(&visitor), &mut faults);
    let mut stopped = None;
    if faults.is_empty() {
        let new = NewPosting { idempotency_key: key_of(&form), demo: false };
        match app.market.post(&actor, &Value::Object(read.input), new).await {
            Ok(posting) => {
                let then = (form.get("then"), "posted", "posted_submitted");
                return saved(&app, &actor, &posting, then).await;
            }
            Err(MarketError::Invalid(errors)) => {
                faults.add_all(&errors, |path| posting_form::field_of(path, &read.row_of));
            }
            Err(MarketError::KeyReused) => {
                let text = "这张表刚才已经保存过了，要改请到“岗位管理”里打开它";
                stopped = Some(text.to_owned());
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        let found = (&mut faults, read.row_of.as_slice());
        foresee(&app, &actor, None, &read.input, found).await?;
    }
    let key = form.get("key").to_owned();
    let draft = Draft {
        purpose: Purpose::New,
        values: form,
        faults,
        stopped,
        copied: false,
        returned: true,
        key,
    };
    answer(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, draft).await
}

/// On to the posting that was saved, and handed in where that was asked for.
async fn saved(
    app: &App,
    actor: &Actor,
    posting: &Posting,
    (then, saved, submitted): (&str, &str, &str),
) -> Result<Response, Problem> {
    let mut said = saved;
    if then == "submit" && posting.status == Status::Draft {
        said = match app.market.submit(actor, &posting.id).await {
            Ok(_) => submitted,
            Err(
                MarketError::Invalid(_)
                | MarketError::Refused(_)
                | MarketError::NotCleared(_)
                | MarketError::Barred(_),
            ) => "posted_only",
            Err(error) => return Err(error.into()),
        };
    }
    app.settle().await;
    Ok(see_other(&format!("/desk/jobs/{}", posting.id), said).into_response())
}

/// `GET /desk/jobs/{id}/edit`
pub async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
) -> Result<Response, Problem> {
    let standing = app.market.standing(&visitor.actor()?, &id).await?;
    if !standing.may(Verb::Revise) {
        return Err(Problem::forbidden());
    }
    let draft = Draft {
        purpose: Purpose::Revise(&standing.posting),
        values: posting_form::values_of(&standing.posting.terms),
        faults: Faults::default(),
        stopped: None,
        copied: false,
        returned: false,
        key: String::new(),
    };
    answer(&app, &visitor, StatusCode::OK, draft).await
}

/// `POST /desk/jobs/{id}`
pub async fn revise(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&REPEATED)?;
    let actor = visitor.actor()?;
    let held = app.market.standing(&actor, &id).await?.posting;
    let version = form.get("version").parse::<i64>();
    let version = version.map_err(|_| Problem::bad_request("表单缺了版本号，请重新打开再改"))?;
    let mut faults = Faults::default();
    let read = posting_form::read(&form, asks_employer(&visitor), &mut faults);
    let given = posting_form::values_of(&held.terms);
    let (mut stopped, mut status) = (None, StatusCode::UNPROCESSABLE_ENTITY);
    if faults.is_empty() {
        let patch = Value::Object(posting_form::patch(&form, &given, read.input));
        match app.market.revise(&actor, &id, &patch, Some(&[version])).await {
            Ok(posting) => {
                let then = (form.get("then"), "saved", "saved_submitted");
                return saved(&app, &actor, &posting, then).await;
            }
            Err(MarketError::Invalid(errors)) => {
                faults.add_all(&errors, |path| posting_form::field_of(path, &read.row_of));
            }
            Err(error @ (MarketError::Stale | MarketError::NeedsReview)) => {
                let problem = Problem::from(error);
                status = problem.status;
                stopped = Some(problem.title);
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        let employer = Some(&held.terms.employer);
        let found = (&mut faults, read.row_of.as_slice());
        foresee(&app, &actor, employer, &read.input, found).await?;
    }
    let draft = Draft {
        purpose: Purpose::Revise(&held),
        values: form,
        faults,
        stopped,
        copied: false,
        returned: true,
        key: String::new(),
    };
    answer(&app, &visitor, status, draft).await
}
