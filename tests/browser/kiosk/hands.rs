//! A kiosk with work on it, and the hands that press.

use std::time::Duration;

use linggong::{
    domain::{account::Actor, booking::BookingStatus},
    market::{Newcomer, Stay},
};
use serde_json::json;

use crate::{
    house::{House, STATIONS},
    window::{Size, Window},
};

pub const NAME: &str = "马小军";
pub const PHONE: &str = "13800001234";
pub const PIN: &str = "280516";

/// Postings of several kinds near the first station, tomorrow. Answers the one to be found.
pub async fn stocked(house: &House) -> String {
    let (lat, lon) = STATIONS[0].2;
    let mut found = String::new();
    for (title, skill, metres) in [
        ("蔬菜分拣工", "分拣", 1_200.0),
        ("快递分拣员", "分拣", 9_000.0),
        ("装卸工", "装卸", 2_000.0),
        ("葡萄埋土工", "农活", 5_000.0),
        ("工地小工", "小工", 3_000.0),
        ("挖掘机司机", "挖掘机", 4_000.0),
        ("洗碗工", "洗碗", 2_500.0),
    ] {
        let lat = lat + metres / 111_195.0;
        let fields = json!({ "title": title, "skills": [skill], "lat": lat, "lon": lon });
        let id = house.submitted(&fields).await;
        house.market.approve(&Actor::Operator, &id).await.unwrap();
        if title == "蔬菜分拣工" {
            found = id.to_string();
        }
    }
    house.settle().await;
    found
}

/// A worker with a phone and a PIN. Answers the id.
pub async fn known(house: &House) -> String {
    let newcomer = Newcomer {
        pin: PIN.parse().unwrap(),
        station: Some("liangtian".parse().unwrap()),
        idempotency_key: None,
    };
    let input = json!({
        "name": NAME, "phone": PHONE,
        "consents": [{ "purpose": "matching", "text_version": "2026-11" }],
    });
    let seeker = house.market.sign_up(&input, &newcomer, Stay::Kiosk).await.unwrap();
    seeker.worker.id.to_string()
}

/// The worker's own account.
pub async fn as_worker(house: &House, worker: &str) -> Actor {
    let mut view = house.market.store.read().await.unwrap();
    let worker = view.worker(&worker.parse().unwrap()).await.unwrap().unwrap();
    let account = view.account(&worker.account.unwrap()).await.unwrap().unwrap();
    Actor::Account(account)
}

/// A worker's bookings: posting and status.
pub async fn booked(house: &House, worker: &str) -> Vec<(String, BookingStatus)> {
    let id = worker.parse().unwrap();
    let rows = house.market.store.read().await.unwrap().bookings_by(&id).await.unwrap();
    rows.into_iter().map(|row| (row.booking.job.to_string(), row.booking.status)).collect()
}

/// Opens the first station's kiosk and waits until it is ready.
pub async fn at_the_kiosk(house: &House, size: Size) -> Window {
    let window = Window::open(house, size).await;
    window.hold_still().await;
    window.go("/kiosk/liangtian").await;
    ready(&window).await;
    window
}

/// Waits until postings and word lists are there.
pub async fn ready(window: &Window) {
    window.sees("● 实时").await;
    window.sees("现在有").await;
    window.until("document.body.hasAttribute('data-ready')").await;
}

/// Presses the first thing whose words contain this.
pub async fn touch(window: &Window, says: &str) {
    let script = "const all = [...document.querySelectorAll('button')];
        const it = all.find((b) =>
          !b.disabled && b.offsetParent && b.innerText.includes(arguments[0]));
        if (it) it.click();
        return !!it;";
    for _ in 0..500 {
        if window.run(script, vec![json!(says)]).await == json!(true) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    window.fail(&format!("nothing says {says}")).await;
}

/// Presses keys of the pad on the screen, one a character.
pub async fn keys(window: &Window, text: &str) {
    for key in text.chars() {
        let script = "const all = [...document.querySelectorAll('.key')];
            const it = all.find((b) => b.innerText.trim() === arguments[0]);
            if (it) it.click();
            return !!it;";
        let pressed = window.run(script, vec![json!(key.to_string())]).await;
        window.check(pressed == json!(true), &format!("no key {key}")).await;
    }
}

/// Says who it is.
pub async fn sign_in(window: &Window) {
    window.sees("您的手机号").await;
    keys(window, PHONE).await;
    window.sees("您的6位数字密码").await;
    keys(window, PIN).await;
}
