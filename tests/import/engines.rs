//! The same lists on each engine.

use linggong::store::{Engine, PostingFilter};

use super::{place::Place, support::stores::stores};

/// The key of the shared stores.
const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

#[tokio::test]
async fn lists_go_in_alike_on_both_engines() {
    for store in stores().await {
        let place = Place::new();
        let url = store.url();
        let mut more = vec!["--key", KEY, "--publish"];
        // On SQLite the command opens the data folder of the place.
        if store.engine() == Engine::Postgres {
            more.extend(["--database-url", url.as_str()]);
        }
        let mut text = "external_id,title,employer_name,address,wage_min,wage_unit,settlement,\
            headcount,valid_days,lat,lon\n"
            .to_owned();
        for id in 1..=450 {
            // Rows with and without a place by turns, and some that are refused.
            let point = if id % 3 == 0 { "38.4,106.2" } else { "," };
            let wage = if id % 100 == 0 { "" } else { "180" };
            text += &format!("{id},采摘工,农场,良田镇,{wage},day,daily,2,30,{point}\n");
        }
        let run = |text: &str| place.import("jobs", "list.csv", text, &more);
        run(&text).is(1, [450, 446, 0, 0, 4]);
        run(&text).is(1, [450, 0, 0, 446, 4]);
        run(&text.replace("7,采摘工", "7,分拣员")).is(1, [450, 0, 45, 401, 4]);
        more.retain(|argument| *argument != "--publish");
        let workers = "external_id,name,phone,id_number,lat,lon\n\
            w1,赵六,13800138003,640103198505050020,,\n\
            w2,赵七,13800138004,,38.4,106.2\n\
            w3,赵八,13800138005,640103198505050020,,\n";
        let done = place.import("workers", "people.csv", workers, &more);
        done.is(1, [3, 2, 0, 0, 1]);
        assert!(done.err.contains("people.csv:4: id_number"), "{}", store.name());
        if store.engine() == Engine::Postgres {
            let mut view = store.read().await.expect("a view");
            let postings = view.postings(&PostingFilter::default(), 1000).await.expect("postings");
            assert_eq!(postings.len(), 446);
        }
    }
}
