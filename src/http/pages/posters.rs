//! Who wants to post: an organisation registers, and keeps its particulars, papers and
//! authorisations.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{
    App, Visitor,
    chrome::Chrome,
    facts::Fact,
    input::{Choice, Faults, Form, Sent, Upload, typed},
    login, page,
    placement::Paper,
    see_other,
};
use crate::{
    domain::{
        evidence::About,
        identity::{Phone, ResidentId, Uscc},
        ids::OrgId,
        life::Life,
        org::EmployerKind,
        poster::{Check, CheckEvent, Checked, Mandate, Poster, is_between},
    },
    http::{api::session, body::Query, headers::Client, problem::Problem},
    market::{MANDATE_PAPER, MarketError, ORG_PAPERS, PosterFile},
};

/// The form to register.
#[derive(Template)]
#[template(path = "poster_register.html")]
pub struct PosterRegisterPage {
    /// The frame.
    pub chrome: Chrome,
    /// The kinds.
    pub kinds: Vec<Choice>,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
}

typed!(PosterRegisterPage);

/// An authorisation, as shown.
pub struct MandateRow {
    /// The id.
    pub id: String,
    /// Who authorises.
    pub employer: String,
    /// From when to when.
    pub days: String,
    /// What staff said.
    pub status: String,
    /// Why it was refused.
    pub reason: Option<String>,
    /// The signed paper.
    pub paper: String,
    /// Where staff say what they found.
    pub to: String,
    /// Whether staff can verify it.
    pub verifies: bool,
    /// Whether staff can refuse it.
    pub refuses: bool,
    /// What refusing it is called.
    pub refusal: &'static str,
}

/// What refusing is called: what was right before is taken back.
pub(super) fn refusal(check: Check) -> &'static str {
    if check == Check::Verified { "撤回核验" } else { "不通过" }
}

impl MandateRow {
    pub(super) fn of(mandate: &Mandate) -> MandateRow {
        MandateRow {
            id: mandate.id.to_string(),
            employer: mandate.employer.name.clone(),
            days: format!("{} 到 {}", mandate.from, mandate.to),
            status: status_of(&mandate.checked),
            reason: mandate.checked.reason.clone(),
            paper: format!("/desk/evidence/{}", mandate.evidence),
            to: format!("/desk/mandates/{}", mandate.id),
            verifies: mandate.checked.check.after(CheckEvent::Verify).is_some(),
            refuses: mandate.checked.check.after(CheckEvent::Refuse).is_some(),
            refusal: refusal(mandate.checked.check),
        }
    }
}

/// An organisation's own page.
#[derive(Template)]
#[template(path = "poster.html")]
pub struct PosterPage {
    /// The frame.
    pub chrome: Chrome,
    /// The name.
    pub name: String,
    /// What staff said, by whom and when.
    pub status: String,
    /// What keeps it from publishing.
    pub lacking: Option<String>,
    /// What is on record.
    pub facts: Vec<Fact>,
    /// The papers.
    pub papers: Vec<Paper>,
    /// Which papers there are.
    pub choices: Vec<Choice>,
    /// Whether it posts for others, and needs authorisations.
    pub is_between: bool,
    /// The authorisations.
    pub mandates: Vec<MandateRow>,
    /// The kinds of those who authorise.
    pub kinds: Vec<Choice>,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
}

typed!(PosterPage);

/// What staff said, by whom and when, in words.
pub(super) fn status_of(checked: &Checked) -> String {
    match &checked.decided {
        Some(decided) if checked.check != Check::Pending => {
            format!("{}（{}，{}）", checked.check.label(), decided.office, decided.at.day())
        }
        _ => checked.check.label().to_owned(),
    }
}

/// What is on record of an organisation; the phone stands whole for staff, who have to call.
pub(super) fn facts_of(poster: &Poster, phone: impl Fn(&Phone) -> String) -> Vec<Fact> {
    let (employer, contact) = (&poster.org.employer, poster.contact.as_ref());
    let mut facts = Vec::new();
    let mut tell = |term: &'static str, value: Option<String>| {
        facts.extend(value.map(|value| Fact { term, values: vec![value] }));
    };
    tell("单位类型", Some(employer.kind.label().to_owned()));
    tell("统一社会信用代码", employer.uscc.as_ref().map(|code| Uscc::as_str(code).to_owned()));
    let number = contact.and_then(|contact| contact.id_number.as_ref());
    tell("身份证号", number.map(ResidentId::masked));
    let until = poster.licence_until.map_or_else(|| "长期".to_owned(), |day| day.to_string());
    tell("执照有效期至", Some(until));
    tell("联系人", contact.map(|contact| contact.name.clone()));
    tell("手机号", contact.map(|contact| phone(&contact.phone)));
    facts
}

fn kinds(chosen: &str, all: impl Fn(EmployerKind) -> bool) -> Vec<Choice> {
    let kinds = EmployerKind::ALL.iter().filter(|kind| all(**kind));
    kinds.map(|kind| Choice::of(kind.word(), kind.label(), chosen)).collect()
}

/// `GET /register`
pub async fn join_posters(State(app): State<App>, visitor: Visitor) -> Response {
    let form = PosterRegisterPage {
        chrome: Chrome::new(&app, &visitor, "/register"),
        kinds: kinds("enterprise", |_| true),
        values: Form::default(),
        faults: Faults::default(),
    };
    page(StatusCode::OK, &form)
}

/// What a form says of an organisation; a blank says nothing.
fn read(form: &Form) -> Map<String, Value> {
    let mut input = Map::new();
    for name in ["name", "contact"] {
        if !form.get(name).trim().is_empty() {
            input.insert(name.to_owned(), form.get(name).into());
        }
    }
    for name in ["kind", "uscc", "id_number", "licence_until", "phone"] {
        let text = form.plain(name);
        if !text.is_empty() {
            input.insert(name.to_owned(), text.into());
        }
    }
    input
}

/// `POST /register`: registers and signs in.
pub async fn register_poster(
    State(app): State<App>,
    visitor: Visitor,
    client: Client,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let mut chrome = Chrome::new(&app, &visitor, "/register");
    let mut faults = Faults::default();
    let mut input = read(&form);
    input.insert("login".to_owned(), form.get("login").into());
    input.insert("password".to_owned(), form.get("password").into());
    input.insert("consent".to_owned(), (form.get("consent") == "yes").into());
    match app.market.read_newcomer(&Value::Object(input)) {
        Ok(_) if !client.may_sign_in(&app) => {
            chrome = chrome.stopped(session::too_many().title);
        }
        Ok(new) => match app.market.register_poster(new).await {
            Ok(_) => {
                let done = app.market.sign_in(form.get("login"), form.get("password")).await?;
                let to = "/org?said=org_registered";
                return Ok(login::seated(&app, &done.token, done.expires_at, to));
            }
            Err(MarketError::Duplicate { field, .. }) => {
                let text = match field {
                    "login" => "这个登录名有人用了，请换一个",
                    _ => "已经登记过了，请用原来的账号登录；忘了密码请到站点找工作人员",
                };
                faults.add(field, text);
            }
            Err(error) => return Err(error.into()),
        },
        Err(MarketError::Invalid(errors)) => faults.add_all(&errors, str::to_owned),
        Err(error) => return Err(error.into()),
    }
    let again = PosterRegisterPage {
        chrome,
        kinds: kinds(form.get("kind"), |_| true),
        values: form,
        faults: faults.in_order(place),
    };
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again))
}

/// Where a field stands in the form.
fn place(field: &str) -> usize {
    const ORDER: [&str; 10] = [
        "kind",
        "name",
        "uscc",
        "id_number",
        "licence_until",
        "contact",
        "phone",
        "login",
        "password",
        "consent",
    ];
    ORDER.iter().position(|name| *name == field).unwrap_or(ORDER.len())
}

fn own(visitor: &Visitor) -> Result<OrgId, Problem> {
    let account = visitor.account.as_ref().ok_or_else(Problem::sign_in)?;
    account.org.clone().ok_or_else(Problem::not_found)
}

async fn render(
    app: &App,
    visitor: &Visitor,
    query: Option<&Query>,
    values: Form,
    faults: Faults,
) -> Result<Response, Problem> {
    let PosterFile { poster, papers, mandates } =
        app.market.poster_file(&visitor.actor()?, &own(visitor)?).await?;
    let mut chrome = Chrome::new(app, visitor, "/org");
    if let Some(query) = query {
        chrome = chrome.telling(query);
    }
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let chosen = |name: &str| values.get(name).to_owned();
    let offered = ORG_PAPERS.iter().filter(|paper| **paper != MANDATE_PAPER);
    let shown = PosterPage {
        chrome,
        name: poster.org.employer.name.clone(),
        status: status_of(&poster.checked),
        lacking: poster.clears(app.market.now().day()).err().map(|why| why.sentence()),
        facts: facts_of(&poster, Phone::masked),
        papers: papers.iter().filter(|held| held.paper != MANDATE_PAPER).map(Paper::of).collect(),
        choices: offered.map(|paper| Choice::of(*paper, *paper, &chosen("paper"))).collect(),
        is_between: poster.is_between(),
        mandates: mandates.iter().rev().map(MandateRow::of).collect(),
        kinds: kinds(&chosen("employer_kind"), |kind| !is_between(kind)),
        values,
        faults,
    };
    Ok(page(status, &shown))
}

/// `GET /org`
pub async fn own_org(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    render(&app, &visitor, Some(&query), Form::default(), Faults::default()).await
}

/// On to the organisation's page, or back to it with what is wrong.
async fn done<T>(
    (app, visitor): (&App, &Visitor),
    form: Form,
    result: Result<T, MarketError>,
    said: &str,
    field_of: impl Fn(&str) -> String,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    match result {
        Ok(_) => return Ok(see_other("/org", said).into_response()),
        Err(MarketError::Invalid(errors)) => faults.add_all(&errors, field_of),
        Err(MarketError::Duplicate { field, .. }) => {
            faults.add(field, "已经有单位用这个号码登记，请核对");
        }
        Err(error @ MarketError::NotEvidence(_)) => {
            faults.add(field_of("file"), Problem::from(error).title);
        }
        Err(error) => return Err(error.into()),
    }
    render(app, visitor, None, form, faults).await
}

/// `POST /org`: what changed, or a new licence.
pub async fn renew_org(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let mut patch = read(&form);
    if form.get("open_ended") == "yes" {
        patch.insert("licence_until".to_owned(), Value::Null);
    }
    let done_so =
        app.market.renew_poster(&visitor.actor()?, &own(&visitor)?, &Value::Object(patch)).await;
    done((&app, &visitor), form, done_so, "org_renewed", str::to_owned).await
}

/// `POST /org/papers`
pub async fn add_org_paper(
    State(app): State<App>,
    visitor: Visitor,
    upload: Upload,
) -> Result<Response, Problem> {
    let (about, paper) = (About::Org(own(&visitor)?), upload.form.get("paper").to_owned());
    let added = app.market.add_evidence(&visitor.actor()?, about, &paper, &upload.file).await;
    done((&app, &visitor), upload.form, added, "paper_added", str::to_owned).await
}

/// `POST /org/mandates`
pub async fn add_mandate(
    State(app): State<App>,
    visitor: Visitor,
    upload: Upload,
) -> Result<Response, Problem> {
    let form = upload.form;
    let given = |name: &str| Some(form.plain(name)).filter(|text| !text.is_empty());
    let input = json!({
        "employer": {
            "name": form.get("employer_name"),
            "uscc": given("employer_uscc"),
            "kind": given("employer_kind"),
        },
        "from": given("from"),
        "to": given("to"),
    });
    let (actor, id) = (visitor.actor()?, own(&visitor)?);
    let added = app.market.add_mandate(&actor, &id, &input, &upload.file).await;
    let field_of = |path: &str| match path.strip_prefix("employer.") {
        Some(part) => format!("employer_{part}"),
        // The page has another file besides.
        None if path == "file" => "mandate".to_owned(),
        None => path.to_owned(),
    };
    done((&app, &visitor), form, added, "mandate_added", field_of).await
}
