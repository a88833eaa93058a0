//! Dispatch (集合派工): who of the people present takes which places, best for all together.
//!
//! The sum of points is as large as it can be, or the plan says how far it can be from that: no
//! plan has more points than its bound. Nobody works two shifts at once, no slot takes more people
//! than it has places, a crew goes to one slot together or stays, and no pair below the least
//! acceptable points is made.
//!
//! Where everything is at one time and nobody is in a crew, the plan is exact ([`flow`]); else
//! prices give a bound, and a search of fixed length a plan ([`bounded`]). The same question has
//! the same answer.

mod bounded;
mod exhaust;
mod flow;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use bounded::{Ground, Party};
use flow::Fits;

use crate::domain::{posting::Shift, time::Moment};

/// Places to be filled, all with the same hours: a posting's, as far as it is still open.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Places left.
    pub places: u32,
    /// The hours of everybody who takes a place; without any it clashes with nothing.
    pub shifts: Vec<Shift>,
}

impl Slot {
    fn clashes(&self, other: &Slot) -> bool {
        self.shifts.iter().any(|own| other.shifts.iter().any(|shift| own.overlaps(*shift)))
    }
}

/// Somebody who may take a place, and what that is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fit {
    /// The person, counted from zero.
    pub person: u32,
    /// The slot, by its place in the question.
    pub slot: u32,
    /// What the pair is worth.
    pub points: i32,
}

/// What is to be planned.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// How many people there are.
    pub people: usize,
    /// What is to be filled.
    pub slots: Vec<Slot>,
    /// Every pair that could be made, each once; what names no person or slot is passed over.
    pub fits: Vec<Fit>,
    /// People who go together or not at all; who stands in two belongs to the first.
    pub crews: Vec<Vec<u32>>,
    /// Pairs with fewer points are not made, and none without any.
    pub least: i32,
}

/// The proposed assignment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The pairs, by person, then by slot.
    pub pairs: Vec<Fit>,
    /// The sum of their points.
    pub points: i64,
    /// No assignment that keeps the rules has more points.
    pub bound: i64,
}

impl Plan {
    /// Whether no better assignment exists.
    pub fn is_best(&self) -> bool {
        self.points == self.bound
    }
}

/// Plans who goes where.
pub fn plan(question: &Question) -> Plan {
    let crews = Crews::of(question);
    let mut plan = Plan::default();
    for block in blocks(&question.slots) {
        let together = crews.parties(question, &block);
        if block.layers.len() == 1 && together.is_empty() {
            exact(question, &block, &crews, &mut plan);
        } else {
            bound(question, block, &crews, together, &mut plan);
        }
    }
    plan.pairs.sort_unstable();
    plan.points = plan.pairs.iter().map(|fit| i64::from(fit.points)).sum();
    plan
}

/// One time, nobody in a crew: the best.
fn exact(question: &Question, block: &Block, crews: &Crews, plan: &mut Plan) {
    let fits = block.fits(question).filter(|fit| crews.is_loose(fit.person));
    let rows =
        Fits::of(question.people, fits.clone().map(|fit| (fit.person, fit.slot, fit.points)));
    let places: Vec<u32> = block.slots.iter().map(|&slot| question.slots[slot].places).collect();
    let shares = flow::assign(&rows, &places);
    plan.bound += shares.bound;
    let made = fits.filter(|fit| shares.of[fit.person as usize] == fit.slot);
    plan.pairs.extend(made.map(|fit| Fit { slot: block.slots[fit.slot as usize] as u32, ..fit }));
}

/// Several times, or crews: a good plan and a bound.
fn bound(question: &Question, block: Block, crews: &Crews, together: Vec<Party>, plan: &mut Plan) {
    let mut parties = together;
    parties.extend(singles(question, &block, crews));
    let slots: Vec<&Slot> = block.slots.iter().map(|&slot| &question.slots[slot]).collect();
    let (chosen, bound) = Ground::new(slots, &block.layers, &parties).solve();
    plan.bound += bound;
    let chosen = parties.iter().zip(&chosen);
    let mut made: HashSet<(u32, u32)> = HashSet::new();
    for (party, slots) in chosen {
        for &slot in slots {
            made.extend(party.people.iter().map(|&person| (person, slot as u32)));
        }
    }
    let made = block.fits(question).filter(|fit| made.contains(&(fit.person, fit.slot)));
    plan.pairs.extend(made.map(|fit| Fit { slot: block.slots[fit.slot as usize] as u32, ..fit }));
}

/// Slots that no chain of clashes ties to any other.
struct Block {
    /// Places in the question.
    slots: Vec<usize>,
    /// Places in `slots`: each layer's clash with each other.
    layers: Vec<Vec<usize>>,
    /// For each slot of the question its place in `slots`, if it has one.
    place: Vec<Option<u32>>,
}

impl Block {
    fn fits<'q>(&'q self, question: &'q Question) -> impl Iterator<Item = Fit> + Clone + 'q {
        let least = question.least.max(1);
        let known =
            move |fit: &&Fit| fit.points >= least && (fit.person as usize) < question.people;
        question.fits.iter().filter(known).filter_map(|fit| {
            let slot = (*self.place.get(fit.slot as usize)?)?;
            Some(Fit { slot, ..*fit })
        })
    }
}

/// The slots apart, as far as no hours tie them.
fn blocks(slots: &[Slot]) -> Vec<Block> {
    let mut group: Vec<usize> = (0..slots.len()).collect();
    fn root(group: &[usize], mut slot: usize) -> usize {
        while group[slot] != slot {
            slot = group[slot];
        }
        slot
    }
    let shifts = |(slot, one): (usize, &Slot)| -> Vec<(Shift, usize)> {
        one.shifts.iter().map(|&shift| (shift, slot)).collect()
    };
    let mut shifts: Vec<(Shift, usize)> = slots.iter().enumerate().flat_map(shifts).collect();
    shifts.sort_unstable_by_key(|(shift, slot)| (shift.start, shift.end, *slot));
    let mut last: Option<(Moment, usize)> = None;
    for (shift, slot) in shifts {
        match last {
            Some((end, other)) if shift.start < end => {
                let (one, other) = (root(&group, slot), root(&group, other));
                group[one.max(other)] = one.min(other);
                last = Some((end.max(shift.end), slot));
            }
            _ => last = Some((shift.end, slot)),
        }
    }
    let mut members = vec![Vec::new(); slots.len()];
    for slot in 0..slots.len() {
        members[root(&group, slot)].push(slot);
    }
    let members = members.into_iter().filter(|members| !members.is_empty());
    members.map(|members| block(slots, members)).collect()
}

fn block(slots: &[Slot], members: Vec<usize>) -> Block {
    let mut place = vec![None; slots.len()];
    for (at, &slot) in members.iter().enumerate() {
        place[slot] = Some(at as u32);
    }
    // Layers by moments that all of their slots share: who share a moment clash.
    let mut layers: Vec<(Shift, Vec<usize>)> = Vec::new();
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by_key(|&at| slots[members[at]].shifts.iter().map(|shift| shift.end).min());
    for at in order {
        let shifts = &slots[members[at]].shifts;
        let meets = |common: &Shift| shifts.iter().find(|shift| shift.overlaps(*common)).copied();
        let layer = layers.iter_mut().find_map(|(common, layer)| {
            let shift = meets(common)?;
            *common =
                Shift { start: common.start.max(shift.start), end: common.end.min(shift.end) };
            Some(layer)
        });
        match (layer, shifts.first()) {
            (Some(layer), _) => layer.push(at),
            (None, Some(shift)) => layers.push((*shift, vec![at])),
            (None, None) => layers.push((Shift { start: Moment(0), end: Moment(0) }, vec![at])),
        }
    }
    Block { slots: members, layers: layers.into_iter().map(|(_, layer)| layer).collect(), place }
}

/// The crews of more than one.
struct Crews {
    crews: Vec<Vec<u32>>,
    /// Each person's crew.
    of: Vec<Option<usize>>,
}

impl Crews {
    fn of(question: &Question) -> Crews {
        let mut of = vec![None; question.people];
        let mut crews: Vec<Vec<u32>> = Vec::new();
        for crew in &question.crews {
            let mut own = Vec::new();
            for &person in crew {
                if let Some(of @ None) = of.get_mut(person as usize) {
                    *of = Some(crews.len());
                    own.push(person);
                }
            }
            match own[..] {
                [] => {}
                [alone] => of[alone as usize] = None,
                _ => crews.push(own),
            }
        }
        Crews { crews, of }
    }

    fn is_loose(&self, person: u32) -> bool {
        self.of[person as usize].is_none()
    }

    /// Each crew with the slots that all of its people fit and that have places for all.
    fn parties(&self, question: &Question, block: &Block) -> Vec<Party> {
        if self.crews.is_empty() {
            return Vec::new();
        }
        let mut sums: Vec<BTreeMap<u32, (usize, i64)>> = vec![BTreeMap::new(); self.crews.len()];
        for fit in block.fits(question) {
            if let Some(crew) = self.of[fit.person as usize] {
                let (count, points) = sums[crew].entry(fit.slot).or_default();
                *count += 1;
                *points += i64::from(fit.points);
            }
        }
        let places = |slot: u32| question.slots[block.slots[slot as usize]].places as usize;
        let party = |(people, sums): (&Vec<u32>, BTreeMap<u32, (usize, i64)>)| {
            let fits = sums
                .into_iter()
                .filter(|&(slot, (count, _))| count == people.len() && count <= places(slot));
            let options = fits.map(|(slot, (_, points))| (slot as usize, points)).collect();
            Party { people: people.clone(), options }
        };
        let parties = self.crews.iter().zip(sums).map(party);
        parties.filter(|party| !party.options.is_empty()).collect()
    }
}

/// Everybody in no crew, each with the own slots.
fn singles(question: &Question, block: &Block, crews: &Crews) -> Vec<Party> {
    let mut options: Vec<Vec<(usize, i64)>> = vec![Vec::new(); question.people];
    for fit in block.fits(question).filter(|fit| crews.is_loose(fit.person)) {
        options[fit.person as usize].push((fit.slot as usize, i64::from(fit.points)));
    }
    let single = |(person, options)| Party { people: vec![person], options };
    (0..).zip(options).map(single).filter(|party| !party.options.is_empty()).collect()
}
