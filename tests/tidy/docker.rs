//! The container files, read where no engine runs: known instructions, pinned images, no root, no
//! secrets, health checks, and that everything they refer to is there.

use std::collections::BTreeSet;

use yaml_rust2::{Yaml, YamlLoader};

use crate::{assert_none, tree};

const INSTRUCTIONS: &[&str] = &[
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "RUN",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// What a node cannot run without.
const NODE_SETTINGS: &[&str] = &["LINGGONG_DATABASE_URL", "LINGGONG_LISTEN", "LINGGONG_KEY_FILE"];

/// Instructions with their arguments; continued lines are joined, comments left out.
fn instructions(dockerfile: &str) -> Vec<(String, String)> {
    let mut instructions = Vec::new();
    let mut pending = String::new();
    for line in dockerfile.lines().map(str::trim) {
        if line.starts_with('#') || (line.is_empty() && pending.is_empty()) {
            continue;
        }
        match line.strip_suffix('\\') {
            Some(part) => pending.push_str(part),
            None => {
                pending.push_str(line);
                let (name, arguments) = pending.split_once(' ').unwrap_or((&pending, ""));
                instructions.push((name.to_owned(), arguments.trim().to_owned()));
                pending.clear();
            }
        }
    }
    if !pending.is_empty() {
        instructions.push((pending, String::new()));
    }
    instructions
}

fn dockerfile_findings(dockerfile: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let instructions = instructions(dockerfile);
    let mut findings = Vec::new();
    let mut stages: Vec<&str> = Vec::new();
    for (name, arguments) in &instructions {
        if !INSTRUCTIONS.contains(&name.as_str()) {
            findings.push(format!("`{name}` is no instruction that is used here"));
        }
        let words: Vec<&str> = arguments.split_whitespace().collect();
        match (name.as_str(), words.as_slice()) {
            ("FROM", [image, rest @ ..]) => {
                if !stages.contains(image) {
                    findings.extend(unpinned(image));
                }
                stages.extend(rest.get(1));
            }
            ("FROM", []) => findings.push("FROM without an image".to_owned()),
            ("COPY", words) => {
                let (options, files): (Vec<&str>, Vec<&str>) =
                    words.iter().copied().partition(|word| word.starts_with("--"));
                let from = options.iter().find_map(|option| option.strip_prefix("--from="));
                match (from, files.split_last()) {
                    (_, None | Some((_, []))) => {
                        findings.push(format!("COPY {arguments}: no goal"))
                    }
                    (Some(stage), _) if !stages.contains(&stage) => {
                        findings.push(format!("COPY from `{stage}`, which is no stage"));
                    }
                    (Some(_), _) => {}
                    (None, Some((_, sources))) => findings.extend(
                        sources
                            .iter()
                            .filter(|source| !exists(source))
                            .map(|source| format!("COPY {source}: not there")),
                    ),
                }
            }
            ("ENV" | "ARG", words) => findings.extend(
                words
                    .iter()
                    .filter_map(|word| word.split_once('='))
                    .filter(|(key, _)| is_secret(key))
                    .map(|(key, _)| format!("{name} {key}: a secret in the image")),
            ),
            _ => {}
        }
    }
    let last_stage = instructions.iter().rposition(|(name, _)| name == "FROM").unwrap_or(0);
    let argument_of = |wanted: &str| {
        let found = instructions[last_stage..].iter().rev().find(|(name, _)| name == wanted);
        found.map(|(_, arguments)| arguments.as_str())
    };
    if matches!(argument_of("USER"), None | Some("root" | "0")) {
        findings.push("the last stage runs as root".to_owned());
    }
    if !argument_of("HEALTHCHECK").is_some_and(|check| check.contains("/healthz")) {
        findings.push("no HEALTHCHECK of /healthz".to_owned());
    }
    findings
}

/// Complains about an image whose tag does not begin with a version.
fn unpinned(image: &str) -> Option<String> {
    let name = image.rsplit('/').next().unwrap_or(image);
    let pinned = name
        .split_once(':')
        .is_some_and(|(_, tag)| tag.starts_with(|first: char| first.is_ascii_digit()));
    (!pinned).then(|| format!("{image}: no version is pinned"))
}

/// A name that tells of a secret; one that ends in `_FILE` tells where it lies.
fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_uppercase();
    ["PASSWORD", "SECRET", "TOKEN", "KEY"].iter().any(|word| key.contains(word))
        && !key.ends_with("_FILE")
}

/// `exists` answers for paths relative to the folder of the file.
fn compose_findings(compose: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let document = match YamlLoader::load_from_str(compose) {
        Ok(documents) if documents.len() == 1 => documents.into_iter().next().unwrap_or(Yaml::Null),
        Ok(documents) => return vec![format!("{} documents", documents.len())],
        Err(error) => return vec![error.to_string()],
    };
    let services = entries(&document["services"]);
    let names: BTreeSet<&str> = services.iter().map(|(name, _)| name.as_str()).collect();
    let mut findings = Vec::new();
    for (name, service) in &services {
        let mut complain = |complaint: String| findings.push(format!("{name}: {complaint}"));
        let part = |key: &str| get(service, key);
        let built = !part("build").is_badvalue();
        if built {
            let context = part("build")["context"].as_str().unwrap_or(".");
            let dockerfile = part("build")["dockerfile"].as_str().unwrap_or("Dockerfile");
            if !exists(&format!("{context}/{dockerfile}")) {
                complain(format!("no {dockerfile} in {context}"));
            }
        }
        match part("image").as_str() {
            Some(image) => findings_of(unpinned(image), &mut complain),
            None if built => {}
            None => complain("neither image nor build".to_owned()),
        }
        // A built image brings the check of its Dockerfile.
        if !built && part("healthcheck")["test"].is_badvalue() {
            complain("no health check".to_owned());
        }
        for volume in part("volumes").as_vec().into_iter().flatten().filter_map(Yaml::as_str) {
            let source = volume.split(':').next().unwrap_or_default();
            let known = match source.starts_with(['.', '/']) {
                true => exists(source),
                false => is_declared(&document["volumes"], source),
            };
            if !known {
                complain(format!("volume {source} is neither declared nor there"));
            }
        }
        for secret in part("secrets").as_vec().into_iter().flatten().filter_map(Yaml::as_str) {
            if !is_declared(&document["secrets"], secret) {
                complain(format!("secret {secret} is not declared"));
            }
        }
        for (other, _) in entries(part("depends_on")) {
            if !names.contains(other.as_str()) {
                complain(format!("depends on {other}, which is no service"));
            }
        }
        let environment = entries(part("environment"));
        for (key, value) in &environment {
            if is_secret(key) && !value.as_str().is_some_and(|value| value.starts_with("${")) {
                complain(format!("{key} stands in the file"));
            }
        }
        for setting in NODE_SETTINGS.iter().filter(|_| built) {
            if !environment.iter().any(|(key, _)| key == setting) {
                complain(format!("{setting} is not set"));
            }
        }
    }
    for (name, secret) in entries(&document["secrets"]) {
        let file = secret["file"].as_str().unwrap_or_default();
        if !file.starts_with("${") {
            findings.push(format!("secret {name}: its file is not taken from the environment"));
        }
    }
    findings
}

fn findings_of(complaint: Option<String>, complain: &mut impl FnMut(String)) {
    if let Some(complaint) = complaint {
        complain(complaint);
    }
}

/// The value of a key, also where a merge key (`<<`) brings it.
fn get<'a>(map: &'a Yaml, key: &str) -> &'a Yaml {
    match (&map[key], &map["<<"]) {
        (Yaml::BadValue, Yaml::BadValue) => &Yaml::BadValue,
        (Yaml::BadValue, merged) => get(merged, key),
        (own, _) => own,
    }
}

fn entries(map: &Yaml) -> Vec<(String, &Yaml)> {
    let pairs = map.as_hash().into_iter().flatten();
    pairs.filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value))).collect()
}

fn is_declared(map: &Yaml, name: &str) -> bool {
    entries(map).iter().any(|(key, _)| key == name)
}

/// Checks that the proxy speaks WebSocket and knows every built node and no other.
fn proxy_findings(proxy: &str, compose: &str) -> Vec<String> {
    let services = YamlLoader::load_from_str(compose).unwrap_or_default();
    let nodes: BTreeSet<String> = services
        .iter()
        .flat_map(|document| entries(&document["services"]))
        .filter(|(_, service)| !get(service, "build").is_badvalue())
        .map(|(name, _)| format!("{name}:8080"))
        .collect();
    let statements: Vec<&str> =
        proxy.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).collect();
    let servers: BTreeSet<String> = statements
        .iter()
        .filter_map(|line| line.strip_prefix("server ")?.split([' ', ';']).next())
        .filter(|server| *server != "{")
        .map(str::to_owned)
        .collect();
    let mut findings: Vec<String> = nodes
        .symmetric_difference(&servers)
        .map(|server| format!("{server}: known to one of compose and proxy only"))
        .collect();
    for needed in ["proxy_set_header Upgrade $http_upgrade;", "proxy_http_version 1.1;"] {
        if !statements.contains(&needed) {
            findings.push(format!("no `{needed}`"));
        }
    }
    if proxy.matches('{').count() != proxy.matches('}').count() {
        findings.push("braces do not pair".to_owned());
    }
    findings
}

#[test]
fn the_container_files_are_sound() {
    let root = tree::root();
    let dockerfile = tree::read("docker/Dockerfile");
    let compose = tree::read("docker/compose.yaml");
    let mut findings = dockerfile_findings(&dockerfile, |path| root.join(path).exists());
    findings.extend(compose_findings(&compose, |path| root.join("docker").join(path).exists()));
    findings.extend(proxy_findings(&tree::read("docker/proxy.conf"), &compose));
    let ignored = tree::read(".dockerignore");
    for needed in [".git", "target", "**/.env", "**/*.key"] {
        if !ignored.lines().any(|line| line == needed) {
            findings.push(format!(".dockerignore lets {needed} through"));
        }
    }
    assert_none(findings);
}

#[test]
fn the_image_is_built_with_the_rust_that_the_crate_asks_for() {
    let manifest: toml::Table = tree::read("Cargo.toml").parse().expect("Cargo.toml is TOML");
    let asked = manifest["package"]["rust-version"].as_str().expect("a version");
    let from = instructions(&tree::read("docker/Dockerfile"))[0].1.clone();
    assert!(from.starts_with(&format!("rust:{asked}-")), "{from}, the crate asks for {asked}");
}

#[test]
fn a_faulty_dockerfile_is_found() {
    let good = "FROM rust:1.95 AS build\nCOPY src /src\nFROM debian:12\nCOPY --from=build /a \\\n  /a\n\
                USER 10001\nHEALTHCHECK CMD curl http://127.0.0.1/healthz\n";
    let check = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        dockerfile_findings(&good.replacen(from, to, 1), |path| path == "src").len()
    };
    assert_eq!(check("rust", "rust"), 0);
    for (from, to) in [
        ("debian:12", "debian"),
        ("debian:12", "debian:latest"),
        ("COPY src", "COPY sources"),
        ("COPY src", "CPY src"),
        ("--from=build", "--from=builder"),
        ("USER 10001", "USER root"),
        ("USER 10001\n", ""),
        ("/healthz", "/"),
        ("USER", "ENV API_TOKEN=abc\nUSER"),
    ] {
        assert_eq!(check(from, to), 1, "{from} -> {to}");
    }
}

#[test]
fn a_faulty_compose_file_is_found() {
    let good = tree::read("docker/compose.yaml");
    let check = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        let exists = |path: &str| ["./proxy.conf", "../docker/Dockerfile"].contains(&path);
        !compose_findings(&good.replacen(from, to, 1), exists).is_empty()
    };
    assert!(!check("services", "services"));
    for (from, to) in [
        ("postgres:15-bookworm", "postgres"),
        ("nginx:1.28-alpine", "nginx:latest"),
        ("    healthcheck:", "    health:"),
        ("./proxy.conf", "./nginx.conf"),
        ("docker/Dockerfile", "docker/Containerfile"),
        ("node-2:/", "node-3:/"),
        ("      linggong-2:\n", "      linggong-3:\n"),
        ("POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it}", "POSTGRES_PASSWORD: abc"),
        ("LINGGONG_KEY_FILE:", "LINGGONG_KEYS_FILE:"),
        ("${LINGGONG_KEY_SOURCE:?set it}", "./linggong.key"),
        ("    - linggong_key", "    - other_key"),
        ("services:", "services: ["),
    ] {
        assert!(check(from, to), "{from} -> {to}");
    }
}

#[test]
fn a_faulty_proxy_is_found() {
    let compose = tree::read("docker/compose.yaml");
    let good = tree::read("docker/proxy.conf");
    for (from, to) in [
        ("linggong-2:8080", "linggong-3:8080"),
        ("proxy_set_header Upgrade", "# proxy_set_header Upgrade"),
        ("upstream linggong {", "upstream linggong"),
    ] {
        assert!(good.contains(from), "{from}");
        assert!(!proxy_findings(&good.replacen(from, to, 1), &compose).is_empty(), "{from}");
    }
}
