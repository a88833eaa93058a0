//! Every record comes back as it was written; what must be unique is.

use linggong::{
    domain::{
        account::Role,
        booking::{Booking, BookingStatus, Ending},
        ids::JobId,
        org::{EmployerKind, Label},
        posting::{External, Posting, Status},
        time::HOUR,
        week::Week,
        worker::{Available, Certificate, Consent, Group, GroupSource, Membership, WorkerProfile},
    },
    store::{NewAccount, PostingFilter, Scope, StoreError, StoreResult, Txn},
};

use crate::support::{
    records::{NOW, account, booking, org, posting, shift, station, the, worker},
    stores::{TestStore, stores},
};

fn is_conflict<T>(result: StoreResult<T>) -> bool {
    matches!(result, Err(StoreError::Conflict(_)))
}

fn external(id: &str) -> Option<External> {
    Some(External { source: "listing".to_owned(), id: id.to_owned() })
}

async fn begin(store: &TestStore) -> Txn {
    store.begin().await.unwrap()
}

/// A posting with every field away from its default.
fn full_posting() -> Posting {
    let mut posting = posting(2);
    posting.terms.employer.kind = EmployerKind::Individual;
    posting.terms.employer.name = "李大山".to_owned();
    posting.terms.employer.uscc = Some(the("91110101095807770R"));
    posting.terms.via_broker = Some(the("broker"));
    posting.terms.stations = vec![the("liangtian"), the("fengdeng")];
    posting.terms.shifts = vec![shift(1), shift(2)];
    posting.terms.instant = false;
    posting.label = Label::Broker;
    posting.org = Some(the("broker"));
    posting.poster = Some(the("acc_li"));
    posting.external = external("7");
    posting.status = Status::Filled;
    posting.reason = Some("信息不全".to_owned());
    posting.taken = 3;
    posting.demo = true;
    posting.updated_at = NOW.plus(HOUR);
    posting
}

/// A posting with every option empty.
fn bare_posting() -> Posting {
    let mut posting = posting(3);
    posting.terms.description = String::new();
    posting.terms.occupation = None;
    posting.terms.skills = vec![];
    posting.terms.division = None;
    posting.terms.point = None;
    posting.terms.shifts = vec![];
    posting.terms.benefits = vec![];
    posting.terms.requirements = String::new();
    posting.published_at = None;
    posting
}

#[tokio::test]
async fn postings_come_back_as_written() {
    for store in stores().await {
        let mut txn = begin(&store).await;
        txn.add_org(&org("broker"), NOW).await.unwrap();
        let poster = account("li", Role::Broker);
        let new = NewAccount { account: &poster, password_hash: "x", at: NOW };
        txn.add_account(new).await.unwrap();
        let postings = [posting(1), full_posting(), bare_posting()];
        for posting in &postings {
            assert!(txn.put_posting(posting).await.unwrap());
        }
        txn.commit().await.unwrap();
        let mut view = store.read().await.unwrap();
        for posting in &postings {
            let held = view.posting(&posting.id).await.unwrap();
            assert_eq!(held.as_ref(), Some(posting), "{}", store.name());
        }
        let from = view.posting_from(&external("7").unwrap()).await.unwrap();
        assert_eq!(from, Some(full_posting()));
        let nobody: JobId = the("job_9");
        assert_eq!(view.posting(&nobody).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_private_employers_name_is_sealed() {
    for store in stores().await {
        let mut sealed = posting(1);
        sealed.terms.employer.kind = EmployerKind::Individual;
        sealed.terms.employer.name = "李大山".to_owned();
        let mut txn = begin(&store).await;
        assert!(txn.put_posting(&sealed).await.unwrap());
        txn.commit().await.unwrap();
        // Without the sealed value only the masked name is left.
        store.sql("update job set employer_sealed = null where id = 'job_1'").await;
        let held = store.read().await.unwrap().posting(&sealed.id).await.unwrap();
        assert_eq!(held.unwrap().terms.employer.name, "李**");
    }
}

#[tokio::test]
async fn filters_let_through_what_they_name() {
    for store in stores().await {
        let mut open = posting(1);
        open.terms.stations = vec![the("liangtian")];
        let mut closed = posting(2);
        closed.status = Status::Closed;
        closed.terms.stations = vec![the("fengdeng")];
        let mut soon = posting(3);
        soon.terms.valid_until = NOW.plus(HOUR);
        let mut txn = begin(&store).await;
        for posting in [&open, &closed, &soon] {
            assert!(txn.put_posting(posting).await.unwrap());
        }
        txn.commit().await.unwrap();
        let any = PostingFilter::default;
        let at = Scope { station: Some(the("liangtian")), ..Scope::default() };
        for (filter, want) in [
            (any(), vec!["job_1", "job_2", "job_3"]),
            (PostingFilter { newest_first: true, ..any() }, vec!["job_3", "job_2", "job_1"]),
            (
                PostingFilter { statuses: vec![Status::Closed, Status::Draft], ..any() },
                vec!["job_2"],
            ),
            (PostingFilter { scope: at, ..any() }, vec!["job_1", "job_3"]),
            (PostingFilter { ends_by: Some(NOW.plus(HOUR)), ..any() }, vec!["job_3"]),
            (PostingFilter { after: Some(the("job_1")), ..any() }, vec!["job_2", "job_3"]),
        ] {
            let found = store.read().await.unwrap().postings(&filter, 10).await;
            let ids: Vec<_> = found.unwrap().iter().map(|p| p.id.to_string()).collect();
            assert_eq!(ids, want, "{} {filter:?}", store.name());
        }
        let two = store.read().await.unwrap().postings(&any(), 2).await.unwrap();
        assert_eq!(two.len(), 2);
    }
}

#[tokio::test]
async fn workers_come_back_and_are_found_by_what_is_sealed() {
    for store in stores().await {
        let mut full = worker(1);
        full.person.id_number = Some(the("11010519491231002X"));
        full.person.memberships = vec![
            Membership {
                group: Group::Poverty,
                source: GroupSource::Paper,
                asked: Some(("staff".to_owned(), NOW)),
                withdrawn: None,
            },
            Membership {
                group: Group::MigrantWorker,
                source: GroupSource::Declared,
                asked: None,
                withdrawn: Some(("staff".to_owned(), NOW)),
            },
        ];
        full.profile.certificates = vec![
            Certificate::endless("welding"),
            Certificate { key: "forklift".to_owned(), until: Some(the("2027-05-01")) },
        ];
        full.person.household = Some("H-12".to_owned());
        full.profile.available = Available::Spans(vec![shift(1), shift(3)]);
        full.consents =
            vec![Consent { purpose: "matching".to_owned(), text_version: "1".to_owned() }];
        full.station = Some(the("liangtian"));
        full.external = external("w1");
        let mut bare = worker(2);
        bare.person.phone = full.person.phone.clone();
        bare.profile.point = None;
        bare.profile.day_wage_wish = None;
        let mut week = Week::default();
        week.free(6, 20, 4).unwrap();
        bare.profile.available = Available::Weekly(week);
        bare.village = None;
        let mut txn = begin(&store).await;
        txn.add_station(&station("liangtian"), NOW).await.unwrap();
        for worker in [&full, &bare] {
            assert!(txn.put_worker(worker).await.unwrap());
        }
        txn.commit().await.unwrap();
        let mut view = store.read().await.unwrap();
        assert_eq!(view.worker(&full.id).await.unwrap(), Some(full.clone()));
        assert_eq!(view.worker(&bare.id).await.unwrap(), Some(bare.clone()));
        let number = full.person.id_number.clone().unwrap();
        assert_eq!(view.worker_with_id(&number).await.unwrap(), Some(full.clone()));
        let phone = full.person.phone.clone().unwrap();
        let family = view.workers_with_phone(&phone).await.unwrap();
        assert_eq!(family, [full.clone(), bare.clone()]);
        let from = view.worker_from(&external("w1").unwrap()).await.unwrap();
        assert_eq!(from, Some(full.clone()));
        let page = view.workers(Some(&full.id), 10).await.unwrap();
        assert_eq!(page, [bare.clone()]);
        drop(view);
        // A sealed value opens only in its own row.
        store
            .sql(
                "update worker set person_sealed = \
                 (select person_sealed from worker where id = 'wkr_2') where id = 'wkr_1'",
            )
            .await;
        let mut view = store.read().await.unwrap();
        // The profile is read without opening the person.
        let profiles: [WorkerProfile; 2] = [full.clone().into(), bare.clone().into()];
        assert_eq!(view.profile(&full.id).await.unwrap().as_ref(), Some(&profiles[0]));
        assert_eq!(view.profile(&the("wkr_none")).await.unwrap(), None);
        assert_eq!(view.profiles(None, 10).await.unwrap(), profiles);
        assert_eq!(view.profiles(Some(&full.id), 10).await.unwrap(), profiles[1..]);
        assert_eq!(view.profiles(None, 1).await.unwrap(), profiles[..1]);
        let moved = view.worker(&full.id).await;
        assert!(matches!(moved, Err(StoreError::Sealed(_))), "{}", store.name());
    }
}

#[tokio::test]
async fn bookings_come_back_and_change_state() {
    for store in stores().await {
        let (job, worker) = (posting(1), worker(1));
        let booked = booking(1, &job, &worker);
        let mut txn = begin(&store).await;
        assert!(!txn.hold_for_booking(&job.id, &worker.id).await.unwrap());
        txn.put_posting(&job).await.unwrap();
        txn.put_worker(&worker).await.unwrap();
        assert!(txn.hold_for_booking(&job.id, &worker.id).await.unwrap());
        txn.add_booking(&booked).await.unwrap();
        txn.commit().await.unwrap();
        let mut view = store.read().await.unwrap();
        assert_eq!(view.booking(&booked.id).await.unwrap(), Some(booked.clone()));
        assert_eq!(view.bookings_of(&job.id).await.unwrap(), std::slice::from_ref(&booked));
        let row = &view.bookings_by(&worker.id).await.unwrap()[0];
        assert_eq!((&row.booking, row.title.as_str()), (&booked, "摘枸杞1"));
        drop(view);
        let mut txn = begin(&store).await;
        let ended = Some(Ending::Worker);
        let gone = Booking { status: BookingStatus::Cancelled, ended, ..booked.clone() };
        txn.set_booking(&gone, NOW).await.unwrap();
        // A cancelled booking does not stand in the way of a new one.
        txn.add_booking(&booking(2, &job, &worker)).await.unwrap();
        txn.commit().await.unwrap();
        let live = store.read().await.unwrap().bookings_of(&job.id).await.unwrap();
        assert_eq!(live, [booking(2, &job, &worker)]);
    }
}

#[tokio::test]
async fn accounts_sessions_and_requests_come_back() {
    for store in stores().await {
        assert!(store.read().await.unwrap().is_new().await.unwrap());
        let staff = account("zhang", Role::Staff);
        let mut txn = begin(&store).await;
        let new = NewAccount { account: &staff, password_hash: "phc", at: NOW };
        txn.add_account(new).await.unwrap();
        txn.set_failures(&staff.id, 2, NOW.plus(HOUR)).await.unwrap();
        txn.add_session("hash", &staff.id, NOW, NOW.plus(HOUR)).await.unwrap();
        txn.remember("acc_zhang", "key", "body", "job_1", NOW).await.unwrap();
        txn.commit().await.unwrap();
        let mut view = store.read().await.unwrap();
        assert!(!view.is_new().await.unwrap());
        let held = view.credentials("zhang").await.unwrap().unwrap();
        assert_eq!((&held.account, held.password_hash.as_str()), (&staff, "phc"));
        assert_eq!((held.failures, held.locked_until), (2, NOW.plus(HOUR)));
        assert_eq!(view.accounts().await.unwrap(), std::slice::from_ref(&staff));
        let session = view.session("hash", NOW).await.unwrap().unwrap();
        assert_eq!((session.account, session.expires_at), (staff, NOW.plus(HOUR)));
        assert!(view.session("hash", NOW.plus(HOUR)).await.unwrap().is_none());
        assert!(view.session("other", NOW).await.unwrap().is_none());
        let made = view.made_before("acc_zhang", "key").await.unwrap();
        assert_eq!(made, Some(("body".to_owned(), "job_1".to_owned())));
        drop(view);
        let mut txn = begin(&store).await;
        txn.end_session("hash").await.unwrap();
        txn.forget_requests(NOW.plus(1)).await.unwrap();
        txn.commit().await.unwrap();
        let mut view = store.read().await.unwrap();
        assert!(view.session("hash", NOW).await.unwrap().is_none());
        assert!(view.made_before("acc_zhang", "key").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn stations_and_organisations_come_back() {
    for store in stores().await {
        let (open, mut closed) = (station("liangtian"), station("fengdeng"));
        closed.public = false;
        let mut known = org("farm");
        known.employer.uscc = Some(the("91110101095807770R"));
        let mut txn = begin(&store).await;
        txn.add_station(&open, NOW).await.unwrap();
        txn.add_station(&closed, NOW).await.unwrap();
        txn.add_org(&known, NOW).await.unwrap();
        txn.add_org(&org("other"), NOW).await.unwrap();
        txn.commit().await.unwrap();
        let mut view = store.read().await.unwrap();
        assert_eq!(view.stations().await.unwrap(), [closed, open.clone()]);
        assert_eq!(view.station(&open.id).await.unwrap(), Some(open));
        assert_eq!(view.station(&the("nowhere")).await.unwrap(), None);
        assert_eq!(view.org(&known.id).await.unwrap(), Some(known));
    }
}

#[tokio::test]
async fn a_version_is_written_once() {
    for store in stores().await {
        let mut txn = begin(&store).await;
        assert!(txn.put_posting(&posting(1)).await.unwrap());
        assert!(txn.put_worker(&worker(1)).await.unwrap());
        txn.commit().await.unwrap();
        for (version, written) in [(1, false), (3, false), (2, true), (2, false), (3, true)] {
            let (mut job, mut person) = (posting(1), worker(1));
            (job.version, person.version) = (version, version);
            job.terms.title = format!("第{version}版");
            let mut txn = begin(&store).await;
            assert_eq!(txn.put_posting(&job).await.unwrap(), written, "{version}");
            assert_eq!(txn.put_worker(&person).await.unwrap(), written, "{version}");
            txn.commit().await.unwrap();
        }
        let held = store.read().await.unwrap().posting(&the("job_1")).await.unwrap();
        assert_eq!(held.unwrap().terms.title, "第3版");
    }
}

#[tokio::test]
async fn what_is_unique_is_taken_once() {
    for store in stores().await {
        let mut first = worker(1);
        first.person.id_number = Some(the("11010519491231002X"));
        first.external = external("w");
        let mut job = posting(1);
        job.external = external("j");
        let mut known = org("farm");
        known.employer.uscc = Some(the("91110101095807770R"));
        let zhang = account("zhang", Role::Staff);
        fn new(account: &linggong::domain::account::Account) -> NewAccount<'_> {
            NewAccount { account, password_hash: "x", at: NOW }
        }
        let mut txn = begin(&store).await;
        txn.put_worker(&first).await.unwrap();
        txn.put_posting(&job).await.unwrap();
        txn.add_org(&known, NOW).await.unwrap();
        txn.add_account(new(&zhang)).await.unwrap();
        txn.add_station(&station("liangtian"), NOW).await.unwrap();
        txn.add_booking(&booking(1, &job, &first)).await.unwrap();
        txn.remember("acc_zhang", "key", "body", "job_1", NOW).await.unwrap();
        txn.commit().await.unwrap();

        let mut twin = worker(2);
        twin.person.id_number = first.person.id_number.clone();
        assert!(is_conflict(begin(&store).await.put_worker(&twin).await));
        let mut twin = worker(3);
        twin.external = external("w");
        assert!(is_conflict(begin(&store).await.put_worker(&twin).await));
        let mut twin = posting(2);
        twin.external = external("j");
        assert!(is_conflict(begin(&store).await.put_posting(&twin).await));
        let mut twin = org("other");
        twin.employer.uscc = known.employer.uscc.clone();
        assert!(is_conflict(begin(&store).await.add_org(&twin, NOW).await));
        let mut twin = zhang.clone();
        twin.id = the("acc_other");
        assert!(is_conflict(begin(&store).await.add_account(new(&twin)).await));
        let twin = station("liangtian");
        assert!(is_conflict(begin(&store).await.add_station(&twin, NOW).await));
        let twin = booking(2, &job, &first);
        assert!(is_conflict(begin(&store).await.add_booking(&twin).await));
        let mut txn = begin(&store).await;
        let again = txn.remember("acc_zhang", "key", "body", "job_1", NOW).await;
        assert!(is_conflict(again), "{}", store.name());
    }
}
