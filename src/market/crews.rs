//! Crews (班组): a leader names members, each a person of their own, and takes places for them
//! together. Pay stays each member's; the leader only books.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    intake,
    places::chosen_shifts,
};
use crate::{
    domain::{
        account::{Account, Actor},
        attendance::{Attendance, Presence},
        booking::{Booking, BookingStatus, NoPlace},
        fields::FieldErrors,
        ids::{AccountId, BookingId, CrewId, JobId, WorkerId},
        limits,
        posting::Posting,
        time::HOUR,
        worker::{GroupSource, Worker},
    },
    store::{BookingRow, Kind, Membership, Txn},
};

/// What a crew's request for places says.
#[derive(Clone, Debug)]
pub struct CrewRequest {
    /// Who goes.
    pub members: Vec<WorkerId>,
    /// Whether some go where places do not suffice for all; the others wait.
    pub partial: bool,
    /// For which shift, by its place in the posting's list; all of them where none is named.
    pub shift: Option<usize>,
    /// The client's key: the same request twice books once.
    pub idempotency_key: Option<String>,
}

/// What a crew got.
#[derive(Clone, Debug)]
pub struct CrewBooked {
    /// The crew.
    pub crew: CrewId,
    /// A booking a member, in the request's order; who found no place to wait has none.
    pub bookings: Vec<Booking>,
    /// The posting as it stands.
    pub posting: Posting,
}

/// A member as the leader sees the person.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub worker: Worker,
    /// Whether the person agreed.
    pub joined: bool,
}

fn leader(actor: &Actor) -> MarketResult<&Account> {
    let account = actor.account().filter(|_| authority::may(actor, Verb::Lead));
    account.ok_or(MarketError::Forbidden)
}

impl Market {
    /// Names somebody whom the leader may take along: `name`, `phone`, and `agreed`, that the person
    /// wants it. Whoever is registered with that name and phone and has an account of their own
    /// agrees there first; whoever is not registered is.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] with every field's fault.
    pub async fn add_member(&self, actor: &Actor, input: &Value) -> MarketResult<Member> {
        let account = leader(actor)?;
        let Value::Object(map) = input else {
            return Err(FieldErrors::one("", "type", "请求内容应当是一个JSON对象").into());
        };
        let mut person = map.clone();
        let agreed = person.remove("agreed") == Some(Value::Bool(true));
        person.retain(|name, _| matches!(name.as_str(), "name" | "phone"));
        let mut errors = match intake::worker(&person) {
            Ok(_) => FieldErrors::default(),
            Err(errors) => errors,
        };
        if !person.contains_key("phone") && !errors.touches("phone") {
            errors.add("phone", "missing", "请填写手机号");
        }
        if !agreed {
            errors.add("agreed", "missing", "要先得到本人同意，再加入班组");
        }
        let registered = match intake::worker(&person) {
            Ok(registered) if errors.is_empty() => registered,
            _ => return Err(errors.into()),
        };
        let mut txn = self.store.begin().await?;
        if txn.crew_members(&account.id).await?.len() >= limits::CREW_MEMBERS_MAX {
            let message = format!("一个班组最多{}人", limits::CREW_MEMBERS_MAX);
            return Err(FieldErrors::one("name", "length", message).into());
        }
        let phone = registered.person.phone.clone();
        let same = match &phone {
            Some(phone) => txn.workers_with_phone(phone).await?,
            None => Vec::new(),
        };
        let known = same.into_iter().find(|held| held.person.name == registered.person.name);
        let worker = match known {
            Some(worker) => worker,
            None => {
                let known = (None, GroupSource::Declared);
                let mut worker = self.new_worker(actor, registered, known, false);
                worker.station.clone_from(&account.station);
                self.write_worker(&mut txn, actor, &worker, "register").await?;
                worker
            }
        };
        let is_self = authority::is_self(account, &worker);
        let joined = worker.account.is_none() || is_self;
        let joined_at = joined.then(|| self.now());
        txn.put_member(&account.id, &worker.id, joined_at, self.now()).await?;
        let detail = json!({ "leader": account.id.as_str(), "joined": joined });
        txn.log(self.entry(actor, "add_member", Kind::Worker, &worker.id, detail));
        txn.commit().await?;
        Ok(Member { worker, joined })
    }

    /// The leader's members, those who were asked first in front.
    pub async fn members(&self, actor: &Actor) -> MarketResult<Vec<Member>> {
        let account = leader(actor)?;
        let mut view = self.store.read().await?;
        let mut members = Vec::new();
        for membership in view.crew_members(&account.id).await? {
            if let Some(worker) = view.worker(&membership.worker).await? {
                members.push(Member { worker, joined: membership.joined_at.is_some() });
            }
        }
        Ok(members)
    }

    /// The leader lets a member go; bookings stay.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] where the person is no member.
    pub async fn drop_member(&self, actor: &Actor, worker: &WorkerId) -> MarketResult<()> {
        let account = leader(actor)?.id.clone();
        self.end_membership(actor, &account, worker).await
    }

    async fn end_membership(
        &self,
        actor: &Actor,
        leader: &AccountId,
        worker: &WorkerId,
    ) -> MarketResult<()> {
        let mut txn = self.store.begin().await?;
        if !txn.drop_member(leader, worker).await? {
            return Err(MarketError::NotFound);
        }
        let detail = json!({ "leader": leader.as_str() });
        txn.log(self.entry(actor, "leave_crew", Kind::Worker, worker, detail));
        txn.commit().await?;
        Ok(())
    }

    /// The crews that the actor's own person belongs to or is asked into.
    pub async fn crews_around(&self, actor: &Actor) -> MarketResult<Vec<Membership>> {
        let Some(worker) = actor.account().and_then(|account| account.worker.as_ref()) else {
            return Ok(Vec::new());
        };
        Ok(self.store.read().await?.crews_around(worker).await?)
    }

    /// The actor's own person agrees to go along with a leader.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] where the leader did not ask.
    pub async fn join_crew(&self, actor: &Actor, leader: &AccountId) -> MarketResult<()> {
        let worker = own_person(actor)?;
        let mut txn = self.store.begin().await?;
        let asked = txn.crews_around(worker).await?;
        if !asked.iter().any(|membership| membership.leader == *leader) {
            return Err(MarketError::NotFound);
        }
        txn.put_member(leader, worker, Some(self.now()), self.now()).await?;
        let detail = json!({ "leader": leader.as_str() });
        txn.log(self.entry(actor, "join_crew", Kind::Worker, worker, detail));
        txn.commit().await?;
        Ok(())
    }

    /// The actor's own person leaves a leader's crew, or does not want to join.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] where the person is not in it.
    pub async fn leave_crew(&self, actor: &Actor, leader: &AccountId) -> MarketResult<()> {
        let worker = own_person(actor)?.clone();
        self.end_membership(actor, leader, &worker).await
    }

    /// Takes places for a crew: all, or where the leader agrees, as many as are left; the rest wait.
    ///
    /// # Errors
    /// [`NoPlace::Few`] where fewer places are left than members go and `partial` is not set; else
    /// as [`Market::book`], for the first member who can't take a place.
    pub async fn book_crew(
        &self,
        actor: &Actor,
        job: &JobId,
        request: &CrewRequest,
    ) -> MarketResult<CrewBooked> {
        let account = leader(actor)?;
        let named: BTreeSet<WorkerId> = request.members.iter().cloned().collect();
        let fits = (1..=limits::CREW_MEMBERS_MAX).contains(&named.len());
        if !fits || named.len() != request.members.len() {
            let message = format!("请选1到{}个组员，每人一次", limits::CREW_MEMBERS_MAX);
            return Err(FieldErrors::one("members", "length", message).into());
        }
        let mut txn = self.store.begin().await?;
        txn.hold_posting(job).await?;
        txn.hold_workers(&named).await?;
        let hash = format!("{job} {named:?} {} {:?}", request.partial, request.shift);
        if let Some(key) = &request.idempotency_key
            && let Some((held, id)) = txn.made_before(actor.name(), key).await?
        {
            if held != hash {
                return Err(MarketError::KeyReused);
            }
            let crew: CrewId = id.parse().map_err(|_| MarketError::NotFound)?;
            let bookings = txn.bookings_of_crew(&crew).await?;
            let posting = txn.posting(job).await?.ok_or(MarketError::NotFound)?;
            return Ok(CrewBooked { crew, bookings, posting });
        }
        let posting = self.asked_for(&mut txn, actor, job).await?;
        let workers = going(&mut txn, account, &request.members).await?;
        let shifts = chosen_shifts(&posting, request.shift)?;
        for worker in &workers {
            let others = txn.bookings_by(&worker.id).await?;
            let asked = (shifts.as_slice(), others.as_slice());
            let bar = self.bar(&mut txn, &posting, worker, asked).await;
            bar.map_err(|bar| about(worker, bar))?;
        }
        let left = posting.places_left() as usize;
        let instant = posting.terms.instant;
        if instant && left < workers.len() && !request.partial {
            return Err(NoPlace::Few(posting.places_left()).into());
        }
        let room = self.queue_room(&mut txn, &posting).await? as usize;
        if left == 0 && room == 0 {
            return Err(NoPlace::Full.into());
        }
        let crew = CrewId::grow(self.seedling());
        txn.add_crew(&crew, job, &account.id, self.now()).await?;
        let mut bookings = Vec::new();
        for (i, worker) in workers.iter().enumerate().take(left + room) {
            let status = match (i < left, instant) {
                (true, true) => BookingStatus::Booked,
                (true, false) => BookingStatus::Applied,
                (false, _) => BookingStatus::Waiting,
            };
            let id = BookingId::grow(self.seedling());
            let (job, person) = (job.clone(), worker.id.clone());
            let mut booking = Booking::new(id, job, person, shifts.clone(), status, self.now());
            booking.crew = Some(crew.clone());
            bookings.push(self.begin_booking(&mut txn, actor, booking, &posting).await?);
        }
        let booked = bookings.iter().filter(|b| b.status == BookingStatus::Booked).count();
        let taken = u32::try_from(booked).unwrap_or(u32::MAX);
        let posting = self.take_places(&mut txn, actor, posting, taken).await?;
        if let Some(key) = &request.idempotency_key {
            txn.remember(actor.name(), key, &hash, crew.as_str(), self.now()).await?;
        }
        txn.commit().await?;
        Ok(CrewBooked { crew, bookings, posting })
    }
}

/// A member's place and the shift of it that matters now.
#[derive(Clone, Debug)]
pub struct CrewPlace {
    /// The booking, with the posting's title.
    pub booking: BookingRow,
    /// Who.
    pub worker: Worker,
    /// The first shift that is not done with; none where work has no shifts.
    pub shift: Option<Attendance>,
}

impl Market {
    /// The places that the leader's crews have, of work that is not over, by posting.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`] where the actor leads none.
    pub async fn crew_places(&self, actor: &Actor) -> MarketResult<Vec<CrewPlace>> {
        let account = leader(actor)?;
        let now = self.now();
        let since = now.plus(-self.rules.check_out_hours * HOUR);
        let mut view = self.store.read().await?;
        let mut places = Vec::new();
        for booking in view.bookings_led(&account.id, since).await? {
            let Some(worker) = view.worker(&booking.booking.worker).await? else {
                continue;
            };
            let shifts = view.attendance_of(&booking.booking.id).await?;
            let matters = |one: &&Attendance| {
                one.status != Presence::Done && one.closes_at(&self.rules) > now
            };
            let shift = shifts.iter().find(matters).or(shifts.last()).cloned();
            places.push(CrewPlace { booking, worker, shift });
        }
        places.sort_by(|a, b| a.booking.booking.job.cmp(&b.booking.booking.job));
        Ok(places)
    }
}

fn own_person(actor: &Actor) -> MarketResult<&WorkerId> {
    if !authority::may(actor, Verb::Book) {
        return Err(MarketError::Forbidden);
    }
    actor.account().and_then(|account| account.worker.as_ref()).ok_or(MarketError::NotFound)
}

/// The members who go; each must have joined, or be the leader.
async fn going(
    txn: &mut Txn,
    account: &Account,
    members: &[WorkerId],
) -> MarketResult<Vec<Worker>> {
    let crew = txn.crew_members(&account.id).await?;
    let mut workers = Vec::with_capacity(members.len());
    let mut errors = FieldErrors::default();
    for (i, id) in members.iter().enumerate() {
        let joined = crew.iter().any(|held| held.worker == *id && held.joined_at.is_some())
            || account.worker.as_ref() == Some(id);
        match txn.worker(id).await?.filter(|_| joined) {
            Some(worker) => workers.push(worker),
            None => errors.add(format!("members[{i}]"), "unknown", "这个人不在您的班组里"),
        }
    }
    if errors.is_empty() { Ok(workers) } else { Err(errors.into()) }
}

/// What bars a member, with the member's name: the leader knows it.
fn about(worker: &Worker, bar: MarketError) -> MarketError {
    let name = &worker.person.name;
    match bar {
        MarketError::NoPlace(NoPlace::Clash(title)) => {
            NoPlace::Clash(format!("{title}（{name}）")).into()
        }
        MarketError::NoPlace(NoPlace::Blocked(why)) => {
            NoPlace::Blocked(format!("{name}：{why}")).into()
        }
        other => other,
    }
}
