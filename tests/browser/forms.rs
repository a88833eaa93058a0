//! Forms as people fill them in: what is wrong is said at the field, what was typed stays.

use linggong::domain::posting::Status;
use serde_json::json;

use crate::{
    house::House,
    window::{DESK, PHONE, Window},
};

in_browser!(
    a_posting_with_faults_comes_back_as_it_was_typed,
    a_form_that_was_left_is_found_again,
    registering_with_faults_keeps_what_was_typed,
    yesterdays_shift_is_posted_again_in_two_presses,
    faults_of_a_page_are_found,
);

/// The sentence beside a field, by the field's id.
async fn fault_at(window: &Window, id: &str) -> String {
    let beside = format!("document.getElementById('{id}').closest('.field')");
    let text = window.ask(&format!("{beside}.querySelector('.error')?.innerText ?? ''")).await;
    text.as_str().unwrap_or_default().to_owned()
}

async fn a_posting_with_faults_comes_back_as_it_was_typed() {
    let house = House::open().await;
    let employer = house.employer("guoye").await;
    let window = Window::open(&house, DESK).await;
    window.be(&employer).await;
    let typed = [
        ("title", "短"),
        ("description", "早上六点在村口集合，\n有车接"),
        ("address", "良田镇苹果园"),
        ("lat", "北纬三十八度"),
        ("wage_min", "两百二"),
        ("wage_max", "100"),
        ("headcount", "0"),
        ("requirements", ""),
        ("shift-0-start", "07:30"),
        ("valid_until", "2020-01-01"),
    ];
    window.go("/desk/jobs/new").await;
    window.press("地图坐标（不知道就不填，在下面选站点）").await;
    for (id, text) in typed {
        window.fill(id, text).await;
    }
    window.choose("settlement", "weekly").await;
    window.press("保存并提交审核").await;
    window.sees("处要改").await;
    for id in ["title", "lat", "wage_min", "headcount", "requirements", "valid_until"] {
        let fault = fault_at(&window, id).await;
        window.check(fault.chars().count() > 3, &format!("no sentence at {id}")).await;
    }
    for (id, text) in typed {
        assert_eq!(window.value(id).await, text, "{id}");
    }
    window.until("document.querySelector(\"input[name=settlement][value=weekly]\").checked").await;
    // What is wrong is heard first, and each line of it leads to its field.
    window.until("document.activeElement.getAttribute('role') === 'alert'").await;
    window.click("[role=alert] a[href='#headcount']").await;
    window.until("location.hash === '#headcount'").await;
    window.judge().await;
    assert_eq!(house.postings(&[]).await, 0);
}

async fn a_form_that_was_left_is_found_again() {
    let house = House::open().await;
    let employer = house.employer("guoye").await;
    let window = Window::open(&house, PHONE).await;
    window.be(&employer).await;
    window.go("/desk/jobs/new").await;
    window.fill("title", "苹果分拣工").await;
    window.press("再加一天").await;
    window.fill("shift-1-date", "2026-11-26").await;
    window.until("sessionStorage.length === 1").await;
    window.go("/jobs").await;
    window.go("/desk/jobs/new").await;
    window.sees("上次没填完的内容还在").await;
    assert_eq!(window.value("title").await, "苹果分拣工");
    assert_eq!(window.value("shift-1-date").await, "2026-11-26");
    window.judge().await;
}

async fn registering_with_faults_keeps_what_was_typed() {
    let house = House::open().await;
    let newcomer = house.newcomer("newcomer").await;
    let window = Window::open(&house, PHONE).await;
    window.be(&newcomer).await;
    window.go("/me").await;
    window.fill("name", "马小军").await;
    window.fill("phone", "1380000").await;
    window.fill("skills", "装卸、分拣").await;
    window.fill("radius_km", "很远").await;
    window.press("登记").await;
    window.sees("处要改").await;
    for id in ["phone", "radius_km"] {
        window.check(!fault_at(&window, id).await.is_empty(), id).await;
    }
    window.check(window.text("#consent-error").await.contains("同意"), "consent").await;
    for (id, text) in [("name", "马小军"), ("phone", "1380000"), ("skills", "装卸、分拣")] {
        assert_eq!(window.value(id).await, text);
    }
    window.judge().await;
    window.fill("phone", "13800000009").await;
    window.fill("radius_km", "20").await;
    window.press("我同意").await;
    window.press("登记").await;
    window.sees("登记好了，可以报名了").await;
}

async fn yesterdays_shift_is_posted_again_in_two_presses() {
    let house = House::open().await;
    let employer = house.employer("guoye").await;
    let shift = |start: &str, end: &str| json!([{ "start": start, "end": end }]);
    let yesterday = shift("2026-11-23T07:30:00+08:00", "2026-11-23T17:00:00+08:00");
    let fields = json!({ "title": "苹果装箱工", "shifts": yesterday });
    house.ended(&employer, &fields).await;
    let window = Window::open(&house, DESK).await;
    window.be(&employer).await;
    window.go("/desk").await;
    window.press("再发一次").await;
    window.press("保存并提交审核").await;
    window.sees("已提交，等工作人员审核").await;
    window.sees("11月25日 周三 7:30–17:00").await;
    assert_eq!(house.postings(&[Status::InReview]).await, 1);
}

async fn faults_of_a_page_are_found() {
    let house = House::open().await;
    let window = Window::open(&house, DESK).await;
    window.go("/login").await;
    assert_eq!(window.faults().await, Vec::<String>::new());
    let spoil = "
        document.querySelector('label').remove();
        document.querySelector('.hint').style.color = '#ddd';
        document.documentElement.removeAttribute('lang');
        document.body.append(document.createElement('script'));
        document.body.lastChild.textContent = 'never()';
        console.error('broken');
    ";
    window.run(spoil, Vec::new()).await;
    let found = window.faults().await.join("\n");
    for fault in ["label", "color-contrast", "html-has-lang", "Content Security Policy", "broken"] {
        assert!(found.contains(fault), "{fault} is not in:\n{found}");
    }
}
