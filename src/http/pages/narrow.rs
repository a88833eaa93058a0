//! Ways to narrow the list of postings, each with how many would be left.

use super::jobs::{Chip, address};
use crate::{
    domain::{org::Label, wage::Settlement},
    http::body::Query,
    occupation::Catalogue,
    search::Facets,
};

/// One way to narrow the list, with how many would be left.
pub struct Facet {
    /// What it narrows by.
    pub name: &'static str,
    /// Its values.
    pub chips: Vec<Chip>,
}

/// The ways to narrow the list; a value that is on leads back.
pub(super) fn facets(query: &Query, facets: &Facets) -> Vec<Facet> {
    let chip = |name: &'static str, value: &str, text: &str, count: u64| {
        let on = query.get(name) == Some(value);
        let href = address(query, &[(name, if on { "" } else { value })]);
        Chip { href, text: format!("{text} {count}"), on }
    };
    let settled = Settlement::ALL.iter().zip(facets.settlement);
    let settled = settled.map(|(one, count)| ("settlement", one.word(), one.label(), count));
    // Bands add up: who takes 200 takes more.
    let from = |band: usize| facets.wage[band..].iter().sum::<u64>();
    let wages = [
        ("15000", "150元/天以上", from(1)),
        ("20000", "200元/天以上", from(2)),
        ("30000", "300元/天以上", from(3)),
    ];
    let up_to = |band: usize| facets.distance[..=band].iter().sum::<u64>();
    let near = [
        ("1", "1公里内", up_to(0)),
        ("3", "3公里内", up_to(1)),
        ("10", "10公里内", up_to(2)),
        ("30", "30公里内", up_to(3)),
    ];
    let direct = facets.label[Label::Direct as usize];
    let group = |name: &'static str, values: Vec<(&'static str, &str, &str, u64)>| Facet {
        name,
        chips: values
            .into_iter()
            .filter(|value| value.3 > 0)
            .map(|(name, value, text, count)| chip(name, value, text, count))
            .collect(),
    };
    let trades = facets.trade.iter().take(FACET_TRADES_MAX);
    let occupations =
        facets.occupation.iter().take(FACET_TRADES_MAX).filter_map(|(code, count)| {
            let class = Catalogue::shipped().get(code)?;
            Some(("occupation", code.as_str(), class.name.as_str(), *count))
        });
    let mut groups = vec![
        group(
            "会什么",
            trades.map(|(word, n)| ("skill", word.as_str(), word.as_str(), *n)).collect(),
        ),
        group("哪一行", occupations.collect()),
        group("怎么结", settled.collect()),
        group("工钱", wages.map(|(value, text, n)| ("wage_min_fen", value, text, n)).into()),
        group("多远", near.map(|(value, text, n)| ("radius_km", value, text, n)).into()),
        group("谁招", vec![("direct_only", "true", "直招", direct)]),
    ];
    groups.retain(|group| !group.chips.is_empty());
    groups
}

/// Trades by which the page offers to narrow.
const FACET_TRADES_MAX: usize = 8;
