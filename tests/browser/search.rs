//! The search of postings on a phone: what was understood is taken away with a touch, what there is
//! more of is chosen with one, and the numbers beside the choices are true.

use linggong::domain::account::Actor;
use serde_json::json;

use crate::{
    house::House,
    window::{PHONE, Window},
};

in_browser!(a_search_is_widened_and_narrowed_by_touch);

async fn a_search_is_widened_and_narrowed_by_touch() {
    let house = House::open().await;
    let wage = |unit: &str, fen: i64, settlement: &str| json!({ "min_fen": fen, "unit": unit, "settlement": settlement });
    for fields in [
        json!({ "title": "果蔬分拣工", "skills": ["分拣"] }),
        json!({ "title": "快递分拣员", "skills": ["分拣"], "wage": wage("month", 420_000, "monthly") }),
        json!({ "title": "冷库分拣", "skills": ["分拣"], "wage": wage("day", 16_000, "daily") }),
        json!({ "title": "葡萄采摘工", "skills": ["采摘"] }),
    ] {
        let id = house.submitted(&fields).await;
        house.market.approve(&Actor::Operator, &id).await.unwrap();
    }
    house.settle().await;
    let phone = Window::open(&house, PHONE).await;
    phone.go("/jobs").await;
    phone.fill("q", "日结 分拣 200以上").await;
    phone.press("找").await;
    // Both conditions are shown back, and one posting meets them.
    phone.sees("按这些条件找的").await;
    phone.sees("共1个岗位").await;
    phone.sees("果蔬分拣工").await;
    for label in ["日结", "200"] {
        let chips = "[...document.querySelectorAll('#understood + .chips a')]";
        let says = format!("{chips}.some(chip => chip.textContent.includes('{label}'))");
        phone.check(phone.ask(&says).await == json!(true), label).await;
    }
    // Without the wage there are two that pay by the day.
    let chip = |part: &str| {
        format!(
            "[...document.querySelectorAll('#understood + .chips a')]\
             .find(chip => chip.textContent.includes('{part}')).click()"
        )
    };
    phone.run(&chip("200"), Vec::new()).await;
    phone.sees("共2个岗位").await;
    phone.run(&chip("日结"), Vec::new()).await;
    phone.sees("共3个岗位").await;
    // Each choice tells how many there are, and leads to so many.
    let choices = "[...document.querySelectorAll('.facets a.chip')].map(a => a.textContent)";
    let all = phone.ask(choices).await;
    let all: Vec<String> =
        all.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect();
    phone.check(!all.is_empty(), "nothing to choose").await;
    let mut followed = 0;
    for says in all {
        let count: String = says
            .chars()
            .rev()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        let count: String = count.chars().rev().collect();
        if count.is_empty() {
            continue;
        }
        phone.press("再挑一挑").await;
        let click = "[...document.querySelectorAll('.facets a.chip')]\
            .find(a => a.textContent === arguments[0]).click()";
        phone.run(click, vec![json!(says)]).await;
        phone.sees(&format!("共{count}个岗位")).await;
        followed += 1;
        phone.run("history.back()", Vec::new()).await;
        phone.sees("共3个岗位").await;
    }
    phone.check(followed >= 4, "few choices").await;
}
