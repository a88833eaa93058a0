//! The phone's pages, and a screen from its pairing to its reload.

use linggong::{
    domain::{account::Actor, booking::BookingStatus, ledger::PayMethod, time::HOUR},
    market::{BookingRequest, Payment},
};
use serde_json::json;

use crate::{
    clock::NOW,
    house::House,
    kiosk::hands::{NAME, PHONE, PIN, as_worker, booked, known, stocked},
    window::{DESK, PHONE as SIZE, TALL, Window},
};

in_browser!(
    a_phone_finds_books_and_gives_up,
    somebody_registers_on_the_phone,
    the_first_page_is_light,
    the_phone_serves_from_the_offer_to_the_wage,
    a_screen_is_paired_watched_told_and_reloaded,
);

async fn show(window: &Window, name: &str) {
    window.judge().await;
    let wide = "document.documentElement.scrollWidth > innerWidth + 1";
    window.check(window.ask(wide).await == json!(false), &format!("{name} is too wide")).await;
    let small = "[...document.querySelectorAll('button, summary, a.button, a.chip, nav a, .cards a, label.chip, input:not([type=hidden]):not([type=checkbox]):not([type=radio])')]
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
    window.press("大字").await;
    window.until("document.documentElement.hasAttribute('data-large')").await;
    show(&window, "phone-large-home").await;
    window.press("小字").await;
    window.until("!document.documentElement.hasAttribute('data-large')").await;
    assert_eq!(window.path().await, "/m/liangtian");
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
    // Pressed by accident it asks, once, and says what follows.
    window.click("summary[aria-label^=不去了]").await;
    window.sees("离上工不到24小时了").await;
    show(&window, "phone-my-giving-up").await;
    assert_eq!(booked(&house, &worker).await.len(), 1);
    window.click("[aria-label^=真的不去了]").await;
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

async fn the_phone_serves_from_the_offer_to_the_wage() {
    let house = House::open().await;
    stocked(&house).await;
    let worker = known(&house).await;
    house.market.keep_time().await.unwrap();
    let (start, end) = (NOW.plus(HOUR), NOW.plus(5 * HOUR));
    let shifts = json!([{ "start": start.to_string(), "end": end.to_string() }]);
    let fields = json!({ "title": "苹果装箱工", "shifts": shifts, "instant": false });
    let job = house.submitted(&fields).await;
    house.market.approve(&Actor::Operator, &job).await.unwrap();
    let place =
        BookingRequest { worker: worker.parse().unwrap(), shift: None, idempotency_key: None };
    let own = as_worker(&house, &worker).await;
    let booking = house.market.book(&own, &job, &place).await.unwrap().booking.id;
    house.market.offer(&Actor::Operator, &booking).await.unwrap();
    house.market.keep_time().await.unwrap();

    let window = Window::open(&house, SIZE).await;
    window.hold_still().await;
    window.go("/my?at=liangtian").await;
    window.fill("phone", PHONE).await;
    window.fill("pin", PIN).await;
    window.press("进去").await;
    window.sees("要您去，请尽快答复").await;
    show(&window, "phone-my-offer").await;
    window.click("[aria-label^=知道了]").await;
    window.until("!document.body.innerText.includes('要您去，请尽快答复')").await;
    assert!(window.path().await.starts_with("/my?at=liangtian"));
    window.click("[aria-label^=我去]").await;
    window.sees("说好了，名额给您留着").await;
    assert!(window.path().await.starts_with("/my?at=liangtian"));

    window.press("签到、签退、看工钱").await;
    show(&window, "phone-door").await;
    let code = || async { house.market.code(&Actor::Operator, &job).await.unwrap().1.digits };
    window
        .run("document.querySelector('.digits').value = arguments[0];", vec![json!(code().await)])
        .await;
    window.press("签到").await;
    window.sees("签到好了").await;
    house.clock.go(5 * HOUR);
    window.go(&format!("/me/bookings/{booking}")).await;
    window
        .run("document.querySelector('.digits').value = arguments[0];", vec![json!(code().await)])
        .await;
    window.press("签退").await;
    window.sees("签退好了").await;
    let slip = house.market.ledger(&Actor::Operator, None).await.unwrap().remove(0).wage;
    let payment = Payment { amount: slip.net(), on: None, method: PayMethod::Bank, voucher: None };
    house.market.pay(&Actor::Operator, &slip.id, &payment).await.unwrap();
    window.go("/my?at=liangtian").await;
    window.press("我的工钱").await;
    window.sees("苹果装箱工的220元，您收到了吗？").await;
    show(&window, "phone-wages").await;
    window.press("苹果装箱工").await;
    show(&window, "phone-slip").await;
    window.press("收到了").await;
    window.sees("好，记上了").await;
    window.go("/my?at=liangtian").await;
    window.press("投诉维权").await;
    show(&window, "phone-complaints").await;
    window.choose("kind", "injury").await;
    window.fill("text", "装车的时候砸了脚").await;
    window.press("提交").await;
    window.sees("收到了，我们会在期限以前办").await;
    let made = house.market.complaints(&Actor::Operator, None).await.unwrap();
    assert_eq!(made.len(), 1);
}
