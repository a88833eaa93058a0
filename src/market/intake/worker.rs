//! A worker from a JSON object (names as in the HTTP contract).

use serde_json::{Map, Value};

use super::{Fields, occupation, posting::spans};
use crate::{
    domain::{
        fields::FieldErrors,
        identity::{Phone, ResidentId},
        limits,
        money::Fen,
        text,
        time::DAY,
        wage::OccupationCode,
        worker::{Available, Consent, Group, Mode, Person, Profile, RADIUS_M_DEFAULT},
    },
    words::trades::Trades,
};

/// What an input says of a worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Registered {
    /// Who it is.
    pub person: Person,
    /// What the person can and wants.
    pub profile: Profile,
    /// Village code, or its name as given.
    pub village: Option<String>,
    /// What the person agreed to.
    pub consents: Vec<Consent>,
    /// The id in a foreign list.
    pub external_id: Option<String>,
}

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
            person: Person { name, phone, id_number, groups, household },
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
        match word.parse::<Mode>() {
            Ok(mode) if !modes.contains(&mode) => modes.push(mode),
            Ok(_) => {}
            Err(_) => {
                let message = "怎么去应当是walk（走路）、ebike（电动车）或bus（坐接送车）";
                errors.add(fields.path(&format!("modes[{i}]")), "unknown", message);
            }
        }
    }
    if modes.is_empty() { Mode::ALL.to_vec() } else { modes }
}

/// Certificates by key, by name, or as people call them (叉车证).
fn certificates(fields: &Fields<'_>, errors: &mut FieldErrors) -> Vec<String> {
    let mut certificates: Vec<String> = Vec::new();
    for (i, words) in fields.tags(errors, "certificates", "证书").iter().enumerate() {
        match Trades::shipped().licence(words) {
            Some(licence) if !certificates.contains(&licence.key) => {
                certificates.push(licence.key.clone());
            }
            Some(_) => {}
            None => {
                let message =
                    format!("没有“{words}”这种证书，可以写：电工证、焊工证、叉车证、健康证…");
                errors.add(fields.path(&format!("certificates[{i}]")), "unknown", message);
            }
        }
    }
    certificates
}

fn groups(fields: &Fields<'_>, errors: &mut FieldErrors) -> Vec<Group> {
    let mut groups = Vec::new();
    for (i, word) in fields.tags(errors, "groups", "人群类别").iter().enumerate() {
        let found =
            Group::ALL.iter().copied().find(|group| group.word() == word || group.label() == word);
        match found {
            Some(group) if !groups.contains(&group) => groups.push(group),
            Some(_) => {}
            None => {
                let words: Vec<_> = Group::ALL.iter().map(|group| group.word()).collect();
                let message = format!("没有这个人群类别，可以是：{}", words.join("、"));
                errors.add(fields.path(&format!("groups[{i}]")), "unknown", message);
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
        Some(_) => {
            let year = limits::VALID_DAYS_MAX * DAY;
            let names = ["from", "to"];
            let spans = spans(fields, errors, "available", "可上班时间", names, year);
            if spans.is_empty() { Available::Always } else { Available::Spans(spans) }
        }
    }
}
