//! A page of a list, as the macros of `list.html` show it.

use super::{input::Choice, jobs::Chip, line::Line, list::Spec, sheets::Cell};

/// A head of a column.
pub struct Head {
    /// What it says.
    pub title: &'static str,
    /// The list in its order.
    pub href: String,
    /// How it is ordered by it now: for a reader of the page, and as a sign.
    pub order: Option<(&'static str, &'static str)>,
}

/// A filter to choose from.
pub struct Select {
    /// Its word in an address.
    pub word: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// The choices.
    pub choices: Vec<Choice>,
}

/// A cell as shown.
pub struct Shown {
    /// The head of its column.
    pub title: &'static str,
    /// What it says.
    pub text: String,
    /// How it looks.
    pub class: &'static str,
    /// Whether it is a sentence, which may wrap.
    pub wraps: bool,
}

/// Characters of a cell that stays on one line.
const LINE_CHARS: usize = 14;

/// A row as shown.
pub struct Row {
    /// Which record.
    pub id: String,
    /// Where it leads.
    pub href: Option<String>,
    /// What names it.
    pub name: String,
    /// A word below the name.
    pub note: Option<String>,
    /// The other cells.
    pub cells: Vec<Shown>,
    /// Something to press.
    pub press: Option<(String, &'static str)>,
}

/// A row of these columns as shown.
pub(super) fn row(line: &Line, columns: &[usize], spec: &Spec) -> Row {
    let text = |column: usize| line.cells.get(column).map(Cell::shown).unwrap_or_default();
    let cell = |column: &usize| {
        let text = text(*column);
        Shown {
            title: spec.columns[*column].title,
            class: line.cells.get(*column).map_or("", Cell::class),
            wraps: text.chars().count() > LINE_CHARS,
            text,
        }
    };
    Row {
        id: line.id.clone(),
        href: line.href.clone(),
        name: columns.first().map(|column| text(*column)).unwrap_or_default(),
        note: line.note.clone(),
        cells: columns.iter().skip(1).map(cell).collect(),
        press: line.press.clone(),
    }
}

/// A page of a list, for the macros of `list.html`.
pub struct List {
    /// What it is.
    pub spec: &'static Spec,
    /// The words to look for, as typed.
    pub q: String,
    /// The first filter, as things to press.
    pub chips: Vec<Chip>,
    /// What is chosen there, to go along with the form.
    pub hidden: Option<(&'static str, &'static str)>,
    /// The other filters.
    pub selects: Vec<Select>,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// The orders.
    pub sorts: Vec<Choice>,
    /// The heads.
    pub heads: Vec<Head>,
    /// The rows of this page.
    pub rows: Vec<Row>,
    /// The number of the first of them.
    pub start: usize,
    /// How many there are in all.
    pub total: usize,
    /// Whether older records were left out.
    pub cut: bool,
    /// Whether something narrows the list.
    pub narrows: bool,
    /// Whether any row has something to press.
    pub presses: bool,
    /// The page before.
    pub newer: Option<String>,
    /// The page after.
    pub older: Option<String>,
    /// The file for a spreadsheet.
    pub xlsx: String,
    /// The file as plain text.
    pub csv: String,
}

impl List {
    /// Whether the form below the chips opens with its filters.
    pub fn opens(&self) -> bool {
        let chosen = |choice: &Choice| choice.selected && !choice.value.is_empty();
        !self.from.is_empty()
            || !self.to.is_empty()
            || self.selects.iter().any(|select| select.choices.iter().any(chosen))
            || self.sorts.iter().any(chosen)
    }

    /// What stands above the rows.
    pub fn caption(&self) -> String {
        let end = (self.start + self.rows.len()).saturating_sub(1);
        let of = if self.rows.len() == self.total {
            format!("共{}{}", self.total, self.spec.unit)
        } else {
            format!("第{}到{}，共{}{}", self.start, end, self.total, self.spec.unit)
        };
        let sorted = self.sorts.iter().find(|sort| sort.selected);
        let order = sorted.map_or(self.spec.order, |sort| sort.text.as_str());
        format!("{of}，{order}")
    }
}
