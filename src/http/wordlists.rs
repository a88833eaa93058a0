//! Word lists for screens that search without the server: how characters sound, and which words
//! mean the same trade.

use std::sync::LazyLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

use crate::words::{pinyin, trades::Trades};

/// A screen asks with the program's version in the address, so that an answer may be kept.
const KEEP: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=86400");

/// `GET /words/pinyin.tsv`: characters and their readings.
pub async fn pinyin() -> Response {
    let kind = (header::CONTENT_TYPE, "text/tab-separated-values; charset=utf-8");
    ([kind, KEEP], pinyin::characters()).into_response()
}

/// `GET /words/trades.json`: a list a trade, the name that is shown first.
pub async fn trades() -> Response {
    static LIST: LazyLock<String> = LazyLock::new(|| {
        let trades = Trades::shipped().all().iter();
        let words = trades.map(|trade| {
            std::iter::once(&trade.name).chain(&trade.terms).map(String::as_str).collect()
        });
        // Lists of strings never fail.
        serde_json::to_string(&words.collect::<Vec<Vec<&str>>>()).unwrap_or_default()
    });
    ([(header::CONTENT_TYPE, "application/json"), KEEP], LIST.as_str()).into_response()
}
