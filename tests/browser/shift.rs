//! A whole shift with everybody who is in it: an employer registers and is verified, a broker with
//! its authorisation posts for it; reviewed, booked at a kiosk, the rest taken by
//! a crew, the waiting list moves; checked in and out by phone, kiosk and crew; wages entered, one
//! arrears raised and settled; both rate each other. On a clock that the test moves.

use std::time::Instant;

use linggong::domain::{
    account::Actor,
    booking::BookingStatus,
    fairness::{MarkKind, MarkStatus},
    ids::{BookingId, JobId, WorkerId},
    ledger::WageStatus,
    time::{HOUR, MINUTE},
};

use crate::{
    house::{House, Person, STATIONS},
    kiosk::hands::{PHONE, PIN, at_the_kiosk, keys, ready, sign_in, touch},
    money::scan,
    window::{DESK, PHONE as SMALL, TALL, Window},
};

in_browser!(a_whole_shift);

/// Who employs: its name and its credit code.
const EMPLOYER: (&str, &str) = ("宁夏新源果业有限公司", "91110101095807770R");

/// Another worker, with a phone of her own.
const OTHER: (&str, &str) = ("杨春花", "13800005678");
/// The crew.
const CREW: [(&str, &str); 5] = [
    ("马建国", "13800000011"),
    ("王秀英", "13800000012"),
    ("李国强", "13800000013"),
    ("张桂兰", "13800000014"),
    ("丁永福", "13800000015"),
];

/// Everybody's windows.
struct Shift {
    house: House,
    /// Who conducts the posting.
    broker: Person,
    staff: Person,
    leader: Person,
    desk: Window,
    phone: Window,
    kiosk: Window,
    job: JobId,
}

async fn a_whole_shift() {
    let begun = Instant::now();
    let house = House::open().await;
    let broker = house.broker("jingji", "和顺劳务").await;
    let staff = house.staff("zhangmin", "liangtian").await;
    let leader = house.leader("laoma", "13800000002").await;
    let desk = Window::open(&house, DESK).await;
    let phone = Window::open(&house, SMALL).await;
    let kiosk = at_the_kiosk(&house, TALL).await;
    let job = "job_1".parse().unwrap();
    let mut shift = Shift { house, broker, staff, leader, desk, phone, kiosk, job };
    shift.the_employer_registers_and_is_verified().await;
    shift.the_broker_is_authorised().await;
    shift.job = shift.posted_and_reviewed().await;
    shift.booked_at_the_kiosk().await;
    shift.the_crew_takes_the_rest().await;
    shift.the_waiting_list_moves().await;
    shift.checked_in().await;
    shift.checked_out().await;
    shift.paid_but_for_one().await;
    shift.arrears_are_raised_and_settled().await;
    shift.rated().await;
    let mut view = shift.house.market.store.read().await.unwrap();
    let seq = view.log_seq().await.unwrap();
    assert_eq!(view.verify_log().await.unwrap(), Ok(seq));
    println!("a whole shift in Chromium: {seq} log entries, {:.1?}", begun.elapsed());
}

impl Shift {
    /// The first worker with this phone.
    async fn worker(&self, phone: &str) -> WorkerId {
        let mut view = self.house.market.store.read().await.unwrap();
        let held = view.workers_with_phone(&phone.parse().unwrap()).await.unwrap();
        held[0].id.clone()
    }

    /// The booking of whoever has this phone.
    async fn booking(&self, phone: &str) -> (BookingId, BookingStatus) {
        let worker = self.worker(phone).await;
        let roster = self.house.market.roster(&Actor::Operator, &self.job).await.unwrap();
        let held = roster.into_iter().find(|booking| booking.worker == worker).unwrap();
        (held.id, held.status)
    }

    async fn statuses(&self) -> Vec<(WageStatus, i64)> {
        let slips = self.house.market.ledger(&Actor::Operator, None).await.unwrap();
        slips.iter().map(|slip| (slip.wage.status, slip.wage.promised.0)).collect()
    }

    /// The digits on the captain's page, which the employer opens.
    async fn code(&self) -> String {
        self.desk.be(&self.broker).await;
        self.desk.go(&format!("/desk/jobs/{}/code", self.job)).await;
        let digits = self.desk.text(".now").await;
        digits.chars().filter(char::is_ascii_digit).collect()
    }

    /// The other worker's phone opens a page of hers; who is signed out by then signs in.
    async fn on_the_phone(&self, path: &str) {
        let phone = &self.phone;
        phone.go(path).await;
        if phone.path().await.starts_with("/my/in") {
            phone.fill("phone", OTHER.1).await;
            phone.fill("pin", PIN).await;
            phone.press("进去").await;
            phone.sees("您好，杨**").await;
        }
    }

    async fn the_employer_registers_and_is_verified(&self) {
        let desk = &self.desk;
        desk.be_nobody().await;
        desk.go("/register").await;
        desk.fill("kind", "enterprise").await;
        for (field, text) in [
            ("name", EMPLOYER.0),
            ("uscc", EMPLOYER.1),
            ("licence_until", "2030-01-01"),
            ("contact", "王小明"),
            ("phone", "13800000077"),
            ("login", "guoye"),
            ("password", "12345678"),
        ] {
            desk.fill(field, text).await;
        }
        desk.press("我同意").await;
        desk.press("登记").await;
        desk.sees("工作人员核验以后才能提交和发布").await;
        desk.fill("paper", "营业执照").await;
        desk.attach("file", &scan()).await;
        desk.press("上传").await;
        desk.sees("材料已收下").await;
        // The station finds who waits on its first page, and holds the papers against each other.
        desk.be(&self.staff).await;
        desk.go("/").await;
        desk.press("等您核验的单位").await;
        desk.press(EMPLOYER.0).await;
        desk.sees("营业执照").await;
        desk.press("通过核验").await;
        desk.sees("已通过核验").await;
    }

    async fn the_broker_is_authorised(&self) {
        let desk = &self.desk;
        desk.be(&self.broker).await;
        desk.go("/org").await;
        for (field, text) in [
            ("employer_name", EMPLOYER.0),
            ("employer_uscc", EMPLOYER.1),
            ("from", "2026-11-01"),
            ("to", "2027-10-31"),
        ] {
            desk.fill(field, text).await;
        }
        desk.fill("employer_kind", "enterprise").await;
        desk.attach("mandate", &scan()).await;
        desk.press("提交").await;
        desk.sees("委托书已收下").await;
        // A paper stands in one place.
        let shown = "document.querySelectorAll('[href^=\"/desk/evidence/\"]').length";
        assert_eq!(desk.ask(shown).await, 1);
        desk.be(&self.staff).await;
        desk.go("/").await;
        desk.press("等您核验的委托书").await;
        desk.press("和顺劳务").await;
        desk.sees(EMPLOYER.0).await;
        desk.press("通过核验").await;
        desk.sees("已通过核验").await;
    }

    async fn posted_and_reviewed(&self) -> JobId {
        let (desk, (lat, lon)) = (&self.desk, STATIONS[0].2);
        desk.be(&self.broker).await;
        desk.go("/desk/jobs/new").await;
        desk.fill("title", "苹果分拣工").await;
        desk.fill("employer_name", EMPLOYER.0).await;
        desk.fill("employer_uscc", EMPLOYER.1).await;
        desk.fill("employer_kind", "enterprise").await;
        desk.fill("address", "良田镇新源果库").await;
        desk.press("地图坐标（不知道就不填，在下面选站点）").await;
        desk.fill("lat", &format!("{}", lat + 0.02)).await;
        desk.fill("lon", &format!("{lon}")).await;
        desk.fill("wage_min", "220").await;
        desk.choose("meals", "one").await;
        desk.press("有车接送（没有就不用打开）").await;
        desk.fill("pickup_address", "良田镇政府门口").await;
        desk.fill("pickup_time", "07:20").await;
        desk.fill("pickup_seats", "12").await;
        desk.fill("headcount", "6").await;
        desk.press("保存并提交审核").await;
        desk.sees("已提交，等工作人员审核").await;
        let path = desk.path().await;
        let id = path.trim_start_matches("/desk/jobs/").split('?').next().unwrap();
        desk.be(&self.staff).await;
        desk.go("/desk").await;
        desk.press("苹果分拣工").await;
        for text in ["7:20在良田镇政府门口上车，12个座", "管一顿饭"] {
            desk.sees(text).await;
        }
        desk.press("通过").await;
        desk.sees("已通过，岗位已经上屏").await;
        // Everybody sees for whom, through whom, and who verified that.
        desk.be_nobody().await;
        desk.go(&format!("/jobs/{id}")).await;
        let chain = "和顺劳务（劳务经纪人";
        for text in
            ["经纪人", EMPLOYER.0, chain, "委托书2026-11-01到2027-10-31（良田镇就业服务站核验"]
        {
            desk.sees(text).await;
        }
        desk.picture("job-through-a-broker").await;
        desk.go("/board/liangtian").await;
        for text in ["苹果分拣工", "经纪人", EMPLOYER.0] {
            desk.sees(text).await;
        }
        id.parse().unwrap()
    }

    async fn booked_at_the_kiosk(&self) {
        let kiosk = &self.kiosk;
        for says in ["明天的活", "苹果分拣工"] {
            touch(kiosk, says).await;
        }
        kiosk.sees("7:20在良田镇政府门口上车").await;
        for says in ["我要去", "没登记过"] {
            touch(kiosk, says).await;
        }
        keys(kiosk, PHONE).await;
        kiosk.sees("自己定一个").await;
        keys(kiosk, PIN).await;
        keys(kiosk, PIN).await;
        kiosk.sees("您的姓名").await;
        for (letters, character) in [("MA", "马"), ("XIAO", "小"), ("JUN", "军")] {
            keys(kiosk, letters).await;
            let offers = "[...document.querySelectorAll('.offers button')]";
            let offered = format!("{offers}.some((b) => b.innerText === '{character}')");
            while kiosk.ask(&offered).await == false {
                touch(kiosk, "更多").await;
            }
            keys(kiosk, character).await;
        }
        for says in ["姓名对了", "同意，登记"] {
            touch(kiosk, says).await;
        }
        kiosk.sees("报上了").await;
        touch(kiosk, "办完了，退出").await;
        assert_eq!(self.booking(PHONE).await.1, BookingStatus::Booked);
    }

    async fn the_crew_takes_the_rest(&self) {
        let phone = &self.phone;
        phone.be(&self.leader).await;
        phone.go("/me/crew").await;
        for (name, number) in CREW {
            phone.fill("name", name).await;
            phone.fill("phone", number).await;
            phone.press("本人同意登记，由我代为报名").await;
            phone.press("加入班组").await;
            phone.sees(name).await;
        }
        phone.go(&format!("/jobs/{}", self.job)).await;
        phone.press("全组报名").await;
        phone.sees("全组报上了").await;
        for (_, number) in CREW {
            assert_eq!(self.booking(number).await.1, BookingStatus::Booked);
        }
        phone.be_nobody().await;
    }

    async fn the_waiting_list_moves(&self) {
        let (phone, job) = (&self.phone, &self.job);
        phone.go(&format!("/m/liangtian/{job}")).await;
        phone.press("我要去").await;
        phone.press("没登记过，现在登记").await;
        phone.fill("name", OTHER.0).await;
        phone.fill("phone", OTHER.1).await;
        phone.fill("pin", PIN).await;
        phone.click("label.chip").await;
        phone.press("登记").await;
        phone.press("我要去").await;
        phone.sees("您在候补名单上").await;
        assert_eq!(self.booking(OTHER.1).await.1, BookingStatus::Waiting);
        // Nobody listened to what happened before; from here on somebody does.
        self.house.market.keep_time().await.unwrap();
        // One of the crew can't come.
        let seat = Window::open(&self.house, SMALL).await;
        seat.be(&self.leader).await;
        seat.go("/me/crew").await;
        seat.click(&format!("[aria-label='不去了：{}']", CREW[4].0)).await;
        seat.click(&format!("[aria-label='真的不去了：{}']", CREW[4].0)).await;
        seat.sees("已取消报名").await;
        assert_eq!(self.booking(OTHER.1).await.1, BookingStatus::Booked);
        self.house.market.keep_time().await.unwrap();
        phone.go("/my").await;
        phone.sees("候补上了").await;
        phone.judge().await;
        phone.picture("phone-news").await;
    }

    async fn checked_in(&mut self) {
        let (house, phone, kiosk) = (&self.house, &self.phone, &self.kiosk);
        let start = house.market.posting(None, &self.job).await.unwrap().terms.shifts[0].start;
        house.clock.go(start.0 - house.market.now().0 - 10 * MINUTE);
        house.market.keep_time().await.unwrap();
        let code = self.code().await;
        self.desk.judge().await;
        self.desk.picture("code").await;
        // The phone scans: its address bears the digits.
        self.on_the_phone(&format!("/my/door/{}?code={code}", self.job)).await;
        phone.judge().await;
        phone.picture("phone-door").await;
        phone.press("签到").await;
        phone.sees("签到好了").await;
        // At the kiosk the digits are typed.
        kiosk.go("/kiosk/liangtian").await;
        ready(kiosk).await;
        touch(kiosk, "我的事").await;
        sign_in(kiosk).await;
        kiosk.sees("上工：苹果分拣工").await;
        kiosk.judge().await;
        kiosk.picture("kiosk-greeting").await;
        touch(kiosk, "签到签退").await;
        kiosk.until("document.querySelector('.own .act')").await;
        kiosk.click(".own .act").await;
        let wrong = if code == "0000" { "1111" } else { "0000" };
        keys(kiosk, wrong).await;
        kiosk.sees("验证码不对").await;
        kiosk.judge().await;
        keys(kiosk, &code).await;
        kiosk.sees("签到好了").await;
        touch(kiosk, "办完了").await;
        // The leader scans for the crew.
        let seat = Window::open(house, SMALL).await;
        seat.be(&self.leader).await;
        seat.go(&format!("/my/door/{}?code={code}", self.job)).await;
        assert!(seat.path().await.starts_with("/me/crew"));
        seat.judge().await;
        seat.picture("crew-door").await;
        seat.press("给选上的人签到").await;
        seat.sees("签到好了").await;
        let rows = house.market.attendance_at(&Actor::Operator, &self.job).await.unwrap();
        let there = rows.iter().filter(|one| one.check_in.is_some()).count();
        assert_eq!(there, 6);
    }

    async fn checked_out(&self) {
        let (house, phone, kiosk) = (&self.house, &self.phone, &self.kiosk);
        let end = house.market.posting(None, &self.job).await.unwrap().terms.shifts[0].end;
        house.clock.go(end.0 - house.market.now().0 + MINUTE);
        let code = self.code().await;
        self.on_the_phone(&format!("/my/door/{}?code={code}", self.job)).await;
        phone.press("签退").await;
        phone.sees("签退好了").await;
        kiosk.go("/kiosk/liangtian").await;
        ready(kiosk).await;
        touch(kiosk, "签到签退").await;
        sign_in(kiosk).await;
        kiosk.until("document.querySelector('.own .act')").await;
        kiosk.click(".own .act").await;
        keys(kiosk, &code).await;
        kiosk.sees("签退好了").await;
        touch(kiosk, "办完了").await;
        let seat = Window::open(house, SMALL).await;
        seat.be(&self.leader).await;
        seat.go(&format!("/me/crew?code={code}")).await;
        seat.press("给选上的人签退").await;
        seat.sees("签退好了").await;
        assert_eq!(self.statuses().await, [(WageStatus::Due, 22_000); 6]);
    }

    /// Everybody's wage is entered but the kiosk's.
    async fn paid_but_for_one(&self) {
        let (desk, late) = (&self.desk, self.worker(PHONE).await);
        let slips = self.house.market.ledger(&self.broker.actor(), None).await.unwrap();
        desk.be(&self.broker).await;
        for slip in slips.iter().filter(|slip| slip.worker.id != late) {
            desk.go(&format!("/desk/wages/{}", slip.wage.id)).await;
            desk.fill("amount", "220").await;
            desk.choose("method", "bank").await;
            desk.press("记发放").await;
            desk.sees("已记上").await;
        }
        // The slip goes to paper, or into a file.
        assert!(desk.print().await.starts_with(b"%PDF"));
        let phone = &self.phone;
        self.on_the_phone("/my").await;
        phone.press("我的工钱").await;
        phone.press("苹果分拣工").await;
        phone.press("收到了").await;
        phone.sees("好，记上了").await;
    }

    async fn arrears_are_raised_and_settled(&self) {
        let (house, desk, kiosk) = (&self.house, &self.desk, &self.kiosk);
        house.clock.go(12 * HOUR);
        house.market.keep_time().await.unwrap();
        let overdue = |statuses: Vec<(WageStatus, i64)>| {
            statuses.iter().filter(|(status, _)| *status == WageStatus::Overdue).count()
        };
        assert_eq!(overdue(self.statuses().await), 1);
        kiosk.go("/kiosk/liangtian").await;
        ready(kiosk).await;
        touch(kiosk, "我的事").await;
        sign_in(kiosk).await;
        touch(kiosk, "我的工钱").await;
        kiosk.sees("过期没发").await;
        kiosk.judge().await;
        touch(kiosk, "投诉欠薪").await;
        kiosk.sees("就这样交上去").await;
        touch(kiosk, "交上去").await;
        kiosk.sees("投诉收到了").await;
        kiosk.judge().await;
        touch(kiosk, "办完了").await;
        // The station takes it on; the employer pays.
        desk.be(&self.staff).await;
        desk.go("/desk/complaints").await;
        desk.sees("拖欠工资").await;
        desk.click("tbody th a").await;
        desk.press("受理").await;
        desk.sees("已记上").await;
        let complaint = desk.path().await.split('?').next().unwrap().to_owned();
        desk.be(&self.broker).await;
        let late = self.worker(PHONE).await;
        let slips = house.market.ledger(&self.broker.actor(), None).await.unwrap();
        let slip = slips.iter().find(|slip| slip.worker.id == late).unwrap();
        desk.go(&format!("/desk/wages/{}", slip.wage.id)).await;
        desk.sees("欠薪").await;
        desk.fill("amount", "220").await;
        desk.choose("method", "cash").await;
        desk.press("记发放").await;
        desk.sees("已记上").await;
        kiosk.go("/kiosk/liangtian").await;
        ready(kiosk).await;
        touch(kiosk, "我的事").await;
        sign_in(kiosk).await;
        touch(kiosk, "我的工钱").await;
        touch(kiosk, "收到了").await;
        kiosk.sees("都发了").await;
        touch(kiosk, "办完了").await;
        desk.be(&self.staff).await;
        desk.go(&complaint).await;
        desk.press("办结…").await;
        desk.fill("words-solve", "单位已经补发，本人确认收到").await;
        desk.press("办结").await;
        desk.sees("已记上").await;
        assert_eq!(overdue(self.statuses().await), 0);
        // Who owes is who employs, whoever posted it.
        let accounts = house.market.store.read().await.unwrap().accounts().await.unwrap();
        let owner = accounts.into_iter().find(|account| account.login == "guoye").unwrap();
        let marks = house.market.own_marks(&Actor::Account(owner)).await.unwrap();
        let marks: Vec<_> = marks.iter().map(|own| (own.mark.kind, own.mark.status)).collect();
        assert_eq!(marks, [(MarkKind::Arrears, MarkStatus::Standing)]);
    }

    async fn rated(&self) {
        let (desk, phone) = (&self.desk, &self.phone);
        let (booking, _) = self.booking(OTHER.1).await;
        desk.be(&self.broker).await;
        desk.go(&format!("/desk/bookings/{booking}")).await;
        desk.press("5星").await;
        desk.press("评价").await;
        desk.sees("谢谢评价").await;
        self.on_the_phone("/my").await;
        phone.go(&format!("/me/bookings/{booking}")).await;
        phone.press("4星").await;
        phone.press("评价").await;
        phone.sees("谢谢评价").await;
        let market = &self.house.market;
        let mut view = market.store.read().await.unwrap();
        let posting = view.posting(&self.job).await.unwrap().unwrap();
        let worker = market.worker_record(&mut view, &self.worker(OTHER.1).await).await.unwrap();
        let payer = market.payer_record(&mut view, &posting).await.unwrap();
        assert_eq!((worker.stars, payer.stars, payer.done), (5, 4, 6));
    }
}
