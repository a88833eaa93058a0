//! Who may post, from a JSON object: an organisation that registers, an authorisation.

use serde_json::{Map, Value, json};

use super::{
    Fields,
    placement::day,
    posting::{KINDS, employer, uscc},
};
use crate::domain::{
    calendar::Day,
    fields::FieldErrors,
    identity::{Phone, ResidentId, Uscc},
    limits,
    org::{Employer, EmployerKind},
    poster::{Contact, Poster, is_between},
};

/// What an organisation says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Particulars {
    /// Who it is.
    pub employer: Employer,
    /// Who answers for it.
    pub contact: Contact,
    /// The last day of the licence; none where it is open-ended.
    pub licence_until: Option<Day>,
}

/// An authorisation as it is handed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Authorised {
    /// Who authorises.
    pub employer: Employer,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
}

/// Whether an employer of this kind may have no licence, and then names the person's number.
fn may_lack_licence(kind: EmployerKind) -> bool {
    matches!(kind, EmployerKind::Individual | EmployerKind::Grower | EmployerKind::FamilyFarm)
}

/// Reads the particulars of an organisation.
///
/// # Errors
/// Every field's fault.
pub fn particulars(map: &Map<String, Value>, today: Day) -> Result<Particulars, FieldErrors> {
    let fields = Fields::new(map, "");
    let mut faults = FieldErrors::default();
    let errors = &mut faults;
    let kind = fields.choice::<EmployerKind>(errors, "kind", "单位类型", KINDS);
    let is_private = kind == Some(EmployerKind::Individual);
    let (label, chars) = if is_private {
        ("姓名", limits::PERSON_NAME_CHARS)
    } else {
        ("单位名称", limits::ORG_NAME_CHARS)
    };
    let name = fields.text(errors, "name", label, chars);
    let code = uscc(&fields, errors);
    let id_number = id_number(&fields, errors);
    let phone = phone(&fields, errors);
    let contact = match fields.text_maybe(errors, "contact", "联系人", limits::PERSON_NAME_CHARS.1)
    {
        None if is_private => name.clone(),
        None => {
            if !errors.touches("contact") {
                errors.add("contact", "missing", "请填写联系人");
            }
            None
        }
        Some(contact) => Some(contact),
    };
    let licence_until = day(&fields, errors, "licence_until", "执照有效期");
    if licence_until.is_some_and(|day| day < today) {
        errors.add("licence_until", "past", "营业执照已经过期，请先换新的执照");
    }
    if let Some(kind) = kind {
        if code.is_some() && is_private && !errors.touches("uscc") {
            errors.add("uscc", "unknown", "个人雇主没有统一社会信用代码，请选别的单位类型或不填");
        }
        let lacks_code = code.is_none() && !errors.touches("uscc");
        if lacks_code && !may_lack_licence(kind) {
            errors.add("uscc", "missing", "请填写营业执照上的统一社会信用代码");
        }
        let lacks_number = id_number.is_none() && !errors.touches("id_number");
        if lacks_code && lacks_number && may_lack_licence(kind) {
            errors.add("id_number", "missing", "没有营业执照的，请填写本人身份证号");
        }
    }
    match (name, kind, contact, phone) {
        (Some(name), Some(kind), Some(contact), Some(phone)) if faults.is_empty() => {
            Ok(Particulars {
                employer: Employer { name, uscc: code, kind },
                contact: Contact { name: contact, phone, id_number },
                licence_until,
            })
        }
        _ => Err(faults),
    }
}

fn id_number(fields: &Fields<'_>, errors: &mut FieldErrors) -> Option<ResidentId> {
    let text = fields.text_maybe(errors, "id_number", "身份证号", 40)?;
    let number = text.parse::<ResidentId>();
    if number.is_err() {
        errors.add("id_number", "format", "身份证号不对，请对照证件上的18位号码");
    }
    number.ok()
}

fn phone(fields: &Fields<'_>, errors: &mut FieldErrors) -> Option<Phone> {
    let Some(text) = fields.text_maybe(errors, "phone", "手机号", 40) else {
        if !errors.touches("phone") {
            errors.add("phone", "missing", "请填写手机号");
        }
        return None;
    };
    let phone = text.parse::<Phone>();
    if phone.is_err() {
        errors.add("phone", "format", "手机号不对，应当是11位数字");
    }
    phone.ok()
}

/// An organisation as an input that would say the same; for laying changes over it.
pub fn as_particulars(poster: &Poster) -> Value {
    let (employer, contact) = (&poster.org.employer, poster.contact.as_ref());
    json!({
        "name": employer.name,
        "kind": employer.kind.word(),
        "uscc": employer.uscc.as_ref().map(Uscc::as_str),
        "id_number": contact.and_then(|c| c.id_number.as_ref()).map(ResidentId::expose),
        "contact": contact.map(|contact| contact.name.clone()),
        "phone": contact.map(|contact| contact.phone.expose()),
        "licence_until": poster.licence_until.map(|day| day.to_string()),
    })
}

/// Reads an authorisation.
///
/// # Errors
/// Every field's fault.
pub fn authorised(map: &Map<String, Value>, today: Day) -> Result<Authorised, FieldErrors> {
    let fields = Fields::new(map, "");
    let mut faults = FieldErrors::default();
    let errors = &mut faults;
    let whom = match fields.object(errors, "employer", "用人单位") {
        Some(inner) => employer(&inner, errors),
        None => {
            if !errors.touches("employer") {
                errors.add("employer", "missing", "请填写委托的用人单位");
            }
            None
        }
    };
    if let Some(whom) = &whom {
        if is_between(whom.kind) {
            let message = "只能由用人单位委托；经纪人和中介不能再委托别人";
            errors.add("employer.kind", "range", message);
        } else if whom.uscc.is_none()
            && !may_lack_licence(whom.kind)
            && !errors.touches("employer.uscc")
        {
            let message = "请填写用人单位的统一社会信用代码";
            errors.add("employer.uscc", "missing", message);
        }
    }
    let mut owed = |name: &str, label: &str| {
        let found = day(&fields, errors, name, label);
        if found.is_none() && !errors.touches(name) {
            errors.add(name, "missing", format!("请填写{label}，例如 2026-05-01"));
        }
        found
    };
    let (from, to) = (owed("from", "委托开始日期"), owed("to", "委托截止日期"));
    if to.is_some_and(|to| to < today) {
        errors.add("to", "past", "委托书已经过期，请交还在有效期内的");
    } else if let (Some(from), Some(to)) = (from, to) {
        if to < from {
            errors.add("to", "order", "截止日期应当在开始日期以后");
        } else if from.days_until(to) > limits::MANDATE_DAYS_MAX {
            let years = limits::MANDATE_DAYS_MAX / 365;
            errors.add("to", "range", format!("一份委托书最长{years}年"));
        }
    }
    match (whom, from, to) {
        (Some(employer), Some(from), Some(to)) if faults.is_empty() => {
            Ok(Authorised { employer, from, to })
        }
        _ => Err(faults),
    }
}
