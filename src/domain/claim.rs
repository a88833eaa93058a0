//! Claims (申报): one entitlement on its way through the desks to being paid.
//!
//! ```text
//! draft ─submit→ village check → village notice → town check → bureau check → bureau notice
//!                   │ (a rule may leave steps out)     → approved ─pay→ paid ─claw back→ clawed back
//! checks ─return→ returned ─submit→ …     checks ─reject→ rejected
//! notices ─object→ objection ─dismiss→ the same notice, ─return→ returned, ─reject→ rejected
//! ```

use super::{
    calendar::Day,
    ids::{ClaimId, ObjectionId, OrgId, PlacementId, StationId, WorkerId},
    money::Fen,
    time::Moment,
    wage::choices,
};

choices! {
    /// Where a claim stands.
    Stage {
        /// Being put together.
        Draft = "draft", "待提交";
        /// The village or community looks (村级核对).
        VillageCheck = "village_check", "村级核对";
        /// On public notice in the village (村级公示).
        VillageNotice = "village_notice", "村级公示";
        /// The town looks (镇级审核).
        TownCheck = "town_check", "镇级审核";
        /// The leading bureau looks (主管部门审核).
        BureauCheck = "bureau_check", "主管部门审核";
        /// On public notice in the district (区级公示).
        BureauNotice = "bureau_notice", "区级公示";
        /// Somebody objected, or the same is claimed elsewhere (异议核查).
        Objection = "objection", "异议核查";
        /// To be paid.
        Approved = "approved", "已批准，待发放";
        /// Paid.
        Paid = "paid", "已发放";
        /// Handed back, to be put right.
        Returned = "returned", "退回补正";
        /// Refused.
        Rejected = "rejected", "不予批准";
        /// Taken back by whoever filed it.
        Withdrawn = "withdrawn", "已撤回";
        /// Paid and asked back.
        ClawedBack = "clawed_back", "已追回";
    }
}

choices! {
    /// What can happen to a claim.
    ClaimEvent {
        /// Handed in.
        Submit = "submit", "提交";
        /// A desk finds it right.
        Pass = "pass", "通过";
        /// A notice is over.
        EndNotice = "end_notice", "公示期满";
        /// Somebody objects to what is on notice.
        Object = "object", "提出异议";
        /// The objection does not hold.
        Dismiss = "dismiss", "异议不成立";
        /// To be put right, with a reason.
        Return = "return", "退回补正";
        /// Refused, with a reason.
        Reject = "reject", "不予批准";
        /// Taken back.
        Withdraw = "withdraw", "撤回";
        /// Paid out.
        Pay = "pay", "登记发放";
        /// Asked back, with a reason.
        ClawBack = "claw_back", "追回";
    }
}

/// The event is not possible where the claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not possible in stage {}", .event.word(), .from.word())]
pub struct ClaimRefused {
    /// The stage.
    pub from: Stage,
    /// The event.
    pub event: ClaimEvent,
}

/// The desks and notices that a claim passes, in order; the order of [`Stage::DESKS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Vec<Stage>);

/// The stages are not a path: empty, twice, out of order, or no desks and notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not desks and notices in their order")]
pub struct NotAPath;

impl Path {
    /// A path of these desks and notices.
    ///
    /// # Errors
    /// [`NotAPath`]
    pub fn new(stages: Vec<Stage>) -> Result<Path, NotAPath> {
        let place = |stage: &Stage| Stage::DESKS.iter().position(|desk| desk == stage);
        let places: Option<Vec<usize>> = stages.iter().map(place).collect();
        let ordered = places.is_some_and(|places| places.is_sorted_by(|a, b| a < b));
        if ordered && !stages.is_empty() { Ok(Path(stages)) } else { Err(NotAPath) }
    }

    /// Every desk and notice.
    pub fn whole() -> Path {
        Path(Stage::DESKS.to_vec())
    }

    /// The desks and notices.
    pub fn stages(&self) -> &[Stage] {
        &self.0
    }

    /// What follows a stage: the next desk or notice, and approval after the last.
    fn after(&self, stage: Stage) -> Stage {
        let next = self.0.iter().skip_while(|held| **held != stage).nth(1);
        next.copied().unwrap_or(Stage::Approved)
    }
}

impl Stage {
    /// Every desk and notice, in the order of a claim's way.
    pub const DESKS: [Stage; 5] = [
        Stage::VillageCheck,
        Stage::VillageNotice,
        Stage::TownCheck,
        Stage::BureauCheck,
        Stage::BureauNotice,
    ];

    /// Whether the claim hangs on public notice.
    pub fn is_notice(self) -> bool {
        matches!(self, Stage::VillageNotice | Stage::BureauNotice)
    }

    /// Whether the claim can still come to be paid, or was.
    pub fn is_live(self) -> bool {
        match self {
            Stage::Draft
            | Stage::VillageCheck
            | Stage::VillageNotice
            | Stage::TownCheck
            | Stage::BureauCheck
            | Stage::BureauNotice
            | Stage::Objection
            | Stage::Approved
            | Stage::Paid
            | Stage::Returned => true,
            Stage::Rejected | Stage::Withdrawn | Stage::ClawedBack => false,
        }
    }

    /// Whether the claim holds its keys: nobody else is paid on them.
    pub fn draws(self) -> bool {
        matches!(self, Stage::Approved | Stage::Paid)
    }

    /// The stage after `event` on this path; `notice` is where an objection was raised.
    ///
    /// # Errors
    /// [`ClaimRefused`] where a claim has no such step.
    pub fn next(
        self,
        event: ClaimEvent,
        path: &Path,
        notice: Option<Stage>,
    ) -> Result<Stage, ClaimRefused> {
        use Stage::{
            Approved, BureauCheck, BureauNotice, ClawedBack, Draft, Objection, Paid, Rejected,
            Returned, TownCheck, VillageCheck, VillageNotice, Withdrawn,
        };
        match (self, event) {
            (Draft | Returned, ClaimEvent::Submit) => {
                Ok(path.stages().first().copied().unwrap_or(Approved))
            }
            (VillageCheck | TownCheck | BureauCheck, ClaimEvent::Pass) => Ok(path.after(self)),
            (VillageNotice | BureauNotice, ClaimEvent::EndNotice) => Ok(path.after(self)),
            (VillageNotice | BureauNotice, ClaimEvent::Object) => Ok(Objection),
            (Objection, ClaimEvent::Dismiss) => notice.ok_or(ClaimRefused { from: self, event }),
            (VillageCheck | TownCheck | BureauCheck | Objection, ClaimEvent::Return) => {
                Ok(Returned)
            }
            (VillageCheck | TownCheck | BureauCheck | Objection, ClaimEvent::Reject) => {
                Ok(Rejected)
            }
            (
                Draft | Returned | VillageCheck | VillageNotice | TownCheck | BureauCheck
                | BureauNotice,
                ClaimEvent::Withdraw,
            ) => Ok(Withdrawn),
            (Approved, ClaimEvent::Pay) => Ok(Paid),
            (Paid, ClaimEvent::ClawBack) => Ok(ClawedBack),
            (
                Draft | VillageCheck | VillageNotice | TownCheck | BureauCheck | BureauNotice
                | Objection | Approved | Paid | Returned | Rejected | Withdrawn | ClawedBack,
                ClaimEvent::Submit
                | ClaimEvent::Pass
                | ClaimEvent::EndNotice
                | ClaimEvent::Object
                | ClaimEvent::Dismiss
                | ClaimEvent::Return
                | ClaimEvent::Reject
                | ClaimEvent::Withdraw
                | ClaimEvent::Pay
                | ClaimEvent::ClawBack,
            ) => Err(ClaimRefused { from: self, event }),
        }
    }
}

impl ClaimEvent {
    /// Whether a reason is owed.
    pub fn owes_reason(self) -> bool {
        match self {
            ClaimEvent::Dismiss
            | ClaimEvent::Return
            | ClaimEvent::Reject
            | ClaimEvent::ClawBack
            | ClaimEvent::Object => true,
            ClaimEvent::Submit
            | ClaimEvent::Pass
            | ClaimEvent::EndNotice
            | ClaimEvent::Withdraw
            | ClaimEvent::Pay => false,
        }
    }
}

/// Who is to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payee {
    /// The broker or agency.
    Organiser(OrgId),
    /// The person.
    Worker(WorkerId),
    /// The entity that absorbed people (四), by [`employer_key`](super::placement::employer_key).
    Entity(String),
}

/// A key that a claim uses up (see `policy`), and what had been drawn on it before, fen: together
/// they exist once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClaimKey {
    /// The key.
    pub key: String,
    /// Drawn before by approved claims; 0 but for top-ups.
    pub after: Fen,
}

/// A claim on record.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// The id.
    pub id: ClaimId,
    /// The policy's id.
    pub policy: String,
    /// The rule's id.
    pub rule: String,
    /// Who is to be paid.
    pub payee: Payee,
    /// The person on whose work it rests; none under 四.
    pub worker: Option<WorkerId>,
    /// The placement on which it rests; none under 四 and 七.
    pub placement: Option<PlacementId>,
    /// The day on which it arose: its year or cycle is this day's.
    pub arises_on: Day,
    /// The day as of which it was judged.
    pub as_of: Day,
    /// What is claimed; none until the bureau sets it within the range.
    pub amount: Option<Fen>,
    /// The ends of the range within which the bureau sets the amount.
    pub range: Option<(Fen, Fen)>,
    /// What it uses up.
    pub keys: Vec<ClaimKey>,
    /// Where it stands.
    pub stage: Stage,
    /// The notice from which an objection took it.
    pub notice: Option<Stage>,
    /// The first and last day of the notice that runs.
    pub on_notice: Option<(Day, Day)>,
    /// Why it was handed back, refused or asked back.
    pub reason: Option<String>,
    /// The leading bureau, by its id in the policy.
    pub bureau: String,
    /// The station of the town's desk.
    pub station: Option<StationId>,
    /// The village's code.
    pub village: Option<String>,
    /// Who filed it: an actor's name.
    pub filed_by: String,
    /// Counts every change, from 1.
    pub version: i64,
    /// Whether it is demonstration data.
    pub demo: bool,
    /// When it was filed.
    pub created_at: Moment,
    /// Since when it stands where it stands.
    pub staged_at: Moment,
}

choices! {
    /// A movement of money.
    PaymentKind {
        /// Out.
        Paid = "paid", "发放";
        /// Back.
        ClawedBack = "clawed_back", "追回";
    }
}

/// An entry of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The claim.
    pub claim: ClaimId,
    /// Out or back.
    pub kind: PaymentKind,
    /// Positive out, negative back.
    pub amount: Fen,
    /// The day.
    pub day: Day,
    /// The list on which the finance bureau paid it.
    pub batch: String,
}

/// What somebody says against a claim on notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The id.
    pub id: ObjectionId,
    /// The claim.
    pub claim: ClaimId,
    /// What is said.
    pub text: String,
    /// How to reach whoever said it; none where the person did not want to be known.
    pub contact: Option<String>,
    /// When it was taken in.
    pub created_at: Moment,
}

/// What is set aside for a rule in a calendar year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The rule's id.
    pub rule: String,
    /// The year.
    pub year: i16,
    /// How much.
    pub amount: Fen,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row a stage, in the order of [`ClaimEvent::ALL`]; `-` where there is no such step.
    #[test]
    fn every_stage_takes_its_events_and_no_other() {
        let table = "
            draft: village_check - - - - - - withdrawn - -
            village_check: - village_notice - - - returned rejected withdrawn - -
            village_notice: - - town_check objection - - - withdrawn - -
            town_check: - bureau_check - - - returned rejected withdrawn - -
            bureau_check: - bureau_notice - - - returned rejected withdrawn - -
            bureau_notice: - - approved objection - - - withdrawn - -
            objection: - - - - village_notice returned rejected - - -
            approved: - - - - - - - - paid -
            paid: - - - - - - - - - clawed_back
            returned: village_check - - - - - - withdrawn - -
            rejected: - - - - - - - - - -
            withdrawn: - - - - - - - - - -
            clawed_back: - - - - - - - - - -";
        let mut seen = 0;
        for line in table.trim().lines() {
            let (from, cells) = line.trim().split_once(": ").unwrap();
            let from: Stage = from.parse().unwrap();
            for (event, cell) in ClaimEvent::ALL.iter().zip(cells.split(' ')) {
                let to = from.next(*event, &Path::whole(), Some(Stage::VillageNotice));
                let to = to.map_or("-", Stage::word);
                assert_eq!(to, cell, "{from:?} {event:?}");
                seen += 1;
            }
        }
        assert_eq!(seen, Stage::ALL.len() * ClaimEvent::ALL.len());
    }

    #[test]
    fn a_rule_may_leave_desks_out_but_not_change_their_order() {
        let short = Path::new(vec![Stage::TownCheck, Stage::BureauNotice]).unwrap();
        let next = |stage: Stage, event| stage.next(event, &short, None).unwrap();
        assert_eq!(next(Stage::Draft, ClaimEvent::Submit), Stage::TownCheck);
        assert_eq!(next(Stage::TownCheck, ClaimEvent::Pass), Stage::BureauNotice);
        assert_eq!(next(Stage::BureauNotice, ClaimEvent::EndNotice), Stage::Approved);
        for wrong in [
            vec![],
            vec![Stage::Paid],
            vec![Stage::TownCheck, Stage::VillageCheck],
            vec![Stage::TownCheck, Stage::TownCheck],
        ] {
            assert_eq!(Path::new(wrong), Err(NotAPath));
        }
    }
}
