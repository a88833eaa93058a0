//! The person's own things at a kiosk: messages, the door, wages, what may be claimed, a complaint.

use linggong::{
    domain::{
        account::Actor,
        complaint::{Channel, ComplaintKind},
        ids::{JobId, WorkerId},
        ledger::{PayMethod, WageStatus},
        time::{HOUR, MINUTE},
    },
    market::{BookingRequest, Payment},
};
use serde_json::json;

use super::{
    hands::{as_worker, at_the_kiosk, booked, keys, known, sign_in, stocked, touch},
    looks::show,
};
use crate::{
    clock::NOW,
    house::House,
    window::{TALL, WIDE, Window},
};

in_browser!(
    somebody_comes_goes_is_paid_and_complains,
    messages_greet_and_offers_are_answered,
    own_pages_lie_too,
);

/// A posting of today, from in an hour to four hours later, at which the worker has a place.
pub async fn today(house: &House, worker: &str) -> JobId {
    let (start, end) = (NOW.plus(HOUR), NOW.plus(5 * HOUR));
    let shifts = json!([{ "start": start.to_string(), "end": end.to_string() }]);
    let fields = json!({ "title": "苹果装箱工", "shifts": shifts });
    let job = house.submitted(&fields).await;
    house.market.approve(&Actor::Operator, &job).await.unwrap();
    let place =
        BookingRequest { worker: worker.parse().unwrap(), shift: None, idempotency_key: None };
    house.market.book(&Actor::Operator, &job, &place).await.unwrap();
    house.settle().await;
    job
}

/// The four digits that the captain shows now.
pub async fn digits(house: &House, job: &JobId) -> String {
    house.market.code(&Actor::Operator, job).await.unwrap().1.digits
}

/// Opens the person's own things.
pub async fn own(window: &Window) {
    touch(window, "我的事").await;
    sign_in(window).await;
    window.sees("我的报名").await;
}

async fn somebody_comes_goes_is_paid_and_complains() {
    let house = House::open().await;
    stocked(&house).await;
    let worker = known(&house).await;
    let job = today(&house, &worker).await;
    let window = at_the_kiosk(&house, TALL).await;

    touch(&window, "签到签退").await;
    sign_in(&window).await;
    window.sees("苹果装箱工").await;
    show(&window, "kiosk-door").await;
    window.click(".own .act").await;
    window.sees("带班人手机上的4位数字").await;
    let right = digits(&house, &job).await;
    let wrong = if right == "0000" { "0001" } else { "0000" };
    keys(&window, wrong).await;
    window.sees("验证码不对").await;
    keys(&window, &right).await;
    window.sees("签到好了").await;
    show(&window, "kiosk-came").await;
    house.clock.go(5 * HOUR);
    touch(&window, "再看别的活").await;
    touch(&window, "签到签退").await;
    window.until("document.querySelector('.own .act')").await;
    window.click(".own .act").await;
    window.sees("签退：").await;
    keys(&window, &digits(&house, &job).await).await;
    window.sees("签退好了").await;

    // The wage follows from the check-out; it is paid, and the worker says so.
    touch(&window, "再看别的活").await;
    touch(&window, "我的事").await;
    show(&window, "kiosk-me").await;
    touch(&window, "我的工钱").await;
    window.sees("还有1笔没发").await;
    show(&window, "kiosk-wages").await;
    let slip = house.market.ledger(&Actor::Operator, None).await.unwrap().remove(0);
    let on = Some(house.market.now().day());
    let payment = Payment { amount: slip.wage.net(), on, method: PayMethod::Bank, voucher: None };
    house.market.pay(&Actor::Operator, &slip.wage.id, &payment).await.unwrap();
    touch(&window, "返回").await;
    touch(&window, "我的工钱").await;
    window.sees("您收到了吗").await;
    touch(&window, "没收到").await;
    window.sees("还有1笔没发").await;
    house.market.pay(&Actor::Operator, &slip.wage.id, &payment).await.unwrap();
    touch(&window, "返回").await;
    touch(&window, "我的工钱").await;
    touch(&window, "收到了").await;
    window.sees("都发了").await;
    let held = house.market.slip(&Actor::Operator, &slip.wage.id).await.unwrap();
    assert_eq!(held.wage.status, WageStatus::Settled);

    touch(&window, "返回").await;
    touch(&window, "能领的补贴").await;
    window.sees("要申请，请找站点工作人员").await;
    show(&window, "kiosk-dues").await;
    touch(&window, "返回").await;

    touch(&window, "投诉维权").await;
    show(&window, "kiosk-complain").await;
    touch(&window, "欠我工钱").await;
    touch(&window, "苹果装箱工").await;
    window.sees("就这样交上去").await;
    show(&window, "kiosk-complain-check").await;
    touch(&window, "交上去").await;
    window.sees("投诉收到了").await;
    window.judge().await;
    let made = house.market.complaints(&Actor::Operator, None).await.unwrap();
    let [one] = made.as_slice() else { panic!("{} complaints", made.len()) };
    assert_eq!((one.kind, one.channel), (ComplaintKind::Arrears, Channel::Kiosk));
    assert_eq!(one.job.as_ref(), Some(&job));
    assert_eq!(one.worker, Some(worker.parse::<WorkerId>().unwrap()));
    touch(&window, "再看别的活").await;
    touch(&window, "我的事").await;
    touch(&window, "投诉维权").await;
    window.sees("您投诉过：欠我工钱").await;
    touch(&window, "办完了").await;
    window.sees("想找什么活").await;
}

async fn messages_greet_and_offers_are_answered() {
    let house = House::open().await;
    stocked(&house).await;
    let worker = known(&house).await;
    let own_id: WorkerId = worker.parse().unwrap();
    let own_actor = as_worker(&house, &worker).await;
    let shift = |hours: i64| {
        let start = NOW.plus(hours * HOUR);
        json!([{ "start": start.to_string(), "end": start.plus(4 * HOUR).to_string() }])
    };
    let open = async |fields: serde_json::Value| {
        let job = house.submitted(&fields).await;
        house.market.approve(&Actor::Operator, &job).await.unwrap();
        job
    };
    let book = async |job: &JobId, worker: &WorkerId| {
        let place = BookingRequest { worker: worker.clone(), shift: None, idempotency_key: None };
        let actor = if *worker == own_id { &own_actor } else { &Actor::Operator };
        house.market.book(actor, job, &place).await.unwrap().booking.id
    };
    // From here on the log is followed.
    house.market.keep_time().await.unwrap();
    let other = house.worker("other", "13800000009").await.account.worker.unwrap();
    let full = open(json!({ "title": "搬运工", "headcount": 1 })).await;
    book(&full, &other).await;
    book(&full, &own_id).await;
    let asked = json!({ "title": "苹果分拣工", "instant": false, "shifts": shift(50) });
    let booking = book(&open(asked).await, &own_id).await;
    // Who waits is told of new work that fits.
    open(json!({ "title": "番茄采摘工", "skills": [], "shifts": shift(100) })).await;
    house.market.offer(&Actor::Operator, &booking).await.unwrap();
    house.market.keep_time().await.unwrap();
    let unread = house.market.unread(&Actor::Operator, &own_id).await.unwrap();
    assert_eq!(unread.len(), 2, "{unread:?}");

    let window = at_the_kiosk(&house, TALL).await;
    own(&window).await;
    window.sees("有2条消息").await;
    window.sees("有新活：番茄采摘工").await;
    window.sees("要您去，请尽快答复").await;
    show(&window, "kiosk-news").await;
    window.click("[aria-label^=知道了]").await;
    window.sees("有1条消息").await;
    touch(&window, "我的报名").await;
    window.sees("招工的人要您去").await;
    show(&window, "kiosk-offer").await;
    touch(&window, "我去").await;
    window.sees("名额是您的").await;
    let held = booked(&house, &worker).await;
    let mut words: Vec<_> = held.iter().map(|(_, status)| status.word()).collect();
    words.sort_unstable();
    assert_eq!(words, ["booked", "waiting"]);
}

async fn own_pages_lie_too() {
    let house = House::open().await;
    stocked(&house).await;
    let worker = known(&house).await;
    let job = today(&house, &worker).await;
    let window = at_the_kiosk(&house, WIDE).await;
    own(&window).await;
    show(&window, "kiosk-me").await;
    touch(&window, "签到签退").await;
    window.sees("苹果装箱工").await;
    show(&window, "kiosk-door").await;
    window.click(".own .act").await;
    window.sees("带班人手机上的4位数字").await;
    show(&window, "kiosk-code").await;
    keys(&window, &digits(&house, &job).await).await;
    window.sees("签到好了").await;
    house.clock.go(5 * HOUR + 30 * MINUTE);
    let id = worker.parse().unwrap();
    let booking =
        house.market.store.read().await.unwrap().bookings_by(&id).await.unwrap().remove(0).booking;
    house.market.check_out(&Actor::Operator, &booking.id, None).await.unwrap();
    touch(&window, "首页").await;
    touch(&window, "我的事").await;
    for (says, sees, name) in [
        ("我的工钱", "还有1笔没发", "kiosk-wages"),
        ("能领的补贴", "要申请", "kiosk-dues"),
        ("投诉维权", "投诉什么", "kiosk-complain"),
    ] {
        touch(&window, says).await;
        window.sees(sees).await;
        show(&window, name).await;
        touch(&window, "返回").await;
    }
}
