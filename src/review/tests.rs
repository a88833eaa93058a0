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
    ] {
        assert_eq!(rules(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_hit_names_its_place_in_the_text_as_written() {
    let text = "好活。 加 微 信：ＡＢＣ12345";
    let hit = in_text(text)[0];
    assert_eq!(&text[hit.start..hit.end], "加 微 信：ＡＢＣ12345");
}
