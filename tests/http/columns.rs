//! Every column of every table is declared: open, internal or sealed.

use std::{collections::BTreeMap, env, fs};

use sqlx::{AnyConnection, Connection, Row};

use crate::support::stores;

const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/columns.txt");

/// What each column is declared as, by `table.column`.
pub fn declared() -> BTreeMap<String, String> {
    let list = fs::read_to_string(LIST).unwrap();
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pairs = lines.map(|line| line.split_once(' ').unwrap_or_else(|| panic!("{line}")));
    pairs.map(|(column, kind)| (column.to_owned(), kind.trim().to_owned())).collect()
}

/// Every column of the tables, apart from the migrations' own.
pub async fn columns(url: &str) -> Vec<String> {
    let mut connection = AnyConnection::connect(url).await.unwrap();
    let query = if url.starts_with("sqlite") {
        "select m.name as t, c.name as c from sqlite_schema m, pragma_table_info(m.name) c \
         where m.type = 'table'"
    } else {
        "select cast(table_name as text) as t, cast(column_name as text) as c \
         from information_schema.columns where table_schema = 'public'"
    };
    let rows = sqlx::query(query).fetch_all(&mut connection).await.unwrap();
    let mut columns: Vec<String> = rows
        .iter()
        .map(|row| (row.get::<String, _>("t"), row.get::<String, _>("c")))
        .filter(|(table, _)| !table.starts_with("_sqlx") && !table.starts_with("sqlite_"))
        .map(|(table, column)| format!("{table}.{column}"))
        .collect();
    columns.sort();
    columns
}

#[tokio::test]
async fn every_column_is_declared() {
    let declared = declared();
    for (column, kind) in &declared {
        assert!(["open", "internal", "sealed"].contains(&kind.as_str()), "{column}: {kind}");
    }
    for store in stores::stores().await {
        let held = columns(&store.url()).await;
        if env::var_os("LINGGONG_BLESS").is_some() {
            // What is new comes in undeclared, and a person says what it is.
            let mut text = fs::read_to_string(LIST).unwrap();
            for column in held.iter().filter(|column| !declared.contains_key(*column)) {
                text.push_str(&format!("{column} undeclared\n"));
            }
            fs::write(LIST, text).unwrap();
        }
        let names: Vec<&String> = declared.keys().collect();
        assert_eq!(names, held.iter().collect::<Vec<_>>(), "{}", store.name());
    }
}
