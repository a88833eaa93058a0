//! A dispatch's proposal: what fits whom by the market's own score, planned for all together.

use std::collections::{BTreeMap, HashMap};

use crate::{
    domain::{
        ids::{JobId, WorkerId},
        time::Moment,
    },
    market::Assembly,
    matching::{
        Weights,
        dispatch::{Fit, Question, Slot, plan},
    },
    search::{Pair, Seeker, Standings, Wanted, pair},
};

/// Points of a score of one.
const POINTS: f32 = 10_000.0;
/// Other openings that are shown for somebody.
const CHOICES_MAX: usize = 8;

/// What a proposal keeps to.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Pairs below this score are not made.
    pub least: f32,
    /// What staff decided: this person there, or nowhere.
    pub kept: Vec<(WorkerId, Option<JobId>)>,
    /// People who go together, beside the crews of the presence list.
    pub crews: Vec<Vec<WorkerId>>,
}

/// Somebody and an opening, by their places in the assembly.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposed {
    /// The person.
    pub person: usize,
    /// The opening.
    pub opening: usize,
    /// How well they fit; higher is better.
    pub score: f32,
    /// Why, in Chinese.
    pub reasons: Vec<String>,
    /// Whether staff decided it.
    pub is_kept: bool,
}

/// Somebody who goes nowhere, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The person, by the place in the assembly.
    pub person: usize,
    /// Why, in Chinese.
    pub why: String,
    /// Whether staff decided it.
    pub is_kept: bool,
}

/// Who should go where.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposal {
    /// The pairs, by opening, then by person.
    pub pairs: Vec<Proposed>,
    /// Who is left, in the assembly's order.
    pub left: Vec<Left>,
    /// For each person the openings that fit best.
    pub choices: Vec<Vec<usize>>,
    /// The score of all pairs.
    pub score: f32,
    /// No other assignment reaches more.
    pub bound: f32,
}

/// Plans for everybody at once.
pub fn propose(
    assembly: &Assembly,
    by: (&Weights, &Standings),
    wishes: &Wishes,
    now: Moment,
) -> Proposal {
    let ground = Ground::new(assembly, by, now);
    let (kept, refused) = ground.kept(wishes);
    let question = ground.question(wishes, &kept, &refused);
    let plan = plan(&question);
    let mut pairs: Vec<(usize, usize, bool)> =
        kept.iter().map(|&(person, opening)| (person, opening, true)).collect();
    let made = |fit: &Fit| (fit.person as usize, fit.slot as usize, false);
    pairs.extend(plan.pairs.iter().map(made));
    pairs.sort_unstable_by_key(|&(person, opening, _)| (opening, person));
    let kept_points: i64 =
        kept.iter().map(|&(person, opening)| i64::from(ground.points(person, opening))).sum();
    let pairs: Vec<Proposed> = pairs
        .into_iter()
        .map(|(person, opening, is_kept)| {
            let pair = ground.pair(person, opening);
            let (score, reasons) = (pair.score.total, pair.reasons(now));
            Proposed { person, opening, score, reasons, is_kept }
        })
        .collect();
    let placed: Vec<usize> = pairs.iter().map(|pair| pair.person).collect();
    let left = (0..assembly.people.len()).filter(|person| !placed.contains(person));
    let left = left.map(|person| Left {
        person,
        why: refused.get(&person).cloned().unwrap_or_else(|| ground.why_left(person, wishes)),
        is_kept: refused.contains_key(&person),
    });
    Proposal {
        left: left.collect(),
        choices: ground.matches.iter().map(best_of).collect(),
        score: (plan.points + kept_points) as f32 / POINTS,
        bound: (plan.bound + kept_points) as f32 / POINTS,
        pairs,
    }
}

fn best_of(matches: &BTreeMap<usize, i32>) -> Vec<usize> {
    let mut openings: Vec<usize> = matches.keys().copied().collect();
    openings.sort_by_key(|opening| (-matches[opening], *opening));
    openings.truncate(CHOICES_MAX);
    openings
}

/// People by openings, with everything that can be.
struct Ground<'a> {
    assembly: &'a Assembly,
    weights: &'a Weights,
    now: Moment,
    wanted: Vec<Wanted<'a>>,
    seekers: Vec<Seeker>,
    /// Each person's points by opening; where a bar stands there are none.
    matches: Vec<BTreeMap<usize, i32>>,
    /// Each person's bars, with how many openings each closes.
    bars: Vec<BTreeMap<&'static str, usize>>,
    by_worker: HashMap<&'a WorkerId, usize>,
}

impl<'a> Ground<'a> {
    fn new(
        assembly: &'a Assembly,
        (weights, standings): (&'a Weights, &Standings),
        now: Moment,
    ) -> Ground<'a> {
        let (people, openings) = (&assembly.people, &assembly.openings);
        let mut ground = Ground {
            assembly,
            weights,
            now,
            wanted: openings.iter().map(|one| Wanted::new(&one.posting, standings)).collect(),
            seekers: people.iter().map(|one| Seeker::from(&one.worker.profile)).collect(),
            matches: Vec::with_capacity(people.len()),
            bars: Vec::with_capacity(people.len()),
            by_worker: people.iter().map(|one| &one.worker.id).zip(0..).collect(),
        };
        for (person, attendee) in people.iter().enumerate() {
            let (mut matches, mut bars) = (BTreeMap::new(), BTreeMap::new());
            for (at, opening) in openings.iter().enumerate() {
                match attendee.bar(opening, now) {
                    Some(bar) => *bars.entry(bar).or_default() += 1,
                    None => {
                        let points = ground.pair(person, at).score.total * POINTS;
                        // Whoever may do it is worth a little.
                        matches.insert(at, (points.round() as i32).max(1));
                    }
                }
            }
            ground.matches.push(matches);
            ground.bars.push(bars);
        }
        ground
    }

    fn pair(&self, person: usize, opening: usize) -> Pair<'_> {
        pair(self.weights, &self.wanted[opening], &self.seekers[person], self.now)
    }

    fn points(&self, person: usize, opening: usize) -> i32 {
        self.matches[person].get(&opening).copied().unwrap_or(0)
    }

    fn opening(&self, job: &JobId) -> Option<usize> {
        self.assembly.openings.iter().position(|opening| opening.posting.id == *job)
    }

    /// The crews, by their people.
    fn crews(&self, wishes: &Wishes) -> Vec<Vec<usize>> {
        let mut by_number: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
        for (at, person) in self.assembly.people.iter().enumerate() {
            if let Some(crew) = person.crew {
                by_number.entry(crew).or_default().push(at);
            }
        }
        let place = |worker: &WorkerId| self.by_worker.get(worker).copied();
        let told = wishes.crews.iter().map(|crew| crew.iter().filter_map(place).collect());
        told.chain(by_number.into_values()).collect()
    }

    /// The pairs that staff decided, and who goes nowhere by that or can't go where they decided.
    /// A crew goes with the one of it who was decided about.
    fn kept(&self, wishes: &Wishes) -> (Vec<(usize, usize)>, HashMap<usize, String>) {
        let (mut pairs, mut refused) = (Vec::new(), HashMap::new());
        let mut room: Vec<u32> =
            self.assembly.openings.iter().map(|opening| opening.posting.places_left()).collect();
        let mut asked: Vec<(usize, Option<usize>)> = Vec::new();
        for (worker, job) in &wishes.kept {
            let Some(&person) = self.by_worker.get(worker) else { continue };
            match job {
                None => asked.push((person, None)),
                Some(job) => match self.opening(job) {
                    Some(opening) => asked.push((person, Some(opening))),
                    None => {
                        refused.insert(person, "固定的岗位已经不缺人了".to_owned());
                    }
                },
            }
        }
        let decided: Vec<usize> = asked.iter().map(|(person, _)| *person).collect();
        for crew in self.crews(wishes) {
            let lead = asked.iter().find(|(person, _)| crew.contains(person)).copied();
            let others = crew.iter().filter(|person| !decided.contains(person));
            if let Some((_, decision)) = lead {
                asked.extend(others.map(|&person| (person, decision)));
            }
        }
        for (person, opening) in asked {
            let Some(opening) = opening else {
                refused.insert(person, "工作人员定的：这次不派".to_owned());
                continue;
            };
            let clashes = pairs.iter().any(|&(other, held): &(usize, usize)| {
                other == person && (held == opening || self.clash(held, opening))
            });
            if !self.matches[person].contains_key(&opening) || clashes {
                refused.insert(person, "去不了固定的岗位".to_owned());
            } else if room[opening] == 0 {
                refused.insert(person, "固定的岗位名额不够".to_owned());
            } else {
                room[opening] -= 1;
                pairs.push((person, opening));
            }
        }
        (pairs, refused)
    }

    fn clash(&self, one: usize, other: usize) -> bool {
        let hours = |opening: usize| &self.assembly.openings[opening].hours;
        hours(one).iter().any(|shift| hours(other).iter().any(|held| held.overlaps(*shift)))
    }

    /// What is left to plan.
    fn question(
        &self,
        wishes: &Wishes,
        kept: &[(usize, usize)],
        refused: &HashMap<usize, String>,
    ) -> Question {
        let mut slots: Vec<Slot> = self
            .assembly
            .openings
            .iter()
            .map(|opening| Slot {
                places: opening.posting.places_left(),
                shifts: opening.hours.clone(),
            })
            .collect();
        for &(_, opening) in kept {
            slots[opening].places -= 1;
        }
        let mut fits = Vec::new();
        for (person, matches) in self.matches.iter().enumerate() {
            if refused.contains_key(&person) {
                continue;
            }
            let busy = |opening: usize| {
                let mut held = kept.iter().filter(|(other, _)| *other == person);
                held.any(|&(_, held)| held == opening || self.clash(held, opening))
            };
            for (&opening, &points) in matches.iter().filter(|(opening, _)| !busy(**opening)) {
                fits.push(Fit { person: person as u32, slot: opening as u32, points });
            }
        }
        let decided = |person: &usize| {
            refused.contains_key(person) || kept.iter().any(|(other, _)| other == person)
        };
        let crews = self.crews(wishes).into_iter().filter(|crew| !crew.iter().any(decided));
        let crews = crews.map(|crew| crew.into_iter().map(|person| person as u32).collect());
        Question {
            people: self.assembly.people.len(),
            slots,
            fits,
            crews: crews.collect(),
            least: (wishes.least * POINTS) as i32,
        }
    }

    /// Why somebody goes nowhere.
    fn why_left(&self, person: usize, wishes: &Wishes) -> String {
        if self.assembly.openings.is_empty() {
            return "这一天没有缺人的岗位".to_owned();
        }
        let matches = &self.matches[person];
        let least = (wishes.least * POINTS) as i32;
        if matches.is_empty() {
            let mut bars: Vec<(&str, usize)> =
                self.bars[person].iter().map(|(bar, count)| (*bar, *count)).collect();
            bars.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let bars: Vec<String> =
                bars.iter().map(|(bar, count)| format!("{bar}（{count}个岗位）")).collect();
            return format!("没有能去的岗位：{}", bars.join("，"));
        }
        if matches.values().all(|points| *points < least) {
            return "能去的岗位都不够合适".to_owned();
        }
        if self.crews(wishes).iter().any(|crew| crew.len() > 1 && crew.contains(&person)) {
            return "结伴的人要去同一个岗位，没有排得下的".to_owned();
        }
        "合适的岗位名额不够，让给了更合适的人".to_owned()
    }
}
