//! A client that posts without end, notes each answer, and repeats what got none.

use std::sync::Arc;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::process::{Api, Lost, posting};
use linggong::{
    cli::SystemClock,
    domain::{
        posting::Status,
        time::{Clock, Moment},
    },
};

/// A posting as its poster knows it.
pub struct Sent {
    pub external_id: String,
    body: Value,
    /// Known once an answer came.
    pub id: Option<String>,
    /// The state of the last answer.
    pub acknowledged: Option<Status>,
    /// A request for the next step got no answer.
    unanswered: bool,
    /// When the first step was repeated: a posting made before that had been committed already.
    pub repeated_at: Option<Moment>,
}

/// The client.
pub struct Poster {
    name: String,
    pub sent: Vec<Sent>,
    /// Requests that got no answer.
    pub lost: usize,
    /// Steps, other than the first, that a repetition found done.
    pub done_unanswered: usize,
}

/// Every so many postings one is closed again.
const CLOSE_EVERY: usize = 4;

impl Poster {
    pub fn new(name: String) -> Poster {
        Poster { name, sent: Vec::new(), lost: 0, done_unanswered: 0 }
    }

    /// Looks first whether what was acknowledged stands and repeats what got no answer, then
    /// posts until no answer comes, counting what is acknowledged.
    pub async fn run(mut self, api: Api, done: Arc<watch::Sender<usize>>) -> Poster {
        if self.recall(&api).await.is_ok() {
            while self.step(&api).await.is_ok() {
                done.send_modify(|steps| *steps += 1);
            }
        }
        self.lost += 1;
        if let Some(last) = self.sent.last_mut() {
            last.unanswered = true;
        }
        self
    }

    /// Brings the last posting to its end.
    pub async fn finish(mut self, api: &Api) -> Poster {
        self.recall(api).await.unwrap();
        while self.unfinished() {
            self.step(api).await.unwrap();
        }
        self
    }

    /// Whether what was acknowledged last still stands, at least so far, and whether its first
    /// request, repeated, makes no second posting.
    async fn recall(&self, api: &Api) -> Result<(), Lost> {
        let Some(sent) = self.sent.iter().rev().find(|sent| sent.id.is_some()) else {
            return Ok(());
        };
        let id = sent.id.as_deref().unwrap();
        let (status, held) = api.get(&format!("/jobs/{id}")).await?;
        assert_eq!(status, StatusCode::OK, "{}: {held}", sent.external_id);
        let now = state(&held);
        let promised = sent.acknowledged.unwrap();
        assert!(rank(now) >= rank(promised), "{id}: {promised:?} is {now:?}");
        let key = Some(sent.external_id.as_str());
        let (status, again) = api.post("/jobs", sent.body.clone(), key).await?;
        assert_eq!(status, StatusCode::CREATED, "{again}");
        assert_eq!(again["id"], id, "made twice");
        Ok(())
    }

    fn unfinished(&self) -> bool {
        let end = |number: usize| match number % CLOSE_EVERY {
            0 => Status::Closed,
            _ => Status::Open,
        };
        self.sent.last().is_some_and(|sent| sent.acknowledged != Some(end(self.sent.len())))
    }

    async fn step(&mut self, api: &Api) -> Result<(), Lost> {
        if !self.unfinished() {
            let external_id = format!("{}-{}", self.name, self.sent.len());
            self.sent.push(Sent {
                body: posting(&external_id, 2),
                external_id,
                id: None,
                acknowledged: None,
                unanswered: false,
                repeated_at: None,
            });
        }
        let Some(sent) = self.sent.last_mut() else {
            return Ok(());
        };
        let (verb, next) = match sent.acknowledged {
            None => {
                if sent.unanswered && sent.repeated_at.is_none() {
                    sent.repeated_at = Some(SystemClock.now());
                }
                let key = Some(sent.external_id.as_str());
                let (status, answer) = api.post("/jobs", sent.body.clone(), key).await?;
                assert_eq!(status, StatusCode::CREATED, "{answer}");
                sent.id = answer["id"].as_str().map(str::to_owned);
                sent.acknowledged = Some(state(&answer));
                sent.unanswered = false;
                return Ok(());
            }
            Some(Status::Draft) => ("submit", Status::InReview),
            Some(Status::InReview) => ("approve", Status::Open),
            Some(_) => ("close", Status::Closed),
        };
        let path = format!("/jobs/{}", sent.id.as_deref().unwrap());
        let step = format!("{path}/{verb}");
        let (status, mut answer) = api.post(&step, json!({}), None).await?;
        if status == StatusCode::CONFLICT && sent.unanswered {
            // It may have been done, and only the answer was lost.
            answer = api.get(&path).await?.1;
            self.done_unanswered += 1;
        } else {
            assert_eq!(status, StatusCode::OK, "{step}: {answer}");
        }
        assert_eq!(state(&answer), next, "{step}: {answer}");
        sent.acknowledged = Some(next);
        sent.unanswered = false;
        Ok(())
    }
}

fn state(answer: &Value) -> Status {
    let word = answer["status"].as_str().unwrap_or_default();
    word.parse().unwrap_or_else(|_| panic!("{answer}"))
}

/// How far a posting of these tests has come.
pub fn rank(status: Status) -> usize {
    let way = [Status::Draft, Status::InReview, Status::Open, Status::Closed];
    way.iter().position(|&stop| stop == status).unwrap()
}
