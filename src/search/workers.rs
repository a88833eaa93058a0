//! The search for workers who fit a posting.

use std::ops::Range;

use tantivy::SegmentReader;

use super::{
    SearchError, WorkerHit,
    columns::{MARKS_MAX, marked},
    lists::{Asked, Walk},
    scan::{ASKED_MAX, KIN},
    schema::{WorkerFields, day_number},
    sheet::IdOf,
    shelf::Shown,
    standings::Standings,
    top::{Entry, Top},
    words,
    worker_sheet::{WorkerRow, WorkerSheet},
};
use crate::{
    domain::{
        limits::PAGE_MAX,
        posting::{Posting, Shift},
        time::{MINUTE, Moment},
        wage::Wage,
    },
    matching::{
        Ceiling, JobFacts, Overlap, Places, ROUNDING, Reach, Reader, Score, Spot, Trade, Weights,
        certificate_bar, first_start, licences, reasons, score, time_bar, upcoming,
    },
};

/// A posting in the numbers that the scan reads.
struct Ask {
    now: Moment,
    weights: Weights,
    /// Skills that the posting names.
    named: Vec<String>,
    /// Skills in its list.
    asked: u32,
    trade: Trade,
    places: Places,
    /// The ends of the way: the work and where its ride starts, those that there are.
    ends: Vec<Reach>,
    /// Certificates of which the work asks one, a bit each.
    licences: u32,
    /// The day of now, as the index numbers days.
    today: u32,
    wage: Wage,
    coming: Vec<Shift>,
    starts_at: Option<Moment>,
    published_at: Moment,
    instant: bool,
    /// How far the employer can be relied on.
    reliability: f64,
    /// What pay, start, publication and place in one step add at most: to all alike, but where a
    /// wish for pay is higher.
    even: f32,
    limit: usize,
}

/// Workers who can take a place of `posting`, the best first: first those with a skill or a near
/// occupation; where they do not fill the page, all.
pub fn find(
    shown: &Shown<WorkerFields>,
    (weights, standings): (&Weights, &Standings),
    posting: &Posting,
    limit: usize,
    now: Moment,
) -> Result<Vec<WorkerHit>, SearchError> {
    let ask = ask(posting, limit, (weights, standings), now);
    let mut parts = parts(shown, &ask)?;
    let mut found = best(&ask, &parts);
    if found.len() < ask.limit {
        for list in parts.iter_mut().flat_map(|part| &mut part.asked) {
            list.chooses = false;
        }
        found = best(&ask, &parts);
    }
    let hit = |entry: Entry<'_, Seen>| {
        let Seen { held, facts, score } = entry.what;
        let skills = marked(&ask.named, held);
        WorkerHit {
            id: entry.id.text().to_owned(),
            score: score.total,
            distance_m: facts.distance_m,
            reasons: reasons(&score, &facts, &skills, Reader::Employer, now),
        }
    };
    Ok(found.into_iter().map(hit).collect())
}

fn ask(
    posting: &Posting,
    limit: usize,
    (weights, standings): (&Weights, &Standings),
    now: Moment,
) -> Ask {
    let terms = &posting.terms;
    let listed = words::skills(&terms.skills);
    // The list goes first, so that a long title can't push it out.
    let mut named = words::wanted(&terms.skills, &terms.title);
    named.truncate(MARKS_MAX);
    // On the grid, as the other direction has it.
    let places = Places::of(terms);
    let ends = [Some(places.work), places.pickup].into_iter().flatten();
    let published_at = posting.published_at.unwrap_or(posting.created_at);
    let starts_at = first_start(terms.shifts.iter().copied(), now);
    let start =
        starts_at.map_or(u32::MAX, |at| (at.0 / MINUTE).clamp(0, i64::from(u32::MAX)) as u32);
    let even = weights.calm_at_most(Some(terms.wage), published_at, terms.instant, now)
        + Ceiling::new(weights, now, now).start(start);
    Ask {
        now,
        weights: *weights,
        named,
        asked: listed.len() as u32,
        trade: terms.occupation.as_ref().map_or(Trade::NONE, Trade::of),
        ends: ends.filter_map(|spot| Some(Reach::new(spot.point()?, None))).collect(),
        places,
        licences: licences(terms),
        today: day_number(now.day()),
        wage: terms.wage,
        coming: upcoming(terms.shifts.iter().copied(), now).collect(),
        starts_at,
        published_at,
        instant: terms.instant,
        reliability: standings.of(posting),
        even,
        limit: limit.clamp(1, PAGE_MAX),
    }
}

/// A segment as a posting sees it.
struct Part<'a> {
    sheet: &'a WorkerSheet,
    segment: &'a SegmentReader,
    /// The rows with each mark.
    asked: Vec<Asked<'a, u8>>,
}

fn parts<'a>(shown: &'a Shown<WorkerFields>, ask: &Ask) -> Result<Vec<Part<'a>>, SearchError> {
    let mut parts = Vec::with_capacity(shown.sheets.len());
    for (sheet, segment) in shown.parts() {
        let mut asked = Vec::new();
        for (at, skill) in ask.named.iter().enumerate() {
            let (rows, notes) = sheet.skill.rows(skill)?;
            asked.push(Asked { rows, notes, bit: 1 << at, chooses: true });
        }
        if let Some(branch) = ask.trade.branch() {
            let (rows, notes) = sheet.branches.rows(branch);
            asked.push(Asked { rows, notes, bit: KIN, chooses: true });
        }
        parts.push(Part { sheet, segment, asked });
    }
    Ok(parts)
}

/// A worker who may be shown.
#[derive(Clone, Copy)]
struct Seen {
    held: u64,
    facts: JobFacts,
    score: Score,
}

/// The radius of the first circle in which workers are looked for, metres.
const FIRST_RING_M: f64 = 1_000.0;

/// The best workers, looked for in growing circles around the work and its ride until nobody
/// farther can be among them. Who is found from both counts once.
fn best<'a>(ask: &'a Ask, parts: &'a [Part<'a>]) -> Vec<Entry<'a, Seen>> {
    let room = ask.limit * ask.ends.len().max(1);
    let mut scan = Scan {
        ask,
        top: Top::new(room, None),
        away_m: f64::NEG_INFINITY,
        ring: None,
        distance_at_most: 0.0,
    };
    let most = parts.iter().map(|part| part.sheet.radius_m_max).fold(0.0, f64::max);
    for end in &ask.ends {
        scan.away_m = f64::NEG_INFINITY;
        let mut radius = FIRST_RING_M.min(most);
        loop {
            scan.ring = Some(end.with_radius(radius));
            scan.distance_at_most = ask.weights.distance(scan.away_m);
            for part in parts {
                let mut stretches = Vec::new();
                if let Some(ring) = &scan.ring {
                    part.sheet.places.within(ring, &mut stretches);
                }
                scan.walk(part, &stretches);
            }
            if radius >= most || scan.done_at(radius) {
                break;
            }
            scan.away_m = radius;
            radius = (radius * 2.0).min(most);
        }
    }
    (scan.distance_at_most, scan.ring) = (0.0, None);
    for part in parts {
        scan.walk(part, &[part.sheet.places.nowhere()]);
    }
    let mut found = scan.top.into_sorted();
    found.dedup_by(|one, other| one.id.text() == other.id.text());
    found.truncate(ask.limit);
    found
}

struct Scan<'a> {
    ask: &'a Ask,
    top: Top<'a, Seen>,
    /// Workers nearer than this were seen before, metres.
    away_m: f64,
    /// The circle of now.
    ring: Option<Reach>,
    /// What the way adds at most.
    distance_at_most: f32,
}

impl<'a> Scan<'a> {
    fn walk(&mut self, part: &'a Part<'a>, stretches: &[Range<u32>]) {
        let all = !part.asked.iter().any(|list| list.chooses);
        let mut walk = Walk::new(&part.asked);
        for stretch in stretches {
            if all {
                walk.every(stretch.clone(), |row, marks| self.consider(part, row, marks));
                continue;
            }
            let bar = self.bar().unwrap_or(f32::NEG_INFINITY) - self.distance_at_most - ROUNDING;
            // By the worker's skills, where one of them is asked for; the more there are, the less.
            let by_wished: [bool; ASKED_MAX] =
                std::array::from_fn(|wished| self.skill(1, wished as u32) + self.ask.even >= bar);
            let worth = |mark| {
                let by_wished = if mark == KIN { [true; ASKED_MAX] } else { by_wished };
                move |wished: u8| by_wished[usize::from(wished).min(ASKED_MAX - 1)]
            };
            walk.chosen(stretch.clone(), worth, |row, marks, _| self.consider(part, row, marks));
        }
    }

    /// The lowest score that is still taken.
    fn bar(&self) -> Option<f32> {
        self.top.bar().map(|key| f32::from_bits(key as u32))
    }

    /// Whether nobody farther than `away_m` can be among the best.
    fn done_at(&self, away_m: f64) -> bool {
        let most = self.ask.weights.skill(1.0) + self.ask.weights.distance(away_m) + self.ask.even;
        self.bar().is_some_and(|bar| most < bar)
    }

    fn skill(&self, marks: u64, wished: u32) -> f32 {
        if marks & KIN != 0 {
            return self.ask.weights.skill(1.0);
        }
        let overlap = Overlap { held: marks.count_ones(), asked: self.ask.asked, wished };
        self.ask.weights.skill(overlap.share())
    }

    fn consider(&mut self, part: &'a Part<'a>, at: u32, marks: u64) {
        let ask = self.ask;
        let wished = part.sheet.wished.get(at as usize).copied().unwrap_or_default();
        let most = self.skill(marks, u32::from(wished)) + ask.even;
        if self.bar().is_some_and(|bar| most + self.distance_at_most < bar) {
            return;
        }
        let spot = part.sheet.places.spot(at);
        let least = self.ring.and_then(|ring| ring.at_least_m(spot));
        if let (Some(metres), Some(bar)) = (least, self.bar())
            && most + ask.weights.distance(metres) < bar
        {
            return;
        }
        let Some(row) = part.sheet.rows.get(at as usize) else { return };
        if let Some(facts) = self.facts(part, (row, spot), marks) {
            let score = score(&ask.weights, &facts, row.day_wage, ask.now);
            let seen = Seen { held: marks & !KIN, facts, score };
            let id = IdOf::new(&part.sheet.ids, row.doc);
            self.top.offer(u64::from(score.total.to_bits()), id, seen);
        }
    }

    /// What the score reads, where no bar stands.
    fn facts(
        &self,
        part: &Part<'_>,
        (row, spot): (&WorkerRow, Spot),
        marks: u64,
    ) -> Option<JobFacts> {
        let ask = self.ask;
        if part.segment.is_deleted(row.doc) {
            return None;
        }
        let mut way = None;
        if let Some(home) = spot.point() {
            let metres = self.ring.and_then(|ring| ring.distance_m(spot))?;
            (self.away_m < metres).then_some(())?;
            way = ask.places.way_m(home, row.no_rides);
            way.is_some_and(|way| way.0 <= row.radius_m).then_some(())?;
        }
        if ask.licences != 0 {
            let held = part.sheet.certificates(row, ask.today);
            if certificate_bar(ask.licences, held).is_some() {
                return None;
            }
        }
        if time_bar(part.sheet.within(row), &[], &ask.coming).is_some() {
            return None;
        }
        let trades = part.sheet.trades(row).iter();
        Some(JobFacts {
            skills: Overlap {
                held: (marks & !KIN).count_ones(),
                asked: ask.asked,
                wished: row.wished,
            },
            nearness: trades.map(|own| own.nearness(ask.trade)).fold(0.0, f64::max),
            distance_m: way.map(|way| way.0),
            by_ride: way.is_some_and(|way| way.1),
            wage: ask.wage,
            starts_at: ask.starts_at,
            published_at: ask.published_at,
            instant: ask.instant,
            reliability: ask.reliability,
            relevance: 0.0,
        })
    }
}
