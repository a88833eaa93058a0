//! Questions and their answers.

use linggong::domain::{
    money::Fen,
    org::Label,
    posting::{Posting, Status},
    station::Station,
    time::{DAY, HOUR},
    wage::{Settlement, WageUnit},
    worker::Available,
};
use linggong::matching::Wish;
use linggong::search::{Cursor, JobQuery, SearchError, Sort, Ties};

use crate::world::{NOW, Shop, TOMORROW, at, ids, posting, profile, shift, wage, worker};

fn job(id: &str, change: impl FnOnce(&mut Posting)) -> Posting {
    let mut posting = posting(id);
    change(&mut posting);
    posting
}

fn titled(id: &str, title: &str) -> Posting {
    job(id, |p| {
        p.terms.title = title.to_owned();
        p.terms.skills = Vec::new();
    })
}

fn ask(change: impl FnOnce(&mut JobQuery)) -> JobQuery {
    let mut query = JobQuery::new(NOW);
    change(&mut query);
    query
}

fn text(text: &str) -> JobQuery {
    ask(|q| q.text = Some(text.to_owned()))
}

#[test]
fn words_are_found_wherever_they_stand_and_phrases_in_titles_lead() {
    let shop = Shop::of(&[
        titled("driver", "招聘叉车司机两名"),
        titled("fork", "叉车装卸"),
        job("body", |p| p.terms.description = "需会开叉车".to_owned()),
        titled("cook", "食堂厨师"),
    ]);
    let found = shop.index.jobs(&text("叉车司机")).unwrap();
    assert_eq!(ids(&found), ["driver", "fork", "body"]);
    assert_eq!(found.total, 3);
    assert_eq!(found.hits[0].reasons[0], "标题正是所搜的词");
    assert_eq!(found.hits[1].reasons[0], "有所搜的词");
    assert_eq!(ids(&shop.index.jobs(&text("良田 厨师")).unwrap())[0], "cook");
    assert_eq!(shop.index.jobs(&text("塞上建材")).unwrap().total, 4);
    assert_eq!(shop.index.jobs(&text("挖掘机")).unwrap().total, 0);
    assert_eq!(shop.index.jobs(&text(" ，")).unwrap().total, 4, "no words ask nothing");
    assert_eq!(shop.index.jobs(&text(&"叉车司机".repeat(500))).unwrap().total, 3);
}

#[test]
fn filters_choose() {
    let shop = Shop::of(&[
        posting("plain"),
        job("weekly", |p| p.terms.wage.settlement = Settlement::Weekly),
        job("agency", |p| p.label = Label::Agency),
        job("hourly", |p| p.terms.wage = wage(30, WageUnit::Hour, Settlement::Daily)),
        job("piece", |p| p.terms.wage = wage(3, WageUnit::Piece, Settlement::Daily)),
        job("later", |p| p.terms.shifts = vec![shift(TOMORROW.plus(5 * DAY), 8)]),
        job("welder", |p| p.terms.occupation = Some("6-18-02-04".parse().unwrap())),
        job("over", |p| p.terms.valid_until = NOW),
    ]);
    let total = |query: JobQuery| shop.index.jobs(&query).unwrap().total;
    let found = |query: JobQuery| {
        let page = shop.index.jobs(&query).unwrap();
        let mut found: Vec<String> = ids(&page).iter().map(|id| (*id).to_owned()).collect();
        found.sort();
        found
    };
    assert_eq!(total(JobQuery::new(NOW)), 7, "the expired one is not shown");
    assert_eq!(found(ask(|q| q.settlement = Some(Settlement::Weekly))), ["weekly"]);
    assert_eq!(total(ask(|q| q.direct_only = true)), 6);
    let least = |yuan, unit| ask(|q| q.wage_min = Some((Fen::from_yuan(yuan), unit)));
    assert_eq!(found(least(221, WageUnit::Day)), ["hourly"]);
    assert_eq!(total(least(220, WageUnit::Day)), 6);
    assert_eq!(found(least(3, WageUnit::Piece)), ["piece"]);
    assert_eq!(found(ask(|q| q.from = Some(TOMORROW.plus(1)))), ["later"]);
    assert_eq!(total(ask(|q| q.to = Some(TOMORROW))), 0);
    assert_eq!(total(ask(|q| q.to = Some(TOMORROW.plus(1)))), 6);
    for code in ["6-18-02-04", "6-18-02-00", "6-00-00-00"] {
        let occupation = Some(code.parse().unwrap());
        assert_eq!(found(ask(|q| q.occupation = occupation)), ["welder"], "{code}");
    }
    let other = Some("6-18-02-05".parse().unwrap());
    assert_eq!(total(ask(|q| q.occupation = other)), 0);
}

#[test]
fn stations_show_what_chose_them_and_what_lies_near() {
    let station = |id: &str| Station {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        point: at(38.28, 106.27),
        radius_m: 5_000.0,
        public: true,
    };
    let chose = |id: &str| vec![id.parse().unwrap()];
    let shop = Shop::of(&[
        posting("near"),
        job("far", |p| p.terms.point = Some(at(38.5, 106.27))),
        job("nowhere", |p| p.terms.point = None),
        job("chosen", |p| {
            p.terms.stations = chose("liangtian");
            p.terms.point = None;
        }),
        job("other", |p| p.terms.stations = chose("fengdeng")),
    ]);
    let query = ask(|q| q.station = Some(station("liangtian")));
    let page = shop.index.jobs(&query).unwrap();
    let mut found = ids(&page);
    found.sort_unstable();
    assert_eq!(found, ["chosen", "near"]);
}

#[test]
fn distance_is_exact_at_the_edge_and_needs_a_place() {
    let (home, edge) = (at(38.28, 106.27), at(38.3, 106.3));
    let shop = Shop::of(&[
        job("edge", |p| p.terms.point = Some(edge)),
        job("nowhere", |p| p.terms.point = None),
    ]);
    let within = |radius_m| {
        let query = ask(|q| (q.near, q.radius_m) = (Some(home), Some(radius_m)));
        shop.index.jobs(&query).unwrap()
    };
    let exact = home.distance_m(edge);
    let page = within(exact);
    assert_eq!(ids(&page), ["edge"]);
    assert_eq!(page.hits[0].distance_m, Some(exact));
    assert_eq!(within(exact.next_down()).total, 0);

    let nearest = ask(|q| (q.near, q.sort) = (Some(home), Sort::Nearest));
    assert_eq!(ids(&shop.index.jobs(&nearest).unwrap()), ["edge"]);
    assert_eq!(shop.index.jobs(&ask(|q| q.near = Some(home))).unwrap().total, 2);
    let nowhere = ask(|q| q.sort = Sort::Nearest);
    assert!(matches!(shop.index.jobs(&nowhere), Err(SearchError::NoPoint)));
}

#[test]
fn circles_cross_the_antimeridian_and_hold_the_pole() {
    let shop = Shop::of(&[
        job("east", |p| p.terms.point = Some(at(0.0, -179.95))),
        job("pole", |p| p.terms.point = Some(at(89.95, -170.0))),
    ]);
    for (near, want) in [(at(0.0, 179.95), "east"), (at(89.95, 10.0), "pole")] {
        let query = ask(|q| (q.near, q.radius_m) = (Some(near), Some(20_000.0)));
        assert_eq!(ids(&shop.index.jobs(&query).unwrap()), [want]);
    }
}

#[test]
fn more_skills_rank_higher_and_reasons_tell() {
    let skilled = |id, skills: &[&str]| {
        job(id, |p| p.terms.skills = skills.iter().map(|s| (*s).to_owned()).collect())
    };
    let shop = Shop::of(&[
        skilled("one", &["电焊"]),
        skilled("two", &["电焊", "装载机"]),
        skilled("none", &["厨师"]),
        titled("title", "急招电焊工"),
    ]);
    let query = ask(|q| {
        q.skills = vec!["电焊".to_owned(), "装载机".to_owned()];
        q.near = Some(at(38.28, 106.27));
    });
    let page = shop.index.jobs(&query).unwrap();
    assert_eq!(ids(&page)[0], "two");
    assert!(!ids(&page).contains(&"none"));
    assert_eq!(page.hits[0].reasons, ["会电焊、装载机", "距您10米", "日结220元", "明早8点开工"]);
    assert_eq!(page.facets.trade, [("电焊".to_owned(), 2), ("装载机".to_owned(), 1)]);
}

#[test]
fn facets_count_every_hit() {
    let shop = Shop::of(&[
        posting("a"),
        job("b", |p| p.terms.wage = wage(149, WageUnit::Day, Settlement::Weekly)),
        job("c", |p| p.terms.wage = wage(3, WageUnit::Piece, Settlement::Daily)),
        job("d", |p| {
            p.terms.wage = wage(300, WageUnit::Day, Settlement::Daily);
            p.terms.point = Some(at(38.45, 106.27));
            p.label = Label::Broker;
        }),
        job("e", |p| p.terms.point = None),
    ]);
    let query = ask(|q| (q.near, q.limit) = (Some(at(38.28, 106.27)), 1));
    let page = shop.index.jobs(&query).unwrap();
    assert_eq!((page.hits.len(), page.total), (1, 5));
    assert_eq!(page.facets.settlement, [4, 1, 0, 0]);
    assert_eq!(page.facets.label, [4, 0, 1]);
    assert_eq!(page.facets.distance, [3, 0, 0, 1, 0]);
    assert_eq!(page.facets.wage, [1, 0, 2, 1]);
    assert_eq!(page.facets.trade, [("装载机".to_owned(), 5)]);
}

#[test]
fn pages_visit_each_once_while_postings_come_and_go() {
    for sort in Sort::ALL.iter().copied() {
        let title = |n: usize| {
            titled(
                &format!("p{n:02}"),
                ["叉车司机", "叉车", "司机叉车仓库", "仓库叉车搬运司机"][n % 4],
            )
        };
        let all: Vec<Posting> = (0..24)
            .map(|n| {
                let mut posting = title(n);
                posting.terms.point = Some(at(38.28 + (n % 5) as f64 / 100.0, 106.27));
                posting.published_at = Some(NOW.plus(-(n as i64 % 3) * DAY));
                if n % 2 == 0 {
                    // Begins while pages are turned.
                    posting.terms.shifts.push(shift(NOW.plus(HOUR / 2), 1));
                }
                posting
            })
            .collect();
        let shop = Shop::of(&all);
        let mut query = text("叉车 司机");
        (query.sort, query.limit, query.near) = (sort, 5, Some(at(38.28, 106.27)));
        let mut seen: Vec<String> = Vec::new();
        for round in 0.. {
            let page = shop.index.jobs(&query).unwrap();
            seen.extend(page.hits.into_iter().map(|hit| hit.id));
            let Some(next) = page.next else { break };
            query.cursor = Some(next.to_string().parse::<Cursor>().unwrap());
            query.now = query.now.plus(HOUR);
            // Others come, which makes the words commoner, and one that was seen goes.
            for n in 0..3 {
                shop.index.put_job(&titled(&format!("new{round}x{n}"), "叉车叉车叉车")).unwrap();
            }
            shop.index.remove_job(&seen[round * 2].parse().unwrap()).unwrap();
            shop.index.commit(2).unwrap();
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "{sort:?}: none twice");
        assert!(all.iter().all(|p| seen.iter().any(|id| id == p.id.as_str())), "{sort:?}: all");
    }
}

#[test]
fn a_cursor_of_another_query_is_refused() {
    let shop = Shop::of(&[posting("a"), posting("b")]);
    let mut query = ask(|q| q.limit = 1);
    query.cursor = shop.index.jobs(&query).unwrap().next;
    assert!(query.cursor.is_some());
    query.sort = Sort::Newest;
    assert!(matches!(shop.index.jobs(&query), Err(SearchError::Cursor(_))));
    query.sort = Sort::Match;
    query.text = Some("装载机".to_owned());
    assert!(matches!(shop.index.jobs(&query), Err(SearchError::Cursor(_))));
    query.text = None;
    assert_eq!(ids(&shop.index.jobs(&query).unwrap()), ["b"]);
}

#[test]
fn a_worker_sees_what_fits_first_and_never_what_can_not_be() {
    let shop = Shop::of(&[
        job("skill", |p| p.terms.point = Some(at(38.4, 106.27))),
        job("other", |p| p.terms.skills = vec!["搬运".to_owned()]),
        job("far", |p| p.terms.point = Some(at(39.0, 106.27))),
        job("clash", |p| p.terms.shifts = vec![shift(TOMORROW.plus(12 * HOUR), 8)]),
        job("over", |p| p.terms.valid_until = NOW),
        job("full", |p| p.status = Status::Filled),
    ]);
    let booked = [shift(TOMORROW.plus(13 * HOUR), 1)];
    let page = shop
        .index
        .matches(&profile(), Ties { booked: &booked, ..Ties::default() }, 10, true, NOW)
        .unwrap();
    assert_eq!(ids(&page), ["skill", "other"]);
    assert_eq!(page.hits[0].reasons[0], "会装载机");
    assert_eq!((page.total, page.next), (2, None));
    assert_eq!(
        ids(&shop
            .index
            .matches(&profile(), Ties { booked: &booked, ..Ties::default() }, 1, true, NOW)
            .unwrap()),
        ["skill"]
    );

    let mut bare = profile();
    bare.skills = Vec::new();
    let page = shop.index.matches(&bare, Ties::default(), 10, true, NOW).unwrap();
    assert_eq!(ids(&page), ["other", "clash", "skill"], "the nearest, and of those the soonest");
    bare.point = None;
    assert_eq!(shop.index.matches(&bare, Ties::default(), 10, true, NOW).unwrap().total, 4);
    bare.available = Available::Spans(vec![shift(TOMORROW.plus(12 * HOUR), 8)]);
    assert_eq!(ids(&shop.index.matches(&bare, Ties::default(), 10, true, NOW).unwrap()), ["clash"]);
}

#[test]
fn a_near_occupation_counts_as_kindred() {
    let shop = Shop::of(&[job("cleaner", |p| {
        p.terms.skills = Vec::new();
        p.terms.occupation = Some("4-09-08-01".parse().unwrap());
    })]);
    let mut profile = profile();
    profile.occupations = vec!["4-09-08-02".parse().unwrap()];
    let reason = |profile: &linggong::domain::worker::Profile| {
        let page = shop.index.matches(profile, Ties::default(), 1, true, NOW).unwrap();
        page.hits[0].reasons[0].clone()
    };
    assert_eq!(reason(&profile), "工种相近");
    profile.occupations = vec!["4-09-08-01".parse().unwrap()];
    assert_eq!(reason(&profile), "工种对口");
}

#[test]
fn a_wish_ranks_a_listing() {
    let shop = Shop::of(&[
        job("loader", |_| {}),
        job("cook", |p| p.terms.skills = vec!["厨师".to_owned()]),
    ]);
    let wish = Wish { skills: vec!["厨师".to_owned()], ..Wish::default() };
    let page = shop.index.jobs(&ask(|q| q.wish = Some(wish))).unwrap();
    assert_eq!(ids(&page), ["cook", "loader"], "it ranks and leaves out nothing");
}

#[test]
fn candidates_keep_their_own_radius_and_time() {
    let shop = Shop::of(&[]);
    let put = |id: &str, change: fn(&mut linggong::domain::worker::Profile)| {
        let mut worker = worker(id);
        change(&mut worker.profile);
        shop.index.put_worker(&worker.clone().into()).unwrap();
    };
    put("near", |_| {});
    put("far", |p| p.point = Some(at(38.35, 106.27)));
    put("short", |p| {
        p.point = Some(at(38.35, 106.27));
        p.radius_m = 7_000.0;
    });
    put("busy", |p| p.available = Available::Spans(vec![shift(TOMORROW, 8)]));
    put("free", |p| {
        p.available = Available::Spans(vec![shift(TOMORROW, 9)]);
        p.point = None;
    });
    put("cook", |p| p.skills = vec!["厨师".to_owned()]);
    put("dear", |p| p.day_wage_wish = Some(Fen::from_yuan(500)));
    shop.index.commit(1).unwrap();

    let found = shop.index.candidates(&posting("a"), 10, NOW).unwrap();
    let order: Vec<&str> = found.iter().map(|hit| hit.id.as_str()).collect();
    assert_eq!(order, ["wkr_near", "wkr_dear", "wkr_far", "wkr_free", "wkr_cook"]);
    assert_eq!(found[2].reasons, ["会装载机", "距工作地7.8公里"]);
    let closed = job("a", |p| p.status = Status::Closed);
    assert!(shop.index.candidates(&closed, 10, NOW).unwrap().is_empty());
    assert_eq!(shop.index.candidates(&posting("a"), 2, NOW).unwrap().len(), 2);
}

#[test]
fn both_directions_score_alike() {
    let shop = Shop::of(&[job("a", |p| {
        p.terms.point = Some(at(38.312_345_678_9, 106.287_654_321_1));
        p.terms.occupation = Some("4-09-08-01".parse().unwrap());
    })]);
    let mut worker = worker("w");
    worker.profile.skills.push("电焊".to_owned());
    worker.profile.day_wage_wish = Some(Fen::from_yuan(260));
    worker.profile.occupations = vec!["4-09-08-02".parse().unwrap()];
    worker.profile.point = Some(at(38.281_111_111_1, 106.272_222_222_2));
    shop.index.put_worker(&worker.clone().into()).unwrap();
    shop.index.commit(2).unwrap();
    let mut posting = posting("a");
    posting.terms.point = Some(at(38.312_345_678_9, 106.287_654_321_1));
    posting.terms.occupation = Some("4-09-08-01".parse().unwrap());
    let job = &shop.index.matches(&worker.profile, Ties::default(), 1, true, NOW).unwrap().hits[0];
    let candidate = &shop.index.candidates(&posting, 1, NOW).unwrap()[0];
    assert_eq!(job.score, candidate.score);
    assert_eq!(job.distance_m, candidate.distance_m);
}
