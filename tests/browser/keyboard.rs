//! Everything without a mouse and without a finger: kiosk, board, phone and consoles by Tab, Enter,
//! the space bar and the arrows alone.

use linggong::domain::{booking::BookingStatus, posting::Status};
use serde_json::json;

use crate::{
    house::{House, Person},
    keys::Key,
    kiosk::hands::{PHONE, PIN, at_the_kiosk, booked, known, stocked},
    window::{DESK, PHONE as SMALL, TALL, WIDE, Window},
};

in_browser!(
    a_kiosk_is_used_by_keys_alone,
    the_ring_holds_the_keyboard_until_it_is_answered,
    a_board_asks_for_nothing,
    a_phone_is_used_by_keys_alone,
    consoles_are_walked_by_keys_alone,
    a_posting_is_made_by_keys_alone,
    a_walk_notices_what_is_wrong,
);

async fn a_kiosk_is_used_by_keys_alone() {
    let house = House::open().await;
    let job = stocked(&house).await;
    let worker = known(&house).await;
    let window = at_the_kiosk(&house, TALL).await;
    let mut reached = window.walk("home").await;
    window.enter("打字找活").await;
    window.types("wjj").await;
    window.until("document.querySelector('.found .card')").await;
    reached += window.walk("search").await;
    window.key(Key::Escape).await;
    window.sees("想找什么活").await;
    for (says, sees) in [
        ("明天的活", "干哪一样"),
        ("分拣打包", "往下看"),
        ("蔬菜分拣工", "我要去"),
        ("我要去", "您的手机号"),
    ] {
        window.enter(says).await;
        let seen = if sees == "往下看" { "蔬菜分拣工" } else { sees };
        window.sees(seen).await;
        reached += window.walk(says).await;
    }
    window.types(PHONE).await;
    window.sees("您的6位数字密码").await;
    // Who listens hears the new question.
    window.until("document.activeElement === document.querySelector('main h1')").await;
    window.types(PIN).await;
    window.sees("报上了").await;
    assert_eq!(booked(&house, &worker).await, [(job, BookingStatus::Booked)]);
    reached += window.walk("outcome").await;
    window.enter("再看别的活").await;
    window.enter("我的事").await;
    window.sees("我的工钱").await;
    reached += window.walk("my things").await;
    window.enter("我的报名").await;
    window.sees("不去了").await;
    reached += window.walk("my bookings").await;
    // Giving up is asked once, and the first thing to press takes nothing away.
    window.enter("不去了").await;
    window.sees("真的不去了？离上工不到24小时了").await;
    window.until("document.activeElement.innerText === '还是去'").await;
    window.key(Key::Enter).await;
    window.until("!document.body.innerText.includes('真的不去了')").await;
    window.enter("不去了").await;
    window.key(Key::Back).await;
    window.until("document.activeElement.innerText === '是的，不去了'").await;
    window.key(Key::Space).await;
    window.sees("还没有报名").await;
    assert_eq!(booked(&house, &worker).await, []);
    window.key(Key::Escape).await;
    window.sees("我的工钱").await;
    window.enter("我的工钱").await;
    window.sees("还没有工钱").await;
    reached += window.walk("wages").await;
    window.enter("办完了，退出").await;
    window.sees("想找什么活").await;
    println!("a kiosk by keys: {reached} things reached, there and back");
}

async fn the_ring_holds_the_keyboard_until_it_is_answered() {
    let house = House::open().await;
    stocked(&house).await;
    let window = at_the_kiosk(&house, WIDE).await;
    let late = "const now = performance.now.bind(performance);
        window.ahead = 0;
        performance.now = () => now() + window.ahead;";
    window.run(late, vec![]).await;
    window.walk("home").await;
    window.enter("离这里近").await;
    window.tab_to("全部").await;
    window.run("window.ahead += 61000;", vec![]).await;
    window.sees("您还在吗").await;
    for key in [Key::Tab, Key::Back, Key::Tab] {
        window.key(key).await;
        window.until("document.activeElement.innerText === '我还在'").await;
    }
    window.key(Key::Enter).await;
    window.until("document.querySelector('[data-part=ring]').hidden").await;
    // The keyboard is where it was.
    window.until("document.activeElement.innerText.includes('全部')").await;
}

async fn a_board_asks_for_nothing() {
    let house = House::open().await;
    stocked(&house).await;
    let window = Window::open(&house, WIDE).await;
    window.go("/board/liangtian").await;
    window.sees("● 实时").await;
    window.until("document.querySelectorAll('.row').length > 3").await;
    assert_eq!(window.walk("board").await, 0);
    // Whoever listens finds a heading, and a list of what there is.
    let heard = window.ask("[document.querySelectorAll('h1').length, document.querySelectorAll('ol > li').length > 3]").await;
    assert_eq!(heard, json!([1, true]));
}

async fn a_phone_is_used_by_keys_alone() {
    let house = House::open().await;
    let job = stocked(&house).await;
    let worker = known(&house).await;
    let window = Window::open(&house, SMALL).await;
    window.hold_still().await;
    window.go("/m/liangtian").await;
    window.sees("共7个活").await;
    let mut reached = window.walk("openings").await;
    window.tab_to("想找什么活").await;
    window.session.client.active_element().await.unwrap().send_keys("蔬菜分拣").await.unwrap();
    window.key(Key::Enter).await;
    window.until("location.search.includes('q=')").await;
    window.enter("蔬菜分拣工").await;
    window.sees("我要去").await;
    reached += window.walk("opening").await;
    window.enter("我要去").await;
    window.sees("您是谁").await;
    reached += window.walk("who are you").await;
    window.tab_to("手机号").await;
    window.types(PHONE).await;
    window.tab_to("数字密码").await;
    window.types(PIN).await;
    window.key(Key::Enter).await;
    window.sees("您好，马**").await;
    window.enter("我要去").await;
    window.sees("报上了").await;
    assert_eq!(booked(&house, &worker).await, [(job, BookingStatus::Booked)]);
    reached += window.walk("my things").await;
    window.enter("不去了").await;
    window.sees("会记一次“临时取消”").await;
    reached += window.walk("giving up").await;
    window.enter("真的不去了").await;
    window.sees("已取消报名").await;
    assert_eq!(booked(&house, &worker).await, []);
    for path in ["/me/wages", "/me", "/complaints"] {
        window.go(path).await;
        reached += window.walk(path).await;
    }
    window.go("/my/join?at=liangtian&next=/m/liangtian").await;
    window.tab_to("我同意").await;
    window.key(Key::Space).await;
    window.until("document.querySelector('[name=consent]').checked").await;
    reached += window.walk("joining").await;
    println!("a phone by keys: {reached} things reached, there and back");
}

async fn consoles_are_walked_by_keys_alone() {
    let house = House::open().await;
    stocked(&house).await;
    let employer = house.employer("guoye").await;
    let staff = house.staff("zhangmin", "liangtian").await;
    let broker = house.broker("jingji", "和顺劳务").await;
    let admin = house.admin("root").await;
    let waiting = house.handed_in(&employer, &json!({ "title": "苹果分拣工" })).await;
    let job = format!("/desk/jobs/{waiting}");
    let edit = format!("{job}/edit");
    let window = Window::open(&house, DESK).await;
    window.hold_still().await;
    let pages: [(Option<&Person>, &str); 20] = [
        (None, "/"),
        (None, "/login"),
        (None, "/register"),
        (None, "/jobs"),
        (Some(&employer), "/"),
        (Some(&employer), "/desk"),
        (Some(&employer), "/desk/jobs/new"),
        (Some(&employer), &job),
        (Some(&employer), "/desk/wages"),
        (Some(&staff), "/"),
        (Some(&staff), "/desk"),
        (Some(&staff), &job),
        (Some(&staff), &edit),
        (Some(&staff), "/desk/dispatch?day=2026-11-25"),
        (Some(&staff), "/desk/stations/liangtian"),
        (Some(&staff), "/desk/screens"),
        (Some(&broker), "/desk/placements"),
        (Some(&broker), "/desk/claims"),
        (Some(&admin), "/admin/accounts"),
        (Some(&admin), "/admin/audit"),
    ];
    let mut reached = 0;
    for (person, path) in pages {
        match person {
            Some(person) => window.be(person).await,
            None => window.be_nobody().await,
        }
        window.go(path).await;
        reached += window.walk(path).await;
    }
    // The first press leads past the menu.
    window.go("/desk").await;
    window.key(Key::Tab).await;
    window.key(Key::Enter).await;
    window.until("document.activeElement.id === 'main'").await;
    println!(
        "{} pages of the consoles by keys: {reached} things reached, there and back",
        pages.len()
    );
}

async fn a_posting_is_made_by_keys_alone() {
    let house = House::open().await;
    let employer = house.employer("guoye").await;
    let staff = house.staff("zhangmin", "liangtian").await;
    let window = Window::open(&house, DESK).await;
    window.be(&employer).await;
    window.go("/desk/jobs/new").await;
    let typed = async |label: &str, text: &str| {
        window.tab_to(label).await;
        window.session.client.active_element().await.unwrap().send_keys(text).await.unwrap();
    };
    typed("岗位名称", "苹果分拣工").await;
    typed("工作地点", "良田镇新源果库").await;
    window.enter("地图坐标").await;
    typed("纬度", "38.37").await;
    typed("经度", "106.13").await;
    typed("工钱", "220").await;
    // Arrows choose within a group.
    window.tab_to("日结").await;
    window.key(Key::Right).await;
    window.until("document.querySelector('[name=settlement][value=weekly]').checked").await;
    typed("要几个人", "2").await;
    window.enter("保存并提交审核").await;
    window.sees("已提交，等工作人员审核").await;
    window.be(&staff).await;
    window.go("/desk").await;
    window.enter("苹果分拣工").await;
    window.enter("通过").await;
    window.sees("已通过，岗位已经上屏").await;
    assert_eq!(house.postings(&[Status::Open]).await, 1);
}

async fn a_walk_notices_what_is_wrong() {
    let house = House::open().await;
    let window = Window::open(&house, DESK).await;
    for (wrong, html) in [
        ("no mark", "<button style='outline:none'>甲</button>"),
        ("trap", "<button>甲</button><button onkeydown='event.preventDefault()'>乙</button>"),
        (
            "order",
            "<button tabindex='3'>甲</button><button tabindex='2'>乙</button><button tabindex='1'>丙</button>",
        ),
        ("name", "<button></button>"),
        (
            "hidden",
            "<button style='position:fixed;top:0'>甲</button><div style='position:fixed;top:0;height:90px;width:100%;background:red'></div>",
        ),
        (
            "unreachable",
            "<details><summary>甲</summary></details><button onfocus='this.blur()'>乙</button>",
        ),
    ] {
        // Without the house's content policy, which would not let this be wrong.
        window.session.client.goto("about:blank").await.unwrap();
        let html = format!("<style>:focus {{ outline: 3px solid }}</style>{html}");
        window.run("document.body.innerHTML = arguments[0];", vec![json!(html)]).await;
        let walked = std::panic::AssertUnwindSafe(window.walk(wrong));
        let walked = futures_util::FutureExt::catch_unwind(walked).await;
        assert!(walked.is_err(), "{wrong} is not noticed");
    }
}
