//! The pages from a place to the pay, with somebody at work on them: judged, and taken as pictures.

use linggong::{
    domain::{
        complaint::{Channel, ComplaintKind},
        time::{HOUR, MINUTE},
    },
    market::{BookingRequest, CrewRequest, NewComplaint, Times},
};
use serde_json::json;

use crate::{
    house::House,
    pages::show,
    window::{DESK, PHONE, Window},
};

in_browser!(pages_of_work);

/// The routes whose pages are taken here.
pub const ROUTES: [&str; 18] = [
    "/me/crew",
    "/me/bookings/{id}",
    "/me/wages",
    "/me/wages/{id}",
    "/marks",
    "/complaints",
    "/complaints/{id}",
    "/desk/jobs/{id}/people",
    "/desk/jobs/{id}/code",
    "/desk/bookings",
    "/desk/bookings/{id}",
    "/desk/attendance",
    "/desk/wages",
    "/desk/wages/{id}",
    "/desk/complaints",
    "/desk/complaints/{id}",
    "/desk/appeals",
    "/desk/bars",
];

async fn pages_of_work() {
    let house = House::open().await;
    let market = &house.market;
    let employer = house.employer("guoye").await;
    let staff = house.staff("zhangmin", "liangtian").await;
    let worker = house.worker("maxiaojun", "13800000001").await;
    let leader = house.leader("laoma", "13800000002").await;
    let own = worker.account.worker.clone().unwrap();
    let first = house.handed_in(&employer, &json!({ "title": "苹果装箱工", "headcount": 4 })).await;
    let start = market.now().plus(80 * HOUR);
    let later = json!([{ "start": start.to_string(), "end": start.plus(4 * HOUR).to_string() }]);
    let asked = json!({ "title": "苹果分拣工", "headcount": 3, "instant": false, "shifts": later });
    let second = house.handed_in(&employer, &asked).await;
    for job in [&first, &second] {
        market.approve(&staff.actor(), job).await.unwrap();
    }
    let place = BookingRequest { worker: own, shift: None, idempotency_key: None };
    let booking = market.book(&worker.actor(), &first, &place).await.unwrap().booking.id;
    let mut members = Vec::new();
    for (name, phone) in [("杨春花", "13800000011"), ("马建国", "13800000012")] {
        let input = json!({ "name": name, "phone": phone, "agreed": true });
        members.push(market.add_member(&leader.actor(), &input).await.unwrap().worker.id);
    }
    let crew = CrewRequest { members, partial: false, shift: None, idempotency_key: None };
    market.book_crew(&leader.actor(), &first, &crew).await.unwrap();
    market.book_crew(&leader.actor(), &second, &crew).await.unwrap();
    house.settle().await;
    // The shift begins: one comes, two do not.
    let shift = market.posting(None, &first).await.unwrap().terms.shifts[0];
    house.clock.go(shift.start.0 - market.now().0 + 5 * MINUTE);
    market.check_in(&employer.actor(), &booking, None).await.unwrap();
    house.clock.go(HOUR);
    market.keep_time().await.unwrap();

    let mut window = Window::open(&house, PHONE).await;
    window.hold_still().await;
    window.be(&worker).await;
    window.go(&format!("/me/bookings/{booking}")).await;
    show(&window, "booking-worker").await;
    window.be(&employer).await;
    window.go(&format!("/desk/jobs/{first}/code")).await;
    show(&window, "code").await;

    house.clock.go(shift.end.0 - market.now().0);
    market.check_out(&employer.actor(), &booking, None).await.unwrap();
    let one = market.attendance_of(&worker.actor(), &booking).await.unwrap().remove(0);
    let times = Times {
        check_in: shift.start,
        check_out: shift.end,
        reason: "八点整就到了，手机没信号".to_owned(),
    };
    market.propose_times(&worker.actor(), &one.id, times).await.unwrap();
    house.clock.go(24 * HOUR);
    market.keep_time().await.unwrap();
    let wage = market.ledger(&employer.actor(), None).await.unwrap()[0].wage.id.clone();
    let new = NewComplaint {
        kind: ComplaintKind::Arrears,
        job: Some(first.clone()),
        worker: None,
        text: "说好当天结，过了一天还没有给".to_owned(),
        channel: Channel::Phone,
    };
    let complaint = market.complain(&worker.actor(), &new).await.unwrap().id;
    let mark = market.own_marks(&employer.actor()).await.unwrap()[0].mark.id.clone();
    market.appeal(&employer.actor(), &mark, Some("银行系统维护，第二天就发了")).await.unwrap();
    for size in [PHONE, DESK] {
        window = window.sized(size).await;
        window.be(&worker).await;
        for (address, name) in [
            ("/me/wages".to_owned(), "wages-worker"),
            (format!("/me/wages/{wage}"), "slip"),
            ("/marks".to_owned(), "marks"),
            ("/complaints".to_owned(), "complaints"),
            (format!("/complaints/{complaint}"), "complaint"),
        ] {
            window.go(&address).await;
            show(&window, name).await;
        }
        window.be(&leader).await;
        window.go("/me/crew").await;
        show(&window, "crew").await;
        window.be(&employer).await;
        for (address, name) in [
            (format!("/desk/jobs/{first}/people"), "people"),
            (format!("/desk/jobs/{second}/people"), "people-asked"),
            (format!("/desk/bookings/{booking}"), "booking-employer"),
            ("/desk/bookings".to_owned(), "bookings"),
            ("/desk/attendance".to_owned(), "attendance"),
            ("/desk/wages".to_owned(), "wages"),
            (format!("/desk/wages/{wage}"), "slip-employer"),
        ] {
            window.go(&address).await;
            show(&window, name).await;
        }
        window.be(&worker).await;
        window.go("/").await;
        show(&window, "home-worker-asked").await;
        window.be(&staff).await;
        for (address, name) in [
            ("/".to_owned(), "home-staff-at-work"),
            ("/desk/complaints".to_owned(), "complaints-staff"),
            (format!("/desk/complaints/{complaint}"), "complaint-staff"),
            ("/desk/appeals".to_owned(), "appeals"),
            ("/desk/bars".to_owned(), "bars"),
        ] {
            window.go(&address).await;
            show(&window, name).await;
        }
    }
}
