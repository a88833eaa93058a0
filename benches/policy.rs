//! How long does it take to judge every placement of a region, and is judging all at once the same
//! as one by one?
//!
//! A placement is a spell of a person of its own; every fourth person lives in a listed household
//! and every tenth spell was paid for before. All at once is one case; one by one is a case for each
//! person. A run within the tests compares every row of the two; a measuring run compares a sample.

mod harness;

use std::time::Instant;

use harness::{
    Size,
    table::{Table, ms, rate},
};
use linggong::{
    domain::{calendar::Day, money::Fen},
    policy::{
        Case, EmployerKind, Entitlement, Group, Household, HouseholdKind, Insurance, Paid, Person,
        Policy, Spell, evaluate, shipped,
    },
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Persons that a measuring run compares.
const SAMPLE: usize = 20_000;

fn main() {
    let size = Size::from_args(1_000_000);
    let policy = shipped().expect("the shipped policy is sound");
    let whole = world(size);
    let began = Instant::now();
    let answer = evaluate(policy, &whole).expect("the case is sound");
    let at_once = began.elapsed();
    let rows = answer.entitlements.len();
    let sample = size.n.min(SAMPLE);
    let began = Instant::now();
    let alone: Vec<Entitlement> = (0..sample).flat_map(|at| alone(policy, &whole, at)).collect();
    let one_by_one = began.elapsed();
    let mut held: Vec<&Entitlement> = answer
        .entitlements
        .iter()
        .filter(|row| number(row).is_some_and(|number| number < sample))
        .collect();
    let mut found: Vec<&Entitlement> = alone.iter().collect();
    let by = |row: &&Entitlement| (row.rule.clone(), row.spell.clone());
    held.sort_by_key(by);
    found.sort_by_key(by);
    assert_eq!(held, found, "all at once differs from one by one");
    let mut table = Table::new(&["what", "placements", "rows", "ms", "placements a second"]);
    for (what, placements, rows, took) in [
        ("all in one case", size.n, rows, at_once),
        ("a case each, compared", sample, alone.len(), one_by_one),
    ] {
        let cells = [placements.to_string(), rows.to_string(), ms(took), rate(placements, took)];
        table.row([&[what.to_owned()], &cells[..]].concat());
    }
    table.print(
        "How long does it take to judge every placement?",
        "one spell a person; a quarter in listed households, a tenth paid before",
        size,
    );
}

fn number(row: &Entitlement) -> Option<usize> {
    row.person.as_ref()?.strip_prefix('p')?.parse().ok()
}

/// The rows of one person, from a case that knows nobody else.
fn alone(policy: &Policy, whole: &Case, at: usize) -> Vec<Entitlement> {
    let person = whole.people[at].clone();
    let of_person = |paid: &&Paid| paid.person.as_ref() == Some(&person.id);
    let own = |home: &&Household| person.household.as_ref() == Some(&home.id);
    // Payments stand in the order of people, a tenth of them.
    let near = at / 10..(at / 10 + 1).min(whole.paid.len());
    let case = Case {
        as_of: whole.as_of,
        households: whole.households[at / 4..].iter().take(1).filter(own).cloned().collect(),
        people: vec![person.clone()],
        spells: vec![whole.spells[at].clone()],
        income: vec![],
        rosters: vec![],
        paid: whole.paid[near].iter().filter(of_person).cloned().collect(),
    };
    evaluate(policy, &case).expect("the case is sound").entitlements
}

fn world(size: Size) -> Case {
    let mut dice = ChaCha20Rng::seed_from_u64(size.seed);
    let first = Day::new(2024, 6, 1).expect("a day");
    let code = |text: &str| text.parse().expect("a division");
    let places = ["640106", "640104", "640121", "320505", "330106"].map(code);
    let mut case = Case {
        as_of: Day::new(2026, 6, 30).expect("a day"),
        households: vec![],
        people: Vec::with_capacity(size.n),
        spells: Vec::with_capacity(size.n),
        income: vec![],
        rosters: vec![],
        paid: vec![],
    };
    for at in 0..size.n {
        let person = format!("p{at}");
        let household = at.is_multiple_of(4).then(|| format!("h{at}"));
        if let Some(id) = &household {
            let kind = HouseholdKind::ALL[dice.random_range(0..HouseholdKind::ALL.len())];
            case.households.push(Household { id: id.clone(), kind });
        }
        let group = Group::ALL[dice.random_range(0..Group::ALL.len())];
        case.people.push(Person {
            id: person.clone(),
            household,
            hukou: places[0],
            groups: vec![group],
        });
        let start = first.add_days(dice.random_range(0..700));
        let end = dice.random_bool(0.4).then(|| start.add_days(dice.random_range(20..400)));
        let insured = dice.random_range(0..14u32);
        let employer = format!("e{}", dice.random_range(0..size.n / 20 + 1));
        let enterprise = dice.random_bool(0.8);
        let other = EmployerKind::ALL[dice.random_range(0..EmployerKind::ALL.len())];
        case.spells.push(Spell {
            id: format!("s{at}"),
            person: person.clone(),
            employer: employer.clone(),
            employer_kind: if enterprise { EmployerKind::Enterprise } else { other },
            division: places[dice.random_range(0..places.len())],
            start,
            end,
            contract_signed: dice.random_bool(0.9).then(|| start.add_days(5)),
            insured_months: (0..insured).map(|by| start.month().later(by)).collect(),
            insurances: Insurance::ALL[..dice.random_range(0..=5)].to_vec(),
            organised_by: dice.random_bool(0.8).then(|| format!("b{}", at % 50)),
        });
        if at % 10 == 0 {
            case.paid.push(Paid {
                rule: "broker-service-fee".to_owned(),
                person: Some(person),
                employer: Some(employer),
                date: start.add_days(200),
                amount: Fen(20_000),
            });
        }
    }
    case
}
