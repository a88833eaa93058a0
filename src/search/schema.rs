//! The fields of both indexes and how records become documents.

use std::{collections::BTreeSet, sync::Arc};

use tantivy::{
    TantivyDocument,
    schema::{
        FAST, Field, IndexRecordOption, NumericOptions, STRING, Schema, SchemaBuilder,
        TextFieldIndexing, TextOptions,
    },
};

use super::{
    cutter::Cutter,
    job_sheet::JobSheet,
    sheet::Sheet,
    standings::payer_number,
    traits::{Traits, pack_wage},
    words,
    worker_sheet::WorkerSheet,
};
use crate::{
    ask,
    domain::{
        calendar::Day,
        org::EmployerKind,
        posting::{Posting, Shift, Terms},
        provides::{Cover, Lodging, Meals, Provides},
        town::town_at,
        wage::Settlement,
        worker::{Available, WorkerProfile},
    },
    matching::{Places, Spot, Trade, licence_bit, licences},
    words::wage,
};

/// The name of the segmentation, part of the stored schema: a new one, whenever words are cut or
/// fields are filled differently, makes old indexes be rebuilt.
pub const SEGMENTATION: &str = "linggong-6";
/// The station of postings that chose none; no station's id has this letter.
pub const EVERYWHERE: &str = "*";

/// An index's fields, and the record that fills them.
pub trait Fields: Sized + Send + Sync + 'static {
    /// What of a segment is held in memory.
    type Sheet: Sheet;
    /// The schema and its fields.
    fn define() -> (Schema, Self);
    /// The field of the record's id.
    fn id(&self) -> Field;
}

/// Each value a word.
fn exact() -> TextOptions {
    basic("raw")
}

/// Many words in one value, which is cheaper.
fn several() -> TextOptions {
    basic(SEGMENTATION)
}

fn basic(tokenizer: &str) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(tokenizer)
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic),
    )
}

/// Words that are weighed by how many there are.
fn weighed(option: IndexRecordOption) -> TextOptions {
    let indexing =
        TextFieldIndexing::default().set_tokenizer(SEGMENTATION).set_index_option(option);
    TextOptions::default().set_indexing_options(indexing)
}

fn fast(schema: &mut SchemaBuilder, name: &str) -> Field {
    schema.add_u64_field(name, NumericOptions::default().set_fast())
}

fn fast_signed(schema: &mut SchemaBuilder, name: &str) -> Field {
    schema.add_i64_field(name, NumericOptions::default().set_fast())
}

/// The fields of a posting.
pub struct JobFields {
    pub id: Field,
    pub version: Field,
    /// The words and trades of the title.
    pub title: Field,
    /// Words of the title that are neighbours; see [`words::pairs`].
    pub pair: Field,
    /// The title and everything else that people read.
    pub body: Field,
    /// How the title sounds; see [`sound::heard`].
    pub sound: Field,
    /// What the posting tells of itself besides its numbers: the places in which it lies or which
    /// it names, settlements and benefits that it has or names.
    pub told: Field,
    /// Skills of the list.
    pub skill: Field,
    /// Skills of the list and words of the title.
    pub named: Field,
    /// Stations that were chosen, or [`EVERYWHERE`].
    pub station: Field,
    /// Where the work is, or nowhere, then where its ride starts.
    pub spot: Field,
    pub wage: Field,
    pub traits: Field,
    pub trade: Field,
    /// Who posted it; see [`poster`].
    pub poster: Field,
    /// Who owes its wages; see [`payer_number`].
    pub payer: Field,
    pub expires_at: Field,
    pub published_at: Field,
    pub shift_start: Field,
    pub shift_end: Field,
}

impl Fields for JobFields {
    type Sheet = JobSheet;

    fn define() -> (Schema, JobFields) {
        let mut schema = Schema::builder();
        let fields = JobFields {
            id: schema.add_text_field("id", STRING | FAST),
            version: fast_signed(&mut schema, "version"),
            title: schema.add_text_field("title", weighed(IndexRecordOption::WithFreqs)),
            pair: schema.add_text_field("pair", several()),
            body: schema.add_text_field("body", weighed(IndexRecordOption::WithFreqs)),
            sound: schema.add_text_field("sound", weighed(IndexRecordOption::Basic)),
            told: schema.add_text_field("told", several()),
            skill: schema.add_text_field("skill", TextOptions::default() | FAST),
            named: schema.add_text_field("named", TextOptions::default() | FAST),
            station: schema.add_text_field("station", exact()),
            spot: fast(&mut schema, "spot"),
            wage: fast(&mut schema, "wage"),
            traits: fast(&mut schema, "traits"),
            trade: fast(&mut schema, "trade"),
            poster: fast(&mut schema, "poster"),
            payer: fast(&mut schema, "payer"),
            expires_at: fast_signed(&mut schema, "expires_at"),
            published_at: fast_signed(&mut schema, "published_at"),
            shift_start: fast_signed(&mut schema, "shift_start"),
            shift_end: fast_signed(&mut schema, "shift_end"),
        };
        (schema.build(), fields)
    }

    fn id(&self) -> Field {
        self.id
    }
}

impl JobFields {
    /// The document of a posting.
    pub fn document(&self, posting: &Posting, cutter: &mut Cutter) -> TantivyDocument {
        let terms = &posting.terms;
        let mut doc = TantivyDocument::new();
        doc.add_text(self.id, posting.id.as_str());
        doc.add_i64(self.version, posting.version);
        let title = cutter.title(&terms.title);
        let texts = [&terms.description, &terms.requirements, &terms.address];
        // A private employer's name is a person's.
        let public = terms.employer.kind != EmployerKind::Individual;
        let employer = public.then_some(&terms.employer.name);
        let texts = texts.into_iter().chain(&terms.skills).chain(&terms.benefits).chain(employer);
        let cut: Vec<Arc<str>> = texts.map(|text| cutter.words(text)).collect();
        let body = std::iter::once(&title.words).chain(&cut).filter(|words| !words.is_empty());
        doc.add_text(self.body, words::joined(body));
        doc.add_text(self.sound, &title.sound);
        doc.add_text(self.pair, &title.pair);
        doc.add_text(self.told, words::joined(told(terms)));
        let skills = words::skills(&terms.skills);
        for skill in &skills {
            doc.add_text(self.skill, skill);
        }
        for word in words::named_by(&terms.skills, &title.cut) {
            doc.add_text(self.named, word);
        }
        doc.add_text(self.title, &title.whole);
        for station in &terms.stations {
            doc.add_text(self.station, station.as_str());
        }
        if terms.stations.is_empty() {
            doc.add_text(self.station, EVERYWHERE);
        }
        let traits = Traits {
            settlement: terms.wage.settlement,
            unit: terms.wage.unit,
            label: posting.label,
            instant: terms.instant,
            everywhere: terms.stations.is_empty(),
            asked: u8::try_from(skills.len()).unwrap_or(u8::MAX),
            licences: licences(terms),
            letters: u16::try_from(words::letters(&terms.title)).unwrap_or(u16::MAX),
        };
        let places = Places::of(terms);
        for spot in std::iter::once(places.work).chain(places.pickup) {
            doc.add_u64(self.spot, spot.0);
        }
        doc.add_u64(self.wage, pack_wage(terms.wage));
        doc.add_u64(self.traits, traits.pack());
        doc.add_u64(self.trade, terms.occupation.as_ref().map_or(Trade::NONE, Trade::of).0);
        doc.add_u64(self.poster, u64::from(poster(posting)));
        doc.add_u64(self.payer, u64::from(payer_number(posting)));
        doc.add_i64(self.expires_at, terms.expires_at().0);
        doc.add_i64(self.published_at, posting.published_at.unwrap_or(posting.created_at).0);
        add_shifts(&mut doc, (self.shift_start, self.shift_end), &terms.shifts);
        doc
    }
}

/// What is provided, as people ask for it.
fn provided(provides: &Provides) -> impl Iterator<Item = ask::Benefit> {
    use ask::Benefit;
    let meals = matches!(provides.meals, Some(Meals::One | Meals::All));
    let lodging = provides.lodging == Some(Lodging::Free);
    let insured = provides.insurance.is_some_and(|cover| cover != Cover::None);
    let told = [
        (provides.pickup.is_some(), Benefit::PickUp),
        (meals, Benefit::Meals),
        (lodging, Benefit::Lodging),
        (insured, Benefit::Insured),
    ];
    told.into_iter().filter_map(|(is, benefit)| is.then_some(benefit))
}

/// Who posted a posting, in a number: the organisation, else the employer, else the account; 0
/// where nobody is known. Two may share a number, by chance.
fn poster(posting: &Posting) -> u32 {
    let employer = &posting.terms.employer;
    let account = posting.poster.as_ref().map(|poster| poster.as_str());
    let name = match (&posting.org, &employer.uscc, employer.kind) {
        (Some(org), _, _) => Some(org.as_str()),
        (None, Some(uscc), _) => Some(uscc.as_str()),
        // A private employer's name is a person's.
        (None, None, EmployerKind::Individual) => account,
        (None, None, _) => Some(employer.name.as_str()),
    };
    name.map_or(0, short_hash)
}

/// A text in a number.
pub fn short_hash(text: &str) -> u32 {
    // FNV-1a: stored, so it has to stay the same.
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The words of [`JobFields::told`].
fn told(terms: &Terms) -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    let mut within = |code: &str| {
        // The province, the prefecture, the county, the town.
        let stems = [2, 4, 6, 9].into_iter().filter_map(|length| code.get(..length));
        told.extend(stems.map(str::to_owned));
    };
    for text in [&terms.address, &terms.title] {
        for place in ask::places(text) {
            within(place.stem);
        }
    }
    for town in terms.points().filter_map(town_at) {
        within(town.code);
    }
    if let Some(code) = &terms.division {
        within(code);
    }
    let settled = [Some(terms.wage.settlement), wage::settlement(&terms.title)];
    let texts = [&terms.title, &terms.description].into_iter().chain(&terms.benefits);
    let benefits = texts.flat_map(|text| ask::benefits(text)).map(ask::Benefit::word);
    let provided = provided(&terms.provides).map(ask::Benefit::word);
    let words = settled.into_iter().flatten().map(Settlement::word).chain(benefits);
    let words = words.chain(provided);
    told.extend(words.map(str::to_owned));
    told
}

/// The fields of a worker.
pub struct WorkerFields {
    pub id: Field,
    pub version: Field,
    pub skill: Field,
    pub spot: Field,
    pub radius_m: Field,
    pub day_wage: Field,
    pub trade: Field,
    /// Certificates without an end, a bit each.
    pub certificates: Field,
    /// Certificates with an end: the last day on which it holds, then its bit.
    pub ending: Field,
    /// 1 where the worker does without rides.
    pub no_rides: Field,
    /// 1 where the worker is available in spans only.
    pub limited: Field,
    /// Free hours of a week: the day, then a bit for each hour.
    pub week: Field,
    pub span_start: Field,
    pub span_end: Field,
}

impl Fields for WorkerFields {
    type Sheet = WorkerSheet;

    fn define() -> (Schema, WorkerFields) {
        let mut schema = Schema::builder();
        let fields = WorkerFields {
            id: schema.add_text_field("id", STRING | FAST),
            version: fast_signed(&mut schema, "version"),
            skill: schema.add_text_field("skill", TextOptions::default() | FAST),
            spot: fast(&mut schema, "spot"),
            radius_m: schema.add_f64_field("radius_m", NumericOptions::default().set_fast()),
            day_wage: fast_signed(&mut schema, "day_wage"),
            trade: fast(&mut schema, "trade"),
            certificates: fast(&mut schema, "certificates"),
            ending: fast(&mut schema, "ending"),
            no_rides: fast(&mut schema, "no_rides"),
            limited: fast(&mut schema, "limited"),
            week: fast(&mut schema, "week"),
            span_start: fast_signed(&mut schema, "span_start"),
            span_end: fast_signed(&mut schema, "span_end"),
        };
        (schema.build(), fields)
    }

    fn id(&self) -> Field {
        self.id
    }
}

impl WorkerFields {
    /// The document of a worker.
    pub fn document(&self, worker: &WorkerProfile) -> TantivyDocument {
        let profile = &worker.profile;
        let mut doc = TantivyDocument::new();
        doc.add_text(self.id, worker.id.as_str());
        doc.add_i64(self.version, worker.version);
        for skill in words::skills(&profile.skills) {
            doc.add_text(self.skill, skill);
        }
        let mut endless = 0;
        for held in &profile.certificates {
            let Some(bit) = licence_bit(held) else { continue };
            match held.until {
                None => endless |= bit,
                Some(until) => doc.add_u64(self.ending, pack_ending(until, bit)),
            }
        }
        doc.add_u64(self.certificates, u64::from(endless));
        doc.add_u64(self.no_rides, u64::from(!profile.rides()));
        for code in profile.occupations.iter().chain(&profile.skill_occupations) {
            doc.add_u64(self.trade, Trade::of(code).0);
        }
        doc.add_u64(self.spot, Spot::of(profile.point).0);
        doc.add_f64(self.radius_m, profile.reach_m());
        if let Some(wish) = profile.day_wage_wish {
            doc.add_i64(self.day_wage, wish.0);
        }
        let spans: &[Shift] = match &profile.available {
            Available::Spans(spans) => spans,
            Available::Always | Available::Words(_) | Available::Weekly(_) => &[],
        };
        if let Available::Weekly(week) = &profile.available {
            for (day, hours) in (0u64..).zip(week.bits()) {
                doc.add_u64(self.week, day << 32 | u64::from(hours));
            }
        }
        let limited = matches!(profile.available, Available::Spans(_));
        doc.add_u64(self.limited, u64::from(limited));
        add_shifts(&mut doc, (self.span_start, self.span_end), spans);
        doc
    }
}

fn add_shifts(doc: &mut TantivyDocument, (start, end): (Field, Field), shifts: &[Shift]) {
    for shift in shifts {
        doc.add_i64(start, shift.start.0);
        doc.add_i64(end, shift.end.0);
    }
}

/// A day as a number that grows with it; days before 1970 are its first.
pub fn day_number(day: Day) -> u32 {
    let first = Day::new(1970, 1, 1).map_or(0, |first| first.days_until(day));
    u32::try_from(first).unwrap_or_default()
}

fn pack_ending(until: Day, bit: u32) -> u64 {
    u64::from(day_number(until)) << 32 | u64::from(bit)
}
