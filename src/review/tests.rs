use super::{wording::shipped_is_readable, *};

fn rules(text: &str) -> Vec<String> {
    in_text(text).into_iter().map(|hit| hit.rule.id.clone()).collect()
}

#[test]
fn every_pattern_of_the_list_is_one() {
    assert!(shipped_is_readable().unwrap() >= 12);
}

/// A text and the rules that it breaks.
#[test]
fn wording_is_found_with_its_rule() {
    for (text, want) in [
        ("招女工5名", vec!["sex"]),
        ("限男性，能吃苦", vec!["sex"]),
        ("女士优先", vec!["sex"]),
        ("未婚优先", vec!["family"]),
        ("汉族优先", vec!["ethnicity"]),
        ("不要回族", vec!["ethnicity"]),
        ("无宗教信仰", vec!["religion"]),
        ("体检查乙肝", vec!["health"]),
        ("残疾人勿扰", vec!["health"]),
        ("限本地户口", vec!["hukou"]),
        ("外地人勿扰", vec!["hukou"]),
        ("入职交押金300", vec!["deposit"]),
        ("服装押金100元，离职退", vec!["deposit"]),
        ("押一个月工资", vec!["deposit"]),
        ("先交培训费", vec!["fee"]),
        ("体检费自理", vec!["fee"]),
        ("身份证原件由公司保管", vec!["papers"]),
        ("上交身份证", vec!["papers"]),
        ("电话 138 0013 8000", vec!["contact"]),
        ("加微信：abc12345", vec!["contact"]),
        ("１３８００１３８０００", vec!["contact"]),
        ("加v详聊", vec!["contact"]),
        ("在家兼职打字，日入300", vec!["bait"]),
        ("手机刷单", vec!["bait"]),
        ("零基础宅家学剪辑", vec!["bait"]),
        ("18-45岁", vec!["age"]),
        ("年龄50周岁以下", vec!["age"]),
        ("不超过60岁", vec!["age"]),
        ("14岁以上即可", vec!["child"]),
        ("工资面议", vec!["wage_unclear"]),
        ("招女工，18-40岁，先交押金", vec!["sex", "deposit", "age"]),
    ] {
        assert_eq!(rules(text), want, "{text}");
    }
}

#[test]
fn lawful_wording_is_left_alone() {
    for text in [
        "男女不限，会开装载机",
        "男女均可",
        "女装店营业员",
        "无押金，不收任何费用",
        "免费体检，包工装",
        "带身份证登记",
        "不扣押身份证件",
        "民族不限",
        "户口不限",
        "18周岁以上",
        "年龄不限",
        "高处作业，因安全要求不超过55岁",
        "农民工工资保证金已存",
        "分拣蔬菜，每天8点到18点，管午饭",
        "会电焊，有焊工证",
        "严禁使用童工",
        "良田镇植物园路11号",
        "日结220元",
        "工作经验10年以上",
        "残疾人优先",
        "男女普工，男女各5名",
        "团队年轻，办公环境好",
        "贷款专员",
        "C++/Vue 前端，熟悉 Hive、微信 JS SDK",
    ] {
        assert_eq!(rules(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_hit_names_its_place_in_the_text_as_written() {
    let text = "好活。 微 信：ＡＢＣ12345";
    let hit = in_text(text)[0];
    assert_eq!(&text[hit.start..hit.end], "微 信：ＡＢＣ12345");
}

mod numbers {
    use super::*;
    use crate::domain::{
        money::Fen,
        org::{Employer, EmployerKind},
        posting::Shift,
        time::{DAY, HOUR, Moment},
        wage::{Settlement, Wage, WageUnit},
    };

    const START: Moment = Moment(1_795_485_600_000_000);

    fn terms(title: &str, yuan: i64, unit: WageUnit, hours: &[i64]) -> Terms {
        let shift = |(day, hours): (usize, &i64)| {
            let start = START.plus(day as i64 * DAY);
            Shift { start, end: start.plus(hours * HOUR) }
        };
        let pay = Fen::from_yuan(yuan);
        Terms {
            title: title.to_owned(),
            description: String::new(),
            occupation: None,
            occupation_percent: None,
            skills: Vec::new(),
            employer: Employer {
                name: "金凤区示例农场".to_owned(),
                uscc: None,
                kind: EmployerKind::Enterprise,
            },
            via_broker: None,
            address: "良田镇".to_owned(),
            division: None,
            point: None,
            wage: Wage::new(pay, pay, unit, Settlement::Daily).unwrap(),
            headcount: 1,
            shifts: hours.iter().enumerate().map(shift).collect(),
            benefits: Vec::new(),
            provides: Default::default(),
            requirements: "不限".to_owned(),
            instant: true,
            stations: Vec::new(),
            valid_until: START.plus(30 * DAY),
        }
    }

    fn rules(terms: &Terms) -> Vec<String> {
        let minimum =
            MinimumWage { hour: Some(Fen::from_yuan(20)), month: Some(Fen::from_yuan(2_050)) };
        findings(terms, minimum).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn a_wage_below_the_minimum_that_was_set_is_told() {
        for (yuan, unit, low) in [
            (20, WageUnit::Hour, false),
            (19, WageUnit::Hour, true),
            (160, WageUnit::Day, false),
            (159, WageUnit::Day, true),
            (2_050, WageUnit::Month, false),
            (2_049, WageUnit::Month, true),
            (1, WageUnit::Piece, false),
        ] {
            let terms = terms("分拣工", yuan, unit, &[]);
            assert_eq!(rules(&terms), if low { vec!["minimum_wage"] } else { vec![] }, "{yuan}");
            assert!(findings(&terms, MinimumWage::default()).is_empty());
        }
    }

    #[test]
    fn part_time_is_four_hours_a_day_and_twenty_four_a_week() {
        for (title, hours, over) in [
            ("钟点工", &[4, 4, 4, 4, 4, 4][..], false),
            ("钟点工", &[5], true),
            ("兼职分拣", &[4, 4, 4, 4, 4, 4, 1], true),
            ("分拣工", &[10, 10], false),
        ] {
            let terms = terms(title, 30, WageUnit::Hour, hours);
            assert_eq!(rules(&terms), if over { vec!["part_time"] } else { vec![] }, "{hours:?}");
        }
    }
}
