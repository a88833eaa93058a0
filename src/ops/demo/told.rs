//! What the demo's stations tell their visitors: invented numbers that nobody answers, and notices
//! about the plan of 2024.

use super::DemoError;
use crate::{
    domain::{
        account::Actor,
        bulletin::{Disclosure, NoticeKind},
        station::Station,
        time::DAY,
    },
    market::{Market, NewNotice},
};

/// Notices of every station: kind, words, for how many days.
const NOTICES: [(NoticeKind, &str, i64); 3] = [
    (
        NoticeKind::Policy,
        "脱贫户、监测户家里有人跨区县外出务工满3个月，可以申领交通补贴，带身份证到窗口问",
        60,
    ),
    (NoticeKind::Fair, "演示：周六上午9点，站门口有零工招聘会，食品厂、物流园当场招人", 14),
    (NoticeKind::Plain, "报名、找活都不收钱。谁要介绍费、押金，请告诉工作人员", 90),
];

fn disclosure(station: &Station) -> Disclosure {
    Disclosure {
        operator: format!("演示·{}", station.name),
        licence: "演示640106-0000".to_owned(),
        services: "求职登记、岗位推荐、招聘、政策咨询".to_owned(),
        charges: "对求职者全部免费".to_owned(),
        supervisor: "演示·区人力资源和社会保障局".to_owned(),
        supervisor_phone: "0951-0000000".to_owned(),
        complaint_phone: "0951-0000001".to_owned(),
    }
}

/// Fills the foot of every board.
pub(super) async fn tell(market: &Market, stations: &[Station]) -> Result<(), DemoError> {
    for station in stations {
        market.disclose(&Actor::Operator, &station.id, disclosure(station)).await?;
        for (kind, words, days) in NOTICES {
            let starts_at = market.now();
            let ends_at = starts_at.plus(days * DAY);
            let new = NewNotice { kind, words: words.to_owned(), starts_at, ends_at };
            market.put_up(&Actor::Operator, &station.id, new).await?;
        }
    }
    Ok(())
}
