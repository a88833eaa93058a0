//! Mapping files.

use linggong::domain::wage::WageUnit;

use super::place::Place;

const FOREIGN: &str = "id,title,wage_min,wage_max,company,city,lon,lat,source\n\
    j1,客服,4000,6000,某公司,深圳,,,51\n\
    j2,销售,,,某公司,南京-江宁区,,,51\n\
    j3,普工,5000,,某公司,日本,0.0,0.0,51\n";

const MAPPING: &str = r#"[columns]            # ours = theirs
external_id = "id"
employer_name = "company"
address = "city"
city = "city"
[defaults]
wage_unit = "month"
wage_currency_unit = "yuan"
settlement = "monthly"
headcount = 1
crs = "gcj02"
valid_days = 30
source = "train"
"#;

#[tokio::test]
async fn a_foreign_list_goes_in_without_editing() {
    let place = Place::new();
    place.write("map.toml", MAPPING);
    let done = place.import("jobs", "foreign.csv", FOREIGN, &["--mapping", "@map.toml"]);
    done.is(1, [3, 2, 0, 0, 1]);
    assert!(done.err.contains("foreign.csv:3: wage_min: \"\": 请填写最低工资"), "{}", done.err);
    let postings = place.postings().await;
    let external = postings[0].external.as_ref().map(|e| (e.source.as_str(), e.id.as_str()));
    assert_eq!(external, Some(("train", "j1")));
    assert_eq!(postings[0].terms.wage.unit, WageUnit::Month);
    assert_eq!(postings[0].terms.wage.max().0, 600_000);
    assert_eq!(postings[1].terms.address, "日本");
    let filled = FOREIGN.replace("销售,,", "销售,3000,");
    place.import("jobs", "foreign.csv", filled, &["--mapping", "@map.toml"]).is(0, [3, 1, 0, 2, 0]);
    assert_eq!(place.postings().await[1].terms.division.as_deref(), Some("320115"));
}

#[test]
fn what_is_wrong_with_a_mapping_is_told_with_its_line() {
    let place = Place::new();
    place.write("list.csv", FOREIGN);
    for (wrong, says) in [
        ("[columns]\nname = \"title\"\n", "line 2: name"),
        ("[columns]\ntitle = 5\n", "line 2: title"),
        ("[columns]\nsource = \"source\"\n", "line 2: source"),
        ("[defaults]\n\nexternal_id = \"1\"\n", "line 3: external_id"),
        ("[defaults]\nwage_unit = \"day\"\nsettlement = \"yearly\"\n", "line 3: settlement"),
        ("[defaults]\nwage_currency_unit = \"usd\"\n", "line 2: wage_currency_unit"),
        ("[defaults]\nvalid_days = 0\n", "line 2: valid_days"),
        ("[defaults]\nheadcount = \"many\"\n", "line 2: headcount"),
        ("[defaults]\nskills = [\"a\"]\n", "line 2: skills"),
        ("[defaults]\nsource = \"api:me\"\n", "line 2: source"),
        ("[columns]\n[other]\na = 1\n", "line 2: [other]"),
        ("columns = 1\n", "line 1: columns"),
        ("[columns]\ntitle = \"title\"\ntitle = \"again\"\n", "line 3"),
        ("[columns\n", "line 1"),
    ] {
        place.write("map.toml", wrong);
        let done = place.run(&["import", "jobs", "@list.csv", "--mapping", "@map.toml"]);
        done.is_misuse(says);
    }
    place.write("map.toml", MAPPING.replace("\"company\"", "\"firm\""));
    place.run(&["import", "jobs", "@list.csv", "--mapping", "@map.toml"]).is_misuse("\"firm\"");
    place.run(&["import", "jobs", "@list.csv", "--mapping", "@none.toml"]).is_misuse("none.toml");
}
