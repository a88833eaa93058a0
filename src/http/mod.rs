//! The edge to the network: API, pages, sockets, sign-in, the table of routes.
//!
//! Handlers hold no rule: they read a request, call a verb of the market, and shape the answer.

mod api;
mod assets;
mod body;
mod gate;
mod guard;
mod headers;
mod health;
mod metrics;
mod pages;
mod problem;
mod proposal;
mod qr;
pub mod routes;
mod sign_ins;
pub mod sockets;
mod wordlists;

use std::{sync::Arc, time::Duration};

use axum::extract::FromRef;
pub use gate::Sessions;
pub use guard::{Access, COOKIE};
pub use metrics::Metrics;
use sign_ins::SignIns;

use crate::{
    domain::screen::Health,
    feed::hub::Hub,
    market::{Market, MarketResult},
    search::{Follower, Standings},
};

/// How the server is set up.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// A proxy stands before the server: its `X-Forwarded-For` names the client, and cookies
    /// travel over TLS only.
    pub behind_proxy: bool,
    /// The data is made up, and every page says so.
    pub demo: bool,
    /// The station's complaint line, shown on boards.
    pub hotline: Option<String>,
    /// Where people's phones reach the server: `https://host`, without a path; the address that the
    /// browser asked for where none is set.
    pub public_url: Option<String>,
    /// Where map tiles come from, with `{z}`, `{x}` and `{y}`; without it maps are sketches.
    pub map_tiles: Option<String>,
    /// The port of the loopback at which a kiosk's reader of ID cards is asked for; none where kiosks
    /// have none.
    pub card_port: Option<u16>,
}

/// What every handler stands on.
pub struct Parts {
    /// The verbs.
    pub market: Market,
    /// The search index and who keeps it up.
    pub search: Follower,
    /// The stations' streams.
    pub hub: Hub,
    /// The figures.
    pub metrics: Metrics,
    /// How the server is set up.
    pub settings: Settings,
    sign_ins: SignIns,
}

/// A shared handle on [`Parts`].
#[derive(Clone)]
pub struct App(Arc<Parts>);

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// An application on this market, its index and its streams.
    pub fn new(market: Market, search: Follower, hub: Hub, settings: Settings) -> App {
        let parts = Parts {
            market,
            search,
            hub,
            metrics: Metrics::default(),
            settings,
            sign_ins: SignIns::new(),
        };
        App(Arc::new(parts))
    }

    /// Notes how the screens with a token fare.
    ///
    /// # Errors
    /// The store's.
    pub async fn note_screens(&self) -> MarketResult<()> {
        let heard = self.hub.presence().into_iter().filter_map(|screen| {
            let health = Health {
                seen_at: screen.acked_at.unwrap_or(screen.since),
                version: screen.version,
                seq: screen.acked_seq.unwrap_or(0),
                lag: screen.lag.unwrap_or(0),
                agrees: screen.agrees,
                errors: i64::from(screen.errors),
                last_error: screen.last_error,
            };
            Some((screen.device?.0, health))
        });
        self.market.note_screens(&heard.collect::<Vec<_>>()).await
    }

    /// Takes over how far employers can be relied on.
    ///
    /// # Errors
    /// The store's.
    pub async fn note_standings(&self) -> MarketResult<()> {
        let records = self.market.payer_records().await?;
        self.search.index.set_standings(Standings::new(records));
        Ok(())
    }

    /// Waits until what is committed by now can be found, so that who posts and then searches
    /// finds the posting; not for long, since the change stands in any case.
    pub(crate) async fn settle(&self) {
        let head = *self.market.store.head().borrow();
        let mut place = self.search.place();
        let caught_up = place.wait_for(|place| *place >= head);
        // Not in time: the index follows all the same.
        let _ = tokio::time::timeout(SETTLE, caught_up).await;
    }
}

impl FromRef<App> for Hub {
    fn from_ref(app: &App) -> Hub {
        app.hub.clone()
    }
}

/// How long a change waits to be searchable before it is answered.
const SETTLE: Duration = Duration::from_millis(500);
