use proptest::{prelude::*, sample::subsequence};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

/// Hours of one day, from and to.
fn hours(from: i64, to: i64) -> Shift {
    Shift { start: Moment(from), end: Moment(to) }
}

fn slot(places: u32, from: i64, to: i64) -> Slot {
    Slot { places, shifts: vec![hours(from, to)] }
}

/// The most points that any assignment has, by going through all of them.
fn reference(question: &Question) -> i64 {
    let crewed = |person: &u32| question.crews.iter().any(|crew| crew.contains(person));
    let mut parties: Vec<Vec<u32>> =
        question.crews.iter().filter(|crew| !crew.is_empty()).cloned().collect();
    let alone = (0..question.people as u32).filter(|person| !crewed(person));
    parties.extend(alone.map(|person| vec![person]));
    let mut room: Vec<u32> = question.slots.iter().map(|slot| slot.places).collect();
    every(question, &parties, &mut Vec::new(), 0, &mut room)
}

fn every(
    question: &Question,
    parties: &[Vec<u32>],
    held: &mut Vec<usize>,
    from: usize,
    room: &mut Vec<u32>,
) -> i64 {
    let Some((party, rest)) = parties.split_first() else {
        return 0;
    };
    // Nothing more for this party.
    let mut most = every(question, rest, &mut Vec::new(), 0, room);
    for at in from..question.slots.len() {
        let slot = &question.slots[at];
        let points = |person: &u32| {
            let fit =
                question.fits.iter().find(|fit| fit.person == *person && fit.slot as usize == at);
            fit.map(|fit| fit.points).filter(|&points| points >= question.least.max(1))
        };
        let points: Option<i64> = party.iter().map(|person| points(person).map(i64::from)).sum();
        let busy = held.iter().any(|&other| {
            let other = &question.slots[other];
            slot.shifts.iter().any(|one| other.shifts.iter().any(|two| one.overlaps(*two)))
        });
        let (Some(points), false) = (points, busy) else { continue };
        if room[at] as usize >= party.len() {
            room[at] -= party.len() as u32;
            held.push(at);
            most = most.max(points + every(question, parties, held, at + 1, room));
            held.pop();
            room[at] += party.len() as u32;
        }
    }
    most
}

/// Panics where a rule is broken or a sum is wrong.
fn check(question: &Question, plan: &Plan) {
    let mut taken = vec![0; question.slots.len()];
    for pair in &plan.pairs {
        assert!(question.fits.contains(pair) && pair.points >= question.least.max(1), "{pair:?}");
        taken[pair.slot as usize] += 1;
    }
    for (slot, taken) in question.slots.iter().zip(&taken) {
        assert!(*taken <= slot.places, "{taken} of {slot:?}");
    }
    let of = |person: u32| -> Vec<u32> {
        plan.pairs.iter().filter(|pair| pair.person == person).map(|pair| pair.slot).collect()
    };
    for person in 0..question.people as u32 {
        let own = of(person);
        for (at, one) in own.iter().enumerate() {
            for other in &own[at + 1..] {
                let clash = question.slots[*one as usize].clashes(&question.slots[*other as usize]);
                assert!(one != other && !clash, "{person} at {one} and {other}");
            }
        }
    }
    for crew in &question.crews {
        assert!(crew.iter().all(|person| of(*person) == of(crew[0])), "{crew:?} is parted");
    }
    let points: i64 = plan.pairs.iter().map(|pair| i64::from(pair.points)).sum();
    assert_eq!(plan.points, points);
    assert!(plan.points <= plan.bound, "{} over {}", plan.points, plan.bound);
}

/// A small world: pairs with points of a narrow range, so that ties are common, or a wide one.
fn world(times: &'static [(i64, i64)], crews: bool) -> impl Strategy<Value = Question> {
    let slot = (0u32..4, prop::sample::select(times))
        .prop_map(|(places, (from, to))| slot(places, from, to));
    let slots = prop::collection::vec(slot, 1..5);
    (1usize..7, slots, prop::sample::select(&[3i32, 1000][..])).prop_flat_map(
        move |(people, slots, most)| {
            let pairs: Vec<(u32, u32)> = (0..people as u32)
                .flat_map(|person| (0..slots.len() as u32).map(move |slot| (person, slot)))
                .collect();
            let count = pairs.len();
            let together = if crews { people } else { 0 };
            (
                subsequence(pairs, 0..=count),
                prop::collection::vec(0..=most, count),
                subsequence((0..people as u32).collect::<Vec<_>>(), 0..=together),
                0usize..4,
                0..most,
            )
                .prop_map(move |(pairs, points, mut crewed, second, least)| {
                    let fits = pairs.iter().zip(points);
                    let fits = fits.map(|(&(person, slot), points)| Fit { person, slot, points });
                    let other = crewed.split_off(second.min(crewed.len()));
                    Question {
                        people,
                        slots: slots.clone(),
                        fits: fits.collect(),
                        crews: vec![crewed, other].into_iter().filter(|c| !c.is_empty()).collect(),
                        least: least / 2,
                    }
                })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn one_shift_each_is_the_best_of_all(question in world(&[(8, 18)], false)) {
        let plan = plan(&question);
        check(&question, &plan);
        prop_assert_eq!((plan.points, plan.bound), (reference(&question), plan.points));
    }

    #[test]
    fn crews_and_several_shifts_are_the_best_of_all_where_there_are_few(
        question in world(&[(8, 12), (8, 18), (14, 18), (11, 15), (19, 23)], true),
    ) {
        let plan = plan(&question);
        check(&question, &plan);
        prop_assert_eq!((plan.points, plan.bound), (reference(&question), plan.points));
    }
}

/// A station's morning, or a city's.
fn many(people: usize, slots: usize, seed: u64, crews: usize, times: &[(i64, i64)]) -> Question {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let slots: Vec<Slot> = (0..slots)
        .map(|_| {
            let (from, to) = times[dice.random_range(0..times.len())];
            slot(dice.random_range(0..30), from, to)
        })
        .collect();
    let mut fits = Vec::new();
    for person in 0..people as u32 {
        for slot in 0..slots.len() as u32 {
            if dice.random_range(0..3) > 0 {
                fits.push(Fit { person, slot, points: dice.random_range(0..20_000) });
            }
        }
    }
    let crews = (0..crews as u32).map(|crew| (crew * 5..crew * 5 + 2 + crew % 4).collect());
    Question { people, slots, fits, crews: crews.collect(), least: 3_000 }
}

#[test]
fn no_rule_is_broken_among_many() {
    let day = [(7, 17), (8, 12), (8, 18), (13, 17), (14, 18), (18, 23)];
    for (seed, crews, times) in
        [(1, 0, &day[..1]), (2, 12, &day[..1]), (3, 0, &day[..]), (4, 8, &day[..])]
    {
        let question = many(120, 12, seed, crews, times);
        let plan = plan(&question);
        check(&question, &plan);
        println!("seed {seed}: {} of at most {}", plan.points, plan.bound);
        assert!(seed != 1 || plan.is_best());
        // What these prices prove; a wrong bound would be far off.
        assert!(plan.bound - plan.points <= plan.bound / 50, "{} of {}", plan.points, plan.bound);
        assert_eq!(super::plan(&question), plan);
    }
}

#[test]
fn the_same_points_everywhere_are_no_trouble() {
    let pairs = |people: u32, slots: u32| {
        (0..people).flat_map(move |person| (0..slots).map(move |slot| (person, slot)))
    };
    for (people, slots, places) in [(40, 7, 3), (10, 7, 3), (21, 7, 3)] {
        let question = Question {
            people: people as usize,
            slots: vec![slot(places, 8, 18); slots as usize],
            fits: pairs(people, slots)
                .map(|(person, slot)| Fit { person, slot, points: 500 })
                .collect(),
            ..Question::default()
        };
        let plan = plan(&question);
        check(&question, &plan);
        let made = people.min(slots * places);
        assert_eq!((plan.pairs.len() as u32, plan.is_best()), (made, true));
    }
}

#[test]
fn nothing_to_plan_is_no_trouble() {
    assert_eq!(plan(&Question::default()), Plan::default());
    let strange = Question {
        people: 1,
        slots: vec![Slot { places: 1, shifts: Vec::new() }],
        fits: vec![
            Fit { person: 7, slot: 0, points: 5 },
            Fit { person: 0, slot: 9, points: 5 },
            Fit { person: 0, slot: 0, points: -5 },
        ],
        crews: vec![vec![0, 0, 9], Vec::new()],
        least: i32::MIN,
    };
    assert_eq!(plan(&strange), Plan::default());
}
