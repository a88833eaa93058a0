//! Hard conditions, one by one.

use linggong::domain::{
    posting::{Posting, Status},
    provides::Pickup,
    time::{DAY, HOUR},
    week::Week,
    worker::{Available, Certificate, Mode, Profile},
};
use linggong::matching::{Bar, bar};

use crate::world::{NOW, TOMORROW, at, posting, profile, shift};

fn check(want: Option<Bar>, change: impl FnOnce(&mut Posting, &mut Profile)) {
    let (mut posting, mut profile) = (posting("a"), profile());
    change(&mut posting, &mut profile);
    assert_eq!(bar(&posting, &profile, &[], NOW), want);
}

#[test]
fn each_bar_stands_alone() {
    check(None, |_, _| {});
    for &status in Status::ALL {
        let want = match status {
            Status::Open => None,
            Status::Filled => Some(Bar::Full),
            _ => Some(Bar::Closed),
        };
        check(want, |posting, _| posting.status = status);
    }
    check(Some(Bar::Full), |posting, _| posting.taken = 2);
    check(Some(Bar::Expired), |posting, _| posting.terms.valid_until = NOW);
    check(None, |posting, _| posting.terms.valid_until = NOW.plus(1));
    check(Some(Bar::Expired), |posting, _| posting.terms.shifts = vec![shift(NOW.plus(-DAY), 9)]);

    check(Some(Bar::Outside), |posting, _| posting.terms.point = Some(at(38.6, 106.27)));
    check(Some(Bar::Outside), |posting, _| posting.terms.point = None);
    check(None, |posting, profile| {
        posting.terms.point = None;
        profile.point = None;
    });
    check(None, |posting, profile| {
        let (home, work) = (at(38.28, 106.27), at(38.29, 106.27));
        posting.terms.point = Some(work);
        profile.radius_m = home.distance_m(work);
    });
    // Who only walks does not go 20 kilometres.
    check(Some(Bar::Outside), |posting, profile| {
        posting.terms.point = Some(at(38.34, 106.27));
        profile.modes = vec![Mode::Walk, Mode::Bus];
    });
    // Where a ride starts nearby, the work is near for who takes it.
    let far_with_a_ride = |posting: &mut Posting| {
        posting.terms.point = Some(at(39.28, 106.27));
        posting.terms.provides.pickup = Some(Pickup {
            address: "村口".to_owned(),
            point: Some(at(38.281, 106.27)),
            time: jiff::civil::Time::constant(6, 40, 0, 0),
            seats: None,
        });
    };
    check(None, |posting, profile| {
        far_with_a_ride(posting);
        profile.modes = vec![Mode::Walk, Mode::Bus];
    });
    check(Some(Bar::Outside), |posting, profile| {
        far_with_a_ride(posting);
        profile.modes = vec![Mode::Walk, Mode::Ebike];
    });
}

#[test]
fn time_binds_only_for_shifts_to_come() {
    let spans = |spans: &[_]| Available::Spans(spans.to_vec());
    check(None, |_, profile| profile.available = spans(&[shift(TOMORROW, 9)]));
    check(Some(Bar::Unavailable), |_, profile| profile.available = spans(&[shift(TOMORROW, 8)]));
    check(Some(Bar::Unavailable), |_, profile| profile.available = spans(&[]));
    check(None, |posting, profile| {
        posting.terms.shifts = Vec::new();
        profile.available = spans(&[]);
    });
    check(None, |posting, profile| {
        posting.terms.shifts.push(shift(NOW.plus(-DAY), 9));
        profile.available = spans(&[shift(TOMORROW, 9)]);
    });
    check(None, |_, profile| profile.available = Available::Words("周末".to_owned()));

    // TOMORROW's shift is on a Wednesday from 8 to 17 o'clock.
    let weekly = |spans: &[(usize, u8, u8)]| {
        let mut week = Week::default();
        spans.iter().for_each(|(day, from, to)| week.free(*day, *from, *to).unwrap());
        Available::Weekly(week)
    };
    check(None, |_, profile| profile.available = weekly(&[(2, 8, 17)]));
    check(Some(Bar::Unavailable), |_, profile| profile.available = weekly(&[(2, 8, 16)]));
    check(Some(Bar::Unavailable), |_, profile| profile.available = weekly(&[(1, 0, 24)]));

    let booked = [shift(TOMORROW.plus(8 * HOUR), 4)];
    assert_eq!(bar(&posting("a"), &profile(), &booked, NOW), Some(Bar::Clash));
    let after = [shift(TOMORROW.plus(9 * HOUR), 4)];
    assert_eq!(bar(&posting("a"), &profile(), &after, NOW), None);
}

#[test]
fn a_certificate_is_owed_where_the_trade_needs_one() {
    let mut posting = posting("a");
    posting.terms.title = "急招电焊工".to_owned();
    posting.terms.skills = vec!["电焊".to_owned()];
    let mut profile = profile();
    assert_eq!(bar(&posting, &profile, &[], NOW), Some(Bar::Uncertified));
    profile.certificates = vec![Certificate::endless("electric")];
    assert_eq!(bar(&posting, &profile, &[], NOW), Some(Bar::Uncertified));
    // NOW is 2026-11-24: a certificate holds on its last day, and not the day after.
    let until =
        |day: &str| Certificate { key: "welding".to_owned(), until: Some(day.parse().unwrap()) };
    profile.certificates.push(until("2026-11-23"));
    assert_eq!(bar(&posting, &profile, &[], NOW), Some(Bar::Uncertified));
    profile.certificates.push(until("2026-11-24"));
    assert_eq!(bar(&posting, &profile, &[], NOW), None);
    // Helpers are sought, too: who needs none is not barred.
    posting.terms.title = "电焊工、普工".to_owned();
    profile.certificates.clear();
    assert_eq!(bar(&posting, &profile, &[], NOW), None);
}
