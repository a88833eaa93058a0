//! `GET /openapi.json`: the API as published, drawn from the table of routes, so that it lists
//! what exists and nothing else.

use axum::Json;
use serde_json::{Map, Value, json};

use crate::http::{Access, routes::ROUTES};

fn operation(path: &str, access: Access) -> Value {
    let variables = path.split(['{', '}']).skip(1).step_by(2);
    let parameters: Vec<Value> = variables
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        })
        .collect();
    let problem = json!({
        "description": "problem+json: type, title (Chinese), status, code, errors[field, code, message]",
        "content": { "application/problem+json": { "schema": { "type": "object" } } },
    });
    let security = if access == Access::Public { json!([]) } else { json!([{ "bearer": [] }]) };
    json!({
        "parameters": parameters,
        "security": security,
        "responses": { "2XX": { "description": "done" }, "4XX": problem },
    })
}

/// `GET /openapi.json`
pub async fn document() -> Json<Value> {
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        if route.path.starts_with("/api/v1/") {
            let methods = paths.entry(route.path).or_insert_with(|| json!({}));
            methods[route.method.to_ascii_lowercase()] = operation(route.path, route.access);
        }
    }
    Json(json!({
        "openapi": "3.1.0",
        "info": { "title": "Linggong 零工", "version": env!("CARGO_PKG_VERSION") },
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
        "paths": paths,
    }))
}
