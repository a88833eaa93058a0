//! Postings that come, change and go while everything else goes wrong.

use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::json;
use tokio::{task::JoinSet, time};
use tokio_util::sync::CancellationToken;

use crate::process::{Api, Lost, posting};

/// Posters at once.
const POSTERS: usize = 3;
/// Open postings of one poster, beyond which it closes the oldest.
const OPEN_MAX: usize = 6;

pub struct Traffic {
    posters: JoinSet<()>,
    stop: CancellationToken,
}

impl Traffic {
    pub fn start(api: &Api, seed: u64) -> Traffic {
        let (mut posters, stop) = (JoinSet::new(), CancellationToken::new());
        for number in 0..POSTERS {
            let name = format!("{seed:x}-{number}");
            let work = post(api.clone(), name, seed ^ number as u64, stop.clone());
            posters.spawn(async move { drop(work.await) });
        }
        Traffic { posters, stop }
    }

    /// Lets everybody end the request that is under way.
    pub async fn stop(&mut self) {
        self.stop.cancel();
        while let Some(done) = self.posters.join_next().await {
            done.unwrap();
        }
    }
}

/// Posts until it is stopped, or until no answer comes.
async fn post(api: Api, name: String, seed: u64, stop: CancellationToken) -> Result<(), Lost> {
    let mut dice = ChaCha20Rng::seed_from_u64(seed);
    let mut open: Vec<String> = Vec::new();
    let mut number = 0;
    while !stop.is_cancelled() {
        let body = match dice.random_range(0..4) {
            0..2 => {
                number += 1;
                let body = posting(&format!("{name}-{number}"), 2);
                let (status, answer) = api.post("/jobs", body, None).await?;
                assert!(status.is_success(), "{answer}");
                let id = answer["id"].as_str().unwrap().to_owned();
                for step in ["submit", "approve"] {
                    let path = format!("/jobs/{id}/{step}");
                    let (status, answer) = api.post(&path, json!({}), None).await?;
                    assert!(status.is_success(), "{step}: {answer}");
                }
                open.push(id);
                None
            }
            2 => open.first().map(|id| (format!("/jobs/{id}"), dice.random_range(2..50))),
            _ => None,
        };
        if let Some((path, headcount)) = body {
            let (status, answer) = api.patch(&path, json!({ "headcount": headcount })).await?;
            assert!(status.is_success(), "{answer}");
        }
        if open.len() > OPEN_MAX || (!open.is_empty() && dice.random_bool(0.2)) {
            let id = open.remove(0);
            let (status, answer) = api.post(&format!("/jobs/{id}/close"), json!({}), None).await?;
            assert!(status.is_success(), "{answer}");
        }
        time::sleep(Duration::from_millis(dice.random_range(0..30))).await;
    }
    Ok(())
}
