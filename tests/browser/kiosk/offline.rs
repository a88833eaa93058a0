//! The link is cut: the kiosk opens, searches what it has, keeps what people do, and sends each thing
//! once when the link is back, whatever happened to the browser meanwhile.

use std::{fs, path::Path, process::Command, time::Duration};

use linggong::domain::{account::Actor, attendance::By, booking::BookingStatus, time::MINUTE};
use serde_json::json;

use super::{
    card::paired,
    hands::{NAME, PHONE, PIN, booked, keys, known, ready, sign_in, stocked, touch},
    link::Link,
    own::{digits, today},
    use_of::KEPT,
};
use crate::{
    house::House,
    window::{TALL, Window},
};

in_browser!(
    what_is_done_without_a_link_arrives_once_after_the_browser_was_killed,
    a_booking_without_a_link_is_refused_clearly,
);

const OTHER_PHONE: &str = "13800005678";

/// Kills the browsers of a profile, as a power cut would: the folder's name is this test's alone.
fn kill(profile: &Path) {
    let marked = format!("--user-data-dir={}", profile.display());
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let pid = entry.file_name().to_string_lossy().into_owned();
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let is_ours = String::from_utf8_lossy(&line).split('\0').any(|word| word == marked);
        if is_ours && pid.bytes().all(|b| b.is_ascii_digit()) {
            Command::new("kill").args(["-KILL", &pid]).status().unwrap();
        }
    }
    for lock in ["SingletonLock", "SingletonCookie", "SingletonSocket"] {
        let _ = fs::remove_file(profile.join(lock));
    }
}

async fn kiosk(link: &Link, profile: &Path) -> Window {
    let window = Window::of_profile(&link.url, TALL, profile).await;
    window.hold_still().await;
    window.go("/kiosk/liangtian").await;
    window
}

async fn book_offline(window: &Window, title: &str) {
    touch(window, "打字找活").await;
    keys(window, title).await;
    window.until("document.querySelector('.found .card')").await;
    window.click(".found .card").await;
    touch(window, "我要去").await;
}

/// Cuts the link; then somebody who is known books, which waits to be confirmed.
async fn cut_and_book(link: &Link, window: &Window) {
    link.cut();
    window.sees("网断了").await;
    book_offline(window, "SCFJ").await;
    sign_in(window).await;
    window.sees("待确认").await;
}

async fn what_is_done_without_a_link_arrives_once_after_the_browser_was_killed() {
    let house = House::open().await;
    let job = stocked(&house).await;
    let worker = known(&house).await;
    let work = today(&house, &worker).await;
    let code = digits(&house, &work).await;
    let link = Link::to(&house.url).await;
    let folder = tempfile::tempdir().unwrap();
    let window = kiosk(&link, folder.path()).await;
    ready(&window).await;
    paired(&house, &window).await;
    // However slow this machine is, the code is typed in the minute in which it was read.
    window.run("const at = Date.now(); Date.now = () => at;", vec![]).await;

    // One: somebody who is known books.
    cut_and_book(&link, &window).await;
    window.judge_without_link().await;
    window.picture("kiosk-unconfirmed").await;
    touch(&window, "办完了").await;
    // Two: the same person comes to today's work, with the captain's code of this minute.
    touch(&window, "签到签退").await;
    sign_in(&window).await;
    window.sees("网断了，可以先记下来").await;
    window.judge_without_link().await;
    window.click(".tiles .tile").await;
    window.sees("带班人手机上的4位数字").await;
    keys(&window, &code).await;
    window.sees("待确认").await;
    touch(&window, "办完了").await;
    // Three and four: somebody registers and books.
    book_offline(&window, "ZXG").await;
    touch(&window, "没登记过").await;
    keys(&window, OTHER_PHONE).await;
    keys(&window, PIN).await;
    keys(&window, PIN).await;
    for (letters, character) in [("WANG", "王"), ("FANG", "方")] {
        keys(&window, letters).await;
        keys(&window, character).await;
    }
    touch(&window, "姓名对了").await;
    touch(&window, "同意，登记").await;
    window.sees("待确认").await;
    touch(&window, "办完了").await;
    window.sees("4件事等网通").await;
    // What waits is sealed.
    let kept = window.run(KEPT, vec![]).await.as_str().unwrap_or_default().to_owned();
    for secret in [NAME, "王方", PHONE, OTHER_PHONE, PIN] {
        window.check(!kept.contains(secret), &format!("{secret} stands in clear")).await;
    }
    let held = |held: Vec<(String, BookingStatus)>| {
        let mut jobs: Vec<String> = held.into_iter().map(|(job, _)| job).collect();
        jobs.sort();
        jobs
    };
    assert_eq!(held(booked(&house, &worker).await), [work.to_string()]);

    kill(folder.path());
    drop(window);
    let window = kiosk(&link, folder.path()).await;
    // Without a link it opens all the same, and still finds what it had.
    window.sees("4件事等网通").await;
    touch(&window, "打字找活").await;
    keys(&window, "WJJ").await;
    window.sees("挖掘机司机").await;
    touch(&window, "首页").await;

    // The code has changed since; the one that was typed is held against its own minute.
    house.clock.go(5 * MINUTE);
    assert_ne!(digits(&house, &work).await, code);
    link.mend();
    window.until("!document.body.innerText.includes('等网通')").await;
    let mut both = vec![job, work.to_string()];
    both.sort();
    assert_eq!(held(booked(&house, &worker).await), both);
    let rows = house.market.attendance_at(&Actor::Operator, &work).await.unwrap();
    let (came, by) = rows[0].check_in.expect("checked in");
    assert_eq!(by, By::Kept);
    assert!(came < house.market.now().plus(-2 * MINUTE), "checked in when it arrived: {came}");
    let phone = OTHER_PHONE.parse().unwrap();
    let held = house.market.store.read().await.unwrap().workers_with_phone(&phone).await.unwrap();
    let [person] = held.as_slice() else { panic!("{} registered", held.len()) };
    assert_eq!(person.person.name, "王方");
    assert_eq!(booked(&house, person.id.as_str()).await.len(), 1);
    // Each arrived once by the log too.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let log = house.market.store.read().await.unwrap().log_after(0, 10_000).await.unwrap();
    let count = |verb: &str| log.iter().filter(|row| row.verb == verb).count();
    // One booking was there before.
    assert_eq!((count("book"), count("register"), count("check_in")), (3, 2, 1));
    window.sees("● 实时").await;
    touch(&window, "我的事").await;
    sign_in(&window).await;
    touch(&window, "我的报名").await;
    window.sees("断网时记下的").await;
    window.sees("报上了").await;
    window.sees("签到好了").await;
    window.judge_without_link().await;
}

async fn a_booking_without_a_link_is_refused_clearly() {
    let house = House::open().await;
    let job = stocked(&house).await;
    let worker = known(&house).await;
    let link = Link::to(&house.url).await;
    let folder = tempfile::tempdir().unwrap();
    let window = kiosk(&link, folder.path()).await;
    ready(&window).await;
    cut_and_book(&link, &window).await;
    // Meanwhile the posting ends.
    house.market.close(&Actor::Operator, &job.parse().unwrap()).await.unwrap();
    link.mend();
    // Who still stands there sees it change.
    window.sees("没报上").await;
    window.sees("已经不招人了").await;
    window.judge_without_link().await;
    assert_eq!(booked(&house, &worker).await, []);
    touch(&window, "办完了").await;
    // A wrong PIN is found out only now, and is no booking either.
    link.cut();
    book_offline(&window, "ZXG").await;
    window.sees("您的手机号").await;
    keys(&window, PHONE).await;
    keys(&window, "280517").await;
    window.sees("待确认").await;
    link.mend();
    window.sees("手机号或密码不对").await;
    assert_eq!(booked(&house, &worker).await, []);
    assert!(window.ask("document.body.innerText.includes('等网通')").await == json!(false));
}
