//! Staff register somebody at the desk, on a screen and on a phone: with faults, with the search of
//! occupations, with a group and its consent, and merge what was registered twice.

use crate::{
    house::House,
    pages::show,
    window::{DESK, PHONE, Size, Window},
};

in_browser!(staff_register_a_person_at_the_desk, staff_register_a_person_on_a_phone);

async fn staff_register_a_person_at_the_desk() {
    registers(DESK).await;
}

async fn staff_register_a_person_on_a_phone() {
    registers(PHONE).await;
}

async fn registers(size: Size) {
    let house = House::open().await;
    let staff = house.staff("zhangmin", "liangtian").await;
    let window = Window::open(&house, size).await;
    window.hold_still().await;
    window.be(&staff).await;
    window.go("/desk/workers").await;
    window.press("登记一个人").await;
    window.until("location.pathname === '/desk/workers/new'").await;
    window.fill("name", "马桂花").await;
    window.fill("phone", "1380000007").await;
    window.fill("village", "金星村").await;
    points_at_a_place(&window).await;
    window.fill("skills", "摘枸杞、做饭").await;
    window.fill("occupation", "电焊").await;
    window.press("找职业").await;
    window.until("document.querySelectorAll('[name=occupations]').length > 0").await;
    assert_eq!(window.value("name").await, "马桂花");
    window.choose("occupations", "6-18-02-04").await;
    window.press("有什么证").await;
    window.choose("certificates", "welding").await;
    window.fill("until-welding", "2027-05-01").await;
    window.choose("available", "weekly").await;
    window.press("每周的钟点（上面选了“每周固定的钟点”才算）").await;
    window.fill("week-1", "8-12、14-18").await;
    window.fill("week-6", "早上").await;
    window.press("脱贫人口、退役军人等（本人同意才记，一项一项问）").await;
    window.choose("groups", "veteran").await;
    window.fill("source-veteran", "paper").await;
    window.press("登记").await;
    window.sees("处要改").await;
    // Each fault at its field, and nothing that was typed is lost.
    for fault in ["手机号不对", "不止一个", "钟点要写成", "没有本人同意", "请先让本人同意"]
    {
        window.sees(fault).await;
    }
    show(&window, "enrol-faults").await;
    assert_eq!(house.store.count("worker").await, 0);
    for (id, text) in [("week-1", "8-12、14-18"), ("until-welding", "2027-05-01")] {
        assert_eq!(window.value(id).await, text, "{id}");
    }
    window.until("document.querySelector('[name=occupations]:checked') !== null").await;
    window.fill("phone", "13800000077").await;
    window.fill("village", "良田镇金星村委会").await;
    window.fill("week-6", "全天").await;
    window.choose("agrees-veteran", "yes").await;
    window.choose("consent", "yes").await;
    window.press("登记").await;
    window.sees("登记好了").await;
    window.sees("退役军人").await;
    show(&window, "enrol-done").await;
    let record = plain(&window.path().await);

    // The same person comes again, is registered again, and is found.
    window.go("/desk/workers/new").await;
    window.fill("name", "马桂花").await;
    window.fill("phone", "13800000078").await;
    window.fill("village", "良田镇金星村委会").await;
    window.choose("consent", "yes").await;
    window.press("登记").await;
    window.sees("可能是同一个人").await;
    window.press("对照一下").await;
    window.sees("是不是同一个人").await;
    window.judge().await;
    window.press("合并成一份").await;
    window.sees("合并好了").await;
    assert_eq!(plain(&window.path().await), record);
    assert_eq!(house.store.count("worker").await, 1);
    window.go("/desk/workers/twins").await;
    window.sees("没有看起来重复的登记").await;
    window.judge().await;
}

/// A place is pointed at on the sketch, closer by each press, and stands in the fields and in the
/// middle of what is shown.
async fn points_at_a_place(window: &Window) {
    window.press("地图上的位置（有了才能按距离推荐）").await;
    let svg = "document.querySelector('[data-pick] svg')";
    for side in [500, 250, 125] {
        window.click("[data-pick] svg").await;
        let mut degrees = [0.0; 2];
        for (degree, id) in degrees.iter_mut().zip(["lat", "lon"]) {
            *degree = window.value(id).await.parse::<f64>().unwrap();
        }
        let [lat, lon] = degrees;
        assert!((38.2..38.9).contains(&lat) && (105.9..106.5).contains(&lon), "{lat} {lon}");
        assert_eq!(window.ask(&format!("{svg}.viewBox.baseVal.width")).await, side);
        for (axis, length) in [("x", "width"), ("y", "height")] {
            let off = format!(
                "Math.abs({svg}.querySelector('.here').c{axis}.baseVal.value
                    - {svg}.viewBox.baseVal.{axis} - {svg}.viewBox.baseVal.{length} / 2) < 1"
            );
            assert_eq!(window.ask(&off).await, true, "{axis} at {side}");
        }
    }
    window.press("看全图").await;
    assert_eq!(window.ask(&format!("{svg}.viewBox.baseVal.width")).await, 1000);
    // What is no number points nowhere.
    window.fill("lat", "三十八").await;
    let hidden = format!("{svg}.querySelector('.here').getAttribute('visibility')");
    assert_eq!(window.ask(&hidden).await, "hidden");
    window.fill("lat", "38.3588").await;
    assert_eq!(window.ask(&hidden).await, "visible");
}

/// An address without what was said.
fn plain(path: &str) -> String {
    path.split('?').next().unwrap_or_default().to_owned()
}
