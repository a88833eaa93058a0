//! Who may post (发布主体): organisations that registered, what staff said of them, and the
//! authorisations (委托书) under which a broker posts for an employer.
//!
//! ```text
//! pending ─verify→ verified      refused ─renew→ pending
//!    └────refuse→ refused ←refuse── verified ─renew→ pending
//! ```

use super::{
    calendar::Day,
    identity::{Phone, ResidentId},
    ids::{EvidenceId, MandateId, OrgId},
    life::Life,
    org::{Employer, EmployerKind, Label, Org},
    time::Moment,
    wage::choices,
};

choices! {
    /// What staff said of an organisation or of an authorisation.
    Check {
        /// Nobody has looked yet.
        Pending = "pending", "待核验";
        /// It is what it says.
        Verified = "verified", "已核验";
        /// It is not, or not any more.
        Refused = "refused", "未通过";
    }
}

choices! {
    /// What can happen to a check.
    CheckEvent {
        /// Staff found it right.
        Verify = "verify", "通过核验";
        /// Staff found it wrong, with a reason; also what was right before.
        Refuse = "refuse", "不通过";
        /// New particulars were handed in; they are looked at afresh.
        Renew = "renew", "重新提交";
    }
}

impl Life for Check {
    type Event = CheckEvent;
    const RECORD: &'static str = "核验";

    fn after(self, event: CheckEvent) -> Option<Check> {
        match (self, event) {
            (Check::Pending, CheckEvent::Verify) => Some(Check::Verified),
            (Check::Pending | Check::Verified, CheckEvent::Refuse) => Some(Check::Refused),
            (Check::Pending | Check::Verified | Check::Refused, CheckEvent::Renew) => {
                Some(Check::Pending)
            }
            (Check::Verified | Check::Refused, CheckEvent::Verify)
            | (Check::Refused, CheckEvent::Refuse) => None,
        }
    }
}

/// A decision of staff: for whom, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The office as people read it: a station's name, or 平台.
    pub office: String,
    /// When.
    pub at: Moment,
}

/// What stands of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Where it stands.
    pub check: Check,
    /// The last decision; none before the first.
    pub decided: Option<Decided>,
    /// Why it was refused.
    pub reason: Option<String>,
}

impl Checked {
    /// Nobody has looked.
    pub fn fresh() -> Checked {
        Checked { check: Check::Pending, decided: None, reason: None }
    }
}

/// Who answers for an organisation. Never shown whole, but for the name and to staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The person's name.
    pub name: String,
    /// The person's phone.
    pub phone: Phone,
    /// The private employer's own number.
    pub id_number: Option<ResidentId>,
}

/// An organisation as a poster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poster {
    /// Who it is.
    pub org: Org,
    /// What staff said of it.
    pub checked: Checked,
    /// The last day of the licence; none where it is open-ended (长期).
    pub licence_until: Option<Day>,
    /// Who answers for it; nobody on record where the operator entered it.
    pub contact: Option<Contact>,
    /// Counts every change, from 1.
    pub version: i64,
    /// When it was first stored.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// An authorisation (委托书): an employer lets a broker or agency recruit for it, from a day to a
/// day, both included. There is one tier: whoever is authorised authorises nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// The id.
    pub id: MandateId,
    /// Who may recruit.
    pub broker: OrgId,
    /// For whom.
    pub employer: Employer,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// The signed paper.
    pub evidence: EvidenceId,
    /// What staff said of it.
    pub checked: Checked,
    /// Counts every change, from 1.
    pub version: i64,
    /// When it was handed in.
    pub created_at: Moment,
}

/// Why somebody may not publish now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCleared {
    /// Staff have not looked at the poster yet.
    #[error("the poster is not verified yet")]
    Unchecked,
    /// Staff refused the poster; why.
    #[error("the poster was refused")]
    Refused(String),
    /// The licence ended on this day.
    #[error("the licence has expired")]
    Expired(Day),
    /// No authorisation of the employer is on record; its name.
    #[error("no authorisation by the employer")]
    NoMandate(String),
    /// Staff have not looked at the authorisation yet; the employer's name.
    #[error("the authorisation is not verified yet")]
    MandateUnchecked(String),
    /// Staff refused the authorisation; why.
    #[error("the authorisation was refused")]
    MandateRefused(String),
    /// The authorisation begins on this day only.
    #[error("the authorisation has not begun")]
    MandateEarly(Day),
    /// The authorisation ended on this day.
    #[error("the authorisation has ended")]
    MandateOver(Day),
}

impl NotCleared {
    /// A sentence for people that says what is missing.
    pub fn sentence(&self) -> String {
        match self {
            NotCleared::Unchecked => {
                "单位资料还没有核验。草稿可以先写，站点工作人员核验以后才能提交和发布".to_owned()
            }
            NotCleared::Refused(why) => {
                format!("单位资料核验没有通过：{why}。请在“单位资料”里改好，重新提交")
            }
            NotCleared::Expired(day) => {
                format!("营业执照{day}到期了，请在“单位资料”里登记新的有效期，核验以后再发布")
            }
            NotCleared::NoMandate(employer) => format!(
                "还没有“{employer}”的委托书。替用人单位招人，请先在“单位资料”里交委托书，核验以后再发布"
            ),
            NotCleared::MandateUnchecked(employer) => {
                format!("“{employer}”的委托书还没有核验，站点工作人员核验以后才能提交和发布")
            }
            NotCleared::MandateRefused(why) => {
                format!("委托书核验没有通过：{why}。请在“单位资料”里重新交一份")
            }
            NotCleared::MandateEarly(day) => format!("委托书{day}才开始，到那天再提交"),
            NotCleared::MandateOver(day) => {
                format!("委托书{day}到期了，请在“单位资料”里交新的，核验以后再发布")
            }
        }
    }
}

impl Poster {
    /// Whether the poster itself may publish on this day.
    ///
    /// # Errors
    /// [`NotCleared`]
    pub fn clears(&self, today: Day) -> Result<(), NotCleared> {
        match self.checked.check {
            Check::Pending => return Err(NotCleared::Unchecked),
            Check::Refused => {
                return Err(NotCleared::Refused(self.checked.reason.clone().unwrap_or_default()));
            }
            Check::Verified => {}
        }
        match self.licence_until {
            Some(day) if day < today => Err(NotCleared::Expired(day)),
            _ => Ok(()),
        }
    }

    /// Whether it goes between employers and workers, and so needs authorisations.
    pub fn is_between(&self) -> bool {
        is_between(self.org.employer.kind)
    }
}

/// Whether an organisation of this kind goes between employers and workers.
pub fn is_between(kind: EmployerKind) -> bool {
    Label::of(kind) != Label::Direct
}

/// Whether the two name the same employer: by the credit code where both have one, else by name.
pub fn is_same(one: &Employer, other: &Employer) -> bool {
    match (&one.uscc, &other.uscc) {
        (Some(one), Some(other)) => one == other,
        _ => one.name == other.name,
    }
}

/// Whether one of a broker's authorisations lets it publish for `employer` on this day.
///
/// # Errors
/// [`NotCleared`], for the authorisation that comes nearest.
pub fn authorises(mandates: &[Mandate], employer: &Employer, today: Day) -> Result<(), NotCleared> {
    let mut nearest = NotCleared::NoMandate(employer.name.clone());
    let mut nearness = 0;
    for mandate in mandates.iter().filter(|mandate| is_same(&mandate.employer, employer)) {
        let (near, why) = match mandate.checked.check {
            Check::Verified if mandate.to < today => (2, NotCleared::MandateOver(mandate.to)),
            Check::Verified if today < mandate.from => (3, NotCleared::MandateEarly(mandate.from)),
            Check::Verified => return Ok(()),
            Check::Pending => (4, NotCleared::MandateUnchecked(employer.name.clone())),
            Check::Refused => {
                let why = mandate.checked.reason.clone().unwrap_or_default();
                (1, NotCleared::MandateRefused(why))
            }
        };
        if near > nearness {
            (nearness, nearest) = (near, why);
        }
    }
    Err(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ids::Seedling, life};

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_whole_life_of_a_check() {
        life::holds::<Check>(&[
            ("pending", &["verified", "refused", "pending"]),
            ("verified", &["", "refused", "pending"]),
            ("refused", &["", "", "pending"]),
        ]);
    }

    fn employer(name: &str, uscc: Option<&str>) -> Employer {
        let uscc = uscc.map(|code| code.parse().unwrap());
        Employer { name: name.to_owned(), uscc, kind: EmployerKind::Enterprise }
    }

    fn mandate(check: Check, from: &str, to: &str) -> Mandate {
        let seed = Seedling { at_ms: 1, random: 1 };
        Mandate {
            id: MandateId::grow(seed),
            broker: "b".parse().unwrap(),
            employer: employer("塞上建材", Some("91110101095807770R")),
            from: day(from),
            to: day(to),
            evidence: EvidenceId::grow(seed),
            checked: Checked { check, decided: None, reason: Some("没有盖章".to_owned()) },
            version: 1,
            created_at: Moment(0),
        }
    }

    #[test]
    fn a_licence_holds_through_its_last_day() {
        let mut poster = Poster {
            org: Org { id: "o".parse().unwrap(), employer: employer("塞上建材", None) },
            checked: Checked { check: Check::Verified, decided: None, reason: None },
            licence_until: Some(day("2026-11-25")),
            contact: None,
            version: 1,
            created_at: Moment(0),
            updated_at: Moment(0),
        };
        assert_eq!(poster.clears(day("2026-11-25")), Ok(()));
        let over = NotCleared::Expired(day("2026-11-25"));
        assert_eq!(poster.clears(day("2026-11-26")), Err(over));
        poster.licence_until = None;
        assert_eq!(poster.clears(day("2099-01-01")), Ok(()));
        poster.checked = Checked::fresh();
        assert_eq!(poster.clears(day("2026-11-25")), Err(NotCleared::Unchecked));
        poster.checked.check = Check::Refused;
        assert_eq!(poster.clears(day("2026-11-25")), Err(NotCleared::Refused(String::new())));
    }

    #[test]
    fn an_authorisation_holds_for_its_employer_from_its_first_to_its_last_day() {
        let (whom, today) = (employer("塞上建材", Some("91110101095807770R")), day("2026-11-25"));
        let good = mandate(Check::Verified, "2026-11-25", "2026-11-25");
        assert_eq!(authorises(std::slice::from_ref(&good), &whom, today), Ok(()));
        // The name does where one of the two codes is missing; another code is another employer.
        assert_eq!(
            authorises(std::slice::from_ref(&good), &employer("塞上建材", None), today),
            Ok(())
        );
        let other = employer("塞上建材", Some("91110101MAC1DF1G95"));
        let none = Err(NotCleared::NoMandate("塞上建材".to_owned()));
        assert_eq!(authorises(std::slice::from_ref(&good), &other, today), none);
        assert_eq!(authorises(&[], &whom, today), none);
        for (check, from, to, want) in [
            (
                Check::Verified,
                "2026-11-26",
                "2026-12-01",
                NotCleared::MandateEarly(day("2026-11-26")),
            ),
            (
                Check::Verified,
                "2026-11-01",
                "2026-11-24",
                NotCleared::MandateOver(day("2026-11-24")),
            ),
            (
                Check::Pending,
                "2026-11-01",
                "2026-12-01",
                NotCleared::MandateUnchecked("塞上建材".to_owned()),
            ),
            (
                Check::Refused,
                "2026-11-01",
                "2026-12-01",
                NotCleared::MandateRefused("没有盖章".to_owned()),
            ),
        ] {
            let held = [mandate(check, from, to)];
            assert_eq!(authorises(&held, &whom, today), Err(want));
            assert_eq!(authorises(&[held[0].clone(), good.clone()], &whom, today), Ok(()));
        }
    }
}
