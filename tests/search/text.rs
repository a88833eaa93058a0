//! What people type: everyday names, sounds, slips, and texts that are understood.

use linggong::domain::{
    posting::Posting,
    time::DAY,
    wage::{Settlement, WageUnit},
};
use linggong::search::{Answer, Cursor, JobQuery};
use proptest::{prelude::*, sample::select};

use crate::world::{NOW, Shop, TOMORROW, at, ids, posting, shift, wage};

fn titled(id: &str, title: &str) -> Posting {
    let mut posting = posting(id);
    posting.terms.title = title.to_owned();
    posting.terms.skills = Vec::new();
    posting.terms.address = "某处".to_owned();
    posting
}

fn ask(shop: &Shop, text: &str) -> Answer {
    shop.index.ask(text, &JobQuery::new(NOW)).unwrap()
}

fn found(shop: &Shop, text: &str) -> Vec<String> {
    ids(&ask(shop, text).page).into_iter().map(str::to_owned).collect()
}

fn trades() -> Shop {
    Shop::of(&[
        titled("digger", "挖掘机司机"),
        titled("hook", "急招钩机师傅"),
        titled("sorter", "快递分拣员"),
        titled("cook", "食堂厨师"),
        titled("hourly", "钟点工上门"),
        titled("java", "Java开发工程师"),
        titled("electric", "维修电工"),
    ])
}

#[test]
fn everyday_names_find_the_trade_and_the_exact_word_leads() {
    let shop = trades();
    assert_eq!(found(&shop, "钩机"), ["hook", "digger"]);
    assert_eq!(found(&shop, "挖机"), ["digger", "hook"]);
    assert_eq!(found(&shop, "挖掘机")[0], "digger");
    assert_eq!(found(&shop, "小时工"), ["hourly"]);
    assert_eq!(found(&shop, "分拣"), ["sorter"]);
}

#[test]
fn sounds_initials_and_slips_are_forgiven() {
    let shop = trades();
    for (text, first) in [
        ("wajueji", "digger"),
        ("wjj", "digger"),
        ("wa jue ji", "digger"),
        ("wajuejisiji", "digger"),
        ("wajueji 司机", "digger"),
        ("gouji", "hook"),
        ("chushi", "cook"),
        ("dg", "electric"),
        ("kdfj", "sorter"),
        ("javakaifa", "java"),
        ("挖决机", "digger"),
        ("挖机掘司机", "digger"),
        ("快递分捡员", "sorter"),
        ("快第分拣", "sorter"),
        ("wajueij", "digger"),
        ("kuaidifenjain", "sorter"),
        ("ＪＡＶＡ", "java"),
        ("食堂廚師", "cook"),
    ] {
        assert_eq!(found(&shop, text).first().map(String::as_str), Some(first), "{text}");
    }
    assert!(found(&shop, "xyzxyz").is_empty());
    assert!(found(&shop, "宇航").is_empty());
}

#[test]
fn what_is_typed_exactly_comes_before_what_sounds_alike() {
    let shop = Shop::of(&[titled("home", "公式整理"), titled("cook", "公事整理")]);
    assert_eq!(found(&shop, "公事")[0], "cook");
    assert_eq!(found(&shop, "公式")[0], "home");
    assert_eq!(found(&shop, "gongshi").len(), 2);
}

fn market() -> Shop {
    let near = |id: &str, title: &str| {
        let mut posting = titled(id, title);
        posting.terms.point = Some(at(38.361, 106.14));
        posting
    };
    let mut town = titled("named", "分拣");
    town.terms.address = "金凤区良田镇和顺新村".to_owned();
    town.terms.point = None;
    let mut weekly = near("weekly", "分拣");
    weekly.terms.wage = wage(220, WageUnit::Day, Settlement::Weekly);
    let mut said = near("said", "分拣日结");
    said.terms.wage = wage(220, WageUnit::Day, Settlement::Monthly);
    let mut poor = near("poor", "分拣");
    poor.terms.wage = wage(150, WageUnit::Day, Settlement::Daily);
    let mut later = near("later", "分拣");
    later.terms.shifts = vec![shift(TOMORROW.plus(3 * DAY), 8)];
    let mut far = titled("far", "分拣");
    far.terms.point = Some(at(38.9, 106.5));
    let mut ride = near("ride", "葡萄埋土");
    ride.terms.benefits = vec!["有车接送".to_owned()];
    Shop::of(&[near("fits", "分拣"), town, weekly, said, poor, later, far, ride])
}

#[test]
fn a_text_is_understood_and_narrows() {
    let shop = market();
    let answer = ask(&shop, "明天 日结 分拣 200以上 良田");
    let mut hits = ids(&answer.page);
    hits.sort_unstable();
    assert_eq!(hits, ["fits", "named", "said"]);
    let kinds: Vec<(&str, bool)> =
        answer.understood.iter().map(|one| (one.part.meaning.kind(), one.applied)).collect();
    let all = ["date", "settlement", "trade", "wage", "place"];
    assert_eq!(kinds, all.map(|kind| (kind, true)));
    assert_eq!(answer.understood[1].without, "明天 分拣 200以上 良田");
    assert_eq!(found(&shop, "葡萄 有接送"), ["ride"]);
    assert_eq!(found(&shop, "良田 葡萄"), ["ride"]);
}

#[test]
fn the_querys_own_conditions_win() {
    let shop = market();
    let query = JobQuery { settlement: Some(Settlement::Weekly), ..JobQuery::new(NOW) };
    let answer = shop.index.ask("分拣 日结", &query).unwrap();
    assert_eq!(ids(&answer.page), ["weekly"]);
    assert_eq!(answer.understood.iter().filter(|one| !one.applied).count(), 1);
}

#[test]
fn what_leaves_nothing_is_searched_as_words() {
    let shop = market();
    let answer = ask(&shop, "分拣 贺兰");
    assert!(answer.page.total > 0);
    let place = answer.understood.iter().find(|one| one.part.meaning.kind() == "place").unwrap();
    assert!(!place.applied);
    // The same holds on the next page.
    let mut query = JobQuery { limit: 2, ..JobQuery::new(NOW) };
    let mut seen = Vec::new();
    loop {
        let answer = shop.index.ask("分拣 贺兰", &query).unwrap();
        seen.extend(answer.page.hits.into_iter().map(|hit| hit.id));
        let Some(next) = answer.page.next else { break };
        query.cursor = Some(next.to_string().parse::<Cursor>().unwrap());
    }
    assert_eq!(seen.len() as u64, answer.page.total);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is understood, a posting that is found by the words alone leaves no empty page.
    #[test]
    fn understanding_never_leaves_nothing(
        words in proptest::collection::vec(select(&[
            "明天", "后天早上", "日结", "周结", "分拣", "葡萄", "200以上", "500以上", "良田", "贺兰", "有接送",
            "包吃住", "直招", "fenjian", "fj",
        ][..]), 1..5),
    ) {
        let shop = market();
        let text = words.join(" ");
        let plain = JobQuery { text: Some(text.clone()), ..JobQuery::new(NOW) };
        let plain = shop.index.jobs(&plain).unwrap();
        let answer = ask(&shop, &text);
        prop_assert!(plain.total == 0 || answer.page.total > 0, "{}", text);
    }

    /// What stops early finds what looks at everything finds.
    #[test]
    fn the_search_for_the_best_is_the_whole_search(
        titles in proptest::collection::vec(
            proptest::collection::vec(select(&[
                "分拣", "分拣员", "仓库", "仓库分拣", "钩机", "挖掘机", "司机", "夜班", "电焊工", "食堂", "急招",
            ][..]), 1..5),
            20..120),
        bodies in proptest::collection::vec(
            proptest::collection::vec(select(&["夜班", "分拣", "按件检查", "司机"][..]), 0..30), 120),
        asked in proptest::collection::vec(select(&[
            "分拣", "仓库", "仓库分拣", "钩机", "挖掘机", "司机", "夜班", "电焊工", "食堂", "C1",
        ][..]), 1..4),
        pay in proptest::collection::vec(100i64..500, 120), age in proptest::collection::vec(0i64..9, 120),
        limit in 1usize..7,
    ) {
        let shop = Shop::empty();
        for (n, title) in titles.iter().enumerate() {
            let mut posting = titled(&format!("{n:03}"), &title.join(""));
            posting.terms.description = bodies[n].join("，");
            posting.terms.wage = wage(pay[n], WageUnit::Day, Settlement::Daily);
            posting.published_at = Some(NOW.plus(-age[n] * DAY));
            shop.index.put_job(&posting).unwrap();
            if n % 37 == 36 {
                shop.index.commit(n as i64).unwrap();
            }
        }
        shop.index.commit(999).unwrap();
        let query = |counted, limit| JobQuery {
            text: Some(asked.join(" ")), counted, limit, ..JobQuery::new(NOW)
        };
        let told = |page: linggong::search::JobPage| -> Vec<_> {
            page.hits.into_iter().map(|hit| (hit.id, hit.score, hit.reasons)).collect()
        };
        let mut whole = told(shop.index.jobs(&query(true, 100)).unwrap());
        whole.truncate(limit);
        prop_assert_eq!(told(shop.index.jobs(&query(false, limit)).unwrap()), whole);
    }

    /// The score is the sum of its terms, and pages of a forgiving search are one list.
    #[test]
    fn pages_of_any_text_are_one_list(text in select(&["fenjian", "分捡", "日结 分拣", "wjj", "司机"][..])) {
        let shop = market();
        let whole = ask(&shop, text).page;
        let mut query = JobQuery { limit: 3, ..JobQuery::new(NOW) };
        let mut seen = Vec::new();
        loop {
            let page = shop.index.ask(text, &query).unwrap().page;
            seen.extend(page.hits.into_iter().map(|hit| (hit.id, hit.score)));
            let Some(next) = page.next else { break };
            query.cursor = Some(next.to_string().parse::<Cursor>().unwrap());
        }
        let want: Vec<(String, f32)> = whole.hits.into_iter().map(|hit| (hit.id, hit.score)).collect();
        prop_assert_eq!(seen, want);
    }
}
