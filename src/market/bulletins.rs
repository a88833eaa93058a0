//! What a station tells the people before its screens: written, put up, taken down by its staff.

use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
};
use crate::{
    domain::{
        account::Actor,
        bulletin::{Bulletin, Disclosure, Notice, NoticeKind},
        fields::FieldErrors,
        ids::{NoticeId, StationId},
        limits,
        station::Station,
        text,
        time::{DAY, Moment},
    },
    store::Kind,
};

/// A notice to be put up.
#[derive(Clone, Debug)]
pub struct NewNotice {
    /// What it is about.
    pub kind: NoticeKind,
    /// What it says.
    pub words: String,
    /// When it appears.
    pub starts_at: Moment,
    /// When it goes by itself.
    pub ends_at: Moment,
}

/// The fields of a disclosure as they are typed: name, label, whether it is a phone.
type Field<'d> = (&'static str, &'static str, &'d mut String, bool);

fn fields(told: &mut Disclosure) -> [Field<'_>; 7] {
    [
        ("operator", "主办单位", &mut told.operator, false),
        ("licence", "许可证编号", &mut told.licence, false),
        ("services", "服务项目", &mut told.services, false),
        ("charges", "收费标准", &mut told.charges, false),
        ("supervisor", "监督机关", &mut told.supervisor, false),
        ("supervisor_phone", "监督电话", &mut told.supervisor_phone, true),
        ("complaint_phone", "投诉电话", &mut told.complaint_phone, true),
    ]
}

/// A phone of an office as it is dialled: digits and hyphens.
fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (3..=12).contains(&digits) && text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

impl Market {
    /// The station, where the actor may speak for it.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`], [`MarketError::NotFound`].
    pub async fn station_of(&self, actor: &Actor, id: &StationId) -> MarketResult<Station> {
        if !authority::may(actor, Verb::Inform) {
            return Err(MarketError::Forbidden);
        }
        if !authority::reaches_station(actor, Verb::Inform, id) {
            return Err(MarketError::NotFound);
        }
        self.station(id).await
    }

    /// Writes down what the station must show its visitors (人力资源市场暂行条例 §32).
    ///
    /// # Errors
    /// [`MarketError::Forbidden`], [`MarketError::NotFound`]; [`MarketError::Invalid`] with every
    /// field's fault.
    pub async fn disclose(
        &self,
        actor: &Actor,
        station: &StationId,
        mut told: Disclosure,
    ) -> MarketResult<()> {
        self.station_of(actor, station).await?;
        let mut errors = FieldErrors::default();
        for (name, label, value, phone) in fields(&mut told) {
            let bounds = (0, limits::DISCLOSURE_CHARS_MAX);
            *value = text::bounded(&mut errors, name, label, value, bounds).unwrap_or_default();
            if phone && !value.is_empty() && !is_phone(value) {
                errors.add(name, "format", format!("{label}写不对，例如 0951-5066123 或 12333"));
            }
        }
        for (name, label, value, _) in fields(&mut told) {
            // Without these nobody knows what it costs, or whom to turn to.
            let owed = matches!(name, "charges" | "supervisor" | "supervisor_phone");
            if owed && value.is_empty() && !errors.touches(name) {
                errors.add(name, "missing", format!("请填写{label}"));
            }
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let mut txn = self.store.begin().await?;
        txn.put_disclosure(station, &told, self.now()).await?;
        txn.log(self.entry(actor, "disclose", Kind::Station, station, json!({})));
        txn.commit().await?;
        Ok(())
    }

    /// Puts a notice up on the station's screens.
    ///
    /// # Errors
    /// As [`Market::disclose`].
    pub async fn put_up(
        &self,
        actor: &Actor,
        station: &StationId,
        new: NewNotice,
    ) -> MarketResult<Notice> {
        self.station_of(actor, station).await?;
        let now = self.now();
        let mut errors = FieldErrors::default();
        let words = text::bounded(&mut errors, "words", "内容", &new.words, limits::NOTICE_CHARS);
        // One line on a screen.
        let words = words.map(|words| words.replace('\n', " "));
        if new.ends_at <= new.starts_at {
            errors.add("ends_on", "order", "最后一天要在开始那天以后，或者同一天");
        } else if new.ends_at <= now {
            errors.add("ends_on", "past", "最后一天已经过了");
        } else if new.ends_at > now.plus(limits::VALID_DAYS_MAX * DAY) {
            let days = limits::VALID_DAYS_MAX;
            errors.add("ends_on", "range", format!("最多显示{days}天"));
        }
        let Some(words) = words.filter(|_| errors.is_empty()) else {
            return Err(errors.into());
        };
        let mut txn = self.store.begin().await?;
        let standing = txn.bulletin(station, now).await?.notices;
        if standing.iter().filter(|held| held.is_live(now)).count() >= limits::NOTICES_MAX {
            let most = limits::NOTICES_MAX;
            let message = format!("一个站点最多{most}条，请先撤下一条");
            return Err(FieldErrors::one("words", "range", message).into());
        }
        let notice = Notice {
            id: NoticeId::grow(self.seedling()),
            station: station.clone(),
            kind: new.kind,
            words,
            starts_at: new.starts_at,
            ends_at: new.ends_at,
            withdrawn_at: None,
            created_at: now,
        };
        txn.add_notice(&notice).await?;
        let detail = json!({ "station": station.as_str(), "kind": notice.kind.word() });
        txn.log(self.entry(actor, "put_up", Kind::Notice, &notice.id, detail));
        txn.commit().await?;
        Ok(notice)
    }

    /// Takes a notice down; one that is down already stays so. Answers whose it was.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`], [`MarketError::NotFound`].
    pub async fn withdraw_notice(&self, actor: &Actor, id: &NoticeId) -> MarketResult<StationId> {
        if !authority::may(actor, Verb::Inform) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let held = txn.notice(id).await?.ok_or(MarketError::NotFound)?;
        if !authority::reaches_station(actor, Verb::Inform, &held.station) {
            return Err(MarketError::NotFound);
        }
        if txn.withdraw_notice(id, self.now()).await? {
            let detail = json!({ "station": held.station.as_str() });
            txn.log(self.entry(actor, "withdraw_notice", Kind::Notice, id, detail));
            txn.commit().await?;
        }
        Ok(held.station)
    }

    /// What a station tells now and later.
    ///
    /// # Errors
    /// [`MarketError::NotFound`].
    pub async fn bulletin(&self, station: &StationId) -> MarketResult<Bulletin> {
        self.station(station).await?;
        let now = self.now();
        let mut bulletin = self.store.read().await?.bulletin(station, now).await?;
        bulletin.notices.retain(|notice| notice.is_live(now));
        Ok(bulletin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_is_reached_by_digits() {
        for (text, is) in [
            ("0951-5066123", true),
            ("12333", true),
            ("110", true),
            ("", false),
            ("12", false),
            ("0951 5066123", false),
            ("五零六六", false),
            ("0951-50661234567", false),
        ] {
            assert_eq!(is_phone(text), is, "{text}");
        }
    }
}
