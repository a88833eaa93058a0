//! The phone's pages, and a screen from its pairing to its reload.

use linggong::domain::booking::BookingStatus;
use serde_json::json;

use crate::{
    house::House,
    kiosk::hands::{NAME, PHONE, PIN, booked, known, stocked},
    window::{DESK, PHONE as SIZE, TALL, Window},
};

in_browser!(
    a_phone_finds_books_and_gives_up,
    somebody_registers_on_the_phone,
    the_first_page_is_light,
    a_screen_is_paired_watched_told_and_reloaded,
);

async fn show(window: &Window, name: &str) {
    window.judge().await;
    let wide = "document.documentElement.scrollWidth > innerWidth + 1";
    window.check(window.ask(wide).await == json!(false), &format!("{name} is too wide")).await;
    let small = "[...document.querySelectorAll('button, a.button, a.chip, nav a, .cards a, input:not([type=hidden]):not([type=checkbox])')]
        .filter((b) => b.offsetParent && b.getBoundingClientRect().height < 60).map((b) => b.outerHTML)";
    let small = window.ask(small).await;
    window.check(small == json!([]), &format!("{name}: too small: {small}")).await;
    window.picture(name).await;
}

async fn a_phone_finds_books_and_gives_up() {
    let house = House::open().await;
    let job = stocked(&house).await;
    let worker = known(&house).await;
    let window = Window::open(&house, SIZE).await;
    window.hold_still().await;
    window.go("/m/liangtian").await;
    window.sees("共7个活").await;
    show(&window, "phone-home").await;
    window.press("明天").await;
    window.sees("共7个活").await;
    window.fill("q", "蔬菜分拣").await;
    window.press("找").await;
    window.click(".cards a").await;
    window.sees("我要去").await;
    show(&window, "phone-job").await;
    // What is pressed most is at the thumb.
    let at =
        window.ask("document.querySelector('.go').getBoundingClientRect().top / innerHeight").await;
    window.check(at.as_f64().unwrap() > 0.6, "我要去 is out of the thumb's reach").await;
    window.press("我要去").await;
    window.sees("您是谁").await;
    window.fill("phone", PHONE).await;
    window.fill("pin", "280517").await;
    window.press("进去").await;
    window.sees("手机号或数字密码不对").await;
    show(&window, "phone-in").await;
    window.fill("pin", PIN).await;
    window.press("进去").await;
    window.press("我要去").await;
    window.sees("报上了").await;
    assert_eq!(booked(&house, &worker).await, [(job, BookingStatus::Booked)]);
    show(&window, "phone-my").await;
    window.click("[aria-label^=不去了]").await;
    window.sees("已取消报名").await;
    assert_eq!(booked(&house, &worker).await, []);
    window.press("退出").await;
    window.until("!document.body.innerText.includes('您好')").await;
}

async fn somebody_registers_on_the_phone() {
    let house = House::open().await;
    stocked(&house).await;
    let window = Window::open(&house, SIZE).await;
    window.go("/my/join?at=liangtian&next=/m/liangtian").await;
    window.press("登记").await;
    window.sees("处要改").await;
    window.fill("name", NAME).await;
    window.fill("phone", PHONE).await;
    window.fill("pin", PIN).await;
    window.click("label.chip").await;
    show(&window, "phone-join").await;
    window.press("登记").await;
    window.sees("您好，马**").await;
    assert_eq!(window.path().await, "/m/liangtian");
}

async fn the_first_page_is_light() {
    let house = House::demo().await;
    let window = Window::open(&house, SIZE).await;
    window.go("/m/liangtian").await;
    window.until("document.querySelectorAll('.cards li').length === 20").await;
    let bytes = "performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
        .reduce((sum, entry) => sum + entry.decodedBodySize, 0)";
    let bytes = window.ask(bytes).await.as_f64().unwrap();
    println!("the phone's first page: {bytes} bytes before compression");
    assert!(bytes > 5_000.0 && bytes < 60.0 * 1024.0, "{bytes}");
    // Without scripts, since there are none.
    assert_eq!(window.ask("document.scripts.length").await, json!(0));
}

async fn a_screen_is_paired_watched_told_and_reloaded() {
    let house = House::open().await;
    stocked(&house).await;
    let staff = house.staff("zhangmin", "liangtian").await;
    let desk = Window::open(&house, DESK).await;
    desk.hold_still().await;
    desk.be(&staff).await;
    desk.go("/desk/screens").await;
    desk.fill("name", "大厅自助机").await;
    desk.fill("kind", "kiosk").await;
    desk.press("要配对码").await;
    desk.sees("半小时内有效").await;
    desk.judge().await;
    desk.picture("screens-code").await;
    let code = desk.text(".lead strong").await;

    let screen = Window::open(&house, TALL).await;
    screen.hold_still().await;
    screen.go("/pair").await;
    screen.judge().await;
    screen.picture("pair").await;
    screen.fill("code", "0000 0000").await;
    screen.press("配对").await;
    screen.sees("配对码不对").await;
    screen.fill("code", &code).await;
    screen.press("配对").await;
    screen.sees("● 实时").await;
    assert_eq!(screen.path().await, "/kiosk/liangtian");

    desk.go("/desk/screens").await;
    desk.sees("在线").await;
    desk.judge().await;
    desk.picture("screens").await;
    screen.run("setTimeout(() => { throw new Error('a made-up fault'); });", vec![]).await;
    desk.run("document.querySelector('[id^=notice-acc]').value = '今天下午有招聘会';", vec![])
        .await;
    desk.press("说").await;
    desk.sees("已发到屏幕上").await;
    screen.sees("今天下午有招聘会").await;
    screen.run("window.before = true;", vec![]).await;
    desk.click("[aria-label^=刷新]").await;
    screen.until("window.before === undefined").await;
    screen.sees("● 实时").await;
    desk.click("[aria-label^=收回令牌]").await;
    desk.sees("令牌已收回").await;
}
