//! Several times, and crews: a plan by prices, and a bound that those prices prove.
//!
//! Where every place of a slot costs its price, each party chooses for itself what gains it most;
//! what all gain together with what the places cost is no less than any plan is worth (Lagrangian
//! duality). Prices are moved until that bound falls no further. Plans are made at good prices:
//! crews go first, everybody else is assigned exactly, hour by hour, and again while it helps. What
//! is still open is searched through, if it is small enough: then the plan is the best.

use std::ops::ControlFlow;

use super::{
    Slot,
    flow::{self, Fits, NOWHERE},
};

/// Somebody, or a crew that goes together.
#[derive(Clone, Debug)]
pub struct Party {
    /// Who.
    pub people: Vec<u32>,
    /// The slots that take all of them, with the points of all.
    pub options: Vec<(usize, i64)>,
}

impl Party {
    pub(super) fn size(&self) -> i64 {
        self.people.len() as i64
    }
}

/// The slots that each party takes.
pub type Chosen = Vec<Vec<usize>>;

/// Slots and parties.
pub struct Ground<'a> {
    slots: Vec<&'a Slot>,
    pub(super) layers: &'a [Vec<usize>],
    /// Each slot's layer.
    layer: Vec<usize>,
    pub(super) parties: &'a [Party],
    /// Places by slot.
    pub(super) places: Vec<i64>,
}

/// Parts of a point in which prices are counted.
pub(super) const PARTS: i64 = 64;
/// Moves of the prices at most.
const MOVES_MAX: usize = 200;
/// Moves without a better bound after which they become smaller.
const PATIENCE: usize = 8;
/// Options that exact assignments may look at, all together; at least a few are made.
const LOOKS_MAX: usize = 3_000_000;
const ASSIGNMENTS: (usize, usize) = (6, 120);
/// Slots to which a crew is moved in trial.
const TRIALS_MAX: usize = 3;
/// Choices of one party that are weighed; beyond them only its bound counts.
const CHOICES_MAX: usize = 4_000;
/// What every party does at some prices.
struct Relaxed {
    /// No plan is worth more, in parts.
    bound: i64,
    /// Each party's gain, in parts, and choice.
    choices: Vec<(i64, Vec<usize>)>,
}

/// The best that was found.
pub(super) struct Best {
    pub points: i64,
    pub chosen: Chosen,
    /// Exact assignments that may still be made.
    pub left: usize,
}

impl<'a> Ground<'a> {
    /// Slots, their layers (each clashes within itself) and the parties, crews first.
    pub fn new(slots: Vec<&'a Slot>, layers: &'a [Vec<usize>], parties: &'a [Party]) -> Ground<'a> {
        let mut layer = vec![0; slots.len()];
        for (at, members) in layers.iter().enumerate() {
            for &slot in members {
                layer[slot] = at;
            }
        }
        let places = slots.iter().map(|slot| i64::from(slot.places)).collect();
        Ground { slots, layers, layer, parties, places }
    }

    /// What each party takes, and a number of points that no plan exceeds.
    pub fn solve(&self) -> (Chosen, i64) {
        let looks: usize = self.parties.iter().map(|party| party.options.len()).sum();
        let left = (LOOKS_MAX / looks.max(1)).clamp(ASSIGNMENTS.0, ASSIGNMENTS.1);
        let none = vec![Vec::new(); self.parties.len()];
        let mut best = Best { points: 0, chosen: none, left };
        let (prices, bound) = self.move_prices(&mut best);
        let mut bound = bound / PARTS;
        if best.points < bound {
            self.move_crews(&prices, &mut best);
        }
        if best.points < bound {
            let choices = self.relax(&prices).choices;
            if self.search(&prices, &choices, &mut best) {
                bound = best.points;
            }
        }
        (best.chosen, bound)
    }

    /// Moves the prices downhill (Polyak's steps), making plans on the way. Answers the best
    /// prices and their bound, in parts.
    fn move_prices(&self, best: &mut Best) -> (Vec<i64>, i64) {
        let mut at = self.first_prices();
        let mut low = (at.clone(), i64::MAX);
        let (mut level, mut waited) = (1.0, 0);
        for round in 0..MOVES_MAX {
            let relaxed = self.relax(&at);
            if relaxed.bound < low.1 {
                low = (at.clone(), relaxed.bound);
                waited = 0;
            } else {
                waited += 1;
            }
            // At first prices, now and then, and at the last.
            if round % (MOVES_MAX / 4) == 0 {
                self.make(&relaxed, best);
            }
            if low.1 / PARTS <= best.points || level < 1e-3 {
                break;
            }
            if waited >= PATIENCE {
                (level, waited, at) = (level / 2.0, 0, low.0.clone());
                continue;
            }
            let mut free = self.places.clone();
            for (party, (_, slots)) in self.parties.iter().zip(&relaxed.choices) {
                for &slot in slots {
                    free[slot] -= party.size();
                }
            }
            let counts =
                |(free, price): (&i64, &i64)| if *free > 0 && *price == 0 { 0 } else { *free };
            let slope: Vec<i64> = free.iter().zip(&at).map(counts).collect();
            let steepness: i64 = slope.iter().map(|free| free * free).sum();
            if steepness == 0 {
                break;
            }
            let gap = (relaxed.bound - best.points * PARTS) as f64;
            let step = level * gap / steepness as f64;
            for (price, free) in at.iter_mut().zip(&slope) {
                *price = (*price - (step * *free as f64).round() as i64).max(0);
            }
        }
        self.make(&self.relax(&low.0), best);
        low
    }

    /// Prices as if everybody went alone and each layer stood for itself.
    fn first_prices(&self) -> Vec<i64> {
        let mut prices = vec![0; self.slots.len()];
        for layer in 0..self.layers.len() {
            let mut fits = Vec::new();
            let mut people = 0;
            for party in self.parties {
                for person in people..people + party.people.len() as u32 {
                    for &(slot, points) in self.options_in(party, layer) {
                        fits.push((person, slot as u32, whole(points / party.size())));
                    }
                }
                people += party.people.len() as u32;
            }
            let fits = Fits::of(people as usize, fits.iter().copied());
            let shares = flow::assign(&fits, &self.room_in(layer, &self.places));
            for &slot in &self.layers[layer] {
                prices[slot] = shares.prices[slot] * PARTS;
            }
        }
        prices
    }

    fn options_in<'p>(
        &self,
        party: &'p Party,
        layer: usize,
    ) -> impl Iterator<Item = &'p (usize, i64)> {
        party.options.iter().filter(move |option| self.layer[option.0] == layer)
    }

    /// Places by slot, none outside of the layer.
    fn room_in(&self, layer: usize, room: &[i64]) -> Vec<u32> {
        let own = |(slot, &room): (usize, &i64)| {
            if self.layer[slot] == layer { u32::try_from(room).unwrap_or(0) } else { 0 }
        };
        room.iter().enumerate().map(own).collect()
    }

    fn relax(&self, prices: &[i64]) -> Relaxed {
        let rent: i64 = self.places.iter().zip(prices).map(|(places, price)| places * price).sum();
        let choices: Vec<_> =
            self.parties.iter().map(|party| self.best_choice(party, prices)).collect();
        Relaxed { bound: rent + choices.iter().map(|choice| choice.0).sum::<i64>(), choices }
    }

    /// What a party gains most at these prices, in parts, and by which slots.
    fn best_choice(&self, party: &Party, prices: &[i64]) -> (i64, Vec<usize>) {
        let gain = |&(slot, points): &(usize, i64)| {
            let gain = points * PARTS - party.size() * prices[slot];
            (gain > 0).then_some((gain, slot))
        };
        if let [_] = self.layers {
            let best = party.options.iter().filter_map(gain).max_by_key(|&(gain, slot)| {
                // The first of equals.
                (gain, std::cmp::Reverse(slot))
            });
            return best.map_or((0, Vec::new()), |(gain, slot)| (gain, vec![slot]));
        }
        let mut gains = vec![Vec::new(); self.layers.len()];
        for (gain, slot) in party.options.iter().filter_map(gain) {
            gains[self.layer[slot]].push((gain, slot));
        }
        for own in &mut gains {
            own.sort_unstable_by_key(|&(gain, slot)| (-gain, slot));
        }
        let mut choice =
            Choice { ground: self, best: (0, Vec::new()), chosen: Vec::new(), steps: CHOICES_MAX };
        // Without clashes between layers each would give its best.
        let ahead = choice.ahead(&gains);
        if choice.weigh(&gains, &ahead, 0).is_break() {
            choice.best.0 = ahead[0];
        }
        choice.best
    }

    pub(super) fn clash(&self, slot: usize, others: &[usize]) -> bool {
        others.iter().any(|&other| {
            other == slot
                || self.layer[other] == self.layer[slot]
                || self.slots[slot].clashes(self.slots[other])
        })
    }

    /// Makes a plan at the prices of `relaxed`, and keeps it if it is the best.
    fn make(&self, relaxed: &Relaxed, best: &mut Best) {
        let mut chosen: Chosen = vec![Vec::new(); self.parties.len()];
        let mut room = self.places.clone();
        let mut crews: Vec<usize> = (0..self.crews()).collect();
        crews.sort_by_key(|&crew| (-relaxed.choices[crew].0, crew));
        for crew in crews {
            let size = self.parties[crew].size();
            for &slot in &relaxed.choices[crew].1 {
                if room[slot] >= size && !self.clash(slot, &chosen[crew]) {
                    room[slot] -= size;
                    chosen[crew].push(slot);
                }
            }
        }
        self.settle(chosen, best);
    }

    pub(super) fn crews(&self) -> usize {
        self.parties.partition_point(|party| party.people.len() > 1)
    }

    fn room(&self, chosen: &Chosen) -> Vec<i64> {
        let mut room = self.places.clone();
        for (party, slots) in self.parties.iter().zip(chosen) {
            for &slot in slots {
                room[slot] -= party.size();
            }
        }
        room
    }

    pub(super) fn points(&self, chosen: &Chosen) -> i64 {
        self.parties.iter().zip(chosen).map(|(party, slots)| points_of(party, slots)).sum()
    }

    /// Assigns everybody in no crew, fills what is left, and keeps the plan if it is the best.
    fn settle(&self, mut chosen: Chosen, best: &mut Best) {
        let mut points = self.points(&chosen);
        while best.left > 0 {
            for layer in 0..self.layers.len() {
                self.assign(layer, &mut chosen);
                best.left = best.left.saturating_sub(1);
            }
            self.fill(&mut chosen);
            let now = self.points(&chosen);
            // One layer is exact at once.
            if now <= points || self.layers.len() == 1 {
                break;
            }
            points = now;
        }
        let points = self.points(&chosen);
        if points > best.points {
            (best.points, best.chosen) = (points, chosen);
        }
    }

    /// Assigns everybody in no crew to the layer's places anew, exactly; who would have to give
    /// something up for it counts what that is worth.
    pub(super) fn assign(&self, layer: usize, chosen: &mut Chosen) {
        let first = self.crews();
        for slots in &mut chosen[first..] {
            slots.retain(|&slot| self.layer[slot] != layer);
        }
        let mut fits = Vec::new();
        for (at, party) in self.parties.iter().enumerate().skip(first) {
            for &(slot, points) in self.options_in(party, layer) {
                let lost = self.lost(party, slot, &chosen[at]);
                if points > lost {
                    fits.push(((at - first) as u32, slot as u32, whole(points - lost)));
                }
            }
        }
        let singles = self.parties.len() - first;
        let fits = Fits::of(singles, fits.iter().copied());
        let room = self.room_in(layer, &self.room(chosen));
        let shares = flow::assign(&fits, &room);
        for (slots, &slot) in chosen[first..].iter_mut().zip(&shares.of) {
            if slot != NOWHERE {
                let slot = slot as usize;
                slots.retain(|&other| !self.clash(slot, &[other]));
                slots.push(slot);
            }
        }
    }

    /// The points of what clashes with a slot.
    fn lost(&self, party: &Party, slot: usize, held: &[usize]) -> i64 {
        let clashing = held.iter().copied().filter(|&other| self.clash(slot, &[other]));
        points_of(party, &clashing.collect::<Vec<_>>())
    }

    /// Gives free places to whoever still can take them, the most points first.
    fn fill(&self, chosen: &mut Chosen) {
        let mut room = self.room(chosen);
        let mut open: Vec<(i64, usize, usize)> = Vec::new();
        for (at, party) in self.parties.iter().enumerate() {
            for &(slot, points) in &party.options {
                if room[slot] >= party.size() && !self.clash(slot, &chosen[at]) {
                    open.push((-points, at, slot));
                }
            }
        }
        open.sort_unstable();
        for (_, at, slot) in open {
            let size = self.parties[at].size();
            if room[slot] >= size && !self.clash(slot, &chosen[at]) {
                room[slot] -= size;
                chosen[at].push(slot);
            }
        }
    }

    /// Tries each crew at the slots that gain it most, everybody else making room.
    fn move_crews(&self, prices: &[i64], best: &mut Best) {
        for crew in 0..self.crews() {
            let party = &self.parties[crew];
            let mut options: Vec<(i64, usize)> = party
                .options
                .iter()
                .map(|&(slot, points)| (party.size() * prices[slot] - points * PARTS, slot))
                .collect();
            options.sort_unstable();
            for (_, slot) in options.into_iter().take(TRIALS_MAX) {
                if best.left == 0 || best.chosen[crew].contains(&slot) {
                    continue;
                }
                let mut chosen = best.chosen.clone();
                chosen[self.crews()..].fill(Vec::new());
                chosen[crew].retain(|&other| !self.clash(slot, &[other]));
                if self.room(&chosen)[slot] >= party.size() {
                    chosen[crew].push(slot);
                    self.settle(chosen, best);
                }
            }
        }
    }
}

/// One party's choice among layers.
struct Choice<'g, 'a> {
    ground: &'g Ground<'a>,
    best: (i64, Vec<usize>),
    chosen: Vec<usize>,
    steps: usize,
}

impl Choice<'_, '_> {
    /// What the layers from each on give at most.
    fn ahead(&self, gains: &[Vec<(i64, usize)>]) -> Vec<i64> {
        let mut ahead = vec![0; gains.len() + 1];
        for (at, own) in gains.iter().enumerate().rev() {
            ahead[at] = ahead[at + 1] + own.first().map_or(0, |best| best.0);
        }
        ahead
    }

    /// Goes through the choices that could be better; breaks where there are too many.
    fn weigh(&mut self, gains: &[Vec<(i64, usize)>], ahead: &[i64], gain: i64) -> ControlFlow<()> {
        if gain > self.best.0 {
            self.best = (gain, self.chosen.clone());
        }
        let Some((own, later)) = gains.split_first() else {
            return ControlFlow::Continue(());
        };
        for &(more, slot) in own {
            if gain + more + ahead[1] <= self.best.0 {
                break;
            }
            if self.steps == 0 {
                return ControlFlow::Break(());
            }
            self.steps -= 1;
            if !self.ground.clash(slot, &self.chosen) {
                self.chosen.push(slot);
                self.weigh(later, &ahead[1..], gain + more)?;
                self.chosen.pop();
            }
        }
        if gain + ahead[1] > self.best.0 {
            self.weigh(later, &ahead[1..], gain)?;
        }
        ControlFlow::Continue(())
    }
}

fn points_of(party: &Party, slots: &[usize]) -> i64 {
    let points = |slot: &usize| {
        let option = party.options.iter().find(|option| option.0 == *slot);
        option.map_or(0, |option| option.1)
    };
    slots.iter().map(points).sum()
}

fn whole(points: i64) -> i32 {
    i32::try_from(points).unwrap_or(i32::MAX)
}
