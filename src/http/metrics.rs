//! Figures for Prometheus; labels are routes and words of our own, never anything personal.

use std::time::Duration;

use axum::http::StatusCode;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

/// The figures.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Histogram,
    /// The log's newest sequence.
    pub log_seq: Gauge,
    /// The sequence that the search index has caught up with.
    pub index_place: Gauge,
    /// Screens that are connected.
    pub screens: Gauge,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("linggong");
        let requests = Family::<RequestLabels, Counter>::default();
        let bounds = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];
        let seconds = Histogram::new(bounds);
        let (log_seq, index_place, screens) =
            (Gauge::default(), Gauge::default(), Gauge::default());
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Time to answer", seconds.clone());
        registry.register("log_seq", "Newest sequence of the log", log_seq.clone());
        let help = "Sequence that the search index has caught up with";
        registry.register("index_place", help, index_place.clone());
        registry.register("screens", "Screens that are connected", screens.clone());
        Metrics { registry, requests, seconds, log_seq, index_place, screens }
    }
}

impl Metrics {
    pub(super) fn request(&self, method: &str, route: &str, status: StatusCode, took: Duration) {
        let labels = RequestLabels {
            method: method.to_owned(),
            route: route.to_owned(),
            status: status.as_u16(),
        };
        self.requests.get_or_create(&labels).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// The figures in the text format.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string fails only where a collector does, and these don't.
        if encode(&mut text, &self.registry).is_err() {
            text.clear();
        }
        text
    }
}
