//! Links of the project's own pages: what they refer to inside the project is there.

use std::path::Path;

use crate::{assert_none, tree};

/// Targets of Markdown links and images, and of `href` and `src`, outside of code.
fn targets(text: &str) -> Vec<(usize, String)> {
    let mut targets = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        // Every second piece between backticks is code.
        for prose in line.split('`').step_by(2) {
            for (open, close) in [("](", ')'), ("href=\"", '"'), ("src=\"", '"')] {
                let found = prose.split(open).skip(1).filter_map(|rest| rest.split(close).next());
                targets.extend(found.map(|target| (number + 1, target.to_owned())));
            }
        }
    }
    targets
}

/// Relative links of the page at `path` whose target `exists` denies.
fn dead_links(path: &str, text: &str, exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let folder = Path::new(path).parent().unwrap_or(Path::new(""));
    let mut findings = Vec::new();
    for (line, target) in targets(text) {
        let file = target.split(['#', ' ']).next().unwrap_or_default();
        let outside = file.contains("://") || file.starts_with("mailto:");
        if !file.is_empty() && !outside && !exists(&folder.join(file)) {
            findings.push(format!("{path}:{line}: no file {target}"));
        }
    }
    findings
}

#[test]
fn links_lead_somewhere() {
    let root = tree::root();
    let files = tree::files();
    let pages = files.iter().filter(|file| {
        file.path.ends_with(".md") && (!file.path.contains('/') || file.path.starts_with("docs/"))
    });
    let dead = pages
        .flat_map(|page| dead_links(&page.path, &page.text, |target| root.join(target).exists()));
    assert_none(dead.collect());
}

#[test]
fn a_dead_link_is_found() {
    let exists = |target: &Path| target == Path::new("docs/../LICENSE");
    let dead = |text: &str| dead_links("docs/a.md", text, exists).len();
    assert_eq!(dead("[a](b.md) and [c](../LICENSE) <img src=\"d.png\">"), 2);
    assert_eq!(dead("[a](b.md#part \"title\")"), 1);
    assert_eq!(dead("[a](https://host.example/b) [c](#part) `[d](e)`\n```\n[f](g)\n```"), 0);
}
