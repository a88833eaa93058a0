//! What people do at a kiosk.

use std::time::Duration;

use linggong::domain::booking::BookingStatus;
use serde_json::json;

use super::hands::{NAME, PHONE, PIN, at_the_kiosk, booked, keys, known, sign_in, stocked, touch};
use crate::{
    house::House,
    window::{TALL, WIDE},
};

in_browser!(
    a_sorting_job_for_tomorrow_is_booked_in_four_presses,
    somebody_registers_at_the_kiosk_and_books,
    initials_find_what_is_meant,
    who_walks_away_leaves_nothing,
    who_leaves_before_the_answer_is_not_seated,
    a_posting_is_read_aloud_sentence_by_sentence,
    a_voice_that_stays_silent_is_given_up,
);

async fn a_sorting_job_for_tomorrow_is_booked_in_four_presses() {
    let house = House::open().await;
    let job = stocked(&house).await;
    let worker = known(&house).await;
    for size in [TALL, WIDE] {
        let window = at_the_kiosk(&house, size).await;
        let presses = ["明天的活", "分拣打包", "蔬菜分拣工", "我要去"];
        assert!(presses.len() <= 4);
        for says in presses {
            touch(&window, says).await;
        }
        sign_in(&window).await;
        // The second time the place is held already, and the kiosk says so.
        window.sees(if size == TALL { "报上了" } else { "没报上" }).await;
        window.judge().await;
        assert_eq!(booked(&house, &worker).await, [(job.clone(), BookingStatus::Booked)]);
    }
}

async fn somebody_registers_at_the_kiosk_and_books() {
    let house = House::open().await;
    let job = stocked(&house).await;
    let window = at_the_kiosk(&house, TALL).await;
    for says in ["明天的活", "分拣打包", "蔬菜分拣工", "我要去", "没登记过"] {
        touch(&window, says).await;
    }
    keys(&window, PHONE).await;
    window.sees("自己定一个").await;
    keys(&window, "123456").await;
    window.sees("太容易猜").await;
    keys(&window, PIN).await;
    keys(&window, PIN).await;
    window.sees("您的姓名").await;
    for (letters, character) in [("MA", "马"), ("XIAO", "小"), ("JUN", "军")] {
        keys(&window, letters).await;
        let offers = "[...document.querySelectorAll('.offers button')]";
        let offered = format!("{offers}.some((b) => b.innerText === '{character}')");
        while window.ask(&offered).await == json!(false) {
            touch(&window, "更多").await;
        }
        keys(&window, character).await;
    }
    touch(&window, "姓名对了").await;
    window.sees("不公开").await;
    window.judge().await;
    touch(&window, "同意，登记").await;
    window.sees("报上了").await;
    window.sees("您好，马**").await;
    let phone = PHONE.parse().unwrap();
    let held = house.market.store.read().await.unwrap().workers_with_phone(&phone).await.unwrap();
    let [person] = held.as_slice() else { panic!("{}", held.len()) };
    assert_eq!(person.person.name, NAME);
    assert_eq!(booked(&house, person.id.as_str()).await, [(job, BookingStatus::Booked)]);
    touch(&window, "办完了，退出").await;
    touch(&window, "我的事").await;
    sign_in(&window).await;
    touch(&window, "我的报名").await;
    window.sees("名额是您的").await;
    touch(&window, "不去了").await;
    touch(&window, "是的，不去了").await;
    window.sees("还没有报名").await;
    assert_eq!(booked(&house, person.id.as_str()).await, []);
}

async fn initials_find_what_is_meant() {
    let house = House::open().await;
    stocked(&house).await;
    let window = at_the_kiosk(&house, TALL).await;
    touch(&window, "打字找活").await;
    for (typed, title) in [
        ("WJJ", "挖掘机司机"),
        // Another word for the same trade: 钩机.
        ("GOUJI", "挖掘机司机"),
        ("FENJ", "分拣"),
        ("ZXG", "装卸工"),
        // Front and back sounds mistaken.
        ("ZUANGXIE", "装卸工"),
        ("SCFJ", "蔬菜分拣工"),
    ] {
        touch(&window, "清空").await;
        keys(&window, typed).await;
        let first = "document.querySelector('.found .card .what')?.innerText ?? ''";
        window.until(format!("({first}).includes({})", json!(title))).await;
    }
    touch(&window, "清空").await;
    keys(&window, "QQQQ").await;
    window.sees("这里没有找到").await;
}

/// Everything that the browser keeps for this origin, and everything that it shows.
pub const KEPT: &str = "
    const kept = [document.documentElement.outerHTML, document.title, location.href,
      document.cookie, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
    const done = (asked) => new Promise((good, bad) => {
      asked.onsuccess = () => good(asked.result);
      asked.onerror = bad;
    });
    const readable = (_, value) =>
      value instanceof Uint8Array || value instanceof ArrayBuffer
        ? new TextDecoder().decode(value) : value;
    return (async () => {
      for (const { name } of await indexedDB.databases()) {
        const db = await done(indexedDB.open(name));
        for (const store of db.objectStoreNames) {
          const all = await done(db.transaction(store).objectStore(store).getAll());
          kept.push(JSON.stringify(all, readable));
        }
        db.close();
      }
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          kept.push(request.url, await (await cache.match(request)).text());
        }
      }
      return kept.join('\\n');
    })();";

async fn who_walks_away_leaves_nothing() {
    let house = House::open().await;
    stocked(&house).await;
    let worker = known(&house).await;
    let window = at_the_kiosk(&house, TALL).await;
    let history = window.ask("history.length").await;
    touch(&window, "大字").await;
    touch(&window, "我的事").await;
    sign_in(&window).await;
    touch(&window, "我的报名").await;
    window.sees("还没有报名").await;
    window.sees("您好，马**").await;
    // A minute without a touch: the ring. Who is still there goes on as long as he likes.
    let late = "const now = performance.now.bind(performance);
        window.ahead = 0;
        performance.now = () => now() + window.ahead;";
    window.run(late, vec![]).await;
    for _ in 0..3 {
        window.run("window.ahead += 61000;", vec![]).await;
        window.sees("您还在吗").await;
        window.judge().await;
        window.picture("kiosk-ring").await;
        touch(&window, "我还在").await;
        window.until("document.querySelector('[data-part=ring]').hidden").await;
        window.sees("您好，马**").await;
    }
    window.run("window.ahead += 61000;", vec![]).await;
    window.sees("您还在吗").await;
    window.run("window.ahead += 31000;", vec![]).await;
    window.sees("想找什么活").await;
    let kept = window.run(KEPT, vec![]).await.as_str().unwrap_or_default().to_owned();
    for secret in [NAME, "马**", PHONE, "138****1234", PIN, worker.as_str(), "data-large=\""] {
        window.check(!kept.contains(secret), &format!("{secret} is left behind: {kept}")).await;
    }
    assert_eq!(window.ask("history.length").await, history);
    // Going back shows nobody either, and the session is over at the server.
    window.session.client.back().await.unwrap();
    window.session.client.forward().await.unwrap();
    window.sees("想找什么活").await;
    let somebody = window.text("[data-part=somebody]").await;
    window.check(somebody.is_empty(), "somebody is greeted").await;
    let log = house.market.store.read().await.unwrap().log_after(0, 10_000).await.unwrap();
    assert!(log.iter().any(|row| row.verb == "sign_out"), "no sign-out");
}

async fn who_leaves_before_the_answer_is_not_seated() {
    let house = House::open().await;
    stocked(&house).await;
    known(&house).await;
    let window = at_the_kiosk(&house, TALL).await;
    touch(&window, "我的事").await;
    let slow = "const fetched = window.fetch.bind(window);
        window.fetch = (...asked) => new Promise((done) => setTimeout(done, 500))
          .then(() => fetched(...asked));";
    window.run(slow, vec![]).await;
    sign_in(&window).await;
    touch(&window, "首页").await;
    // The session that began all the same is ended.
    for _ in 0..200 {
        let log = house.market.store.read().await.unwrap().log_after(0, 10_000).await.unwrap();
        if log.iter().filter(|row| row.verb == "sign_out").count() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let log = house.market.store.read().await.unwrap().log_after(0, 10_000).await.unwrap();
    assert_eq!(log.iter().filter(|row| row.verb == "sign_out").count(), 1);
    let somebody = window.text("[data-part=somebody]").await;
    window.check(somebody.is_empty(), "somebody is greeted who had left").await;
}

async fn a_posting_is_read_aloud_sentence_by_sentence() {
    let house = House::open().await;
    stocked(&house).await;
    let window = at_the_kiosk(&house, TALL).await;
    // A headless browser has no voice; this one says each sentence in a moment.
    let voice = "window.said = [];
        window.SpeechSynthesisUtterance = function (text) { this.text = text; };
        Object.defineProperty(window, 'speechSynthesis', { value: {
          speak(words) {
            window.said.push(`${words.lang} ${words.text}`);
            setTimeout(() => words.onend(), 50);
          },
          cancel() {},
        } });";
    window.run(voice, vec![]).await;
    for says in ["明天的活", "分拣打包", "蔬菜分拣工", "读给我听"] {
        touch(&window, says).await;
    }
    window.until("document.querySelectorAll('.reading').length === 1").await;
    window.until("window.said.length >= 8 && !document.querySelector('.reading')").await;
    let said = window.ask("window.said").await;
    assert_eq!(said[0], "zh-CN 蔬菜分拣工");
    assert_eq!(said[1], "zh-CN 多少钱：220元/天，日结");
    window.check(!said.to_string().contains(":00"), &format!("{said}")).await;
}

async fn a_voice_that_stays_silent_is_given_up() {
    let house = House::open().await;
    stocked(&house).await;
    let window = at_the_kiosk(&house, TALL).await;
    let voice = "window.SpeechSynthesisUtterance = function (text) { this.text = text; };
        Object.defineProperty(window, 'speechSynthesis', { value: { speak() {}, cancel() {} } });";
    window.run(voice, vec![]).await;
    for says in ["明天的活", "分拣打包", "蔬菜分拣工", "读给我听"] {
        touch(&window, says).await;
    }
    window.sees("别读了").await;
    // Else the kiosk took somebody for present for as long as it reads.
    window.until("document.querySelector('.aloud').innerText === '读给我听'").await;
}
