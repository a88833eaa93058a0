//! One place each: the best assignment where nobody takes more than one place, exact.
//!
//! An ε-scaled auction finds it. People bid for the cheapest place of the slot that suits them best,
//! empty places come down in price until somebody takes them or they cost nothing. With ε below
//! one point in the number of people, the assignment is the best in whole points (Bertsekas and
//! Castañón 1989, 1992). What is answered does not rest on that: whole prices are read off the
//! assignment, and by weak duality no assignment is worth more than those prices say.

use std::ops::Range;

/// What everybody is worth where: rows of slots and points, a row a person.
#[derive(Clone, Debug, Default)]
pub struct Fits {
    start: Vec<usize>,
    slot: Vec<u32>,
    points: Vec<i32>,
}

impl Fits {
    /// The rows of so many people; `fits` are person, slot and points in any order, each pair once.
    pub fn of(people: usize, fits: impl Iterator<Item = (u32, u32, i32)> + Clone) -> Fits {
        let mut start = vec![0; people + 1];
        for (person, _, _) in fits.clone() {
            start[person as usize + 1] += 1;
        }
        for person in 0..people {
            start[person + 1] += start[person];
        }
        let mut next = start.clone();
        let count = start[people];
        let (mut slot, mut points) = (vec![0; count], vec![0; count]);
        for (person, to, worth) in fits {
            let at = &mut next[person as usize];
            (slot[*at], points[*at]) = (to, worth);
            *at += 1;
        }
        Fits { start, slot, points }
    }

    fn people(&self) -> usize {
        self.start.len().saturating_sub(1)
    }

    fn row(&self, person: usize) -> Range<usize> {
        self.start[person]..self.start[person + 1]
    }

    /// A person's slots with their points.
    fn options(&self, person: usize) -> impl Iterator<Item = (usize, i64)> {
        let row = self.row(person);
        let slots = self.slot[row.clone()].iter().map(|&slot| slot as usize);
        slots.zip(self.points[row].iter().map(|&points| i64::from(points)))
    }
}

/// Who goes where.
#[derive(Clone, Debug)]
pub struct Shares {
    /// Each person's slot, or [`NOWHERE`].
    pub of: Vec<u32>,
    /// What a place of each slot costs in points: none below zero.
    pub prices: Vec<i64>,
    /// No assignment has more points, by `prices`; this one has as many.
    pub bound: i64,
}

/// Where somebody stays who takes no place.
pub const NOWHERE: u32 = u32::MAX;

/// The best assignment of the people to `places`, by slot, nobody twice.
pub fn assign(fits: &Fits, places: &[u32]) -> Shares {
    let mut auction = Auction::new(fits, places);
    auction.run();
    let prices = auction.whole_prices();
    let bound = bound(fits, &auction.places, &prices);
    Shares { of: auction.at, prices, bound }
}

/// What no assignment exceeds, by prices of none below zero.
fn bound(fits: &Fits, places: &[usize], prices: &[i64]) -> i64 {
    let rent: i64 = places.iter().zip(prices).map(|(&places, price)| places as i64 * price).sum();
    let gain = |person| {
        let gains = fits.options(person).map(|(slot, points)| points - prices[slot]);
        gains.max().unwrap_or(0).max(0)
    };
    rent + (0..fits.people()).map(gain).sum::<i64>()
}

struct Auction<'a> {
    fits: &'a Fits,
    /// Places that can be taken at all, by slot.
    places: Vec<usize>,
    /// Points are counted in parts of `1 << scale`, more than there are people.
    scale: u32,
    /// What the cheapest place of each slot costs, in parts.
    price: Vec<i64>,
    /// The seats of all slots, those of one slot from `first` on; the taken ones are a heap, the
    /// cheapest on top.
    seats: Vec<(i64, u32)>,
    first: Vec<usize>,
    taken: Vec<usize>,
    /// Each person's slot, and what it is worth there in parts.
    at: Vec<u32>,
    held: Vec<i64>,
    /// Who fits each slot, with points; made when the first place has to come down in price.
    by_slot: Option<Vec<Vec<(u32, i32)>>>,
}

/// By how much ε shrinks from one round to the next.
const SHRINK: i64 = 7;

impl<'a> Auction<'a> {
    fn new(fits: &'a Fits, places: &[u32]) -> Auction<'a> {
        let mut asked = vec![0_usize; places.len()];
        for &slot in &fits.slot {
            asked[slot as usize] += 1;
        }
        let places: Vec<usize> =
            places.iter().zip(asked).map(|(&places, asked)| asked.min(places as usize)).collect();
        let mut first = Vec::with_capacity(places.len());
        let mut seats = 0;
        for places in &places {
            first.push(seats);
            seats += places;
        }
        Auction {
            fits,
            scale: usize::BITS - fits.people().leading_zeros(),
            price: places.iter().map(|&places| if places == 0 { CLOSED } else { 0 }).collect(),
            seats: vec![(0, 0); seats],
            first,
            taken: vec![0; places.len()],
            places,
            at: vec![NOWHERE; fits.people()],
            held: vec![0; fits.people()],
            by_slot: None,
        }
    }

    fn run(&mut self) {
        let most = self.fits.points.iter().copied().max().unwrap_or(0);
        let mut epsilon = (i64::from(most) << self.scale) / SHRINK;
        loop {
            epsilon = (epsilon / SHRINK).max(1);
            self.rise(epsilon);
            self.fall(epsilon);
            if epsilon == 1 {
                return;
            }
        }
    }

    /// Everybody bids anew, at the prices that stand.
    fn rise(&mut self, epsilon: i64) {
        self.taken.fill(0);
        for person in 0..self.fits.people() {
            let mut bidder = Some(person);
            while let Some(person) = bidder {
                bidder = self.bid(person, epsilon);
            }
        }
    }

    /// One bid; answers who lost a place by it.
    fn bid(&mut self, person: usize, epsilon: i64) -> Option<usize> {
        let (mut best, mut worth, mut most, mut next) = (NOWHERE, 0, 0, 0);
        let row = self.fits.row(person);
        for (&slot, &points) in self.fits.slot[row.clone()].iter().zip(&self.fits.points[row]) {
            let own = i64::from(points) << self.scale;
            let gain = own - self.price[slot as usize];
            if gain > most {
                (best, worth, next, most) = (slot, own, most, gain);
            } else if gain > next {
                next = gain;
            }
        }
        if best == NOWHERE {
            self.leave(person);
            return None;
        }
        let slot = best as usize;
        let offer = self.price[slot] + most - next + epsilon;
        (self.at[person], self.held[person]) = (best, worth);
        if self.taken[slot] < self.places[slot] {
            self.take(slot, offer, person);
            return None;
        }
        let first = self.first[slot];
        let loser = self.seats[first].1 as usize;
        self.seats[first] = (offer, person as u32);
        self.sink(slot, 0);
        self.price[slot] = self.seats[first].0;
        self.leave(loser);
        Some(loser)
    }

    fn leave(&mut self, person: usize) {
        (self.at[person], self.held[person]) = (NOWHERE, 0);
    }

    /// A free seat is taken; a full slot costs what its cheapest seat does.
    fn take(&mut self, slot: usize, offer: i64, person: usize) {
        let first = self.first[slot];
        let mut seat = self.taken[slot];
        self.taken[slot] += 1;
        self.seats[first + seat] = (offer, person as u32);
        while seat > 0 && self.seats[first + seat].0 < self.seats[first + (seat - 1) / 2].0 {
            self.seats.swap(first + seat, first + (seat - 1) / 2);
            seat = (seat - 1) / 2;
        }
        if self.taken[slot] == self.places[slot] {
            self.price[slot] = self.seats[first].0;
        }
    }

    fn sink(&mut self, slot: usize, mut seat: usize) {
        let heap = &mut self.seats[self.first[slot]..][..self.taken[slot]];
        loop {
            let (left, right) = (2 * seat + 1, 2 * seat + 2);
            let mut least = seat;
            for child in [left, right] {
                if child < heap.len() && heap[child].0 < heap[least].0 {
                    least = child;
                }
            }
            if least == seat {
                return;
            }
            heap.swap(seat, least);
            seat = least;
        }
    }

    /// Free places that cost something come down until somebody takes them or they cost nothing.
    fn fall(&mut self, epsilon: i64) {
        let mut dear: Vec<usize> = (0..self.places.len())
            .filter(|&slot| self.taken[slot] < self.places[slot] && self.price[slot] > 0)
            .collect();
        if dear.is_empty() {
            return;
        }
        let by_slot = self.by_slot.take().unwrap_or_else(|| self.who_fits());
        while let Some(slot) = dear.pop() {
            while self.taken[slot] < self.places[slot] && self.price[slot] > 0 {
                let (mut best, mut most, mut next) = (None, 0, 0);
                for &(person, points) in &by_slot[slot] {
                    if self.at[person as usize] as usize == slot {
                        continue;
                    }
                    let own = i64::from(points) << self.scale;
                    let gain = own - self.gain(person as usize);
                    if gain > most {
                        (best, next, most) = (Some((person as usize, own)), most, gain);
                    } else if gain > next {
                        next = gain;
                    }
                }
                let Some((person, own)) = best.filter(|_| most > epsilon) else {
                    self.price[slot] = 0;
                    break;
                };
                self.price[slot] = (next - epsilon).clamp(0, self.price[slot]);
                let from = self.at[person];
                if from != NOWHERE {
                    self.stand_up(from as usize, person);
                    dear.push(from as usize);
                }
                (self.at[person], self.held[person]) = (slot as u32, own);
                self.take(slot, self.price[slot], person);
            }
        }
        self.by_slot = Some(by_slot);
    }

    /// What a person gains at the prices that stand.
    fn gain(&self, person: usize) -> i64 {
        match self.at[person] {
            NOWHERE => 0,
            slot => self.held[person] - self.price[slot as usize],
        }
    }

    fn stand_up(&mut self, slot: usize, person: usize) {
        let heap = &mut self.seats[self.first[slot]..][..self.taken[slot]];
        if let Some(seat) = heap.iter().position(|seat| seat.1 as usize == person) {
            // In order, the rest is a heap again, and slots are small.
            heap[seat..].rotate_left(1);
            let rest = heap.len() - 1;
            heap[..rest].sort_unstable();
            self.taken[slot] = rest;
        }
    }

    fn who_fits(&self) -> Vec<Vec<(u32, i32)>> {
        let mut by_slot = vec![Vec::new(); self.places.len()];
        for person in 0..self.fits.people() {
            let row = self.fits.row(person);
            for (&slot, &points) in self.fits.slot[row.clone()].iter().zip(&self.fits.points[row]) {
                by_slot[slot as usize].push((person as u32, points));
            }
        }
        by_slot
    }

    /// The lowest prices in whole points at which nobody wants another place than the own: what
    /// those without a place would give, and what those with one would give to move.
    fn whole_prices(&self) -> Vec<i64> {
        let mut holders = vec![Vec::new(); self.places.len()];
        let mut prices = vec![0; self.places.len()];
        for person in 0..self.fits.people() {
            match self.at[person] {
                NOWHERE => {
                    for (slot, points) in self.fits.options(person) {
                        prices[slot] = points.max(prices[slot]);
                    }
                }
                slot => holders[slot as usize].push((person, self.held[person] >> self.scale)),
            }
        }
        let mut rising: std::collections::VecDeque<usize> = (0..prices.len()).collect();
        let mut waits = vec![true; prices.len()];
        // More rounds than slots: the assignment was not the best, and the bound will say so.
        let mut steps = prices.len().saturating_mul(prices.len() + 1);
        while let Some(from) = rising.pop_front() {
            waits[from] = false;
            for &(person, own) in &holders[from] {
                let gain = own - prices[from];
                for (slot, points) in self.fits.options(person) {
                    if points - prices[slot] > gain && slot != from {
                        prices[slot] = points - gain;
                        if !std::mem::replace(&mut waits[slot], true) {
                            rising.push_back(slot);
                        }
                    }
                }
            }
            steps = steps.saturating_sub(1);
            if steps == 0 {
                break;
            }
        }
        prices
    }
}

/// The price of a slot without places: above what any offer reaches, far from overflow.
const CLOSED: i64 = i64::MAX / 4;
