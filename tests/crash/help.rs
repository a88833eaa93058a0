//! What `--help` says of every command.

use crate::process::{program, text};

async fn help(command: &[String]) -> String {
    let output = program().args(command).arg("--help").output().await.unwrap();
    assert!(output.status.success(), "{command:?}");
    text(&output.stdout)
}

/// The lines of a part of a help text.
fn part<'a>(help: &'a str, title: &str) -> impl Iterator<Item = &'a str> {
    let lines = help.lines().skip_while(move |line| *line != title);
    let lines = lines.skip(1);
    lines.take_while(|line| line.is_empty() || line.starts_with(' '))
}

fn below(help: &str) -> Vec<String> {
    let names = part(help, "Commands:").filter_map(|line| {
        let name = line.strip_prefix("  ")?;
        let name = name.split_whitespace().next()?;
        (!line.starts_with("   ") && name != "help").then(|| name.to_owned())
    });
    names.collect()
}

/// Each option with its text.
fn options(help: &str) -> Vec<String> {
    let mut options: Vec<String> = Vec::new();
    for line in part(help, "Options:") {
        let name = line.trim_start();
        if name.starts_with('-') && line.len() - name.len() <= 6 {
            options.push(String::new());
        }
        if let Some(option) = options.last_mut() {
            option.push_str(line);
            option.push('\n');
        }
    }
    options
}

#[tokio::test]
async fn every_option_is_documented_and_has_its_variable() {
    let mut commands = vec![Vec::new()];
    let mut findings = Vec::new();
    let (mut at, mut seen) = (0, 0);
    while let Some(command) = commands.get(at).cloned() {
        at += 1;
        let help = help(&command).await;
        for name in below(&help) {
            let mut deeper = command.clone();
            deeper.push(name);
            commands.push(deeper);
        }
        for option in options(&help) {
            seen += 1;
            // Lines break anywhere.
            let option = option.split_whitespace().collect::<Vec<_>>().join(" ");
            let start = option.find("--").unwrap();
            let name = &option[start + 2..];
            let name = name.split([' ', '.', '=']).next().unwrap();
            if ["help", "version"].contains(&name) {
                continue;
            }
            let variable = name.to_uppercase().replace('-', "_");
            let said = option[start + 2 + name.len()..].trim();
            let said = said.trim_start_matches(|c: char| c == '<' || c == '>' || c.is_uppercase());
            if said.trim_start_matches(['_', '-']).trim().starts_with('[') {
                findings.push(format!("{command:?}: --{name} says nothing"));
            }
            // Of secrets the value is not shown.
            let shown = ["=", "]"].map(|end| format!("[env: LINGGONG_{variable}{end}"));
            if !shown.iter().any(|shown| option.contains(shown)) {
                findings.push(format!("{command:?}: --{name} has no LINGGONG_{variable}"));
            }
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    println!("{at} commands, {seen} options");
    assert!(at > 5 && seen > 20, "the walk found {at} commands, {seen} options");
}
