//! The oldest browser that the scripts are written for: Chromium 69 (2018), by their syntax and by
//! the names that they call.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    house::House,
    window::{DESK, Window},
};

in_browser!(scripts_are_no_newer_than_their_oldest_browser);

/// The parser, as [`vendor/VENDORED.toml`] records it.
const ACORN: &str = include_str!("vendor/acorn.js");

/// Answers what in a module is newer than ES2019 with `BigInt`, or a name that came after.
const NEWER: &str = "
    const found = [];
    const names = ['allSettled', 'any', 'findLast', 'hasOwn', 'matchAll', 'randomUUID',
      'replaceAll', 'replaceChildren', 'structuredClone', 'toSorted'];
    let tree;
    try {
      tree = acorn.parse(arguments[0], { ecmaVersion: 2020, sourceType: 'module' });
    } catch (error) {
      return [error.message];
    }
    const walk = (node) => {
      if (!node || typeof node !== 'object') return;
      if (Array.isArray(node)) return node.forEach(walk);
      const late = ['ChainExpression', 'ImportExpression', 'MetaProperty'].includes(node.type)
        || (node.type === 'LogicalExpression' && node.operator === '??')
        || (node.type === 'ExportAllDeclaration' && node.exported);
      if (late) found.push(`${node.type} at ${node.start}`);
      if (node.type === 'Identifier' && (names.includes(node.name) || node.name === 'globalThis'))
        found.push(`${node.name} at ${node.start}`);
      Object.values(node).forEach(walk);
    };
    walk(tree);
    return found;";

fn scripts(folder: &Path, into: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            scripts(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "js") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            into.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

async fn scripts_are_no_newer_than_their_oldest_browser() {
    let house = House::open().await;
    let window = Window::open(&house, DESK).await;
    window.go("/").await;
    let parser = format!("{ACORN}\nwindow.acorn = this.acorn || window.acorn;");
    window.run(&parser, vec![]).await;
    let newer = async |script: &str| window.run(NEWER, vec![json!(script)]).await;
    for script in [
        "const a = b?.c;",
        "const a = b ?? c;",
        "class A { b = 1; }",
        "class A { #b() {} }",
        "a ??= 1;",
        "const n = 1_000;",
        "'a'.replaceAll('a', 'b');",
        "await f();",
    ] {
        assert_ne!(newer(script).await, Value::Array(vec![]), "{script} is found");
    }
    assert_eq!(newer("const n = 2n ** 3n; try { f(); } catch { g(); }").await, json!([]));
    let mut all = Vec::new();
    scripts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("web/static"), &mut all);
    assert!(all.len() > 15, "{}", all.len());
    for (name, script) in &all {
        let found = newer(script).await;
        assert_eq!(found, json!([]), "{name}");
    }
}
