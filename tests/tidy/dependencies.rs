//! Dependencies: their licences, their duplicates, where they come from. The rules stand in
//! `deny.toml`, in the format of cargo-deny; a setting that is not enforced here is refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};

use crate::{assert_none, tree};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    graph: Graph,
    licenses: LicenceRules,
    bans: Bans,
    #[serde(rename = "sources")]
    _sources: Sources,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Graph {
    targets: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct LicenceRules {
    allow: Vec<String>,
    #[serde(rename = "include-dev")]
    _include_dev: True,
    #[serde(rename = "unused-allowed-license")]
    _unused: Allow,
    exceptions: Vec<LicenceException>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LicenceException {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Bans {
    #[serde(rename = "multiple-versions")]
    _multiple_versions: Deny,
    #[serde(rename = "multiple-versions-include-dev")]
    _include_dev: True,
    #[serde(rename = "wildcards")]
    _wildcards: Deny,
    deny: Vec<Entry>,
    skip: Vec<Entry>,
    skip_tree: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Sources {
    #[serde(rename = "unknown-registry")]
    _unknown_registry: Deny,
    #[serde(rename = "unknown-git")]
    _unknown_git: Deny,
}

/// `name` or `name@version`, and why it stands in the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(rename = "crate")]
    package: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Allow {
    Allow,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Deny {
    Deny,
}

/// A switch that the checks here know only in one position.
#[derive(Deserialize)]
#[serde(try_from = "bool")]
struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;
    fn try_from(on: bool) -> Result<True, Self::Error> {
        on.then_some(True).ok_or("development dependencies are always checked")
    }
}

/// What `cargo metadata` answers, as far as it is needed here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Clone, Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    /// None for the project itself.
    source: Option<String>,
    dependencies: Vec<Dependency>,
}

#[derive(Clone, Deserialize)]
struct Dependency {
    name: String,
    req: String,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    dependencies: Vec<String>,
}

impl Rules {
    fn of_the_project() -> Rules {
        toml::from_str(&tree::read("deny.toml")).expect("deny.toml holds only what is enforced")
    }
}

impl Entry {
    fn names(&self, package: &Package) -> bool {
        match self.package.split_once('@') {
            Some((name, version)) => name == package.name && version == package.version,
            None => self.package == package.name,
        }
    }
}

impl Metadata {
    /// The packages that the lock file names for the targets of `deny.toml`.
    fn of_the_project(rules: &Rules) -> Metadata {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["metadata", "--format-version", "1", "--locked", "--offline"]);
        for target in &rules.graph.targets {
            cargo.args(["--filter-platform", target]);
        }
        let answer = cargo.current_dir(tree::root()).output().expect("cargo runs");
        let complaint = String::from_utf8_lossy(&answer.stderr);
        assert!(answer.status.success(), "`cargo fetch --locked` helps when offline: {complaint}");
        serde_json::from_slice(&answer.stdout).expect("the metadata's format is version 1")
    }

    /// Ids of the packages that `roots` bring, themselves included.
    fn trees_of(&self, roots: &[Entry]) -> BTreeSet<&str> {
        let edges: BTreeMap<&str, &[String]> =
            self.resolve.nodes.iter().map(|node| (&*node.id, &*node.dependencies)).collect();
        let is_root = |package: &&Package| roots.iter().any(|root| root.names(package));
        let mut open: Vec<&str> =
            self.packages.iter().filter(is_root).map(|package| &*package.id).collect();
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(edges.get(id).into_iter().flat_map(|ids| ids.iter().map(|id| &**id)));
            }
        }
        seen
    }
}

/// The licences that the project accepts.
pub struct Licences {
    allowed: Vec<Licensee>,
    exceptions: BTreeMap<String, Vec<Licensee>>,
}

impl Licences {
    pub fn of_the_project() -> Licences {
        Licences::new(&Rules::of_the_project().licenses)
    }

    fn new(rules: &LicenceRules) -> Licences {
        let parse = |names: &[String]| -> Vec<Licensee> {
            names.iter().map(|name| Licensee::parse(name).expect("a known licence")).collect()
        };
        Licences {
            allowed: parse(&rules.allow),
            exceptions: rules
                .exceptions
                .iter()
                .map(|exception| (exception.name.clone(), parse(&exception.allow)))
                .collect(),
        }
    }

    /// Says what is wrong with an SPDX expression, for a package that may have an exception.
    pub fn admit(&self, expression: &str, package: Option<&str>) -> Result<(), String> {
        let own = package.and_then(|package| self.exceptions.get(package));
        let parsed = Expression::parse_mode(expression, ParseMode::LAX)
            .map_err(|error| format!("its licence `{expression}` is not an expression: {error}"))?;
        let admitted = parsed.evaluate(|required| {
            self.allowed.iter().chain(own.into_iter().flatten()).any(|one| one.satisfies(required))
        });
        admitted.then_some(()).ok_or_else(|| format!("its licence `{expression}` is not accepted"))
    }
}

fn licence_findings(licences: &Licences, packages: &[Package]) -> Vec<String> {
    let mut findings = Vec::new();
    for package in packages {
        let Package { name, version, .. } = package;
        match &package.license {
            None => findings.push(format!("{name} {version}: names no licence")),
            Some(expression) => {
                if let Err(refusal) = licences.admit(expression, Some(name)) {
                    findings.push(format!("{name} {version}: {refusal}"));
                }
            }
        }
    }
    for excepted in licences.exceptions.keys() {
        if !packages.iter().any(|package| package.name == *excepted) {
            findings.push(format!("{excepted}: has an exception and is no dependency"));
        }
    }
    findings
}

fn duplicate_findings(bans: &Bans, metadata: &Metadata) -> Vec<String> {
    let skipped_trees = metadata.trees_of(&bans.skip_tree);
    let mut versions: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
    for package in &metadata.packages {
        if !skipped_trees.contains(&*package.id) {
            versions.entry(&package.name).or_default().push(package);
        }
    }
    let mut findings = Vec::new();
    for entry in bans.skip.iter().chain(&bans.skip_tree) {
        if entry.reason.is_empty() {
            findings.push(format!("{}: skipped for no reason", entry.package));
        }
    }
    for entry in &bans.skip {
        let needed = versions
            .values()
            .any(|same| same.len() > 1 && same.iter().any(|package| entry.names(package)));
        if !needed {
            findings.push(format!("{}: skipped, but not a second version", entry.package));
        }
    }
    for root in &bans.skip_tree {
        if !metadata.packages.iter().any(|package| root.names(package)) {
            findings.push(format!("{}: its tree is skipped and it is not there", root.package));
        }
    }
    for (name, mut same) in versions {
        same.retain(|package| !bans.skip.iter().any(|entry| entry.names(package)));
        if same.len() > 1 {
            let list: Vec<&str> = same.iter().map(|package| &*package.version).collect();
            findings.push(format!("{name}: comes in {}", list.join(" and ")));
        }
    }
    findings
}

fn ban_findings(bans: &Bans, packages: &[Package]) -> Vec<String> {
    let mut findings = Vec::new();
    for package in packages {
        if let Some(ban) = bans.deny.iter().find(|ban| ban.names(package)) {
            findings.push(format!("{}: banned: {}", package.name, ban.reason));
        }
        match package.source.as_deref() {
            None => findings.extend(
                package
                    .dependencies
                    .iter()
                    .filter(|dependency| dependency.req == "*")
                    .map(|dependency| format!("{}: in any version", dependency.name)),
            ),
            Some("registry+https://github.com/rust-lang/crates.io-index") => {}
            Some(source) => findings.push(format!("{}: comes from {source}", package.name)),
        }
    }
    findings
}

#[test]
fn licences_duplicates_and_sources_are_accepted_ones() {
    let rules = Rules::of_the_project();
    let metadata = Metadata::of_the_project(&rules);
    assert!(metadata.packages.len() > 100, "the dependencies were not found");
    let mut findings = licence_findings(&Licences::new(&rules.licenses), &metadata.packages);
    findings.extend(duplicate_findings(&rules.bans, &metadata));
    findings.extend(ban_findings(&rules.bans, &metadata.packages));
    assert_none(findings);
}

fn package(name: &str, version: &str, license: Option<&str>) -> Package {
    Package {
        id: format!("{name}@{version}"),
        name: name.to_owned(),
        version: version.to_owned(),
        license: license.map(str::to_owned),
        source: Some("registry+https://github.com/rust-lang/crates.io-index".to_owned()),
        dependencies: Vec::new(),
    }
}

#[test]
fn a_licence_that_is_not_accepted_is_found() {
    let mut licences = Licences::of_the_project();
    licences.exceptions.clear();
    let findings = |license| licence_findings(&licences, &[package("a", "1.0.0", license)]).len();
    for accepted in ["MIT", "GPL-3.0-only OR MIT", "MIT/Apache-2.0", "MIT AND (ISC OR GPL-2.0)"] {
        assert_eq!(findings(Some(accepted)), 0, "{accepted}");
    }
    for refused in
        ["GPL-3.0-only", "MIT AND MPL-2.0", "Apache-2.0 WITH Classpath-exception-2.0", "?"]
    {
        assert_eq!(findings(Some(refused)), 1, "{refused}");
    }
    assert_eq!(findings(None), 1);
}

#[test]
fn a_second_version_is_found_unless_it_is_skipped_with_a_need() {
    let entry = |package: &str| Entry { package: package.to_owned(), reason: "old".to_owned() };
    let node = |id: &str, dependencies: &[&str]| Node {
        id: id.to_owned(),
        dependencies: dependencies.iter().map(|id| (*id).to_owned()).collect(),
    };
    let metadata = Metadata {
        packages: [("a", "1.0.0"), ("b", "1.0.0"), ("b", "2.0.0")]
            .map(|(name, version)| package(name, version, None))
            .to_vec(),
        resolve: Resolve { nodes: vec![node("a@1.0.0", &["b@1.0.0"]), node("b@1.0.0", &[])] },
    };
    let findings = |skip: &[&str], skip_tree: &[&str]| {
        let bans = Bans {
            _multiple_versions: Deny::Deny,
            _include_dev: True,
            _wildcards: Deny::Deny,
            deny: Vec::new(),
            skip: skip.iter().map(|name| entry(name)).collect(),
            skip_tree: skip_tree.iter().map(|name| entry(name)).collect(),
        };
        duplicate_findings(&bans, &metadata).len()
    };
    assert_eq!(findings(&[], &[]), 1);
    assert_eq!(findings(&["b@1.0.0"], &[]), 0);
    assert_eq!(findings(&[], &["a@1.0.0"]), 0);
    assert_eq!(findings(&["b@1.0.0", "a@1.0.0"], &[]), 1);
    assert_eq!(findings(&["b@1.0.0"], &["c@1.0.0"]), 1);
}

#[test]
fn a_banned_crate_a_foreign_source_and_a_wildcard_are_found() {
    let bans = Rules::of_the_project().bans;
    let mut own = package("linggong", "0.1.0", None);
    own.source = None;
    own.dependencies = vec![Dependency { name: "a".to_owned(), req: "*".to_owned() }];
    let mut foreign = package("a", "1.0.0", None);
    foreign.source = Some("git+https://host.example/a".to_owned());
    let banned = package("openssl-sys", "1.0.0", None);
    assert_eq!(ban_findings(&bans, &[own, foreign, banned]).len(), 3);
}
