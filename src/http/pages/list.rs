//! The one list of every console: words to look for, filters, an order by any column, pages that
//! belong together while rows come and go, and the same rows as a file.
//!
//! A page says what its list is ([`Spec`]) and makes a [`Line`] of each record that the reader
//! reaches; [`Asked::answer`] does the rest. What stands on the page and what stands in the file is
//! made of the same cells, so that a file never tells more than its list.

use axum::response::Response;
use serde_json::json;

use super::{
    App, Visitor,
    input::{Choice, plain},
    jobs::Chip,
    line::{Line, Place, place},
    listed::{Head, List, Select, row},
    sheets::Sheet,
};
use crate::{
    domain::{calendar::Day, life},
    http::{body::Query, problem::Problem},
};

/// Rows of a page.
const PAGE: usize = 50;
/// Characters of what is looked for.
const WORDS_CHARS_MAX: usize = 100;

/// A column.
pub struct Column {
    /// Its word in an address.
    pub word: &'static str,
    /// Its head.
    pub title: &'static str,
    /// Whether it stands on the page; else only in the file.
    shown: bool,
}

/// A column of page and file.
pub const fn column(word: &'static str, title: &'static str) -> Column {
    Column { word, title, shown: true }
}

/// A column of the file alone.
pub const fn in_file(word: &'static str, title: &'static str) -> Column {
    Column { word, title, shown: false }
}

/// What a filter lets choose: words of the address, and what people read.
pub type Choices = Vec<(&'static str, &'static str)>;

/// Every choice of a kind.
pub fn all<T: life::Choice>() -> Choices {
    T::EVERY.iter().map(|choice| (choice.to_word(), choice.to_label())).collect()
}

/// A filter; of a list's filters the first is shown as things to press, with how many there are.
pub struct Filter {
    /// Its word in an address.
    pub word: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// What can be chosen.
    pub choices: fn() -> Choices,
}

/// What a list is.
pub struct Spec {
    /// Its address.
    pub path: &'static str,
    /// Its name, also the file's.
    pub name: &'static str,
    /// What is counted: `个岗位`.
    pub unit: &'static str,
    /// The order where none is chosen, in words.
    pub order: &'static str,
    /// Where words are looked for.
    pub hint: &'static str,
    /// What the days are that a span narrows; empty where there are none.
    pub day: &'static str,
    /// The columns; the first names the row.
    pub columns: &'static [Column],
    /// The filters.
    pub filters: &'static [Filter],
    /// Whether rows tell of people, so that who was seen is in the audit trail.
    pub people: bool,
}

/// From where a page goes on.
enum Turn {
    Start,
    After(Place),
    Before(Place),
}

/// What a reader asks of a list.
pub struct Asked {
    spec: &'static Spec,
    /// The words to look for, as typed.
    pub q: String,
    chosen: Vec<(&'static str, &'static str)>,
    /// The first day.
    pub from: Option<Day>,
    /// The last day.
    pub to: Option<Day>,
    sort: Option<(usize, bool)>,
    turn: Turn,
    file: Option<&'static str>,
}

/// What a list answers.
pub enum Answer {
    /// A page of it.
    Page(Box<List>),
    /// The file.
    File(Response),
}

impl Asked {
    /// Reads an address; what is no choice of the list is not asked.
    pub fn read(spec: &'static Spec, query: &Query) -> Asked {
        let chosen = spec.filters.iter().filter_map(|filter| {
            let asked = query.get(filter.word)?;
            let choice = (filter.choices)().into_iter().find(|(word, _)| *word == asked)?;
            Some((filter.word, choice.0))
        });
        let day = |name: &str| query.get(name).and_then(|text| plain(text).parse::<Day>().ok());
        let day = |name: &str| if spec.day.is_empty() { None } else { day(name) };
        let sort = query.get("sort").and_then(|text| {
            let (word, down) = text.strip_prefix('-').map_or((text, false), |word| (word, true));
            let column = spec.columns.iter().position(|column| column.word == word)?;
            Some((column, down))
        });
        let place = |name: &str| {
            let bytes = hex::decode(query.get(name)?).ok()?;
            serde_json::from_slice::<Place>(&bytes).ok()
        };
        let turn = match (place("after"), place("before")) {
            (Some(place), _) => Turn::After(place),
            (None, Some(place)) => Turn::Before(place),
            (None, None) => Turn::Start,
        };
        Asked {
            spec,
            q: query.get("q").unwrap_or_default().chars().take(WORDS_CHARS_MAX).collect(),
            chosen: chosen.collect(),
            from: day("from"),
            to: day("to"),
            sort,
            turn,
            file: ["xlsx", "csv"].into_iter().find(|kind| query.get("as") == Some(*kind)),
        }
    }

    /// What is chosen of a filter.
    pub fn chosen(&self, filter: &str) -> Option<&'static str> {
        self.chosen.iter().find(|(word, _)| *word == filter).map(|(_, choice)| *choice)
    }

    /// Whether the file is asked for.
    pub fn is_file(&self) -> bool {
        self.file.is_some()
    }

    /// The words to look for, one by one and in small letters.
    pub fn words(&self) -> Vec<String> {
        plain(&self.q).to_lowercase().split_whitespace().map(str::to_owned).collect()
    }

    /// The address of the same list with these in place of its own; turns and files are dropped.
    fn href(&self, with: &[(&str, &str)]) -> String {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        pairs.extend(self.chosen.iter().map(|(word, choice)| (*word, (*choice).to_owned())));
        pairs.push(("q", self.q.clone()));
        let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        pairs.extend([("from", day(self.from)), ("to", day(self.to)), ("sort", self.sorted())]);
        pairs.retain(|(name, _)| !with.iter().any(|(other, _)| other == name));
        pairs.extend(with.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()));
        format!("{}?{}", self.spec.path, query.finish())
    }

    fn sorted(&self) -> String {
        let word = |column: usize| self.spec.columns[column].word;
        self.sort.map_or_else(String::new, |(column, down)| {
            format!("{}{}", if down { "-" } else { "" }, word(column))
        })
    }

    fn fits(&self, line: &Line, words: &[String], but: &str) -> bool {
        let marked =
            |&(filter, word): &(&str, &str)| filter == but || line.marks.contains(&(filter, word));
        let in_days = self.from.is_none_or(|from| line.day.is_some_and(|day| day >= from))
            && self.to.is_none_or(|to| line.day.is_some_and(|day| day <= to));
        self.chosen.iter().all(marked) && in_days && line.has(words)
    }

    /// The list of these rows, or its file; either is in the audit trail. `cut` says that there
    /// may be more records than these.
    ///
    /// # Errors
    /// 500 where a file or the trail can't be written.
    pub async fn answer(
        self,
        app: &App,
        visitor: &Visitor,
        lines: Vec<Line>,
        cut: bool,
    ) -> Result<Answer, Problem> {
        let words = self.words();
        let chips = self.chips(&lines, &words);
        let mut fitting: Vec<(Place, Line)> = lines
            .into_iter()
            .filter(|line| self.fits(line, &words, ""))
            .map(|line| (place(&line, self.sort.map(|(column, _)| column)), line))
            .collect();
        fitting.sort_by(|(one, _), (other, _)| one.cmp(other));
        if self.sort.is_some_and(|(_, down)| down) {
            fitting.reverse();
        }
        if let Some(kind) = self.file {
            let rows = fitting.into_iter().map(|(_, line)| line).collect();
            return Ok(Answer::File(self.file(app, visitor, rows, kind).await?));
        }
        let (total, start) = (fitting.len(), self.start(&fitting));
        let at = |index: usize| {
            let text = serde_json::to_vec(&fitting[index].0).unwrap_or_default();
            hex::encode(text)
        };
        let end = total.min(start + PAGE);
        let newer =
            (start > 0 && start < total).then(|| self.href(&[("before", at(start).as_str())]));
        let older = (end < total).then(|| self.href(&[("after", at(end - 1).as_str())]));
        let first = (start > 0 && start >= total).then(|| self.href(&[]));
        let shown: Vec<Line> = fitting.drain(start..end).map(|(_, line)| line).collect();
        self.note(app, visitor, &shown, None).await?;
        let columns: Vec<usize> = (0..self.spec.columns.len())
            .filter(|column| self.spec.columns[*column].shown)
            .collect();
        let list = List {
            spec: self.spec,
            heads: columns.iter().map(|column| self.head(*column)).collect(),
            sorts: self.sorts(&columns),
            selects: self.selects(),
            hidden: self
                .spec
                .filters
                .first()
                .and_then(|filter| Some((filter.word, self.chosen(filter.word)?))),
            narrows: !self.chosen.is_empty()
                || !words.is_empty()
                || self.from.or(self.to).is_some(),
            from: self.from.map(|day| day.to_string()).unwrap_or_default(),
            to: self.to.map(|day| day.to_string()).unwrap_or_default(),
            xlsx: self.href(&[("as", "xlsx")]),
            csv: self.href(&[("as", "csv")]),
            presses: shown.iter().any(|line| line.press.is_some()),
            rows: shown.iter().map(|line| row(line, &columns, self.spec)).collect(),
            start: start + 1,
            chips,
            total,
            cut,
            newer: newer.or(first),
            older,
            q: self.q,
        };
        Ok(Answer::Page(Box::new(list)))
    }

    /// The index of the page's first row.
    fn start(&self, fitting: &[(Place, Line)]) -> usize {
        let down = self.sort.is_some_and(|(_, down)| down);
        let past = |place: &Place, mark: &Place| if down { place < mark } else { place > mark };
        match &self.turn {
            Turn::Start => 0,
            Turn::After(mark) => fitting.partition_point(|(place, _)| !past(place, mark)),
            Turn::Before(mark) => {
                let end = fitting.partition_point(|(place, _)| place != mark && !past(place, mark));
                end.saturating_sub(PAGE)
            }
        }
    }

    fn chips(&self, lines: &[Line], words: &[String]) -> Vec<Chip> {
        let Some(filter) = self.spec.filters.first() else {
            return Vec::new();
        };
        let fitting: Vec<&Line> =
            lines.iter().filter(|line| self.fits(line, words, filter.word)).collect();
        let chosen = self.chosen(filter.word);
        let chip = |choice: Option<&'static str>, text: &str, count: usize| Chip {
            href: self.href(&[(filter.word, choice.unwrap_or_default())]),
            text: format!("{text} {count}"),
            on: choice == chosen,
        };
        let mut chips = vec![chip(None, "全部", fitting.len())];
        for (word, text) in (filter.choices)() {
            let marked = |line: &&&Line| line.marks.contains(&(filter.word, word));
            let count = fitting.iter().filter(marked).count();
            if count > 0 || chosen == Some(word) {
                chips.push(chip(Some(word), text, count));
            }
        }
        chips
    }

    fn selects(&self) -> Vec<Select> {
        let select = |filter: &Filter| {
            let chosen = self.chosen(filter.word).unwrap_or_default();
            let mut choices = vec![Choice::of("", "都要", chosen)];
            let all = (filter.choices)().into_iter();
            choices.extend(all.map(|(word, text)| Choice::of(word, text, chosen)));
            Select { word: filter.word, title: filter.title, choices }
        };
        self.spec.filters.iter().skip(1).map(select).collect()
    }

    fn sorts(&self, columns: &[usize]) -> Vec<Choice> {
        let chosen = self.sorted();
        let mut sorts = vec![Choice::of("", self.spec.order, &chosen)];
        for column in columns.iter().map(|column| &self.spec.columns[*column]) {
            let up = format!("按{}，从小到大", column.title);
            let down = format!("按{}，从大到小", column.title);
            sorts.push(Choice::of(column.word, up, &chosen));
            sorts.push(Choice::of(format!("-{}", column.word), down, &chosen));
        }
        sorts
    }

    fn head(&self, column: usize) -> Head {
        let Column { word, title, .. } = &self.spec.columns[column];
        let (next, order) = match self.sort.filter(|(sorted, _)| *sorted == column) {
            None => ((*word).to_owned(), None),
            Some((_, false)) => (format!("-{word}"), Some(("ascending", "▲"))),
            Some((_, true)) => (String::new(), Some(("descending", "▼"))),
        };
        Head { title, href: self.href(&[("sort", next.as_str())]), order }
    }

    async fn file(
        self,
        app: &App,
        visitor: &Visitor,
        lines: Vec<Line>,
        kind: &'static str,
    ) -> Result<Response, Problem> {
        self.note(app, visitor, &lines, Some(kind)).await?;
        let header: Vec<&str> = self.spec.columns.iter().map(|column| column.title).collect();
        let rows = lines.into_iter().map(|line| line.cells).collect();
        let sheet = Sheet { title: "", header: &header, rows };
        let name = format!("{} {}.{kind}", self.spec.name, app.market.now().day());
        if kind == "xlsx" { sheet.xlsx(&name) } else { sheet.csv(&name) }
    }

    /// Notes whose rows were seen or taken along. The words that were looked for may be somebody's
    /// name, so they stay out.
    async fn note(
        &self,
        app: &App,
        visitor: &Visitor,
        lines: &[Line],
        file: Option<&'static str>,
    ) -> Result<(), Problem> {
        if file.is_none() && (!self.spec.people || lines.is_empty()) {
            return Ok(());
        }
        let mut detail = json!({ "list": self.spec.path, "rows": lines.len() });
        if self.spec.people {
            detail["seen"] = lines.iter().map(|line| line.id.as_str()).collect();
        }
        if let Some(kind) = file {
            detail["as"] = kind.into();
        }
        let verb = if file.is_some() { "export" } else { "look_list" };
        app.market.note_list(&visitor.actor()?, verb, detail).await?;
        Ok(())
    }
}
