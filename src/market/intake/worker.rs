//! A worker from a JSON object (names as in the HTTP contract).

use serde_json::{Map, Value};

use super::{Fields, occupation, posting::spans};
use crate::{
    domain::{
        calendar::Day,
        fields::FieldErrors,
        identity::{Phone, ResidentId},
        limits,
        money::Fen,
        text,
        time::DAY,
        wage::OccupationCode,
        week::Week,
        worker::{
            Available, Certificate, Consent, Group, GroupSource, Mode, Person, Profile,
            RADIUS_M_DEFAULT,
        },
    },
    words::trades::Trades,
};

/// What an input says of a worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Registered {
    /// Who it is; without the groups.
    pub person: Person,
    /// The groups that are named, each once, with their source where one is named.
    pub groups: Vec<(Group, Option<GroupSource>)>,
    /// What the person can and wants.
    pub profile: Profile,
    /// Village code, or its name as given.
    pub village: Option<String>,
    /// What the person agreed to.
    pub consents: Vec<Consent>,
    /// The id in a foreign list.
    pub external_id: Option<String>,
}

/// Characters of a day, `2027-05-01`.
const DAY_CHARS: usize = 10;

/// Reads a worker.
///
/// # Errors
/// Every field's fault.
pub fn worker(map: &Map<String, Value>) -> Result<Registered, FieldErrors> {
    let fields = Fields::new(map, "");
    let mut faults = FieldErrors::default();
    let errors = &mut faults;
    let external_id = fields.text_maybe(errors, "external_id", "外部编号", limits::KEY_CHARS_MAX);
    let name = fields.text(errors, "name", "姓名", limits::PERSON_NAME_CHARS);
    let phone = fields.text_maybe(errors, "phone", "手机号", 40).and_then(|text| {
        let phone = text.parse::<Phone>();
        if phone.is_err() {
            errors.add("phone", "format", "手机号不对，应当是11位数字");
        }
        phone.ok()
    });
    let id_number = fields.text_maybe(errors, "id_number", "身份证号", 40).and_then(|text| {
        let number = text.parse::<ResidentId>();
        if number.is_err() {
            errors.add("id_number", "format", "身份证号不对，请对照证件上的18位号码");
        }
        number.ok()
    });
    if phone.is_none() && !errors.touches("phone") {
        errors.add("phone", "missing", "请填写手机号");
    }
    let household = fields.text_maybe(errors, "household", "户编号", limits::KEY_CHARS_MAX);
    let groups = groups(&fields, errors);
    let consents = consents(&fields, errors);
    let village = fields.text_maybe(errors, "village", "村（社区）", 40);
    let point = fields.point(errors);
    let radius_m = match fields.real(errors, "radius_km", "愿意去的距离（公里）") {
        Some(km) if km > 0.0 && km <= limits::RADIUS_KM_MAX => km * 1000.0,
        Some(_) => {
            let max = limits::RADIUS_KM_MAX;
            errors.add("radius_km", "range", format!("愿意去的距离应当在0到{max}公里之间"));
            RADIUS_M_DEFAULT
        }
        None => RADIUS_M_DEFAULT,
    };
    let (occupations, skills) = fields
        .tags(errors, "skills", "技能")
        .into_iter()
        .partition::<Vec<_>, _>(|tag| tag.parse::<OccupationCode>().is_ok());
    let occupations = occupations.iter().filter_map(|code| code.parse().ok()).collect();
    let (certificates, modes) = (certificates(&fields, errors), modes(&fields, errors));
    let wish =
        fields.whole(errors, "day_wage_wish_fen", "期望日工资（分）", 1..=limits::WAGE_FEN_MAX);
    let available = available(&fields, errors);
    match name {
        Some(name) if faults.is_empty() => Ok(Registered {
            person: Person { name, phone, id_number, memberships: Vec::new(), household },
            groups,
            profile: Profile {
                point,
                radius_m,
                modes,
                skill_occupations: occupation::of_skills(&skills),
                skills,
                occupations,
                certificates,
                day_wage_wish: wish.map(Fen),
                available,
            },
            village,
            consents,
            external_id,
        }),
        _ => Err(faults),
    }
}

/// How the person gets to work: every way where nothing is said.
fn modes(fields: &Fields<'_>, errors: &mut FieldErrors) -> Vec<Mode> {
    let mut modes: Vec<Mode> = Vec::new();
    for (i, word) in fields.tags(errors, "modes", "怎么去").iter().enumerate() {
        let found = Mode::ALL.iter().find(|mode| mode.word() == word || mode.label() == word);
        match found {
            Some(mode) if !modes.contains(mode) => modes.push(*mode),
            Some(_) => {}
            None => {
                let message = "怎么去应当是walk（走路）、ebike（电动车）或bus（坐接送车）";
                errors.add(fields.path(&format!("modes[{i}]")), "unknown", message);
            }
        }
    }
    if modes.is_empty() { Mode::ALL.to_vec() } else { modes }
}

/// Certificates by key, by name, or as people call them (叉车证), with the last day on which they
/// hold behind it (叉车证（至2027-05-01）) or as `{name, until}`.
fn certificates(fields: &Fields<'_>, errors: &mut FieldErrors) -> Vec<Certificate> {
    let mut held: Vec<Certificate> = Vec::new();
    let items = fields.list(errors, "certificates", "证书", limits::TAGS_MAX);
    for (i, item) in items.into_iter().flatten().enumerate() {
        let path = fields.path(&format!("certificates[{i}]"));
        let (words, until) = match item {
            Value::String(text) => {
                let bounds = (1, limits::CERTIFICATE_CHARS_MAX);
                let Some(text) = text::bounded(errors, &path, "证书", text, bounds) else {
                    continue;
                };
                dated(&text)
            }
            Value::Object(map) => {
                let inner = Fields::new(map, format!("{path}."));
                let bounds = (1, limits::CERTIFICATE_CHARS_MAX);
                let name = inner.text(errors, "name", "证书", bounds);
                let until = inner.text_maybe(errors, "until", "有效期", 40);
                let Some(name) = name else { continue };
                (name, until)
            }
            _ => {
                errors.add(path, "type", "证书应当是文字");
                continue;
            }
        };
        let until = match until.map(|text| text.parse::<Day>()).transpose() {
            Ok(until) => until,
            Err(_) => {
                errors.add(path, "format", "有效期应当写成2027-05-01这样的日期");
                continue;
            }
        };
        match Trades::shipped().licence(&words) {
            Some(licence) if !held.iter().any(|one| one.key == licence.key) => {
                held.push(Certificate { key: licence.key.clone(), until });
            }
            Some(_) => {}
            None => {
                let message =
                    format!("没有“{words}”这种证书，可以写：电工证、焊工证、叉车证、健康证…");
                errors.add(path, "unknown", message);
            }
        }
    }
    held
}

/// A certificate's name, and what stands behind it as its last day: `叉车证（至2027-05-01）`.
fn dated(text: &str) -> (String, Option<String>) {
    let bare = text.trim_end_matches([')', '）']);
    let from = bare.char_indices().rev().nth(DAY_CHARS - 1).map(|(at, _)| at);
    let split = from.and_then(|at| Some((bare.get(..at)?, bare.get(at..)?)));
    match split {
        Some((name, day)) if day.starts_with("20") && !name.is_empty() => {
            let name =
                name.trim_end_matches(|c: char| c.is_whitespace() || "（(至到:：".contains(c));
            (name.to_owned(), Some(day.to_owned()))
        }
        _ => (text.to_owned(), None),
    }
}

fn groups(fields: &Fields<'_>, errors: &mut FieldErrors) -> Vec<(Group, Option<GroupSource>)> {
    let mut groups: Vec<(Group, Option<GroupSource>)> = Vec::new();
    let items = fields.list(errors, "groups", "人群类别", limits::TAGS_MAX);
    for (i, item) in items.into_iter().flatten().enumerate() {
        let path = fields.path(&format!("groups[{i}]"));
        let (word, source) = match item {
            Value::String(word) => (Some(word.trim().to_owned()), None),
            Value::Object(map) => {
                let inner = Fields::new(map, format!("{path}."));
                let word = inner.text(errors, "group", "人群类别", limits::TAG_CHARS);
                let hint = "declared、matched、listed、paper";
                (word, inner.choice_maybe(errors, "source", "来源", hint))
            }
            _ => {
                errors.add(path, "type", "人群类别应当是文字");
                continue;
            }
        };
        let Some(word) = word else { continue };
        let found = Group::ALL.iter().find(|group| group.word() == word || group.label() == word);
        match found {
            Some(group) if !groups.iter().any(|(held, _)| held == group) => {
                groups.push((*group, source));
            }
            Some(_) => {}
            None => {
                let words: Vec<_> = Group::ALL.iter().map(|group| group.word()).collect();
                let message = format!("没有这个人群类别，可以是：{}", words.join("、"));
                errors.add(path, "unknown", message);
            }
        }
    }
    groups
}

fn consents(fields: &Fields<'_>, errors: &mut FieldErrors) -> Vec<Consent> {
    let mut consents = Vec::new();
    let items = fields.list(errors, "consents", "同意书", limits::TAGS_MAX);
    for (i, item) in items.into_iter().flatten().enumerate() {
        let path = fields.path(&format!("consents[{i}]"));
        let Value::Object(map) = item else {
            errors.add(path, "type", "同意书的格式不对");
            continue;
        };
        let inner = Fields::new(map, format!("{path}."));
        let bounds = (1, limits::KEY_CHARS_MAX);
        let purpose = inner.text(errors, "purpose", "用途", bounds);
        let version = inner.text(errors, "text_version", "文本版本", bounds);
        if let (Some(purpose), Some(text_version)) = (purpose, version) {
            consents.push(Consent { purpose, text_version });
        }
    }
    consents
}

fn available(fields: &Fields<'_>, errors: &mut FieldErrors) -> Available {
    match fields.get("available") {
        None => Available::Always,
        Some(Value::String(words)) => {
            let bounds = (0, limits::AVAILABLE_CHARS_MAX);
            match text::bounded(errors, "available", "可上班时间", words, bounds) {
                Some(words) if !words.is_empty() => Available::Words(words),
                _ => Available::Always,
            }
        }
        Some(Value::Object(map)) => {
            let week = weekly(&Fields::new(map, "available."), errors);
            if week.is_empty() { Available::Always } else { Available::Weekly(week) }
        }
        Some(_) => {
            let year = limits::VALID_DAYS_MAX * DAY;
            let names = ["from", "to"];
            let spans = spans(fields, errors, "available", "可上班时间", names, year);
            if spans.is_empty() { Available::Always } else { Available::Spans(spans) }
        }
    }
}

/// Hours of every week: `{weekly: [{days: [1], from: 8, to: 18}]}`, Monday being 1.
fn weekly(fields: &Fields<'_>, errors: &mut FieldErrors) -> Week {
    let mut week = Week::default();
    let items = fields.list(errors, "weekly", "每周的时间", limits::WEEKLY_MAX);
    if items.is_none() && !errors.touches("available.weekly") {
        errors.add(fields.path("weekly"), "missing", "请写明每周哪些时间可以上班");
    }
    for (i, item) in items.into_iter().flatten().enumerate() {
        let path = fields.path(&format!("weekly[{i}]"));
        let whole = |value: &Value| value.as_u64().and_then(|number| u8::try_from(number).ok());
        let days = item.get("days").and_then(Value::as_array);
        let hours = item.get("from").and_then(whole).zip(item.get("to").and_then(whole));
        let (Some(days), Some((from, to))) = (days, hours) else {
            errors.add(path, "type", "应当是days（1到7）、from和to（0到24点）");
            continue;
        };
        for day in days {
            let day = whole(day).and_then(|day| day.checked_sub(1));
            let freed = day.map(|day| week.free(usize::from(day), from, to));
            if !matches!(freed, Some(Ok(()))) {
                errors.add(path.clone(), "range", "星期应当是1到7，钟点应当在0到24之间");
            }
        }
    }
    if week.is_empty() && !errors.touches("available") {
        errors.add(fields.path("weekly"), "missing", "请写明每周哪些时间可以上班");
    }
    week
}
