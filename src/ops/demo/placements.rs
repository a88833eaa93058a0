//! Invented placements of the demo's first broker: people at every distance from three and six
//! months, with and without papers, and claims on their way.

use serde_json::{Map, Value, json};

use super::{DemoError, cast::Tryout, demo_worker};
use crate::{
    domain::{account::Actor, claim::ClaimEvent, ids::PlacementId, time::DAY},
    market::{Decision, Ground, Market, NewClaim},
};

/// The village of the demo's people (和顺新村), and of its village account.
pub(super) const VILLAGE: &str = "640106100207";
/// The phones of these people: behind those of the demo's other workers.
const PHONE_FIRST: u64 = 19_900_005_000;

/// Somebody who was placed: days since the start, where, with whom, insured months that lack, and
/// whether the contract is signed.
struct Placed {
    days: i64,
    name: &'static str,
    place: &'static str,
    employer: &'static str,
    kind: &'static str,
    groups: &'static [&'static str],
    lacking_months: usize,
    contract: bool,
}

#[rustfmt::skip] // A person a line reads as the table that it is.
const PEOPLE: [Placed; 12] = [
    Placed { days: 210, name: "演示·马志远", place: "苏州市虎丘区", employer: "演示·姑苏电子有限公司", kind: "enterprise", groups: &["poverty"], lacking_months: 0, contract: true },
    Placed { days: 200, name: "演示·杨秀兰", place: "苏州市虎丘区", employer: "演示·姑苏电子有限公司", kind: "enterprise", groups: &["relocated"], lacking_months: 0, contract: true },
    Placed { days: 195, name: "演示·马成才", place: "福州市福清市", employer: "演示·闽海食品有限公司", kind: "enterprise", groups: &["poverty"], lacking_months: 0, contract: true },
    Placed { days: 190, name: "演示·海小梅", place: "银川市永宁县", employer: "演示·望远物流有限公司", kind: "enterprise", groups: &["monitored"], lacking_months: 2, contract: true },
    Placed { days: 188, name: "演示·罗玉花", place: "银川市灵武市", employer: "演示·宁东服务有限公司", kind: "enterprise", groups: &["low_income"], lacking_months: 0, contract: false },
    Placed { days: 170, name: "演示·田建国", place: "苏州市吴江区", employer: "演示·太湖纺织有限公司", kind: "enterprise", groups: &["poverty"], lacking_months: 0, contract: true },
    Placed { days: 160, name: "演示·苏晓军", place: "银川市贺兰县", employer: "演示·金贵蔬菜专业合作社", kind: "cooperative", groups: &["relocated"], lacking_months: 1, contract: true },
    Placed { days: 120, name: "演示·王玉莲", place: "福州市福清市", employer: "演示·闽海食品有限公司", kind: "enterprise", groups: &["poverty"], lacking_months: 0, contract: true },
    Placed { days: 80, name: "演示·马小燕", place: "苏州市虎丘区", employer: "演示·姑苏电子有限公司", kind: "enterprise", groups: &["monitored"], lacking_months: 0, contract: true },
    Placed { days: 30, name: "演示·马保国", place: "苏州市虎丘区", employer: "演示·姑苏电子有限公司", kind: "enterprise", groups: &["migrant_worker"], lacking_months: 1, contract: true },
    Placed { days: 100, name: "演示·哈玉芳", place: "银川市金凤区", employer: "演示·新村就业帮扶车间", kind: "workshop", groups: &["relocated", "poverty"], lacking_months: 3, contract: false },
    Placed { days: 90, name: "演示·马桂英", place: "银川市金凤区", employer: "演示·新村就业帮扶车间", kind: "workshop", groups: &["relocated"], lacking_months: 3, contract: false },
];

/// Registers the people, their placements, and the claims of those who are due.
pub(super) async fn fill(
    market: &Market,
    desk: &Actor,
    broker: &Actor,
    tryout: &Tryout,
) -> Result<(), DemoError> {
    let mut due = Vec::new();
    for (number, person) in (0..).zip(&PEOPLE) {
        let phone = (PHONE_FIRST + number).to_string();
        let worker = json!({
            "name": person.name, "phone": phone, "village": VILLAGE, "groups": person.groups,
            "household": format!("演示-{:03}", number / 2),
        });
        market.register(desk, &worker, demo_worker()).await?;
        let start = market.now().plus(-person.days * DAY).day();
        let mut terms = json!({
            "name": person.name, "phone": phone, "division": person.place,
            "employer": { "name": person.employer, "kind": person.kind },
            "start": start.to_string(),
        });
        if person.contract {
            terms["contract_signed"] = json!(start.add_days(3).to_string());
        }
        let placement = market.place(broker, &terms, true).await?;
        let papers = papers(market, person);
        market.revise_placement(broker, &placement.id, &papers).await?;
        if person.days > 186 && person.contract && person.lacking_months == 0 {
            due.push(placement.id);
        }
    }
    claim(market, broker, tryout, &due).await
}

/// Insured months and months on the job, to the present one.
fn papers(market: &Market, person: &Placed) -> Value {
    let today = market.now().day();
    let mut months = Vec::new();
    let mut month = market.now().plus(-person.days * DAY).day().month();
    while month <= today.month() {
        months.push(month);
        month = month.later(1);
    }
    let paid = months.len().saturating_sub(person.lacking_months);
    let all = ["pension", "medical", "unemployment", "injury", "maternity"];
    let insured: Map<String, Value> =
        months.iter().take(paid).map(|month| (month.to_string(), json!(all))).collect();
    let proofs: Vec<String> =
        months.iter().filter(|month| **month < today.month()).map(ToString::to_string).collect();
    json!({ "insured": insured, "proofs": proofs })
}

/// One claim on notice, one at the village, one that is not handed in.
async fn claim(
    market: &Market,
    broker: &Actor,
    tryout: &Tryout,
    due: &[PlacementId],
) -> Result<(), DemoError> {
    let nothing = Decision::default();
    for (at, placement) in due.iter().enumerate() {
        let ground = Ground::Placement(placement.clone());
        let new = NewClaim { rule: "broker-service-fee".to_owned(), ground, demo: true };
        let claim = market.file_claim(broker, &new).await?;
        if at < 2 {
            market.step_claim(broker, &claim.id, ClaimEvent::Submit, &nothing).await?;
        }
        if at == 0 {
            market.step_claim(&tryout.village, &claim.id, ClaimEvent::Pass, &nothing).await?;
        }
    }
    Ok(())
}
