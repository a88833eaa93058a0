//! The published document against the routes both ways, and every answer of every test against the
//! document: status, content type, and exactly the properties that it names.

use std::{collections::BTreeSet, sync::OnceLock};

use axum::http::header;
use linggong::http::{Access, routes::ROUTES};
use serde_json::Value;

use crate::{World, support::stores, world::Answer};

fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        serde_json::from_str(include_str!("../../src/http/api/openapi.json")).unwrap()
    })
}

/// The value itself, or what its `$ref` points to.
fn followed(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(link) => document().pointer(link.trim_start_matches('#')).expect(link),
        None => value,
    }
}

fn is_type(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("unknown type {other}"),
    }
}

/// Where a value differs from its schema: types, choices, missing and undocumented properties.
fn differences(schema: &'static Value, value: &Value, at: &str) -> Vec<String> {
    let schema = followed(schema);
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = choices.iter().filter(|choice| differences(choice, value, at).is_empty());
        return if fits.count() == 1 { vec![] } else { vec![format!("{at}: none of its kinds")] };
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(some) => some.iter().filter_map(Value::as_str).collect(),
        _ => panic!("{at}: a schema without a type"),
    };
    if !types.iter().any(|name| is_type(name, value)) {
        return vec![format!("{at}: {value} is no {types:?}")];
    }
    let mut found = Vec::new();
    if let Some(choices) = schema["enum"].as_array()
        && !choices.contains(value)
    {
        found.push(format!("{at}: {value} is none of {choices:?}"));
    }
    if let Some(items) = value.as_array() {
        for item in items {
            found.extend(differences(&schema["items"], item, &format!("{at}[]")));
        }
    }
    if let (Some(fields), Some(named)) = (value.as_object(), schema["properties"].as_object()) {
        for name in schema["required"].as_array().into_iter().flatten() {
            if !fields.contains_key(name.as_str().unwrap()) {
                found.push(format!("{at}.{name}: missing"));
            }
        }
        for (name, field) in fields {
            match named.get(name) {
                Some(schema) => found.extend(differences(schema, field, &format!("{at}.{name}"))),
                None => found.push(format!("{at}.{name}: not in the document")),
            }
        }
    }
    found
}

fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
    let parts: Vec<&str> = path.split('/').collect();
    let paths = document()["paths"].as_object().unwrap();
    let fits = |template: &str| {
        let wanted: Vec<&str> = template.split('/').collect();
        wanted.len() == parts.len()
            && wanted.iter().zip(&parts).all(|(want, part)| want.starts_with('{') || want == part)
    };
    // A name before a variable: /jobs/{id} does not hide a fixed name.
    let exact = paths.get(path);
    let found = exact.or_else(|| paths.iter().find(|(name, _)| fits(name)).map(|(_, item)| item));
    found?.get(method)
}

/// Fails where an answer of the API is not as published. What is no call of the API passes.
#[track_caller]
pub fn check(method: &str, path: &str, answer: &Answer) {
    let Some(operation) = operation(method, path) else { return };
    let status = answer.status.as_u16().to_string();
    let responses = &operation["responses"];
    let response = responses.get(&status).unwrap_or(&responses["default"]);
    let told = format!("{method} {path}: {status} {}", answer.text());
    let is_listed = responses.get(&status).is_some() || !answer.status.is_success();
    assert!(is_listed, "a status that is not published: {told}");
    let Some(content) = followed(response)["content"].as_object() else {
        assert!(answer.body.is_empty() || status == "101", "{told}");
        return;
    };
    let kind = answer.headers[header::CONTENT_TYPE].to_str().unwrap();
    let kind = kind.split(';').next().unwrap();
    // The handshake's refusals are the socket library's.
    if path.ends_with("/feed") {
        return;
    }
    let schema = &content.get(kind).unwrap_or_else(|| panic!("{kind}: {told}"))["schema"];
    if schema["format"] == "binary" {
        return;
    }
    let found = differences(schema, &answer.json(), "");
    assert!(found.is_empty(), "{found:#?} {told}");
}

#[test]
fn routes_and_document_agree_both_ways() {
    let mut routes = BTreeSet::new();
    for route in ROUTES.iter().filter(|route| route.path.starts_with("/api/v1/")) {
        routes.insert((route.path.to_owned(), route.method.to_lowercase()));
        let operation = &document()["paths"][route.path][route.method.to_lowercase()];
        let open = operation["security"].as_array().is_some_and(|some| {
            some.is_empty() || some.iter().any(|one| one.as_object().unwrap().is_empty())
        });
        assert_eq!(open, route.access == Access::Public, "{} {}", route.method, route.path);
    }
    let mut published = BTreeSet::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            published.insert((path.clone(), method.clone()));
        }
    }
    assert_eq!(routes, published);
}

/// Every `$ref` below the value.
fn links(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            into.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| links(field, into));
        }
        Value::Array(items) => items.iter().for_each(|item| links(item, into)),
        _ => {}
    }
}

#[test]
fn the_document_is_whole() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let mut used = BTreeSet::new();
    links(document, &mut used);
    for link in &used {
        assert!(document.pointer(link.trim_start_matches('#')).is_some(), "{link}");
    }
    for group in ["schemas", "responses", "parameters"] {
        for name in document["components"][group].as_object().unwrap().keys() {
            let link = format!("#/components/{group}/{name}");
            assert!(used.contains(&link), "{link} is used nowhere");
        }
    }
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let summary = operation["summary"].as_str().unwrap();
            assert!(summary.chars().any(|c| c > '\u{4e00}'), "{method} {path}: {summary}");
            assert!(names.insert(operation["operationId"].as_str().unwrap()), "{method} {path}");
            let variables = path.split(['{', '}']).skip(1).step_by(2);
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            for variable in variables {
                let named = parameters.iter().any(|p| p["name"] == variable && p["in"] == "path");
                assert!(named, "{method} {path}: {variable}");
            }
        }
    }
}

#[test]
fn a_difference_is_found() {
    let station = &document()["components"]["schemas"]["Station"];
    let good = serde_json::json!({
        "id": "near", "name": "站", "lat": 1.0, "lon": 2, "radius_km": 3.5, "public": true
    });
    assert!(differences(station, &good, "").is_empty());
    for (name, value) in [("lat", "1".into()), ("public", Value::Null), ("more", 1.into())] {
        let mut bad = good.clone();
        bad[name] = value;
        assert_eq!(differences(station, &bad, "").len(), 1, "{name}");
    }
    assert_eq!(differences(station, &serde_json::json!({}), "").len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_is_served() {
    let world = World::on(stores::sqlite().await).await;
    let served = world.anonymous().get("/api/v1/openapi.json").await;
    assert_eq!(served.expect(200), *document());
    assert_eq!(served.headers[header::CONTENT_TYPE], "application/json");
}
