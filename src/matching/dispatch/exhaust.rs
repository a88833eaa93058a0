//! The search through every choice of the parties, where they are few: then the plan is the best.

use std::ops::ControlFlow;

use super::bounded::{Best, Chosen, Ground, PARTS, Party};

/// Choices of one party that the search goes through.
const BRANCHES_MAX: usize = 256;
/// Steps of the search.
const STEPS_MAX: usize = 100_000;

/// A choice of one party and its gain in parts.
type Branch = (i64, Vec<usize>);

impl Ground<'_> {
    /// Goes through the choices of all parties, those of crews alone where everybody else can be
    /// assigned exactly. Answers whether nothing was left out: then `best` is the best.
    pub(super) fn search(
        &self,
        prices: &[i64],
        choices: &[(i64, Vec<usize>)],
        best: &mut Best,
    ) -> bool {
        let by_layer = self.layers.len() > 1;
        let count = if by_layer { self.parties.len() } else { self.crews() };
        let Some(branches) =
            self.parties[..count].iter().map(|party| self.branches(party, prices)).collect()
        else {
            return false;
        };
        let room = self.places.clone();
        let rent: i64 = room.iter().zip(prices).map(|(room, price)| room * price).sum();
        let bound = rent + choices.iter().map(|choice| choice.0).sum::<i64>();
        let chosen = vec![Vec::new(); self.parties.len()];
        let mut search =
            Search { ground: self, branches, choices, best, room, chosen, steps: STEPS_MAX };
        search.go(0, bound).is_continue()
    }

    /// Every choice of a party with its gain in parts, the largest first; none where there are too
    /// many.
    fn branches(&self, party: &Party, prices: &[i64]) -> Option<Vec<Branch>> {
        let mut branches: Vec<Branch> = vec![(0, Vec::new())];
        for &(slot, points) in &party.options {
            let gain = points * PARTS - party.size() * prices[slot];
            for at in 0..branches.len() {
                let (own, slots) = &branches[at];
                if !self.clash(slot, slots) {
                    let more = (own + gain, slots.iter().copied().chain([slot]).collect());
                    branches.push(more);
                }
            }
            if branches.len() > BRANCHES_MAX {
                return None;
            }
        }
        branches.sort_by_key(|branch| -branch.0);
        Some(branches)
    }
}

/// The search through the choices of all parties.
struct Search<'g, 'a> {
    ground: &'g Ground<'a>,
    branches: Vec<Vec<Branch>>,
    choices: &'g [(i64, Vec<usize>)],
    best: &'g mut Best,
    room: Vec<i64>,
    chosen: Chosen,
    steps: usize,
}

impl Search<'_, '_> {
    /// The party at `at` and all behind it; `bound`, in parts, is what can still come of it.
    fn go(&mut self, at: usize, bound: i64) -> ControlFlow<()> {
        if bound / PARTS <= self.best.points {
            return ControlFlow::Continue(());
        }
        if at == self.branches.len() {
            return self.arrive();
        }
        let most = self.choices[at].0;
        for branch in 0..self.branches[at].len() {
            let (gain, slots) = self.branches[at][branch].clone();
            let bound = bound - most + gain;
            if bound / PARTS <= self.best.points {
                break;
            }
            if self.steps == 0 {
                return ControlFlow::Break(());
            }
            self.steps -= 1;
            let size = self.ground.parties[at].size();
            if slots.iter().all(|&slot| self.room[slot] >= size) {
                slots.iter().for_each(|&slot| self.room[slot] -= size);
                self.chosen[at].clone_from(&slots);
                let below = self.go(at + 1, bound);
                self.chosen[at].clear();
                slots.iter().for_each(|&slot| self.room[slot] += size);
                below?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Everybody has chosen, or all crews have and the rest is assigned exactly.
    fn arrive(&mut self) -> ControlFlow<()> {
        let mut chosen = self.chosen.clone();
        if self.branches.len() < self.ground.parties.len() {
            if self.best.left == 0 {
                return ControlFlow::Break(());
            }
            self.best.left -= 1;
            self.ground.assign(0, &mut chosen);
        }
        let points = self.ground.points(&chosen);
        if points > self.best.points {
            (self.best.points, self.best.chosen) = (points, chosen);
        }
        ControlFlow::Continue(())
    }
}
