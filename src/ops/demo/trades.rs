//! The trades of the area's gig market, as far as the demo needs them: what is done, where, when
//! in the year, for how much. Occupations are those of the 职业分类大典 (2022); pay is plausible, not
//! surveyed.

use super::places::Setting;
use crate::domain::wage::{Settlement, WageUnit};

/// A span of pay in fen a unit, drawn in steps.
pub(super) struct Pay {
    pub(super) unit: WageUnit,
    pub(super) low_fen: i64,
    pub(super) high_fen: i64,
    pub(super) step_fen: i64,
    pub(super) settlement: Settlement,
}

/// When a day's work starts, in minutes after midnight, and how many minutes it lasts.
pub(super) struct Hours {
    pub(super) start_min: i64,
    pub(super) length_min: i64,
}

/// A trade.
pub(super) struct Trade {
    pub(super) titles: &'static [&'static str],
    pub(super) work: &'static str,
    pub(super) occupation: &'static str,
    pub(super) skills: &'static [&'static str],
    /// Places in the list of employers.
    pub(super) employers: &'static [usize],
    /// Whether private persons hire for it too.
    pub(super) private: bool,
    pub(super) pay: Pay,
    pub(super) heads: (u32, u32),
    /// None where hours are by agreement.
    pub(super) hours: Option<Hours>,
    pub(super) setting: Setting,
    pub(super) asks: &'static [&'static str],
    /// First and last month of its season.
    pub(super) months: (i8, i8),
}

const fn yuan(unit: WageUnit, low: i64, high: i64, step: i64, settlement: Settlement) -> Pay {
    Pay { unit, low_fen: low * 100, high_fen: high * 100, step_fen: step * 100, settlement }
}

const fn daily(low: i64, high: i64) -> Pay {
    yuan(WageUnit::Day, low, high, 10, Settlement::Daily)
}

const fn weekly(low: i64, high: i64) -> Pay {
    yuan(WageUnit::Day, low, high, 10, Settlement::Weekly)
}

const fn hourly(low: i64, high: i64) -> Pay {
    yuan(WageUnit::Hour, low, high, 1, Settlement::Daily)
}

const fn monthly(low: i64, high: i64) -> Pay {
    yuan(WageUnit::Month, low, high, 100, Settlement::Monthly)
}

const fn piece(low_fen: i64, high_fen: i64) -> Pay {
    Pay { unit: WageUnit::Piece, low_fen, high_fen, step_fen: 5, settlement: Settlement::Weekly }
}

const fn hours(start_min: i64, length_min: i64) -> Option<Hours> {
    Some(Hours { start_min, length_min })
}

const YEAR: (i8, i8) = (1, 12);
const HEALTH: &[&str] = &["持有效健康证", "持健康证，讲卫生，手脚利索"];
const FIT: &[&str] = &["年满18周岁，身体健康", "能吃苦，身体健康", "不限"];

macro_rules! trade {
    ($titles:expr, $work:literal, $occupation:literal, $skills:expr, $employers:expr,
     $private:literal, $pay:expr, $heads:expr, $hours:expr, $setting:ident, $asks:expr,
     $months:expr) => {
        Trade {
            titles: &$titles,
            work: $work,
            occupation: $occupation,
            skills: &$skills,
            employers: &$employers,
            private: $private,
            pay: $pay,
            heads: $heads,
            hours: $hours,
            setting: Setting::$setting,
            asks: $asks,
            months: $months,
        }
    };
}

/// Every trade of the demo.
#[rustfmt::skip] // One trade a paragraph reads as the table that it is.
pub(super) const TRADES: &[Trade] = &[
    trade!(["蔬菜分拣工", "果蔬分拣工", "分拣工"],
        "按大小和品相分拣、装筐、贴标，室内作业。", "4-02-06-02", ["分拣"], [0, 2, 11], false,
        daily(130, 180), (4, 30), hours(480, 540), Yard, FIT, YEAR),
    trade!(["夜班分拣工"],
        "夜间卸货、分拣、装车，有暖气。", "4-02-06-02", ["分拣", "装卸"], [0, 5], false,
        daily(180, 240), (4, 20), hours(1200, 600), Yard, FIT, YEAR),
    trade!(["枸杞分拣工", "枸杞色选分装工"],
        "挑拣杂质、分级、装袋，计件结算，多劳多得。", "6-01-06-00", ["分拣", "包装"], [4, 11], false,
        piece(80, 150), (5, 20), hours(480, 540), Yard, FIT, YEAR),
    trade!(["枸杞采摘工", "枸杞采摘"],
        "下地采摘枸杞，早出早归，按斤计件也可按天。", "5-01-02-05", ["采摘"], [4, 10], false,
        daily(130, 200), (10, 30), hours(360, 540), Field, FIT, (6, 10)),
    trade!(["葡萄埋土工", "葡萄下架埋土"],
        "葡萄藤下架、压条、埋土过冬，机械埋土后人工补土。", "5-01-02-02", ["葡萄种植", "农活"], [1], false,
        weekly(150, 220), (10, 30), hours(450, 570), Field, FIT, (10, 12)),
    trade!(["葡萄展藤工", "葡萄修剪绑蔓工"],
        "葡萄出土上架、绑蔓、修剪。", "5-01-02-02", ["葡萄种植", "修剪"], [1], false,
        daily(140, 200), (8, 30), hours(420, 600), Field, FIT, (1, 6)),
    trade!(["蔬菜大棚用工", "大棚采收工", "温棚种植工"],
        "温棚里采收、打叶、吊蔓、定植，常年有活。", "5-01-02-02", ["大棚种植", "农活"], [2, 10], true,
        weekly(120, 170), (3, 20), hours(450, 540), Field, FIT, YEAR),
    trade!(["装卸工", "装车工", "搬运工"],
        "货物装卸、码垛，有叉车配合。", "4-02-05-01", ["装卸"], [0, 5, 2], true,
        daily(180, 300), (2, 12), hours(480, 540), Yard, FIT, YEAR),
    trade!(["保洁员", "写字楼保洁", "开荒保洁"],
        "楼道、卫生间和办公区保洁，工具齐全。", "4-09-08-01", ["保洁"], [6], false,
        daily(120, 160), (1, 8), hours(450, 540), Shop, FIT, YEAR),
    trade!(["钟点保洁", "家庭保洁"],
        "入户打扫，擦玻璃、厨房去油污。", "4-10-01-06", ["保洁", "家政"], [6], true,
        hourly(22, 30), (1, 3), hours(540, 240), Home, FIT, YEAR),
    trade!(["餐厅服务员", "宴席服务员", "传菜员"],
        "摆台、点单、传菜、收台。", "4-03-02-05", ["服务员"], [8], false,
        hourly(15, 22), (2, 10), hours(600, 600), Shop, HEALTH, YEAR),
    trade!(["配菜工", "后厨帮工"],
        "择菜、切配、备料，听厨师安排。", "4-03-02-01", ["配菜"], [8], true,
        daily(130, 180), (1, 5), hours(540, 600), Shop, HEALTH, YEAR),
    trade!(["洗碗工"],
        "清洗消毒餐具，打扫后厨。", "4-03-02-05", ["洗碗"], [8], true,
        daily(120, 150), (1, 4), hours(600, 600), Shop, HEALTH, YEAR),
    trade!(["挖掘机操作手", "挖掘机司机"],
        "沟渠开挖、土方回填，设备自带油料由工地出。", "6-30-05-05", ["挖掘机"], [7, 10], true,
        daily(300, 350), (1, 3), hours(450, 570), Site, &["持挖掘机操作证，两年以上经验"], YEAR),
    trade!(["装载机（铲车）司机", "铲车司机"],
        "料场上料、平整场地。", "6-30-05-05", ["装载机", "铲车"], [7, 0], false,
        daily(260, 340), (1, 3), hours(450, 570), Site, &["持装载机操作证"], YEAR),
    trade!(["电焊工", "二保焊工"],
        "钢结构和护栏焊接，工地提供焊材和防护用品。", "6-18-02-04", ["电焊"], [7], true,
        daily(260, 350), (1, 6), hours(450, 570), Site, &["持有效焊工证"], YEAR),
    trade!(["钢筋工"],
        "钢筋下料、绑扎，按图施工。", "6-29-01-04", ["钢筋"], [7], false,
        daily(260, 340), (4, 20), hours(420, 600), Site, FIT, YEAR),
    trade!(["瓦工", "砌筑工", "贴砖瓦工"],
        "砌墙、抹灰、贴砖，实名制上工，工资打卡。", "6-29-01-01", ["瓦工", "砌筑"], [7], true,
        daily(260, 350), (2, 12), hours(420, 600), Site, FIT, YEAR),
    trade!(["工地小工", "力工"],
        "工地清理、搬运、配合大工。", "4-02-05-01", ["小工", "装卸"], [7], true,
        daily(180, 230), (3, 20), hours(420, 600), Site, FIT, YEAR),
    trade!(["保安", "小区保安"],
        "门岗值守、车辆引导、巡逻，按月排班。", "4-07-05-01", ["保安"], [9], false,
        monthly(3500, 4500), (1, 8), None, Shop, &["无犯罪记录，能上夜班"], YEAR),
    trade!(["展会临时保安", "活动安保"],
        "活动现场秩序维护、检票、引导。", "4-07-05-01", ["保安"], [9], false,
        daily(150, 200), (5, 30), hours(480, 600), Shop, &["无犯罪记录，身体健康"], YEAR),
    trade!(["家政服务员", "住家保姆"],
        "做饭、打扫、照看老人，按月结算。", "4-10-01-06", ["家政", "做饭"], [6], true,
        monthly(4000, 6500), (1, 2), None, Home, HEALTH, YEAR),
    trade!(["牛场挤奶工", "奶厅挤奶工"],
        "转盘奶厅挤奶、药浴、清洗设备，两班倒。", "5-03-02-01", ["挤奶", "养殖"], [3], false,
        monthly(4500, 6500), (2, 6), None, Barn, &["不怕脏累，无传染病"], YEAR),
    trade!(["牛场饲喂工", "羊场饲养员"],
        "上料、推料、清圈，管吃住。", "5-03-02-01", ["养殖"], [3, 10], true,
        daily(140, 200), (1, 4), hours(390, 600), Barn, FIT, YEAR),
    trade!(["包装工", "打包工"],
        "产品装盒、封箱、贴单，坐着干活。", "6-31-05-00", ["包装"], [0, 4, 11], false,
        daily(130, 170), (4, 25), hours(480, 540), Yard, FIT, YEAR),
    trade!(["纸箱包装计件工"],
        "折箱、装箱，按件计酬，每周结清。", "6-31-05-00", ["包装"], [11, 0], false,
        piece(40, 90), (5, 20), hours(510, 510), Yard, FIT, YEAR),
    trade!(["快递分拣员", "快件分拣（夜班）"],
        "扫描、供件、分区码放。", "4-02-07-09", ["快递分拣", "分拣"], [5], false,
        hourly(18, 24), (5, 30), hours(1140, 480), Yard, FIT, YEAR),
    trade!(["叉车司机", "叉车工"],
        "库内装卸、上架、盘点配合。", "6-30-05-01", ["叉车"], [5, 0], false,
        monthly(5000, 7000), (1, 3), None, Yard, &["持叉车证（N1）"], YEAR),
    trade!(["临时叉车工"],
        "旺季装卸，日结。", "6-30-05-01", ["叉车"], [5, 2], false,
        daily(220, 300), (1, 4), hours(480, 540), Yard, &["持叉车证（N1）"], YEAR),
    trade!(["茶艺师", "兼职茶艺师"],
        "茶席布置、冲泡讲解、接待。", "4-03-02-07", ["茶艺"], [8], true,
        hourly(25, 30), (1, 2), hours(840, 360), Shop, &["有茶艺师证优先，持健康证"], YEAR),
    trade!(["保育员", "托管班保育员"],
        "协助照看幼儿起居、就餐、午睡。", "4-10-01-03", ["保育"], [6], false,
        monthly(3500, 4500), (1, 4), None, Home, &["持健康证，有保育师证优先"], YEAR),
    trade!(["缝纫工", "服装车间平车工"],
        "平车缝制，简单易学，车间就在村口。", "6-05-01-03", ["缝纫"], [11], false,
        monthly(3500, 5500), (3, 15), None, Yard, FIT, YEAR),
    trade!(["超市理货员", "促销理货员"],
        "上货、贴价签、整理货架。", "4-02-06-02", ["理货"], [0, 8], false,
        hourly(15, 20), (1, 8), hours(540, 540), Shop, FIT, YEAR),
];

/// What comes on top of the pay.
pub(super) const BENEFITS: &[&str] = &["发手套", "高温补贴", "全勤奖"];
