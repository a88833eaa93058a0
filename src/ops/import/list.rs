//! Kinds of lists and the columns that they have.

/// What a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Postings.
    Jobs,
    /// Workers.
    Workers,
}

impl List {
    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            List::Jobs => "jobs",
            List::Workers => "workers",
        }
    }

    /// Every column that is one of ours.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            List::Jobs => &[
                "external_id",
                "title",
                "description",
                "occupation",
                "skills",
                "employer_name",
                "employer_uscc",
                "employer_kind",
                "via_broker",
                "address",
                "city",
                "district",
                "division",
                "lat",
                "lon",
                "crs",
                "wage_min",
                "wage_max",
                "wage_unit",
                "wage_currency_unit",
                "settlement",
                "headcount",
                "shift_start",
                "shift_end",
                "shifts",
                "benefits",
                "meals",
                "lodging",
                "tools",
                "insurance",
                "pickup_address",
                "pickup_time",
                "pickup_seats",
                "pickup_lat",
                "pickup_lon",
                "pickup_crs",
                "requirements",
                "instant",
                "stations",
                "valid_until",
                "valid_days",
            ],
            List::Workers => &[
                "external_id",
                "name",
                "id_number",
                "phone",
                "village",
                "division",
                "skills",
                "lat",
                "lon",
                "crs",
                "radius_km",
                "groups",
                "household",
                "available",
                "certificates",
                "modes",
                "day_wage_wish",
            ],
        }
    }

    /// Columns of which a table needs one of each, or a default for it.
    pub(super) fn required(self) -> &'static [&'static [&'static str]] {
        match self {
            List::Jobs => &[
                &["external_id"],
                &["title"],
                &["employer_name"],
                &["address", "city", "district"],
                &["wage_min"],
                &["wage_unit"],
                &["settlement"],
                &["headcount"],
                &["valid_until", "valid_days"],
            ],
            List::Workers => &[&["external_id"], &["name"], &["phone"]],
        }
    }
}
