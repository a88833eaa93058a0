//! `linggong policy` as a process: what it prints and how it exits.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;

const CASE: &str = r#"{"as_of": "2025-04-15", "households": [{"id": "h1", "kind": "poverty"}],
  "people": [{"id": "p1", "household": "h1", "hukou": "640106", "groups": ["poverty"]}],
  "spells": [{"id": "s1", "person": "p1", "employer": "e1", "employer_kind": "enterprise",
    "division": "320505", "start": "2025-01-15", "end": null, "contract_signed": null,
    "insured_months": [], "insurances": [], "organised_by": null}],
  "income": [], "rosters": [], "paid": []}"#;

fn linggong(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_linggong"))
        .arg("policy")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads no input may be gone before it is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let line = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(line.matches('\n').count(), 1, "{line:?}");
    line.trim_end().to_owned()
}

fn policy_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/jinfeng-2024.toml")
}

#[test]
fn eval_prints_one_object_with_exactly_the_fields_of_the_contract() {
    let output = linggong(&["eval", "-"], CASE);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let names = |value: &Value| -> Vec<String> {
        let mut names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(&answer), ["as_of", "entitlements", "households", "policy"]);
    assert_eq!(
        names(&answer["entitlements"][0]),
        [
            "amount_fen",
            "beneficiary",
            "clause",
            "eligible_on",
            "missing",
            "next",
            "notes",
            "payable_fen",
            "person",
            "range_fen",
            "rule",
            "spell",
            "status"
        ]
    );
    assert_eq!(answer["entitlements"].as_array().unwrap().len(), 3);
    assert_eq!(answer["entitlements"][0]["clause"], "六");
}

#[test]
fn eval_reads_a_file_and_another_policy() {
    let folder = tempfile::tempdir().unwrap();
    let (case, policy) = (folder.path().join("case.json"), folder.path().join("next.toml"));
    std::fs::write(&case, CASE).unwrap();
    let text = std::fs::read_to_string(policy_file()).unwrap();
    let next = text.replace("other_province_fen = 100000", "other_province_fen = 110000");
    std::fs::write(&policy, next).unwrap();
    let (case, policy) = (case.to_str().unwrap(), policy.to_str().unwrap());
    let output = linggong(&["eval", case, "--policy", policy], "");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let row = answer["entitlements"].as_array().unwrap().iter().find(|row| row["clause"] == "六");
    assert!(row.is_some());
    let bracketed = |row: &&Value| row["rule"] == "transport-household";
    let row = answer["entitlements"].as_array().unwrap().iter().find(bracketed).unwrap();
    assert_eq!(row["payable_fen"], 110_000);
}

#[test]
fn explain_tells_clause_facts_and_readings_in_chinese() {
    let output = linggong(&["explain", "-"], CASE);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "【六】脱贫户和监测对象家庭一次性交通补助（transport-household）",
        "结论：符合条件；应得 1000 元；现可付 1000 元",
        "自 2025-01-15 起就业，仍在岗，满 3 个月之日为 2025-04-15：符合。",
        "由 640106 到 320505 务工，属跨省：符合。",
        "解释 bracket-boundary：恰满 6 个月的，按高档。",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

#[test]
fn malformed_cases_and_missing_files_exit_2_with_one_line() {
    let wrong_day = CASE.replace("2025-01-15", "2025-02-30");
    assert_eq!(refused(&linggong(&["eval", "-"], &wrong_day)), "spells[0].start: not a date");
    assert_eq!(refused(&linggong(&["explain", "-"], &wrong_day)), "spells[0].start: not a date");
    let two_lines = CASE.replacen("\"as_of\"", "\"as\\nof\": 1, \"as_of\"", 1);
    assert!(refused(&linggong(&["eval", "-"], &two_lines)).ends_with("unknown field"));
    assert!(refused(&linggong(&["eval", "-"], "{")).starts_with("case: not JSON"));
    assert!(refused(&linggong(&["eval", "no-such-case.json"], "")).contains("no-such-case.json"));
    assert!(
        refused(&linggong(&["eval", "-", "--policy", "no-such.toml"], CASE)).contains("no-such")
    );
}

#[test]
fn check_exits_by_its_findings() {
    let shipped = policy_file();
    let output = linggong(&["check", shipped.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(0));

    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("wrong.toml");
    let text = std::fs::read_to_string(&shipped).unwrap();
    let broken = text.replace("low_fen = 20000", "low_fen = 90000");
    let line = broken.lines().position(|line| line == "low_fen = 90000").unwrap() + 1;
    std::fs::write(&wrong, broken).unwrap();
    let output = linggong(&["check", wrong.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(1));
    let findings = String::from_utf8(output.stdout).unwrap();
    assert!(findings.starts_with(&format!("{}:{line}: rule[4]", wrong.display())), "{findings}");

    assert_eq!(linggong(&["check", "no-such.toml"], "").status.code(), Some(2));
    assert_eq!(linggong(&["check"], "").status.code(), Some(2));
}
