//! Hard conditions: what no score makes up for.

use super::{Places, Spot};
use crate::{
    domain::{
        calendar::Day,
        posting::{Posting, Shift, Status, Terms},
        time::Moment,
        wage::choices,
        week::Week,
        worker::{Available, Certificate, Profile, lies_within},
    },
    words::trades::Trades,
};

choices! {
    /// Why a worker can't take a place of a posting.
    Bar {
        /// The posting is not open.
        Closed = "closed", "不在招聘中";
        /// Its time is over.
        Expired = "expired", "已过期";
        /// No place is left.
        Full = "full", "已招满";
        /// The work lies outside the worker's radius, or nowhere on the map.
        Outside = "outside", "不在可去的范围内";
        /// The work needs a certificate that the worker has not shown.
        Uncertified = "uncertified", "没有登记这份活要的证书";
        /// The worker is not available at a shift to come.
        Unavailable = "unavailable", "时间对不上";
        /// The worker is booked elsewhere at a shift to come.
        Clash = "clash", "与已报的班次冲突";
    }
}

/// The first bar between a worker and a posting; `booked` are the shifts that the worker holds.
pub fn bar(posting: &Posting, profile: &Profile, booked: &[Shift], now: Moment) -> Option<Bar> {
    let shifts: Vec<Shift> = upcoming(posting.terms.shifts.iter().copied(), now).collect();
    closed(posting, now)
        .or_else(|| place_bar(profile, &posting.terms))
        .or_else(|| certificate_bar(licences(&posting.terms), certificates(profile, now.day())))
        .or_else(|| time_bar(Within::of(&profile.available), booked, &shifts))
}

/// The bar that stands for everybody.
pub fn closed(posting: &Posting, now: Moment) -> Option<Bar> {
    if posting.status == Status::Filled {
        Some(Bar::Full)
    } else if posting.status != Status::Open {
        Some(Bar::Closed)
    } else if posting.terms.expires_at() <= now {
        Some(Bar::Expired)
    } else if posting.places_left() == 0 {
        Some(Bar::Full)
    } else {
        None
    }
}

/// The bar of distance: none for a worker without a point. Who takes rides need only come to where
/// the ride starts.
pub fn place_bar(profile: &Profile, terms: &Terms) -> Option<Bar> {
    let way = Places::of(terms).way_m(Spot::of(profile.point).point()?, !profile.rides());
    let comes = way.is_some_and(|way| way.0 <= profile.reach_m());
    (!comes).then_some(Bar::Outside)
}

/// Licences of which the work asks one, a bit each; none: it asks for none.
pub fn licences(terms: &Terms) -> u32 {
    let trades = Trades::shipped();
    let owed = trades.licences_of(&terms.title, &terms.skills).into_iter();
    owed.filter_map(|licence| trades.licence_bit(&licence.key)).fold(0, |set, bit| set | 1 << bit)
}

/// Licences that a worker has shown and that hold on a day, a bit each.
pub fn certificates(profile: &Profile, day: Day) -> u32 {
    let held = profile.certificates.iter().filter(|held| held.holds_on(day));
    held.filter_map(licence_bit).fold(0, |set, bit| set | bit)
}

/// The bit of a certificate; none where its key is unknown.
pub fn licence_bit(held: &Certificate) -> Option<u32> {
    Trades::shipped().licence_bit(&held.key).map(|bit| 1 << bit)
}

/// The bar of the certificate.
pub fn certificate_bar(owed: u32, held: u32) -> Option<Bar> {
    (owed != 0 && owed & held == 0).then_some(Bar::Uncertified)
}

/// The time within which a worker can work.
#[derive(Clone, Copy, Debug)]
pub enum Within<'a> {
    /// Any time.
    Anytime,
    /// One of these spans.
    Spans(&'a [Shift]),
    /// These hours of every week.
    Week(&'a Week),
}

impl<'a> Within<'a> {
    /// What somebody's words of time restrict.
    pub fn of(available: &'a Available) -> Within<'a> {
        match available {
            Available::Always | Available::Words(_) => Within::Anytime,
            Available::Spans(spans) => Within::Spans(spans),
            Available::Weekly(week) => Within::Week(week),
        }
    }

    fn allows(&self, shift: Shift) -> bool {
        match self {
            Within::Anytime => true,
            Within::Spans(spans) => lies_within(shift, spans),
            Within::Week(week) => week.allows(shift),
        }
    }
}

/// The bar of time: each of `shifts` must lie within the worker's time and meet none of `booked`.
pub fn time_bar(within: Within<'_>, booked: &[Shift], shifts: &[Shift]) -> Option<Bar> {
    if !shifts.iter().all(|shift| within.allows(*shift)) {
        Some(Bar::Unavailable)
    } else if shifts.iter().any(|shift| booked.iter().any(|other| other.overlaps(*shift))) {
        Some(Bar::Clash)
    } else {
        None
    }
}

/// The shifts that have not ended at `now`.
pub fn upcoming(
    shifts: impl IntoIterator<Item = Shift>,
    now: Moment,
) -> impl Iterator<Item = Shift> {
    shifts.into_iter().filter(move |shift| shift.end > now)
}
