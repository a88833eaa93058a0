//! Malformed cases are refused with the field that is wrong.

use linggong::policy::{Case, evaluate, shipped};
use serde_json::{Value, json};

fn sound() -> Value {
    json!({
        "as_of": "2025-07-15",
        "households": [{"id": "h1", "kind": "poverty"}],
        "people": [{"id": "p1", "household": "h1", "hukou": "640106", "groups": ["poverty"]}],
        "spells": [{"id": "s1", "person": "p1", "employer": "e1", "employer_kind": "enterprise",
            "division": "320505", "start": "2025-01-15", "end": null, "contract_signed": null,
            "insured_months": ["2025-01"], "insurances": ["pension"], "organised_by": null}],
        "income": [{"person": "p1", "date": "2025-03-31", "amount_fen": 1, "division": "320505",
            "kind": "wage"}],
        "rosters": [{"employer": "e1", "kind": "broker", "relocated": 5,
            "poverty_or_monitored": 1}],
        "paid": [{"rule": "broker-service-fee", "person": "p1", "employer": null,
            "date": "2025-01-01", "amount_fen": 1}],
    })
}

fn refusal(case: &Value) -> String {
    match Case::from_json(case.to_string().as_bytes()) {
        Ok(case) => evaluate(shipped().unwrap(), &case).unwrap_err().to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_sound_case_is_answered() {
    let case = Case::from_json(sound().to_string().as_bytes()).unwrap();
    assert!(evaluate(shipped().unwrap(), &case).is_ok());
}

#[test]
fn a_field_given_twice_is_refused() {
    let text = sound().to_string();
    for (once, twice) in [
        ("\"as_of\":", "\"as_of\":\"2024-01-01\",\"as_of\":"),
        ("\"amount_fen\":", "\"amount_fen\":2,\"amount_fen\":"),
    ] {
        assert!(text.contains(once));
        let error = Case::from_json(text.replace(once, twice).as_bytes()).unwrap_err().to_string();
        let name = once.trim_matches(['"', ':']);
        assert!(error.contains(&format!("{name} is given twice")), "{error}");
    }
}

#[test]
fn a_wrong_value_names_its_field() {
    for (pointer, value, wanted) in [
        ("/as_of", json!("2025-13-01"), "as_of: not a date"),
        ("/as_of", json!(20_250_101), "as_of: not a date"),
        ("/households", json!({}), "households: not a list"),
        ("/households/0", json!(1), "households[0]: not an object"),
        ("/households/0/kind", json!("rich"), "households[0].kind: unknown variant `rich`"),
        ("/people/0/id", json!(""), "people[0].id: not an id"),
        ("/people/0/household", json!("h9"), "people[0].household: not in households"),
        ("/people/0/hukou", json!("64010"), "people[0].hukou: not a division code"),
        ("/people/0/hukou", json!("64010a"), "people[0].hukou: not a division code"),
        ("/people/0/groups/0", json!("cats"), "people[0].groups[0]: unknown variant `cats`"),
        ("/spells/0/person", json!("p9"), "spells[0].person: not in people"),
        ("/spells/0/person", json!(null), "spells[0].person: not an id"),
        (
            "/spells/0/employer_kind",
            json!({"enterprise": null}),
            "spells[0].employer_kind: not text",
        ),
        ("/spells/0/start", json!("2025-02-29"), "spells[0].start: not a date"),
        ("/spells/0/start", json!(null), "spells[0].start: not a date"),
        ("/spells/0/end", json!("2025-01-14"), "spells[0].end: before start"),
        ("/spells/0/contract_signed", json!("soon"), "spells[0].contract_signed: not a date"),
        (
            "/spells/0/insured_months/0",
            json!("2025-00"),
            "spells[0].insured_months[0]: not a month",
        ),
        ("/spells/0/insurances/0", json!(1), "spells[0].insurances[0]: not text"),
        ("/income/0/person", json!("p9"), "income[0].person: not in people"),
        ("/income/0/amount_fen", json!(-1), "income[0].amount_fen: negative"),
        ("/income/0/amount_fen", json!(1.5), "income[0].amount_fen: not a whole number"),
        ("/income/0/amount_fen", json!("1"), "income[0].amount_fen: not a whole number"),
        ("/income/0/amount_fen", json!(u64::MAX), "income[0].amount_fen: not a whole number"),
        ("/income/0/kind", json!("gift"), "income[0].kind: unknown variant `gift`"),
        ("/rosters/0/relocated", json!(-5), "rosters[0].relocated: not a number of people"),
        ("/rosters/0/poverty_or_monitored", json!(6), "rosters[0].poverty_or_monitored: more than"),
        ("/paid/0/rule", json!("gift"), "paid[0].rule: no rule"),
        ("/paid/0/person", json!("p9"), "paid[0].person: not in people"),
        ("/paid/0/person", json!(null), "paid[0].person: missing"),
        ("/paid/0/rule", json!("absorption-local"), "paid[0].employer: missing"),
        ("/paid/0/amount_fen", json!(-1), "paid[0].amount_fen: negative"),
    ] {
        let mut case = sound();
        *case.pointer_mut(pointer).unwrap() = value;
        let refusal = refusal(&case);
        assert!(refusal.starts_with(wanted), "{refusal}, wanted {wanted}");
    }
}

#[test]
fn each_field_must_be_there_and_no_other() {
    for list in ["households", "people", "spells", "income", "rosters", "paid"] {
        let mut case = sound();
        case[list][0]["extra"] = json!(1);
        assert_eq!(refusal(&case), format!("{list}[0].extra: unknown field"));
        for field in sound()[list][0].as_object().unwrap().keys() {
            let mut case = sound();
            case[list][0].as_object_mut().unwrap().remove(field);
            assert_eq!(refusal(&case), format!("{list}[0].{field}: missing"));
        }
    }
    for field in sound().as_object().unwrap().keys() {
        let mut case = sound();
        case.as_object_mut().unwrap().remove(field);
        assert_eq!(refusal(&case), format!("{field}: missing"));
    }
}

#[test]
fn ids_are_unique() {
    for (list, field) in [("households", "id"), ("people", "id"), ("spells", "id")] {
        let mut case = sound();
        let again = case[list][0].clone();
        case[list].as_array_mut().unwrap().push(again);
        assert_eq!(refusal(&case), format!("{list}[1].{field}: used twice"));
    }
}
