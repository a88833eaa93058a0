//! What a posting says, as terms and values for people.

use super::words;
use crate::{
    domain::{
        identity::{Uscc, mask_name},
        org::EmployerKind,
        posting::Posting,
        station::Station,
    },
    http::pages::posting_form::DIVISIONS,
    occupation::Catalogue,
};

/// One term and its values.
pub struct Fact {
    /// The term.
    pub term: &'static str,
    /// The values, a line each.
    pub values: Vec<String>,
}

/// Who reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Anybody: a private employer's name is masked.
    Anyone,
    /// Who conducts or reviews the posting.
    Desk,
}

/// The employer's name as this reader may see it.
pub fn employer(posting: &Posting, reader: Reader) -> String {
    let employer = &posting.terms.employer;
    match (reader, employer.kind) {
        (Reader::Anyone, EmployerKind::Individual) => mask_name(&employer.name),
        _ => employer.name.clone(),
    }
}

/// Everything about a posting; terms without a value are left out.
pub fn facts(posting: &Posting, stations: &[Station], reader: Reader) -> Vec<Fact> {
    let terms = &posting.terms;
    let mut facts: Vec<Fact> = Vec::new();
    let mut tell = |term: &'static str, values: Vec<String>| {
        let values: Vec<String> = values.into_iter().filter(|value| !value.is_empty()).collect();
        if !values.is_empty() {
            facts.push(Fact { term, values });
        }
    };
    tell("工钱", vec![format!("{}，{}", terms.wage, terms.wage.settlement.label())]);
    let shifts: Vec<String> = terms.shifts.iter().map(words::shift).collect();
    let agreed = || vec!["时间面议".to_owned()];
    tell("上工时间", if shifts.is_empty() { agreed() } else { shifts });
    tell("地点", vec![terms.address.clone()]);
    let division = terms.division.as_deref().map(|code| {
        let known = DIVISIONS.iter().find(|(known, _)| *known == code);
        known.map_or_else(|| code.to_owned(), |(_, name)| (*name).to_owned())
    });
    tell("区县", division.into_iter().collect());
    let (left, all) = (posting.places_left(), terms.headcount);
    tell("人数", vec![format!("要{all}人，还缺{left}人")]);
    tell("干什么", terms.description.lines().map(str::to_owned).collect());
    tell("要求", terms.requirements.lines().map(str::to_owned).collect());
    tell("会什么", vec![terms.skills.join("、")]);
    let provides = &terms.provides;
    let ride = provides.pickup.as_ref().map(ToString::to_string);
    tell("接送", ride.into_iter().collect());
    tell("吃饭", provides.meals.map(|meals| meals.label().to_owned()).into_iter().collect());
    tell("住宿", provides.lodging.map(|held| held.label().to_owned()).into_iter().collect());
    tell("工具", provides.tools.map(|tools| tools.label().to_owned()).into_iter().collect());
    tell("保险", provides.insurance.map(|cover| cover.label().to_owned()).into_iter().collect());
    tell("待遇", vec![terms.benefits.join("、")]);
    let kind = terms.employer.kind.label();
    tell("用人单位", vec![format!("{}（{kind}）", employer(posting, reader))]);
    let code = terms.employer.uscc.as_ref().map(Uscc::as_str);
    tell("统一社会信用代码", code.map(str::to_owned).into_iter().collect());
    tell("谁发布的", vec![posting.label.label().to_owned()]);
    let how = if terms.instant {
        "一步报名，有名额就录用"
    } else {
        "先报名，用人单位再定"
    };
    tell("怎么报名", vec![how.to_owned()]);
    if reader == Reader::Desk {
        let name = |id| stations.iter().find(|station| station.id == id);
        let chosen = terms.stations.iter().cloned();
        let chosen: Vec<String> = chosen.filter_map(|id| Some(name(id)?.name.clone())).collect();
        let near = || "附近的站点".to_owned();
        tell("显示在", vec![if chosen.is_empty() { near() } else { chosen.join("、") }]);
        let occupation = terms.occupation.as_ref().map(|code| {
            let known = Catalogue::shipped().get(code.as_str()).map(|class| class.name.as_str());
            let told = format!("{} {}", code.as_str(), known.unwrap_or_default());
            match terms.occupation_percent {
                Some(percent) => format!("{told}（系统按标题猜的，把握{percent}%；不对请修改）"),
                None => told,
            }
        });
        tell("职业", occupation.into_iter().collect());
        let point = terms.point;
        let point = point.map(|p| format!("北纬{:.5}，东经{:.5}（GPS）", p.lat(), p.lon()));
        tell("坐标", point.into_iter().collect());
    }
    tell("有效期至", vec![words::minute(terms.valid_until)]);
    tell("发布时间", posting.published_at.map(words::minute).into_iter().collect());
    facts
}
