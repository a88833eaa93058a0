//! How the kiosk looks at its sizes, large and low, and whether a thumb hits.

use serde_json::{Value, json};

use super::hands::{at_the_kiosk, keys, known, ready, sign_in, stocked, touch};
use crate::{
    house::House,
    window::{TALL, WIDE, Window},
};

in_browser!(everything_is_large_enough_to_press, pages_of_the_kiosk);

/// Things to press that are smaller than 96 px.
const SMALL: &str = "[...document.querySelectorAll('button')].filter((b) => b.offsetParent)
    .map((b) => [b.innerText, b.getBoundingClientRect()])
    .filter(([, r]) => r.width < 96 || r.height < 96).map(([text]) => text)";

/// The least distance between two things to press; those that a list has rolled away do not count.
const GAP: &str = "(() => {
    const seen = (b) => {
      const r = b.getBoundingClientRect();
      const hit = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
      return b.offsetParent && hit && b.contains(hit);
    };
    const all = [...document.querySelectorAll('button:enabled')].filter(seen)
      .map((b) => b.getBoundingClientRect());
    let least = 1e9;
    for (const a of all) for (const b of all) if (a !== b) {
      const x = Math.max(a.left - b.right, b.left - a.right);
      const y = Math.max(a.top - b.bottom, b.top - a.bottom);
      if (Math.max(x, y) > -40) least = Math.min(least, Math.max(x, y));
    }
    return least;
  })()";

async fn measure(window: &Window, page: &str) {
    let small = window.ask(SMALL).await;
    window.check(small == json!([]), &format!("{page}: too small: {small}")).await;
    let least = window.ask(GAP).await.as_f64().unwrap();
    window.check(least >= 16.0, &format!("{page}: only {least} px between")).await;
}

async fn everything_is_large_enough_to_press() {
    let house = House::open().await;
    stocked(&house).await;
    let window = at_the_kiosk(&house, TALL).await;
    measure(&window, "home").await;
    let tops = "[...document.querySelectorAll('.tile')]
        .map((t) => t.getBoundingClientRect().top / innerHeight)";
    let tops = window.ask(tops).await;
    let tops: Vec<f64> = tops.as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    assert!(tops.len() <= 8 && tops.iter().all(|top| *top >= 0.4), "{tops:?}");
    for (page, says) in [
        ("search", vec!["打字找活"]),
        ("digits", vec!["我的事"]),
        ("kinds", vec!["明天的活"]),
        ("list", vec!["明天的活", "分拣打包"]),
        ("posting", vec!["明天的活", "分拣打包", "蔬菜分拣工"]),
    ] {
        for says in says {
            touch(&window, says).await;
        }
        measure(&window, page).await;
        touch(&window, "首页").await;
    }
    // Everything comes down to the lower half.
    touch(&window, "放低").await;
    let top = "Math.min(...[...document.querySelectorAll('button')].filter((b) => b.offsetParent)
        .map((b) => b.getBoundingClientRect().top)) / innerHeight";
    let top = window.ask(top).await;
    window.check(top.as_f64().unwrap() >= 0.5, &format!("the highest is at {top}")).await;
}

pub async fn show(window: &Window, name: &str) {
    window.judge().await;
    let wide = "document.documentElement.scrollWidth > innerWidth + 1";
    window.check(window.ask(wide).await == json!(false), &format!("{name} is too wide")).await;
    let cut = "[...document.querySelectorAll('button')]
        .filter((b) => b.offsetParent && b.scrollWidth > b.clientWidth + 1)
        .map((b) => b.innerText)";
    let cut = window.ask(cut).await;
    window.check(cut == json!([]), &format!("{name}: cut off: {cut}")).await;
    window.picture(name).await;
}

async fn pages_of_the_kiosk() {
    let house = House::demo().await;
    known(&house).await;
    let mut window = at_the_kiosk(&house, TALL).await;
    for size in [TALL, WIDE] {
        window = window.sized(size).await;
        window.go("/kiosk/liangtian").await;
        ready(&window).await;
        tour(&window).await;
    }
    window = window.sized(TALL).await;
    for (mode, name) in [("大字", "large"), ("放低", "low")] {
        window.go("/kiosk/liangtian").await;
        ready(&window).await;
        touch(&window, mode).await;
        show(&window, &format!("kiosk-{name}-home")).await;
        touch(&window, "明天的活").await;
        touch(&window, "分拣打包").await;
        show(&window, &format!("kiosk-{name}-list")).await;
        window.click(".card").await;
        show(&window, &format!("kiosk-{name}-posting")).await;
        touch(&window, "我要去").await;
        show(&window, &format!("kiosk-{name}-digits")).await;
    }
}

async fn tour(window: &Window) {
    show(window, "kiosk-home").await;
    touch(window, "打字找活").await;
    keys(window, "FJ").await;
    window.until("document.querySelector('.found .card')").await;
    show(window, "kiosk-search").await;
    touch(window, "首页").await;
    touch(window, "今天的活").await;
    show(window, "kiosk-none").await;
    touch(window, "回首页").await;
    touch(window, "明天的活").await;
    show(window, "kiosk-kinds").await;
    touch(window, "分拣打包").await;
    show(window, "kiosk-list").await;
    window.click(".card").await;
    window.sees("我要去").await;
    show(window, "kiosk-posting").await;
    touch(window, "带走").await;
    window.until("document.querySelector('.code').naturalWidth > 0").await;
    show(window, "kiosk-take").await;
    touch(window, "返回").await;
    touch(window, "我要去").await;
    show(window, "kiosk-digits").await;
    sign_in(window).await;
    window.until("document.querySelector('.outcome')").await;
    show(window, "kiosk-outcome").await;
    touch(window, "再看别的活").await;
    touch(window, "我的事").await;
    touch(window, "我的报名").await;
    window.sees("不去了").await;
    show(window, "kiosk-mine").await;
    touch(window, "办完了").await;
    touch(window, "我的事").await;
    touch(window, "没登记过").await;
    keys(window, "13800009999").await;
    keys(window, "280516").await;
    keys(window, "280516").await;
    keys(window, "MA").await;
    show(window, "kiosk-name").await;
}
