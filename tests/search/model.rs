//! The index against a plain scan with the score's own function.

use std::collections::HashSet;

use linggong::domain::{
    fairness::Record,
    ids::{AccountId, JobId},
    ledger::payer,
    money::Fen,
    org::Label,
    posting::{Posting, Shift, Status},
    provides::Pickup,
    time::{DAY, HOUR},
    wage::{Settlement, Wage, WageUnit},
    week::Week,
    worker::{Available, Certificate, Mode, Profile},
};
use linggong::matching::{JobFacts, Overlap, Spot, Trade, Weights, Wish, bar, first_start, score};
use linggong::search::{JobQuery, Seeker, Sort, Standings, Ties, Wanted, pair, words};
use proptest::{prelude::*, sample::select};

use crate::world::{NOW, Shop, at, posting, profile, shift, worker};

const SKILLS: [&str; 4] = ["装载机", "电焊", "搬运", "厨师"];
const TRADES: [&str; 4] = ["4-09-08-01", "4-09-08-02", "4-09-10-01", "6-18-02-04"];

fn skills() -> impl Strategy<Value = Vec<String>> {
    proptest::sample::subsequence(SKILLS.map(str::to_owned).to_vec(), 0..=3)
}

fn shifts() -> impl Strategy<Value = Vec<Shift>> {
    let one =
        (-3i64..6, 1i64..12).prop_map(|(start, hours)| shift(NOW.plus(start * 8 * HOUR), hours));
    proptest::collection::vec(one, 0..3)
}

fn place() -> impl Strategy<Value = Option<linggong::domain::geo::Point>> {
    proptest::option::weighted(
        0.8,
        (0i32..6, 0i32..6)
            .prop_map(|(y, x)| at(38.28 + f64::from(y) * 0.02, 106.27 + f64::from(x) * 0.02)),
    )
}

/// Places around the points where maps are cut: the edges of the index's bands of a hundredth of a
/// degree, the antimeridian, the poles.
fn place_at_an_edge() -> impl Strategy<Value = Option<linggong::domain::geo::Point>> {
    let lat = select(&[89.99, -89.985, 0.0, 0.01, 38.45, -0.01][..]);
    let lon = select(&[180.0, -180.0, 179.99, -179.99, 106.2, 0.0, 106.21][..]);
    let off = || prop_oneof![Just(0.0), Just(1e-7), Just(-1e-7), -0.02..0.02f64];
    proptest::option::weighted(
        0.9,
        (lat, lon, off(), off()).prop_map(|(lat, lon, north, east)| {
            at((lat + north).clamp(-90.0, 90.0), (lon + east).clamp(-180.0, 180.0))
        }),
    )
}

fn occupation() -> impl Strategy<Value = Option<linggong::domain::wage::OccupationCode>> {
    proptest::option::of(select(&TRADES[..]).prop_map(|code| code.parse().unwrap()))
}

prop_compose! {
    fn a_posting()(
        title in select(&["招工", "急招电焊工", "装载机司机"][..]),
        skills in skills(), point in place(), shifts in shifts(), occupation in occupation(),
        status in select(&[Status::Open, Status::Open, Status::Open, Status::Filled][..]),
        pickup in proptest::option::weighted(0.4, place()),
        employer in select(&["塞上建材公司", "良田物流公司", "贺兰食品公司"][..]),
        yuan in 1i64..8, unit in select(WageUnit::ALL), settlement in select(Settlement::ALL),
        label in select(Label::ALL), instant: bool, valid in -2i64..20, age in 0i64..4,
    ) -> Posting {
        let mut posting = posting("x");
        let terms = &mut posting.terms;
        terms.title = title.to_owned();
        (terms.skills, terms.point, terms.shifts, terms.occupation) =
            (skills, point, shifts, occupation);
        let fen = Fen::from_yuan(yuan * 50);
        terms.wage = Wage::new(fen, fen, unit, settlement).unwrap();
        terms.instant = instant;
        terms.employer.name = employer.to_owned();
        posting.poster = poster_of(employer);
        let terms = &mut posting.terms;
        terms.provides.pickup =
            pickup.map(|point| Pickup {
                address: "村口".to_owned(),
                point,
                time: jiff::civil::Time::constant(6, 40, 0, 0),
                seats: None,
            });
        terms.valid_until = NOW.plus(valid * DAY);
        posting.status = status;
        posting.label = label;
        posting.published_at = Some(NOW.plus(-age * DAY));
        posting
    }
}

fn available() -> impl Strategy<Value = Available> {
    let weekly = proptest::collection::vec((0usize..7, 0u8..24, 0u8..=24), 1..8);
    let weekly = weekly.prop_map(|spans| {
        let mut week = Week::default();
        for (day, from, to) in spans {
            // No hour lies between equal ones.
            let _ = week.free(day, from, to);
        }
        Available::Weekly(week)
    });
    prop_oneof![
        4 => Just(Available::Always),
        2 => shifts().prop_map(Available::Spans),
        2 => weekly,
    ]
}

prop_compose! {
    fn a_profile()(
        skills in skills(), point in place(), occupation in occupation(),
        radius in 1_000.0..12_000.0f64, wish in proptest::option::of(1i64..8),
        available in available(),
        certificates in proptest::sample::subsequence(vec!["welding".to_owned()], 0..=1),
        ends in proptest::option::of(-2i64..3),
        modes in proptest::sample::subsequence(Mode::ALL.to_vec(), 1..=3),
    ) -> Profile {
        let mut own = profile();
        (own.skills, own.point, own.radius_m) = (skills, point, radius);
        own.occupations = occupation.into_iter().collect();
        let until = ends.map(|days| NOW.plus(days * DAY).day());
        let held = |key| Certificate { key, until };
        own.certificates = certificates.into_iter().map(held).collect();
        own.modes = modes;
        own.day_wage_wish = wish.map(|yuan| Fen::from_yuan(yuan * 50));
        own.available = available;
        own
    }
}

prop_compose! {
    fn a_query()(
        near in place(), radius in proptest::option::of(500.0..9_000.0f64),
        skills in prop_oneof![Just(Vec::new()), skills()], occupation in occupation(),
        wage_min in proptest::option::weighted(0.3, (1i64..6, select(WageUnit::ALL))),
        settlement in proptest::option::weighted(0.2, select(Settlement::ALL)),
        from in proptest::option::weighted(0.2, -3i64..6),
        to in proptest::option::weighted(0.2, 0i64..9),
        direct_only: bool, sort in select(Sort::ALL), limit in 1usize..5,
        wish in proptest::option::of(a_profile()), branch in 0usize..4,
    ) -> JobQuery {
        let branched = |code: linggong::domain::wage::OccupationCode| {
            let whole = code.as_str();
            let kept = &whole[..whole.len() - 3 * branch];
            format!("{kept}{}", "-00".repeat(branch)).parse().unwrap()
        };
        JobQuery {
            near,
            radius_m: radius.filter(|_| near.is_some()),
            skills,
            // A filter by occupation leaves little; half of the queries go without.
            occupation: occupation.filter(|_| direct_only).map(branched),
            wage_min: wage_min.map(|(yuan, unit)| (Fen::from_yuan(yuan * 50), unit)),
            settlement,
            from: from.map(|hours| NOW.plus(hours * 8 * HOUR)),
            to: to.map(|hours| NOW.plus(hours * 8 * HOUR)),
            direct_only,
            sort: if near.is_none() && sort == Sort::Nearest { Sort::Match } else { sort },
            limit,
            wish: wish.as_ref().map(Wish::from),
            ..JobQuery::new(NOW)
        }
    }
}

/// Postings with ids of their own.
fn world() -> impl Strategy<Value = Vec<Posting>> {
    proptest::collection::vec(a_posting(), 0..25).prop_map(|postings| {
        let numbered = postings.into_iter().enumerate().map(|(n, mut posting)| {
            posting.id = format!("job_{n:02}").parse::<JobId>().unwrap();
            posting
        });
        numbered.collect()
    })
}

/// Who posts for an employer; nobody is known for one of them.
fn poster_of(employer: &str) -> Option<AccountId> {
    let id = match employer {
        "塞上建材公司" => "acc_a",
        "良田物流公司" => "acc_b",
        _ => return None,
    };
    Some(id.parse().unwrap())
}

/// One employer has a good record, one a bad one.
fn standings() -> Standings {
    Standings::new([
        ("account:acc_a".to_owned(), Record { done: 90, marks: 0, rated: 30, stars: 148 }),
        ("account:acc_b".to_owned(), Record { done: 3, marks: 2, rated: 2, stars: 3 }),
    ])
}

/// What the score reads, found out plainly.
fn facts(
    posting: &Posting,
    wished: &[String],
    trades: &[Trade],
    from: Option<linggong::domain::geo::Point>,
    no_rides: bool,
) -> JobFacts {
    let terms = &posting.terms;
    let named: HashSet<String> = words::named(&terms.skills, &terms.title).into_iter().collect();
    let trade = terms.occupation.as_ref().map_or(Trade::NONE, Trade::of);
    let way = |to: Option<linggong::domain::geo::Point>| {
        from.zip(Spot::of(to).point()).map(|(from, to)| from.distance_m(to))
    };
    let pickup = terms.provides.pickup.as_ref().filter(|_| !no_rides);
    let (work, ride) = (way(terms.point), pickup.and_then(|pickup| way(pickup.point)));
    let by_ride = ride.is_some_and(|ride| work.is_none_or(|work| ride < work));
    JobFacts {
        skills: Overlap {
            held: wished.iter().filter(|skill| named.contains(*skill)).count() as u32,
            asked: terms.skills.len() as u32,
            wished: wished.len() as u32,
        },
        nearness: trades.iter().map(|own| own.nearness(trade)).fold(0.0, f64::max),
        distance_m: if by_ride { ride } else { work },
        by_ride,
        wage: terms.wage,
        starts_at: first_start(terms.shifts.iter().copied(), NOW),
        published_at: posting.published_at.unwrap(),
        instant: terms.instant,
        reliability: standings().of(posting),
        relevance: 0.0,
    }
}

fn shown(posting: &Posting, query: &JobQuery, facts: &JobFacts) -> bool {
    let terms = &posting.terms;
    let branch = query.occupation.as_ref().map(|code| code.as_str().replace("-00", ""));
    let day = |amount: Fen, unit| linggong::domain::wage::a_day(amount, unit);
    posting.status == Status::Open
        && terms.expires_at() > NOW
        && query.radius_m.is_none_or(|radius| facts.distance_m.is_some_and(|d| d <= radius))
        && (query.skills.is_empty() || {
            let named = words::named(&terms.skills, &terms.title);
            query.skills.iter().any(|skill| named.contains(skill))
        })
        && branch.is_none_or(|branch| {
            terms.occupation.as_ref().is_some_and(|code| code.as_str().starts_with(&branch))
        })
        && query.wage_min.is_none_or(|(amount, unit)| {
            if terms.wage.unit == unit {
                terms.wage.min() >= amount
            } else {
                day(terms.wage.min(), terms.wage.unit)
                    .zip(day(amount, unit))
                    .is_some_and(|(paid, asked)| paid >= asked)
            }
        })
        && query.settlement.is_none_or(|asked| asked == terms.wage.settlement)
        && (!query.direct_only || posting.label == Label::Direct)
        && (query.from.is_none() && query.to.is_none()
            || terms.shifts.iter().any(|shift| {
                query.from.is_none_or(|from| shift.start >= from)
                    && query.to.is_none_or(|to| shift.start < to)
            }))
        && (query.sort != Sort::Nearest || facts.distance_m.is_some())
}

type Ranked = (String, f32, Option<f64>);

fn ranked_posting<'w>(world: &'w [Posting], ranked: &Ranked) -> &'w Posting {
    world.iter().find(|posting| posting.id.as_str() == ranked.0).unwrap()
}

/// Whether the posting shares a skill with the wish, or a near occupation.
fn is_kindred(world: &[Posting], query: &JobQuery, ranked: &Ranked) -> bool {
    let wish = query.wish.clone().unwrap_or_default();
    if wish.skills.is_empty() && wish.trades.is_empty() {
        return true;
    }
    let facts = facts(
        ranked_posting(world, ranked),
        &words::skills(&wish.skills),
        &wish.trades,
        None,
        false,
    );
    facts.skills.held > 0 || facts.nearness > 0.0
}

/// Pages one after the other, in which no employer has more than a fifth while there are others.
fn spread(world: &[Posting], mut left: Vec<Ranked>, query: &JobQuery) -> Vec<Ranked> {
    if query.sort != Sort::Match {
        return left;
    }
    let most = (query.limit / 5).max(1);
    let employer = |ranked: &Ranked| ranked_posting(world, ranked).terms.employer.name.clone();
    let mut pages = Vec::new();
    while !left.is_empty() {
        let mut page: Vec<Ranked> = Vec::new();
        for ranked in &left {
            let of_one = page.iter().filter(|other| employer(other) == employer(ranked)).count();
            if page.len() < query.limit && of_one < most {
                page.push(ranked.clone());
            }
        }
        left.retain(|ranked| !page.contains(ranked));
        while page.len() < query.limit && !left.is_empty() {
            page.push(left.remove(0));
        }
        pages.extend(page);
    }
    pages
}

/// All postings that the query shows, in order.
fn scan(world: &[Posting], query: &JobQuery, keep: impl Fn(&Posting) -> bool) -> Vec<Ranked> {
    let wish = query.wish.clone().unwrap_or_default();
    let both: Vec<&String> = query.skills.iter().chain(&wish.skills).collect();
    let wished = words::skills(&both);
    let from = query.near.or(wish.point);
    let weights = Weights::embedded().unwrap();
    let mut found: Vec<(JobFacts, Ranked)> = world
        .iter()
        .filter(|posting| keep(posting))
        .map(|posting| (posting, facts(posting, &wished, &wish.trades, from, wish.no_rides)))
        .filter(|(posting, facts)| shown(posting, query, facts))
        .map(|(posting, facts)| {
            let total = score(&weights, &facts, wish.day_wage, NOW).total;
            (facts, (posting.id.as_str().to_owned(), total, facts.distance_m))
        })
        .collect();
    found.sort_by(|(a, (a_id, a_score, _)), (b, (b_id, b_score, _))| {
        let first = match query.sort {
            Sort::Match => b_score.total_cmp(a_score),
            Sort::Nearest => a.distance_m.partial_cmp(&b.distance_m).unwrap(),
            Sort::Newest => b.published_at.cmp(&a.published_at),
            Sort::Wage => b.wage.day_min().cmp(&a.wage.day_min()),
        };
        first.then_with(|| a_id.cmp(b_id))
    });
    found.into_iter().map(|entry| entry.1).collect()
}

/// Puts the postings in a few commits, so that they lie in several segments.
fn shop(world: &[Posting]) -> Shop {
    let shop = Shop::empty();
    shop.index.set_standings(standings());
    for (place, part) in (1..).zip(world.chunks(9)) {
        for posting in part {
            shop.index.put_job(posting).unwrap();
        }
        shop.index.commit(place).unwrap();
    }
    shop
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn pages_together_are_the_scan(
        world in world(), queries in proptest::collection::vec(a_query(), 4), counted: bool,
    ) {
        let shop = shop(&world);
        for mut query in queries {
            let want = spread(&world, scan(&world, &query, |_| true), &query);
            query.counted = counted;
            let mut found: Vec<Ranked> = Vec::new();
            loop {
                let page = shop.index.jobs(&query).unwrap();
                prop_assert_eq!(page.total, if counted { want.len() as u64 } else { 0 });
                prop_assert!(page.hits.len() <= query.limit);
                found.extend(page.hits.into_iter().map(|hit| (hit.id, hit.score, hit.distance_m)));
                query.cursor = page.next;
                if query.cursor.is_none() {
                    break;
                }
            }
            prop_assert_eq!(found, want, "{:?}", query);
        }
    }

    #[test]
    fn no_edge_of_the_map_hides_a_posting(
        mut world in world(), places in proptest::collection::vec(place_at_an_edge(), 25),
        near in place_at_an_edge(), counted: bool, sort in select(&[Sort::Match, Sort::Nearest][..]),
        radius in proptest::option::of(prop_oneof![10.0..9_000.0f64, 9_000.0..2.1e7f64]),
        skills in skills(),
    ) {
        for (posting, place) in world.iter_mut().zip(places) {
            posting.terms.point = place;
        }
        let shop = shop(&world);
        let near = near.unwrap_or(at(0.0, 180.0));
        let mut query = JobQuery {
            near: Spot::of(Some(near)).point(), sort, radius_m: radius, skills, counted, limit: 4,
            ..JobQuery::new(NOW)
        };
        let want = spread(&world, scan(&world, &query, |_| true), &query);
        let mut found: Vec<Ranked> = Vec::new();
        loop {
            let page = shop.index.jobs(&query).unwrap();
            found.extend(page.hits.into_iter().map(|hit| (hit.id, hit.score, hit.distance_m)));
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
        prop_assert_eq!(found, want, "{:?}", query);
    }

    #[test]
    fn matches_are_the_scan_of_what_no_bar_stops(
        world in world(), profiles in proptest::collection::vec(a_profile(), 3),
        booked in shifts(), limit in 1usize..8, counted: bool, shuns: bool,
    ) {
        let shop = shop(&world);
        let blocked: Vec<String> =
            if shuns { vec!["account:acc_a".to_owned()] } else { Vec::new() };
        for profile in &profiles {
            let wish = Some(Wish::from(profile));
            let query = JobQuery { wish, ..JobQuery::new(NOW) };
            let free = |posting: &Posting| {
                bar(posting, profile, &booked, NOW).is_none() && !blocked.contains(&payer(posting))
            };
            let mut want = scan(&world, &query, free);
            let kindred = |ranked: &Ranked| is_kindred(&world, &query, ranked);
            // Those with a shared skill or a near occupation first, each part with its posters apart.
            let skilled = want.iter().filter(|ranked| kindred(ranked)).count() >= limit;
            want.retain(|ranked| !skilled || kindred(ranked));
            let mut want = spread(&world, want, &JobQuery { limit, ..query.clone() });
            want.truncate(limit);
            let ties = Ties { booked: &booked, blocked: &blocked };
            let page = shop.index.matches(profile, ties, limit, counted, NOW).unwrap();
            let (weights, seeker) = (Weights::embedded().unwrap(), Seeker::from(profile));
            for hit in &page.hits {
                let posting = world.iter().find(|posting| posting.id.as_str() == hit.id).unwrap();
                let wanted = Wanted::new(posting, &standings());
                let one = pair(&weights, &wanted, &seeker, NOW);
                prop_assert_eq!(one.score.total, hit.score);
            }
            let found: Vec<Ranked> =
                page.hits.into_iter().map(|hit| (hit.id, hit.score, hit.distance_m)).collect();
            prop_assert_eq!(found, want, "{:?}", profile);
        }
    }

    #[test]
    fn candidates_are_those_whom_no_bar_stops(
        profiles in proptest::collection::vec(a_profile(), 0..12), posting in a_posting(),
    ) {
        let shop = Shop::empty();
        shop.index.set_standings(standings());
        let weights = Weights::embedded().unwrap();
        let (wanted, mut want) = (Wanted::new(&posting, &standings()), Vec::new());
        for (n, profile) in profiles.into_iter().enumerate() {
            let mut worker = worker(&format!("{n:02}"));
            worker.profile = profile;
            shop.index.put_worker(&worker.clone().into()).unwrap();
            if bar(&posting, &worker.profile, &[], NOW).is_none() {
                let wish = Wish::from(&worker.profile);
                let wished = words::skills(&wish.skills);
                let facts = facts(&posting, &wished, &wish.trades, wish.point, wish.no_rides);
                let total = score(&weights, &facts, wish.day_wage, NOW).total;
                let seeker = Seeker::from(&worker.profile);
                let one = pair(&weights, &wanted, &seeker, NOW);
                prop_assert_eq!(one.score.total, total);
                want.push((worker.id.as_str().to_owned(), total, one.reasons(NOW)));
            }
        }
        shop.index.commit(1).unwrap();
        want.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        want.truncate(5);
        let found: Vec<(String, f32, Vec<String>)> =
            shop.index.candidates(&posting, 5, NOW).unwrap()
                .into_iter().map(|hit| (hit.id, hit.score, hit.reasons)).collect();
        prop_assert_eq!(found, want);
    }
}
