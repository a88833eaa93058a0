//! No poster floods a page: where others are left, one has a fifth of it at most.
//!
//! What is put off comes on a later page, in its turn, so that every posting is met once: a cursor
//! stands before the first that was put off, and names those that were shown beyond it.

use std::collections::HashMap;

/// Postings shown beyond what was put off that a cursor names; with more, nothing is put off.
pub const SHOWN_MAX: usize = 100;

/// Postings of one poster on a page of so many.
fn share(limit: usize) -> usize {
    (limit / 5).max(1)
}

/// Which of the ranked make the page.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Their places among the ranked, in the order of the page.
    pub shown: Vec<usize>,
    /// The first that was put off.
    pub put_off: Option<usize>,
    /// Whether anything is left for another page.
    pub more: bool,
}

/// Chooses a page of `limit` from the posters of the ranked (0: nobody known, who is never put
/// off); none where more of them are needed, which is never so where these are `all`.
pub fn choose(posters: &[u32], limit: usize, all: bool) -> Option<Chosen> {
    let mut counts: HashMap<u32, usize> = HashMap::new();
    let (mut shown, mut put_off) = (Vec::with_capacity(limit), Vec::new());
    let mut looked_at = 0;
    for (at, &poster) in posters.iter().enumerate() {
        if shown.len() == limit {
            break;
        }
        let count = counts.entry(poster).or_default();
        if poster != 0 && *count >= share(limit) {
            put_off.push(at);
        } else {
            *count += 1;
            shown.push(at);
        }
        looked_at = at + 1;
    }
    if shown.len() < limit && !all {
        return None;
    }
    // Where nobody else is left, they fill the page.
    let room = limit - shown.len();
    let rest = put_off.split_off(put_off.len().min(room));
    shown.extend(put_off);
    let more = !rest.is_empty() || looked_at < posters.len() || !all;
    Some(Chosen { shown, put_off: rest.first().copied(), more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_poster_has_a_fifth_where_others_are_left() {
        let flood = [7, 7, 7, 7, 1, 2, 3, 4, 5, 6];
        let chosen = choose(&flood, 5, true).unwrap();
        assert_eq!(chosen.shown, [0, 4, 5, 6, 7]);
        assert_eq!((chosen.put_off, chosen.more), (Some(1), true));
        // Nobody else: they fill it.
        let chosen = choose(&flood[..5], 5, true).unwrap();
        assert_eq!((chosen.shown, chosen.put_off, chosen.more), (vec![0, 4, 1, 2, 3], None, false));
        // More may be found beyond these.
        assert_eq!(choose(&flood[..5], 5, false), None);
        assert_eq!(choose(&[0; 5], 5, true).unwrap().shown, [0, 1, 2, 3, 4]);
    }
}
