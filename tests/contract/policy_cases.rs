//! The case files of `policy-cases/`: facts, and what the shipped policy must answer.
//!
//! An expectation names a rule, the fields that select one of its rows and the fields wanted in
//! it, or the sum payable under a rule, a household's total, or a number of rows.

use std::{fs, path::Path};

use linggong::policy::{Case, evaluate, shipped};
use serde_json::Value;

#[test]
fn every_case_is_answered_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract/policy-cases");
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    names.sort();
    assert!(!names.is_empty());
    let mut failures = vec![];
    for path in names {
        let file: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let case = Case::from_json(file["case"].to_string().as_bytes()).unwrap();
        let answer = evaluate(shipped().unwrap(), &case).unwrap();
        let answer = serde_json::to_value(answer).unwrap();
        let expectations = file["expect"].as_array().unwrap();
        assert!(!expectations.is_empty(), "{}", path.display());
        for expected in expectations {
            if let Err(problem) = check(&answer, expected) {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                failures.push(format!("{name}: {expected}: {problem}"));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn check(answer: &Value, expected: &Value) -> Result<(), String> {
    let rows = answer["entitlements"].as_array().unwrap();
    let households = answer["households"].as_array().unwrap();
    if let Some(count) = expected.get("household_count") {
        return equal("households", &households.len().into(), count);
    }
    if let Some(rule) = expected.get("sum_payable") {
        let of_rule = rows.iter().filter(|row| row["rule"] == *rule);
        let sum: i64 = of_rule.filter_map(|row| row["payable_fen"].as_i64()).sum();
        return equal("sum of payable_fen", &sum.into(), &expected["want"]);
    }
    let rule = expected["rule"].as_str().ok_or("expectation without a rule")?;
    if let Some(household) = expected.get("household") {
        let row = households
            .iter()
            .find(|row| row["household"] == *household && row["rule"] == rule)
            .ok_or("no such household row")?;
        return fields(row, &expected["want"]);
    }
    if let Some(count) = expected.get("count") {
        let rows = rows.iter().filter(|row| row["rule"] == rule).count();
        return equal("rows", &rows.into(), count);
    }
    let select = expected["select"].as_object().ok_or("expectation without a selection")?;
    let selected: Vec<&Value> = rows
        .iter()
        .filter(|row| row["rule"] == rule)
        .filter(|row| select.iter().all(|(field, value)| row[field] == *value))
        .collect();
    match selected[..] {
        [row] => fields(row, &expected["want"]),
        _ => Err(format!("{} rows are selected", selected.len())),
    }
}

fn fields(row: &Value, wanted: &Value) -> Result<(), String> {
    for (field, value) in wanted.as_object().ok_or("nothing is wanted")? {
        let (name, has) = match field.rsplit_once('_') {
            Some((name, "has")) => (name, Some(true)),
            Some((name, "not")) => (name, Some(false)),
            _ => (field.as_str(), None),
        };
        let found = row.get(name).ok_or_else(|| format!("no field {name}"))?;
        match has {
            None => equal(name, found, value)?,
            Some(has) => {
                let found = found.as_array().ok_or("not a list")?;
                let unlike = |value: &&Value| found.contains(value) != has;
                if let Some(value) = value.as_array().ok_or("not a list")?.iter().find(unlike) {
                    return Err(format!("{field} {value} fails in {found:?}"));
                }
            }
        }
    }
    Ok(())
}

fn equal(name: &str, found: &Value, wanted: &Value) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{name} is {found}, wanted {wanted}")) }
}
