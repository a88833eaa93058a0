//! Where the postings of a search lie: a sketch drawn here, which needs no network. Where the server
//! is told of a source of map tiles, they lie beneath it.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};

use super::{
    App, Visitor,
    chrome::Chrome,
    jobs,
    jobs::JobCard,
    page,
    sketch::{Area, Frame, Tile, areas},
};
use crate::{
    domain::{geo::Point, outline::outlines, posting::Posting},
    http::{api::search, body::Query, problem::Problem},
    search::JobHit,
};

/// A posting on the map.
pub struct Spot {
    /// From the left.
    pub x: f64,
    /// From above.
    pub y: f64,
    /// Its number in the list below.
    pub number: usize,
    /// Its page.
    pub href: String,
    /// What it is, for who points at it.
    pub title: String,
}

/// The map.
#[derive(Template)]
#[template(path = "map.html")]
pub struct MapPage {
    /// The frame.
    pub chrome: Chrome,
    /// The tiles beneath, where a source is set.
    pub tiles: Vec<Tile>,
    /// The districts.
    pub areas: Vec<Area>,
    /// The postings that have a place.
    pub spots: Vec<Spot>,
    /// Where the visitor stands, if told.
    pub here: Option<(f64, f64)>,
    /// The same postings as a list.
    pub cards: Vec<JobCard>,
    /// How many there are in all.
    pub total: u64,
    /// The list without a map.
    pub list: String,
}

impl MapPage {
    /// Draws these postings.
    fn draw(
        chrome: Chrome,
        source: Option<&str>,
        here: Option<Point>,
        found: &[(JobHit, Posting)],
        cards: Vec<JobCard>,
    ) -> MapPage {
        let places = found.iter().filter_map(|(_, posting)| posting.terms.point).chain(here);
        let frame = if places.clone().next().is_some() {
            Frame::around(places)
        } else {
            Frame::around(outlines().iter().flat_map(|outline| outline.ring.iter().copied()))
        };
        let spots =
            found.iter().zip(&cards).enumerate().filter_map(|(at, ((_, posting), card))| {
                let (x, y) = frame.place(posting.terms.point?);
                let title = format!("{} {}", card.title, card.wage);
                Some(Spot { x, y, number: at + 1, href: card.href.clone(), title })
            });
        MapPage {
            chrome,
            tiles: source.map(|source| frame.tiles(source)).unwrap_or_default(),
            areas: areas(&frame),
            spots: spots.collect(),
            here: here.map(|here| frame.place(here)),
            cards,
            total: 0,
            list: String::new(),
        }
    }
}

/// `GET /jobs/map`
pub async fn map(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let now = app.market.now();
    let here = search::read(&query, now)?.near;
    let found = search::find(&app, &query).await?;
    let cards = found.jobs.iter().map(|(hit, posting)| JobCard::of(hit, posting, now)).collect();
    let source = app.settings.map_tiles.as_deref();
    let chrome = Chrome::new(&app, &visitor, "/jobs");
    let mut drawn = MapPage::draw(chrome, source, here, &found.jobs, cards);
    drawn.total = found.page.total;
    drawn.list = jobs::address(&query, &[]);
    let mut response = page(axum::http::StatusCode::OK, &drawn);
    // Pictures may come from the source of tiles, on this page only.
    if let Some(policy) = source.and_then(policy_for) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// The content policy that lets pictures come from a source of tiles.
fn policy_for(source: &str) -> Option<HeaderValue> {
    let (scheme, rest) = source.split_once("://")?;
    let host =
        rest.split(['/', '?', ';', ' ', '\'', ',']).next().filter(|host| !host.is_empty())?;
    let own = crate::http::headers::CONTENT_POLICY;
    let policy = own.replace("img-src 'self'", &format!("img-src 'self' {scheme}://{host}"));
    HeaderValue::try_from(policy).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_may_come_from_the_source_of_tiles() {
        let policy = policy_for("https://t.example/{z}/{x}/{y}.png").unwrap();
        assert!(policy.to_str().unwrap().contains("img-src 'self' https://t.example data:"));
        assert_eq!(policy_for("nowhere"), None);
    }
}
