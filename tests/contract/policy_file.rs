//! The policy file: what is shipped, what is refused, and how a bureau switches a reading.

use linggong::{
    domain::calendar::Day,
    policy::{Case, Known, Policy, Reading, Status, Unconfirmed, evaluate, in_force, shipped},
};
use serde_json::{Value, json};

const TEXT: &str = include_str!("../../policies/jinfeng-2024.toml");

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// The findings of the shipped file with one change.
fn finding(from: &str, to: &str) -> String {
    assert!(TEXT.contains(from), "{from}");
    let error = Policy::parse(&TEXT.replacen(from, to, 1)).unwrap_err();
    error.to_string()
}

#[test]
fn the_shipped_file_holds_every_money_rule_and_every_reading() {
    let policy = shipped().unwrap();
    let rules: Vec<_> =
        policy.rules.iter().map(|rule| (rule.clause.as_str(), rule.id.as_str())).collect();
    assert_eq!(
        rules,
        [
            ("四", "insurance-refund"),
            ("四", "absorption-workshop"),
            ("四", "absorption-local"),
            ("六", "broker-service-fee"),
            ("六", "transport-annual"),
            ("六", "transport-household"),
            ("七", "income-incentive"),
            ("八", "training-subsidy"),
            ("八", "apprentice-training"),
            ("九", "artisan-studio"),
        ]
    );
    for rule in &policy.rules {
        assert!(!rule.evidence.is_empty(), "{}", rule.id);
        assert_eq!(rule.notice_days, Known::Unconfirmed(Unconfirmed::Mark), "{}", rule.id);
    }
    for reading in Reading::ALL {
        let interpretation = policy.interpretation(*reading).unwrap();
        assert!(interpretation.options.len() > 1 && !interpretation.text().is_empty());
        assert!(!interpretation.question.is_empty() && !interpretation.reason.is_empty());
    }
}

#[test]
fn contradictions_are_found_with_their_lines() {
    for (from, to, place) in [
        ("id = \"absorption-local\"", "id = \"absorption-workshop\"", "rule[2].id"),
        ("from_months = 6", "from_months = 3", "brackets[1]: not ascending"),
        ("from_months = 3", "from_months = 2", "brackets: the first does not begin"),
        ("months = 3", "months = 4", "brackets: the first does not begin"),
        ("{ income_fen = 2000000,", "{ income_fen = 1000000,", "tiers[1]: not ascending"),
        ("first_month = 10", "first_month = 13", "first_month: not a month"),
        ("amount_fen = 20000", "amount_fen = 0", "amount_fen: not above 0"),
        ("high_fen = 80000", "high_fen = 10000", "low_fen: below 0 or above high_fen"),
        ("low_fen = 600000, high", "low_fen = 1600000, high", "low_fen above high_fen"),
        ("default = \"civil-code\"", "default = \"lunar\"", "default: no option `lunar`"),
        ("default = \"ask\"", "default = \"ask\"\nchoice = \"no\"", "choice: no option `no`"),
        ("id = \"fee-once\"", "id = \"fee-twice\"", "no reading `fee-twice` is known"),
        ("overlaps = [\"transport-household\"]", "overlaps = [\"x\"]", "no other rule `x`"),
        ("once_per = [\"person-cycle\"]", "once_per = []", "once_per: no key"),
        ("organised = true", "organised = false", "beneficiary: not one"),
        ("id = \"hr\"\nname = \"人", "id = \"hr\"\nname = \"别的人", "rule[1].lead: no bureau"),
        ("ratio_bp = 2000", "ratio_bp = 2000\nmonths = 6", "do not look at"),
        ("effective_to = \"2024-12-31\"", "effective_to = \"2024-10-31\"", "before effective_from"),
    ] {
        let found = finding(from, to);
        assert!(found.contains(place), "{from} -> {to}: {found}");
    }
}

#[test]
fn unknown_missing_and_mistyped_fields_are_found() {
    assert!(finding("contract = true", "contrakt = true").contains("contrakt"));
    assert!(finding("issued = \"2024-11-12\"\n", "").contains("issued"));
    assert!(finding("issued = \"2024-11-12\"", "issued = \"2024-11-31\"").contains("not a date"));
    assert!(finding("notice_days = \"未确认\"", "notice_days = \"待定\"").contains("match"));
    assert!(finding("[\"village_check\", ", "[\"paid\", ").contains("desks and notices"));
    assert!(finding("[\"village_check\", ", "[\"moon\", ").contains("choices"));
    assert!(finding("\"pension\", ", "\"pensoin\", ").contains("pensoin"));
    let line = TEXT.lines().position(|line| line.starts_with("organised")).unwrap() + 1;
    assert!(finding("organised = true", "organised =").starts_with(&format!("{line}: ")));
}

#[test]
fn the_policy_in_force_is_the_one_that_took_effect_last() {
    let old = Policy::parse(TEXT).unwrap();
    let new = TEXT.replace("2024-11-12", "2026-01-01").replace("2024-12-31", "2026-12-31");
    let new = Policy::parse(&new.replacen("jinfeng-2024", "jinfeng-2026", 1)).unwrap();
    let policies = [new, old];
    let chosen = |text| in_force(&policies, day(text)).map(|policy| policy.id.as_str());
    assert_eq!(chosen("2024-11-11"), None);
    assert_eq!(chosen("2024-11-12"), Some("jinfeng-2024"));
    assert_eq!(chosen("2025-12-31"), Some("jinfeng-2024"));
    assert_eq!(chosen("2026-01-01"), Some("jinfeng-2026"));
}

/// The case of a file, with changes at JSON pointers.
fn case(file: &str, changes: &[(&str, Value)]) -> Case {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contract/policy-cases");
    let text = std::fs::read(format!("{folder}/{file}.json")).unwrap();
    let mut case = serde_json::from_slice::<Value>(&text).unwrap()["case"].take();
    for (pointer, value) in changes {
        *case.pointer_mut(pointer).unwrap() = value.clone();
    }
    Case::from_json(case.to_string().as_bytes()).unwrap()
}

fn switched(id: &str, choice: &str) -> Policy {
    let head = format!("id = \"{id}\"\n");
    assert!(TEXT.contains(&head));
    Policy::parse(&TEXT.replacen(&head, &format!("{head}choice = \"{choice}\"\n"), 1)).unwrap()
}

#[test]
fn each_reading_can_be_switched_in_the_file() {
    use Status::{Eligible, Ineligible, NeedsRuling, Paid, Pending};
    let fee = "broker-service-fee";
    let (annual, household) = ("transport-annual", "transport-household");
    let no_contract = json!([{"id": "s1", "person": "p1", "employer": "e1",
        "employer_kind": "enterprise", "division": "320505", "start": "2025-01-15",
        "end": "2025-07-31", "contract_signed": null, "insured_months": [], "insurances": [],
        "organised_by": "b1"}]);
    for (id, choice, case, rule, row, before, after) in [
        // 180 days from 15 January are over on 14 July.
        ("month-count", "thirty-days", case("fee-day-before", &[]), fee, 0, Pending, Eligible),
        (
            "home-county",
            "district",
            case("fee-works-in-the-district-with-hukou-elsewhere", &[]),
            fee,
            0,
            Eligible,
            Ineligible,
        ),
        (
            "other-employers",
            "refuse",
            case("fee-employer-grower", &[]),
            fee,
            0,
            NeedsRuling,
            Ineligible,
        ),
        (
            "other-employers",
            "accept",
            case("fee-employer-grower", &[]),
            fee,
            0,
            NeedsRuling,
            Eligible,
        ),
        ("insured-months", "any", case("fee-five-insured-months", &[]), fee, 0, Pending, Eligible),
        (
            "all-insurances",
            "any",
            case("annual-four-insurances", &[]),
            annual,
            0,
            Pending,
            Eligible,
        ),
        (
            "late-evidence",
            "refuse",
            case("fee-ended-without-contract", &[("/spells", no_contract)]),
            fee,
            0,
            Pending,
            Ineligible,
        ),
        ("fee-once", "year", case("fee-same-employer-two-years", &[]), fee, 1, Paid, Eligible),
        (
            "household-once",
            "ever",
            case("hh-two-spells-two-years", &[]),
            household,
            0,
            Eligible,
            Paid,
        ),
        (
            "two-transports",
            "ask",
            case("annual-and-household", &[]),
            annual,
            0,
            Eligible,
            NeedsRuling,
        ),
        ("outside-term", "ask", case("fee-leap-day", &[]), fee, 0, Eligible, NeedsRuling),
        (
            "income-cycle",
            "second-month",
            case("income-next-cycle", &[("/income/0/amount_fen", json!(0))]),
            "income-incentive",
            0,
            Eligible,
            Eligible,
        ),
        (
            "local-ratio",
            "rounded",
            case("local-19-of-96", &[]),
            "absorption-local",
            0,
            Pending,
            Eligible,
        ),
        (
            "short-roster",
            "refuse",
            case("local-19-of-96", &[]),
            "absorption-local",
            0,
            Pending,
            Ineligible,
        ),
    ] {
        let status = |policy: &Policy| {
            let answer = evaluate(policy, &case).unwrap();
            answer.entitlements.iter().filter(|found| found.rule == rule).nth(row).unwrap().status
        };
        assert_eq!(status(shipped().unwrap()), before, "{id} by default");
        assert_eq!(status(&switched(id, choice)), after, "{id} = {choice}");
    }
}

#[test]
fn readings_of_amounts_can_be_switched_in_the_file() {
    for (id, choice, file, rule, before, after) in [
        (
            "bracket-boundary",
            "lower",
            "hh-six-other-county",
            "transport-household",
            [60_000, 0],
            [40_000, 0],
        ),
        (
            "paid-year",
            "date",
            "hh-due-in-december-paid-in-january",
            "transport-household",
            [40_000, 0],
            [140_000, 0],
        ),
        (
            "income-cycle",
            "second-month",
            "income-next-cycle",
            "income-incentive",
            [100_000, 0],
            [500_000, 0],
        ),
        (
            "household-cut",
            "share",
            "income-cap-cuts-the-latest",
            "income-incentive",
            [100_000, 500_000],
            [300_000, 300_000],
        ),
    ] {
        let payable = |policy: &Policy| {
            let answer = evaluate(policy, &case(file, &[])).unwrap();
            let rows = answer.entitlements.iter().filter(|row| row.rule == rule);
            let mut sums = [0; 2];
            rows.zip(&mut sums).for_each(|(row, sum)| *sum = row.payable.unwrap().0);
            sums
        };
        assert_eq!(payable(shipped().unwrap()), before, "{id} by default");
        assert_eq!(payable(&switched(id, choice)), after, "{id} = {choice}");
    }
}
