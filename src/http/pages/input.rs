//! What a form sends: read strictly, so that nothing half understood is stored, and kept as it was
//! typed, so that nothing is lost when it comes back.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
    http::{StatusCode, header},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    domain::{fields::FieldErrors, limits},
    http::{guard::Visitor, problem::Problem},
};

/// The pairs of a form, in order, as typed.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pairs: Vec<(String, String)>,
}

/// Pairs that one form may send.
const PAIRS_MAX: usize = 1_200;

impl Form {
    /// A form of these pairs.
    pub fn of(pairs: impl IntoIterator<Item = (&'static str, String)>) -> Form {
        let owned = |(name, value): (&str, String)| (name.to_owned(), value);
        Form { pairs: pairs.into_iter().map(owned).collect() }
    }

    /// A form of pairs that were read already.
    pub fn of_pairs(pairs: Vec<(String, String)>) -> Form {
        Form { pairs }
    }

    /// Reads an urlencoded body.
    ///
    /// # Errors
    /// 400 where it is not UTF-8 or has too many fields.
    pub fn parse(body: &[u8]) -> Result<Form, Problem> {
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(body).into_owned().take(PAIRS_MAX + 1).collect();
        if pairs.len() > PAIRS_MAX {
            return Err(Problem::bad_request("表单的项目太多，没有保存"));
        }
        // The parser writes this character for bytes that are no UTF-8.
        let broken = |text: &String| text.contains('\u{fffd}');
        if pairs.iter().any(|(name, value)| broken(name) || broken(value)) {
            let title = "表单里有认不出的文字（不是UTF-8），没有保存";
            return Err(Problem::bad_request(title));
        }
        Ok(Form { pairs })
    }

    /// This form, with the fields of `other` that it does not have.
    pub fn over(mut self, other: Form) -> Form {
        let missing = other.pairs.into_iter().filter(|(name, _)| self.all(name).next().is_none());
        let missing: Vec<_> = missing.collect();
        self.pairs.extend(missing);
        self
    }

    /// A field's first value as typed; empty where the field is missing.
    pub fn get(&self, name: &str) -> &str {
        let held = self.pairs.iter().find(|(key, _)| key == name);
        held.map_or("", |(_, value)| value)
    }

    /// A field's value with full-width digits, points and colons made plain and outer space taken
    /// off, for fields that are no prose.
    pub fn plain(&self, name: &str) -> String {
        plain(self.get(name))
    }

    /// A number for the intake, nothing where the field is empty; one that can't be read is a fault
    /// with this message.
    pub fn number(&self, name: &str, faults: &mut Faults, message: &str) -> Value {
        let text = self.plain(name);
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => json!(number),
            _ if text.is_empty() => Value::Null,
            _ => {
                faults.add(name, message);
                Value::Null
            }
        }
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }

    /// Every value of a name, in order.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let named = self.pairs.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    /// Refuses a form in which a name that stands for one thing comes twice.
    ///
    /// # Errors
    /// 400.
    pub fn only_once(&self, except: &[&str]) -> Result<(), Problem> {
        let twice = self.pairs.iter().enumerate().find(|(i, (name, _))| {
            !except.contains(&name.as_str()) && self.pairs[..*i].iter().any(|(key, _)| key == name)
        });
        match twice {
            Some(_) => Err(Problem::bad_request("表单里有一项出现了两次，没有保存")),
            None => Ok(()),
        }
    }
}

/// Full-width digits, points, colons, hyphens and letters made plain; outer space taken off.
pub fn plain(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '。' => '.',
        c => c,
    };
    text.trim().chars().map(plain).collect()
}

/// A form that came from one of this visitor's pages.
pub struct Sent(pub Form);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Sent, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.trim_start().starts_with("application/x-www-form-urlencoded") {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Problem::new(status, "kind", "请用网页上的表单提交"));
        }
        let visitor = request.extensions().get::<Visitor>().cloned();
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let kib = limits::BODY_BYTES_MAX / 1024;
                let title = format!("内容太长，最多{kib}KB，没有保存");
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", title)
            } else {
                Problem::bad_request("没有收到完整的内容，请再试一次")
            }
        })?;
        let form = Form::parse(&body)?;
        is_own(visitor, &form)?;
        Ok(Sent(form))
    }
}

/// Whether a form came from one of this visitor's pages.
///
/// # Errors
/// 403 where it did not.
fn is_own(visitor: Option<Visitor>, form: &Form) -> Result<(), Problem> {
    let owed = visitor.map(|visitor| visitor.csrf()).unwrap_or_default();
    // Hashed first, so that the time of comparing tells nothing.
    let is_own = Sha256::digest(form.get("csrf")) == Sha256::digest(&owed);
    if owed.is_empty() || !is_own {
        let title = "这张页面过期了，请返回上一页，刷新以后再提交";
        return Err(Problem::new(StatusCode::FORBIDDEN, "csrf", title));
    }
    Ok(())
}

/// A form with a file, from one of this visitor's pages.
pub struct Upload {
    /// The other fields.
    pub form: Form,
    /// The file; empty where none was chosen.
    pub file: Vec<u8>,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Upload, Problem> {
        let visitor = request.extensions().get::<Visitor>().cloned();
        let parts = Multipart::from_request(request, state).await;
        let mut parts = parts.map_err(|_| {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            Problem::new(status, "kind", "请用网页上的表单提交")
        })?;
        let (mut pairs, mut file) = (Vec::new(), Vec::new());
        while let Some(part) = parts.next_field().await.map_err(|error| not_read(&error))? {
            let name = part.name().unwrap_or_default().to_owned();
            let is_file = part.file_name().is_some();
            let bytes = part.bytes().await.map_err(|error| not_read(&error))?;
            if is_file {
                file = bytes.to_vec();
            } else if pairs.len() < PAIRS_MAX {
                let text = String::from_utf8(bytes.to_vec());
                pairs.push((name, text.map_err(|_| Problem::bad_request("表单里有认不出的文字"))?));
            } else {
                return Err(Problem::bad_request("表单的项目太多，没有保存"));
            }
        }
        let form = Form::of_pairs(pairs);
        is_own(visitor, &form)?;
        Ok(Upload { form, file })
    }
}

fn not_read(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let mib = limits::EVIDENCE_BYTES_MAX / 1024 / 1024;
        let title = format!("文件太大，最大{mib}MB，没有保存");
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", title);
    }
    Problem::bad_request("没有收到完整的文件，请再试一次")
}

/// One fault of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The id of the field.
    pub field: String,
    /// What to do.
    pub message: String,
}

/// The faults of a form, each at its field.
#[derive(Clone, Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Notes a fault; a field shows its first one.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        let (field, message) = (field.into(), message.into());
        if self.at(&field).is_none() {
            self.0.push(Fault { field, message });
        }
    }

    /// Notes the faults of an intake; `field_of` gives the form's field for the path of each.
    pub fn add_all(&mut self, errors: &FieldErrors, field_of: impl Fn(&str) -> String) {
        for error in &errors.0 {
            self.add(field_of(&error.field), error.message.clone());
        }
    }

    /// The same in the order in which the person meets the fields.
    pub fn in_order(mut self, place: impl Fn(&str) -> usize) -> Faults {
        self.0.sort_by_key(|fault| place(&fault.field));
        self
    }

    /// What is wrong at a field.
    pub fn at(&self, field: &str) -> Option<&str> {
        let fault = self.0.iter().find(|fault| fault.field == field);
        fault.map(|fault| fault.message.as_str())
    }

    /// Every fault.
    pub fn list(&self) -> &[Fault] {
        &self.0
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Lets a page with `values` and `faults` be asked by its template for a field's text and fault.
macro_rules! typed {
    ($page:ident) => {
        impl $page {
            /// What is typed in a field.
            pub fn value(&self, name: &str) -> &str {
                self.values.get(name)
            }

            /// What is wrong with a field.
            pub fn fault(&self, name: &str) -> Option<&str> {
                self.faults.at(name)
            }
        }
    };
}
pub(super) use typed;

/// One choice of a list.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub text: String,
    /// Whether it is chosen.
    pub selected: bool,
}

impl Choice {
    /// A choice that is the chosen one where `chosen` names it.
    pub fn of(value: impl Into<String>, text: impl Into<String>, chosen: &str) -> Choice {
        let (value, text) = (value.into(), text.into());
        let selected = value == chosen;
        Choice { value, text, selected }
    }
}
