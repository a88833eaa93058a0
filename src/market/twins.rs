//! The same person registered twice (重复登记): found, looked at side by side, made one record by
//! staff, or told apart for good.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    claims::shares_key,
};
use crate::{
    domain::{
        account::Actor,
        booking::BookingStatus,
        claim::Claim,
        ids::WorkerId,
        placement::PlacementStatus,
        wage::choices,
        worker::{Membership, Worker},
    },
    policy,
    store::{Kind, StoreError, TwinFilter, View},
};

choices! {
    /// Why two records may be one person.
    Likeness {
        /// One phone; it may serve a family.
        Phone = "phone", "手机号一样";
        /// One name.
        Name = "name", "姓名一样";
        /// One village.
        Village = "village", "村（社区）一样";
    }
}

/// Two records that may be one person.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The older record.
    pub one: Worker,
    /// The newer one.
    pub other: Worker,
    /// What is alike.
    pub alike: Vec<Likeness>,
    /// What stands in the way of making them one; empty in a list, where nobody looked.
    pub clashes: Vec<String>,
    /// How many rows of each table hang on either.
    pub holdings: [Vec<(&'static str, i64)>; 2],
}

/// Pairs that a list shows at most.
const PAIRS_MAX: i64 = 100;

fn alike(one: &Worker, other: &Worker) -> Vec<Likeness> {
    let phone = one.person.phone.is_some() && one.person.phone == other.person.phone;
    let village = one.village.is_some() && one.village == other.village;
    let name = one.person.name == other.person.name;
    let all = [(phone, Likeness::Phone), (name, Likeness::Name), (village, Likeness::Village)];
    all.into_iter().filter_map(|(holds, likeness)| holds.then_some(likeness)).collect()
}

impl Market {
    /// Pairs of records that may be one person, of the actor's station, the newest first; those of
    /// one worker where one is named.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`]
    pub async fn twins(&self, actor: &Actor, of: Option<&WorkerId>) -> MarketResult<Vec<Pair>> {
        if !authority::may(actor, Verb::Enrol) {
            return Err(MarketError::Forbidden);
        }
        let station = match authority::actor_reach(actor, Verb::Enrol) {
            authority::Reach::Any => None,
            _ => {
                let station = actor.account().and_then(|account| account.station.clone());
                Some(station.ok_or(MarketError::Forbidden)?)
            }
        };
        let filter = TwinFilter { station, worker: of.cloned() };
        let mut txn = self.store.begin().await?;
        let mut pairs = Vec::new();
        for (one, other) in txn.twins(&filter, PAIRS_MAX).await? {
            let (Some(one), Some(other)) = (txn.worker(&one).await?, txn.worker(&other).await?)
            else {
                continue;
            };
            let (alike, clashes) = (alike(&one, &other), Vec::new());
            pairs.push(Pair { one, other, alike, clashes, holdings: Default::default() });
        }
        if !pairs.is_empty() {
            let seen: BTreeSet<&str> = pairs
                .iter()
                .flat_map(|pair| [pair.one.id.as_str(), pair.other.id.as_str()])
                .collect();
            txn.log(self.entry(actor, "look", Kind::Worker, "", json!({ "workers": seen })));
            txn.commit().await?;
        }
        Ok(pairs)
    }

    /// Two records side by side, with what stands in the way of making them one.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where one of them is none of the actor's business.
    pub async fn side_by_side(
        &self,
        actor: &Actor,
        (one, other): (&WorkerId, &WorkerId),
    ) -> MarketResult<Pair> {
        let mut txn = self.store.begin().await?;
        let one = self.kept_worker(&mut txn, actor, one).await?;
        let other = self.kept_worker(&mut txn, actor, other).await?;
        if one.id == other.id {
            return Err(MarketError::NotFound);
        }
        let (clashes, alike) = (clashes(&mut txn, &one, &other).await?, alike(&one, &other));
        let holdings = [txn.holdings(&one.id).await?, txn.holdings(&other.id).await?];
        let seen = json!({ "beside": other.id.as_str() });
        txn.log(self.entry(actor, "look", Kind::Worker, &one.id, seen));
        txn.commit().await?;
        Ok(Pair { one, other, alike, clashes, holdings })
    }

    /// Staff looked at two records and found two people; they are not found together again.
    ///
    /// # Errors
    /// As [`Market::side_by_side`].
    pub async fn tell_apart(
        &self,
        actor: &Actor,
        (one, other): (&WorkerId, &WorkerId),
    ) -> MarketResult<()> {
        let mut txn = self.store.begin().await?;
        let one = self.kept_worker(&mut txn, actor, one).await?.id;
        let other = self.kept_worker(&mut txn, actor, other).await?.id;
        if one == other {
            return Err(MarketError::NotFound);
        }
        txn.tell_apart((&one, &other), actor.name(), self.now()).await?;
        let detail = json!({ "other": other.as_str() });
        txn.log(self.entry(actor, "tell_apart", Kind::Worker, &one, detail));
        txn.commit().await?;
        Ok(())
    }

    /// Makes two records one, in one transaction beside which no other runs: bookings, attendance,
    /// wages, placements, claims, marks, ratings, messages, searches and accounts of `close` become
    /// `keep`'s. What `keep` lacks it takes from `close`; where both say something, `keep`'s stands.
    /// The id of `close` answers with `keep` from now on.
    ///
    /// # Errors
    /// [`MarketError::NotMerged`] with everything that stands in the way; [`MarketError::NotFound`]
    /// also where one of them is none of the actor's business.
    pub async fn merge(
        &self,
        actor: &Actor,
        (keep, close): (&WorkerId, &WorkerId),
    ) -> MarketResult<Worker> {
        let mut txn = self.store.begin_alone().await?;
        let held = self.kept_worker(&mut txn, actor, keep).await?;
        let closed = self.kept_worker(&mut txn, actor, close).await?;
        if held.id == closed.id {
            return Err(MarketError::NotFound);
        }
        let clashes = clashes(&mut txn, &held, &closed).await?;
        if !clashes.is_empty() {
            return Err(MarketError::NotMerged(clashes));
        }
        let mut kept = completed(&held, &closed);
        kept.version += 1;
        kept.updated_at = self.now();
        let by = (actor.name(), self.now());
        let rows = match txn.merge_workers(&kept, &closed, by).await {
            Err(StoreError::Conflict(_)) => {
                let why = "两份登记下有同一件事记了两次，请先核对".to_owned();
                return Err(MarketError::NotMerged(vec![why]));
            }
            done => done?,
        };
        let detail = json!({ "closed": closed.id.as_str(), "rows": rows, "version": kept.version });
        txn.log(self.entry(actor, "merge", Kind::Worker, &kept.id, detail));
        let detail = json!({ "into": kept.id.as_str() });
        txn.log(self.entry(actor, "merged", Kind::Worker, &closed.id, detail));
        let kept = txn.worker(&kept.id).await?.ok_or(MarketError::NotFound)?;
        txn.commit().await?;
        Ok(kept)
    }
}

/// The record that is kept, with what only the closed one knows.
fn completed(held: &Worker, closed: &Worker) -> Worker {
    let mut kept = held.clone();
    let (person, other) = (&mut kept.person, &closed.person);
    person.phone = person.phone.take().or_else(|| other.phone.clone());
    person.id_number = person.id_number.take().or_else(|| other.id_number.clone());
    person.household = person.household.take().or_else(|| other.household.clone());
    for member in &other.memberships {
        match person.memberships.iter_mut().find(|held| held.group == member.group) {
            // What was taken back once stays so.
            Some(Membership { withdrawn, .. }) if withdrawn.is_none() => {
                withdrawn.clone_from(&member.withdrawn);
            }
            Some(_) => {}
            None => person.memberships.push(member.clone()),
        }
    }
    kept.village = kept.village.take().or_else(|| closed.village.clone());
    kept.station = kept.station.take().or_else(|| closed.station.clone());
    kept.account = kept.account.take().or_else(|| closed.account.clone());
    for consent in &closed.consents {
        if !kept.consents.contains(consent) {
            kept.consents.push(consent.clone());
        }
    }
    let (profile, other) = (&mut kept.profile, &closed.profile);
    profile.point = profile.point.or(other.point);
    profile.day_wage_wish = profile.day_wage_wish.or(other.day_wage_wish);
    add(&mut profile.skills, &other.skills);
    add(&mut profile.occupations, &other.occupations);
    add(&mut profile.skill_occupations, &other.skill_occupations);
    for certificate in &other.certificates {
        match profile.certificates.iter_mut().find(|held| held.key == certificate.key) {
            // The one that holds longer; none is the longest.
            Some(held) => {
                let until = held.until.zip(certificate.until);
                held.until = until.map(|(one, other)| one.max(other));
            }
            None => profile.certificates.push(certificate.clone()),
        }
    }
    kept
}

fn add<T: Clone + PartialEq>(list: &mut Vec<T>, more: &[T]) {
    for one in more {
        if !list.contains(one) {
            list.push(one.clone());
        }
    }
}

/// Everything of two records that can't be one person's, each a sentence for people.
async fn clashes(view: &mut View, one: &Worker, other: &Worker) -> MarketResult<Vec<String>> {
    let mut found = Vec::new();
    let numbers = one.person.id_number.as_ref().zip(other.person.id_number.as_ref());
    if numbers.is_some_and(|(one, other)| one != other) {
        found.push("两个人的身份证号不一样，不是同一个人".to_owned());
    }
    let households = one.person.household.as_ref().zip(other.person.household.as_ref());
    if households.is_some_and(|(one, other)| one != other) {
        found.push("两份登记的户编号不一样，请先核对，改成一样的".to_owned());
    }
    let (own, others) = (view.bookings_by(&one.id).await?, view.bookings_by(&other.id).await?);
    for row in &own {
        for beside in &others {
            let (held, same) = (&row.booking, &beside.booking);
            let booked = |status| status == BookingStatus::Booked;
            if held.job == same.job {
                found.push(format!("两份登记都报了“{}”，请先取消一个", row.title));
            } else if booked(held.status)
                && booked(same.status)
                && held.shifts.iter().any(|s| same.shifts.iter().any(|o| s.overlaps(*o)))
            {
                found.push(format!("“{}”和“{}”的上工时间重叠", row.title, beside.title));
            }
        }
    }
    placement_clashes(view, (one, other), &mut found).await?;
    claim_clashes(view, (one, other), &mut found).await?;
    Ok(found)
}

/// One employment that is registered on both.
async fn placement_clashes(
    view: &mut View,
    (one, other): (&Worker, &Worker),
    found: &mut Vec<String>,
) -> MarketResult<()> {
    let both = BTreeSet::from([one.id.clone(), other.id.clone()]);
    let mut all = view.placements_of(&both).await?;
    all.retain(|held| held.status != PlacementStatus::Void);
    for held in all.iter().filter(|held| held.worker == one.id) {
        let same = all.iter().filter(|beside| beside.worker == other.id).find(|beside| {
            beside.organiser == held.organiser
                && beside.employer_key() == held.employer_key()
                && beside.overlaps(held)
        });
        if same.is_some() {
            let employer = &held.terms.employer.name;
            found.push(format!("两份登记都有在“{employer}”的这段就业，请先作废一份"));
        }
    }
    Ok(())
}

/// One entitlement that is claimed on both.
async fn claim_clashes(
    view: &mut View,
    (one, other): (&Worker, &Worker),
    found: &mut Vec<String>,
) -> MarketResult<()> {
    let both = BTreeSet::from([one.id.clone(), other.id.clone()]);
    let all = view.claims_on(&both).await?;
    let live = |id: &WorkerId| {
        let id = id.clone();
        all.iter().filter(move |claim| claim.worker.as_ref() == Some(&id) && claim.stage.is_live())
    };
    let (from, to) = (format!("/{}", other.id), format!("/{}", one.id));
    let renamed = |claim: &Claim| {
        let mut claim = claim.clone();
        claim.keys.iter_mut().for_each(|held| held.key = held.key.replace(&from, &to));
        claim
    };
    let others: Vec<Claim> = live(&other.id).map(renamed).collect();
    for claim in live(&one.id) {
        if others.iter().any(|beside| shares_key(claim, beside)) {
            let rule = policy::library()?.iter().find_map(|held| held.rule(&claim.rule));
            let title = rule.map_or(claim.rule.as_str(), |rule| rule.title.as_str());
            found.push(format!("两份登记都申报了“{title}”，同一项只能有一份"));
        }
    }
    Ok(())
}
