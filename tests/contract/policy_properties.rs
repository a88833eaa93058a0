//! What holds for every case.

use std::collections::BTreeMap;

use linggong::{
    domain::{calendar::Day, money::Fen},
    policy::{
        Answer, Case, EmployerKind, Group, Household, HouseholdKind, Income, IncomeKind, Insurance,
        Paid, Person, Roster, Spell, Status, evaluate, shipped,
    },
};
use proptest::{prelude::*, sample::select};

fn day() -> impl Strategy<Value = Day> {
    (0u32..1100).prop_map(|days| Day::new(2024, 1, 1).unwrap().add_days(days))
}

fn division() -> impl Strategy<Value = linggong::policy::Division> {
    select(vec!["640106", "640104", "320505"]).prop_map(|code| code.parse().unwrap())
}

// Facts are drawn so that about half of the conditions hold: rows of every status occur.
prop_compose! {
    fn spell()(
        (person, employer, broker) in (0..4u8, 0..3u8, proptest::option::of(0..2u8)),
        kind in prop_oneof![Just(EmployerKind::Enterprise), select(EmployerKind::ALL)],
        division in division(),
        start in day(),
        length in proptest::option::of(0u32..400),
        contract in prop_oneof![Just(Some(0)), proptest::option::of(0u32..300)],
        insured in prop_oneof![
            Just((0..20).collect()),
            proptest::collection::vec(0u32..20, 0..20),
        ],
        all_insured in any::<bool>(),
    ) -> Spell {
        Spell {
            id: String::new(),
            person: format!("p{person}"),
            employer: format!("e{employer}"),
            employer_kind: kind,
            division,
            start,
            end: length.map(|days| start.add_days(days)),
            contract_signed: contract.map(|days| start.add_days(days)),
            insured_months: insured.into_iter().map(|by| start.month().later(by)).collect(),
            insurances: if all_insured { Insurance::ALL.to_vec() } else { vec![] },
            organised_by: broker.map(|id| format!("b{id}")),
        }
    }
}

prop_compose! {
    fn income()(
        person in 0..4u8, date in day(), amount in 0i64..6_000_000, division in division(),
        kind in select(IncomeKind::ALL),
    ) -> Income {
        Income { person: format!("p{person}"), date, amount: Fen(amount), division, kind }
    }
}

prop_compose! {
    fn paid()(
        rule in select(vec![
            "broker-service-fee", "transport-annual", "transport-household", "income-incentive",
        ]),
        person in 0..4u8, employer in proptest::option::of(0..3u8), date in day(),
        amount in 0i64..200_000,
    ) -> Paid {
        Paid {
            rule: rule.to_owned(),
            person: Some(format!("p{person}")),
            employer: employer.map(|id| format!("e{id}")),
            date,
            amount: Fen(amount),
        }
    }
}

prop_compose! {
    fn case()(
        as_of in day(),
        kinds in proptest::collection::vec(select(HouseholdKind::ALL), 2),
        homes in proptest::collection::vec(proptest::option::of(0..2u8), 4),
        groups in proptest::collection::vec(proptest::collection::vec(select(Group::ALL), 0..3), 4),
        mut spells in proptest::collection::vec(spell(), 0..8),
        income in proptest::collection::vec(income(), 0..8),
        rosters in proptest::collection::vec(
            (0..3u8, select(EmployerKind::ALL), 0..100u32, 0..100u32), 0..4),
        paid in proptest::collection::vec(paid(), 0..4),
    ) -> Case {
        (0..).zip(&mut spells).for_each(|(id, spell)| spell.id = format!("s{id}"));
        Case {
            as_of,
            households: (0..).zip(kinds)
                .map(|(id, kind)| Household { id: format!("h{id}"), kind })
                .collect(),
            people: (0..).zip(homes.into_iter().zip(groups))
                .map(|(id, (home, groups))| Person {
                    id: format!("p{id}"),
                    household: home.map(|home| format!("h{home}")),
                    hukou: "640106".parse().unwrap(),
                    groups,
                })
                .collect(),
            spells,
            income,
            rosters: rosters.into_iter()
                .map(|(employer, kind, relocated, some)| Roster {
                    employer: format!("e{employer}"),
                    kind,
                    relocated,
                    poverty_or_monitored: some.min(relocated),
                })
                .collect(),
            paid,
        }
    }
}

fn answer(case: &Case) -> Answer {
    evaluate(shipped().unwrap(), case).unwrap()
}

/// What each person, and each organiser for a person, may draw under the rules of 六.
fn drawn(answer: &Answer) -> BTreeMap<(String, Option<String>), Fen> {
    let mut drawn = BTreeMap::new();
    for row in answer.entitlements.iter().filter(|row| row.clause == "六") {
        let sum = drawn.entry((row.rule.clone(), row.person.clone())).or_insert(Fen::ZERO);
        *sum = *sum + row.payable.unwrap_or_default();
    }
    drawn
}

proptest! {
    #[test]
    fn more_days_never_lower_an_entitlement(case in case(), days in 1u32..400) {
        let later = answer(&Case { as_of: case.as_of.add_days(days), ..case.clone() });
        let earlier = answer(&case);
        let (before, after) = (drawn(&earlier), drawn(&later));
        for (key, amount) in before {
            prop_assert!(after[&key] >= amount, "{key:?}: {amount} became {}", after[&key]);
        }
        let pairs = earlier.entitlements.iter().filter(|row| row.spell.is_some());
        for row in pairs {
            let same = later.entitlements.iter()
                .find(|other| (&other.rule, &other.spell) == (&row.rule, &row.spell))
                .unwrap();
            prop_assert!(same.amount >= row.amount);
            prop_assert_eq!(row.status == Status::Ineligible, same.status == Status::Ineligible);
        }
    }

    #[test]
    fn the_order_of_facts_never_matters(case in case(), turn in 0usize..8) {
        let mut turned = case.clone();
        fn stir<T>(facts: &mut [T], turn: usize) {
            facts.reverse();
            let by = turn.checked_rem(facts.len()).unwrap_or(0);
            facts.rotate_left(by);
        }
        stir(&mut turned.households, turn);
        stir(&mut turned.people, turn);
        stir(&mut turned.spells, turn);
        stir(&mut turned.income, turn);
        stir(&mut turned.rosters, turn);
        stir(&mut turned.paid, turn);
        turned.people.iter_mut().for_each(|person| person.groups.reverse());
        turned.spells.iter_mut().for_each(|spell| {
            spell.insured_months.reverse();
            spell.insurances.reverse();
        });
        prop_assert_eq!(answer(&turned), answer(&case));
    }

    #[test]
    fn evaluating_twice_is_equal(case in case()) {
        prop_assert_eq!(answer(&case), answer(&case));
    }

    #[test]
    fn judging_all_at_once_equals_judging_each_household(case in case()) {
        let whole = answer(&case);
        for person in &case.people {
            let lives_with = |other: &&Person| {
                other.id == person.id
                    || (person.household.is_some() && other.household == person.household)
            };
            let people: Vec<Person> = case.people.iter().filter(lives_with).cloned().collect();
            let own = |id: &String| people.iter().any(|one| one.id == *id);
            let part = Case {
                as_of: case.as_of,
                households: case.households.clone(),
                spells: case.spells.iter().filter(|held| own(&held.person)).cloned().collect(),
                income: case.income.iter().filter(|held| own(&held.person)).cloned().collect(),
                rosters: vec![],
                paid: case.paid.iter().filter(|paid| paid.person.as_ref().is_some_and(own)).cloned()
                    .collect(),
                people: people.clone(),
            };
            let rows = |answer: &Answer| -> Vec<_> {
                let of_them = answer.entitlements.iter()
                    .filter(|row| row.person.as_ref().is_some_and(own));
                of_them.cloned().collect()
            };
            prop_assert_eq!(rows(&answer(&part)), rows(&whole));
        }
    }

    #[test]
    fn splitting_a_household_s_income_never_beats_the_cap(
        case in case(), parts in proptest::collection::vec((0..4u8, 0i64..6_000_000), 1..12),
    ) {
        let income = parts.into_iter().map(|(person, amount)| Income {
            person: format!("p{person}"),
            date: case.as_of,
            amount: Fen(amount),
            division: "320505".parse().unwrap(),
            kind: IncomeKind::Wage,
        });
        let case = Case { income: income.collect(), ..case };
        let answer = answer(&case);
        let cap = Fen(600_000);
        for total in &answer.households {
            prop_assert!(total.capped <= cap && total.capped <= total.uncapped);
            let members = case.people.iter()
                .filter(|person| person.household.as_ref() == Some(&total.household));
            let ids: Vec<_> = members.map(|person| Some(person.id.clone())).collect();
            let payable: Fen = answer.entitlements.iter()
                .filter(|row| row.rule == total.rule && ids.contains(&row.person))
                .filter_map(|row| row.payable)
                .sum();
            prop_assert!(payable <= total.capped);
            let unpaid = case.paid.iter().all(|paid| paid.rule != total.rule);
            prop_assert!(!unpaid || payable == total.capped);
        }
    }

    #[test]
    fn nothing_is_payable_unless_eligible_and_no_key_is_drawn_twice(case in case()) {
        let answer = answer(&case);
        let mut keys = vec![];
        for row in &answer.entitlements {
            if row.status == Status::Eligible {
                prop_assert!(row.missing.is_empty());
                keys.extend(row.claim_keys.clone());
            } else {
                prop_assert_eq!(row.payable, Some(Fen::ZERO));
            }
            prop_assert!(row.payable <= row.amount.or(row.payable));
        }
        let count = keys.len();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(keys.len(), count);
    }

    #[test]
    fn arbitrary_json_never_panics(
        text in proptest::collection::vec(any::<u8>(), 0..200),
        (at, value) in (any::<prop::sample::Index>(), select(vec![
            "null", "-1", "1e400", "9223372036854775807", "\"\"", "[]", "{}", "\"9999-12-31\"",
            "\"0000-01-01\"", "[null]", "\"\\u0000\"",
        ])),
    ) {
        if let Ok(case) = Case::from_json(&text) {
            let _ = evaluate(shipped().unwrap(), &case);
        }
        let sound = include_str!("policy-cases/annual-range.json");
        let values: Vec<_> = sound.match_indices(": ").collect();
        let (from, _) = values[at.index(values.len())];
        let rest = &sound[from + 2..];
        let to = rest.find([',', '\n']).unwrap();
        let text = format!("{}{value}{}", &sound[..from + 2], &rest[to..]);
        let file = serde_json::from_str::<serde_json::Value>(&text).unwrap_or_default();
        if let Ok(case) = Case::from_json(file["case"].to_string().as_bytes()) {
            let _ = evaluate(shipped().unwrap(), &case);
        }
    }
}
