//! The form by which staff register a person: what it sends as the market reads it, and a record as
//! the form shows it.

use serde_json::{Map, Value, json};

use super::{
    input::{Choice, Faults, Form},
    posting_form::fen,
    register::CONSENT,
};
use crate::{
    domain::{
        calendar::Day,
        division::{self, NotADivision},
        fields::FieldErrors,
        identity::mask,
        limits,
        week::{day_name, read_hours},
        worker::{Available, Group, GroupSource, Mode, Worker},
    },
    occupation::{Catalogue, Classifier},
    words::trades::Trades,
};

/// Fields that may come several times.
pub const LISTS: [&str; 4] = ["modes", "occupations", "certificates", "groups"];

/// Occupations that a search in the form offers.
const FOUND_MAX: usize = 8;

/// A licence that can be ticked.
pub struct LicenceRow {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Whether it is held.
    pub held: bool,
    /// The last day on which it holds, as typed.
    pub until: String,
    /// What is wrong with that.
    pub fault: Option<String>,
}

/// A day of the week.
pub struct DayRow {
    /// `week-1`, Monday.
    pub field: String,
    /// What it is called.
    pub name: &'static str,
    /// Its hours as typed.
    pub hours: String,
    /// What is wrong with them.
    pub fault: Option<String>,
}

/// A group that can be ticked.
pub struct GroupRow {
    /// Its word.
    pub word: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// Whether it is ticked.
    pub belongs: bool,
    /// Whether consent is ticked.
    pub agrees: bool,
    /// From where it is known.
    pub sources: Vec<Choice>,
    /// What is wrong.
    pub fault: Option<String>,
}

/// The ways to get to work.
pub fn modes(values: &Form) -> Vec<Choice> {
    let choice = |mode: &Mode| Choice {
        value: mode.word().to_owned(),
        text: mode.label().to_owned(),
        selected: values.all("modes").any(|word| word == mode.word()),
    };
    Mode::ALL.iter().map(choice).collect()
}

/// Occupations that are ticked, and those that the search of the form finds.
pub fn occupations(values: &Form) -> Vec<Choice> {
    let catalogue = Catalogue::shipped();
    let ticked = values.all("occupations").filter_map(|code| catalogue.get(code));
    let mut found: Vec<(&crate::occupation::Occupation, bool)> =
        ticked.map(|held| (held, true)).collect();
    let text = values.get("occupation").trim();
    if !text.is_empty() && text.chars().count() <= limits::TAG_CHARS.1 {
        let trade = Trades::shipped().by_name(text).and_then(|trade| trade.code.as_deref());
        let trade = trade.and_then(|code| catalogue.get(code));
        let guesses = Classifier::shipped().classify(text).into_iter().take(3);
        let guesses = guesses.filter_map(|guess| catalogue.get(&guess.occupation.code));
        let more = trade.into_iter().chain(guesses).chain(catalogue.called(text, FOUND_MAX));
        for held in more {
            if found.len() < limits::TAGS_MAX && !found.iter().any(|one| one.0.code == held.code) {
                found.push((held, false));
            }
        }
    }
    let choice = |(held, selected): (&crate::occupation::Occupation, bool)| Choice {
        value: held.code.clone(),
        text: format!("{} {}", held.name, held.code),
        selected,
    };
    found.into_iter().map(choice).collect()
}

/// Every licence.
pub fn licences(values: &Form, faults: &Faults) -> Vec<LicenceRow> {
    let row = |licence: &crate::words::trades::Licence| {
        let field = format!("until-{}", licence.key);
        LicenceRow {
            key: licence.key.clone(),
            name: licence.name.clone(),
            held: values.all("certificates").any(|key| key == licence.key),
            until: values.get(&field).to_owned(),
            fault: faults.at(&field).map(str::to_owned),
        }
    };
    Trades::shipped().licences().iter().map(row).collect()
}

/// The days of the week.
pub fn days(values: &Form, faults: &Faults) -> Vec<DayRow> {
    let row = |day: usize| {
        let field = format!("week-{}", day + 1);
        DayRow {
            name: day_name(day),
            hours: values.get(&field).to_owned(),
            fault: faults.at(&field).map(str::to_owned),
            field,
        }
    };
    (0..7).map(row).collect()
}

/// Where a group may be known from.
pub fn sources(chosen: &str) -> Vec<Choice> {
    let choice = |source: &GroupSource| Choice::of(source.word(), source.label(), chosen);
    GroupSource::ALL.iter().map(choice).collect()
}

/// Every group.
pub fn groups(values: &Form, faults: &Faults) -> Vec<GroupRow> {
    let row = |group: &Group| GroupRow {
        word: group.word(),
        label: group.label(),
        belongs: values.all("groups").any(|word| word == group.word()),
        agrees: values.get(&format!("agrees-{}", group.word())) == "yes",
        sources: sources(values.get(&format!("source-{}", group.word()))),
        fault: faults.at(&format!("group-{}", group.word())).map(str::to_owned),
    };
    Group::ALL.iter().map(row).collect()
}

/// What a form for somebody new begins with.
pub fn blank() -> Form {
    let modes = Mode::ALL.iter().map(|mode| ("modes", mode.word().to_owned()));
    let more = [("radius_km", "20"), ("available", "any")];
    Form::of(modes.chain(more.map(|(name, value)| (name, value.to_owned()))))
}

/// A record in the form. Phone, number and household stay out: an empty field leaves them.
pub fn of(worker: &Worker) -> Form {
    let profile = &worker.profile;
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut put = |name: &str, value: String| pairs.push((name.to_owned(), value));
    put("version", worker.version.to_string());
    put("name", worker.person.name.clone());
    put("village", worker.village.as_deref().map(village_name).unwrap_or_default());
    if let Some(point) = profile.point {
        put("lat", point.lat().to_string());
        put("lon", point.lon().to_string());
    }
    put("radius_km", (profile.radius_m / 1000.0).to_string());
    put("skills", profile.skills.join("、"));
    for code in &profile.occupations {
        put("occupations", code.as_str().to_owned());
    }
    for held in &profile.certificates {
        put("certificates", held.key.clone());
        if let Some(until) = held.until {
            put(&format!("until-{}", held.key), until.to_string());
        }
    }
    for mode in &profile.modes {
        put("modes", mode.word().to_owned());
    }
    put("wage", profile.day_wage_wish.map(|wish| wish.to_string()).unwrap_or_default());
    match &profile.available {
        Available::Always => put("available", "any".to_owned()),
        Available::Words(words) => {
            put("available", "words".to_owned());
            put("when", words.clone());
        }
        Available::Spans(_) => put("available", "keep".to_owned()),
        Available::Weekly(week) => {
            put("available", "weekly".to_owned());
            for day in 0..7 {
                put(&format!("week-{}", day + 1), week.typed(day));
            }
        }
    }
    Form::of_pairs(pairs)
}

/// The town and the village of a code; another text as it is.
pub fn village_name(text: &str) -> String {
    match division::village(text, "") {
        Ok(village) => format!("{}{}", village.town, village.name),
        Err(_) => text.to_owned(),
    }
}

/// A household's number, masked; a short one whole.
pub fn household(number: &str) -> String {
    let shown = if number.chars().count() > 8 { 2 } else { 0 };
    mask(number, shown, shown)
}

/// Makes the market's input; what can't be converted is noted at its field. `held` is the record that
/// is changed; a new one also says what its person agrees to.
pub fn read(form: &Form, held: Option<&Worker>, faults: &mut Faults) -> Map<String, Value> {
    let radius = form.number("radius_km", faults, "愿意去的距离要写数字");
    let lat = form.number("lat", faults, "纬度要写数字");
    let lon = form.number("lon", faults, "经度要写数字");
    let wage = form.plain("wage");
    let wish = fen(&wage);
    if wish.is_none() && !wage.is_empty() {
        faults.add("wage", "期望日工资要写金额，例如180");
    }
    let apart = |c: char| c.is_whitespace() || "、,，;；".contains(c);
    let words = form.get("skills").split(apart).filter(|word| !word.is_empty());
    let skills: Vec<&str> = words.chain(form.all("occupations")).collect();
    let input = json!({
        "name": form.get("name"),
        "phone": some(form.plain("phone")),
        "id_number": some(form.plain("id_number")),
        "household": some(form.plain("household")),
        "village": village(form, faults),
        "skills": skills,
        "certificates": certificates(form, faults),
        "modes": form.all("modes").collect::<Vec<_>>(),
        "radius_km": radius,
        "lat": lat,
        "lon": lon,
        "crs": "wgs84",
        "day_wage_wish_fen": wish,
        "available": available(form, held, faults),
    });
    let Value::Object(mut map) = input else { return Map::new() };
    if held.is_none() {
        if form.get("consent") != "yes" {
            faults.add("consent", "要登记，请先让本人同意下面这一条");
        }
        let consent = json!([{ "purpose": CONSENT.0, "text_version": CONSENT.1 }]);
        map.insert("consents".to_owned(), consent);
        map.insert("groups".to_owned(), named_groups(form, faults));
    }
    map
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn village(form: &Form, faults: &mut Faults) -> Option<String> {
    let text = some(form.get("village").trim().to_owned())?;
    match division::village_or_text(&text, "") {
        Ok(village) => Some(village),
        Err(NotADivision::Ambiguous) => {
            faults.add("village", format!("“{text}”不止一个，请写上乡镇，例如良田镇金星村"));
            None
        }
        Err(NotADivision::Unknown) => {
            faults.add("village", "村（社区）代码应当是12位数字");
            None
        }
    }
}

fn certificates(form: &Form, faults: &mut Faults) -> Value {
    let mut held = Vec::new();
    for key in form.all("certificates") {
        let field = format!("until-{key}");
        let mut until = form.plain(&field);
        if !until.is_empty() && until.parse::<Day>().is_err() {
            faults.add(field, "有效期要写成2027-05-01这样的日期");
            until.clear();
        }
        held.push(json!({ "name": key, "until": until }));
    }
    json!(held)
}

fn available(form: &Form, held: Option<&Worker>, faults: &mut Faults) -> Value {
    match form.get("available") {
        "any" => Value::Null,
        "words" => {
            if form.get("when").trim().is_empty() {
                faults.add("when", "请写什么时候有空，或者选“随时都行”");
            }
            json!(form.get("when"))
        }
        "weekly" => {
            let mut weekly = Vec::new();
            for day in 1..=7 {
                let field = format!("week-{day}");
                match read_hours(&form.plain(&field)) {
                    Ok(spans) => weekly.extend(
                        spans
                            .into_iter()
                            .map(|(from, to)| json!({ "days": [day], "from": from, "to": to })),
                    ),
                    Err(_) => faults.add(field, "钟点要写成8-12、14-18这样，一天都行写“全天”"),
                }
            }
            if weekly.is_empty() {
                faults.add("week-1", "请至少写一天的钟点，或者选“随时都行”");
            }
            json!({ "weekly": weekly })
        }
        "keep" => match held.map(|held| &held.profile.available) {
            Some(Available::Spans(spans)) => {
                let span = |span: &crate::domain::posting::Shift| json!({ "from": span.start.to_string(), "to": span.end.to_string() });
                json!(spans.iter().map(span).collect::<Vec<_>>())
            }
            _ => Value::Null,
        },
        _ => {
            faults.add("available", "请选什么时候可以上班");
            Value::Null
        }
    }
}

/// A group is only named with the person's consent.
fn named_groups(form: &Form, faults: &mut Faults) -> Value {
    let mut named = Vec::new();
    for word in form.all("groups") {
        let agrees = form.get(&format!("agrees-{word}")) == "yes";
        match word.parse::<Group>() {
            Ok(group) if !agrees => {
                let message =
                    format!("没有本人同意，不能记“{}”；问过再勾“本人同意”", group.label());
                faults.add(format!("group-{word}"), message);
            }
            Ok(_) => {
                let source = form.get(&format!("source-{word}"));
                if source.parse::<GroupSource>().is_err() {
                    faults.add(format!("group-{word}"), "请选从哪里知道的");
                }
                named.push(json!({ "group": word, "source": source }));
            }
            Err(_) => faults.add("groups", "没有这个人群类别，请重新选"),
        }
    }
    json!(named)
}

/// The form's field for a path of the input.
pub fn field_of(path: &str) -> String {
    match path.split(['[', '.']).next().unwrap_or(path) {
        "day_wage_wish_fen" => "wage".to_owned(),
        name => name.to_owned(),
    }
}

/// The faults of an intake at the form's fields.
pub fn note(faults: &mut Faults, errors: &FieldErrors) {
    faults.add_all(errors, field_of);
}
