//! What is wrong with an input, field by field, in sentences for the person who typed it.

/// One field's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's path: `title`, `wage.min_fen`, `shifts[0].start`.
    pub field: String,
    /// For programs: `missing`, `type`, `range`, `length`, `format`, `unknown`, `past`, `order`,
    /// `twice`, `easy`.
    pub code: &'static str,
    /// For people, in Chinese: what to do.
    pub message: String,
}

/// Every fault of one input, in the order of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    /// Notes a fault.
    pub fn add(
        &mut self,
        field: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
    ) {
        self.0.push(FieldError { field: field.into(), code, message: message.into() });
    }

    /// A single fault.
    pub fn one(field: &str, code: &'static str, message: impl Into<String>) -> FieldErrors {
        let mut errors = FieldErrors::default();
        errors.add(field, code, message);
        errors
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a fault stands at this field or below it.
    pub fn touches(&self, field: &str) -> bool {
        self.0.iter().any(|error| {
            error.field.strip_prefix(field).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with('.') || rest.starts_with('[')
            })
        })
    }
}
