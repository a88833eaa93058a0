//! Every route by every role on an own and on a foreign record, against `roles.txt`. Rights hang on
//! no engine, so one is enough here.

use std::{env, fmt::Write, fs, path::Path};

use axum::{body::Body, http::header};
use linggong::{
    domain::{
        account::{Actor, Role},
        attendance::{Attendance, Correction, CorrectionStatus, Party, Presence},
        booking::{Booking, BookingStatus},
        claim::{Claim, Payee, Stage},
        complaint::{Channel, Complaint, ComplaintKind, ComplaintStatus},
        evidence::About,
        fairness::{Mark, MarkKind, MarkStatus},
        ids::{
            AttendanceId, BarId, BookingId, ClaimId, ComplaintId, CorrectionId, EvidenceId,
            MandateId, MarkId, MessageId, PlacementId, Seedling, WageId,
        },
        ledger::{WageEntry, WageStatus},
        message::{Message, MessageKind},
        money::Fen,
        org::{Employer, EmployerKind, Org},
        placement::Ending,
        poster::{CheckEvent, Checked, Poster},
        posting::Shift,
        screen::ScreenKind,
        time::HOUR,
    },
    http::{
        Access,
        routes::{ROUTES, Route},
    },
    market::{NewPosting, NewScreen, NewWorker, PlacementMove},
    store::Bar,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    Client, World,
    support::stores,
    world::{FAR, claim, placement, posting, with, worker},
};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/roles.txt");

/// The first station's own of everything, or the other's.
#[derive(Clone, Copy, PartialEq)]
enum Whose {
    Own,
    Foreign,
}

struct Cast {
    world: World,
    /// In the order of the table's columns; the first is nobody.
    roles: Vec<(&'static str, Client)>,
    made: u32,
}

impl Cast {
    async fn gather() -> Cast {
        let world = World::on(stores::sqlite().await).await;
        // Whose records are nobody's in the table.
        world.account_of(Role::Broker, "other", None, Some(EmployerKind::Broker)).await;
        let mut roles = vec![("anonymous", world.anonymous())];
        for role in Role::ALL {
            let kind = match role {
                Role::Employer => Some(EmployerKind::Enterprise),
                Role::Broker => Some(EmployerKind::Broker),
                // A village and a bureau stand as organisations.
                Role::Village | Role::Reviewer => Some(EmployerKind::Enterprise),
                _ => None,
            };
            let station = matches!(role, Role::Staff | Role::Device).then_some("near");
            let client = world.account_of(*role, role.word(), station, kind).await;
            roles.push((role.word(), client));
        }
        let mut cast = Cast { world, roles, made: 0 };
        let mandate = cast.mandate("org-broker").await;
        let (market, verify) = (&cast.world.market, CheckEvent::Verify);
        market.judge_mandate(&Actor::Operator, &mandate, verify, None).await.unwrap();
        cast
    }

    /// A posting in the state from which the route's step goes.
    async fn job(&mut self, role: &'static str, whose: Whose, path: &str) -> String {
        let market = &self.world.market;
        let place = match whose {
            Whose::Own => json!({ "instant": false }),
            Whose::Foreign => json!({ "instant": false, "lat": FAR.0 }),
        };
        let input = with(posting(), &place);
        let owner = match (whose, role) {
            (Whose::Own, "employer" | "broker") => self.actor(role).await,
            _ => Actor::Operator,
        };
        let job = market.post(&owner, &input, NewPosting::default()).await.unwrap().id;
        let drafts = ["/api/v1/jobs/{id}", "/edit", "/submit", "/desk/jobs/{id}"];
        if !drafts.iter().any(|end| path.ends_with(end)) {
            market.submit(&Actor::Operator, &job).await.unwrap();
            if !["/approve", "/reject"].iter().any(|end| path.ends_with(end)) {
                market.approve(&Actor::Operator, &job).await.unwrap();
            }
        }
        job.to_string()
    }

    async fn actor(&self, role: &str) -> Actor {
        let client = &self.roles.iter().find(|(name, _)| *name == role).unwrap().1;
        let token = client.token.as_deref().unwrap();
        Actor::Account(self.world.market.who(token).await.unwrap().unwrap())
    }

    /// A worker of the role's own station, or the account's own person.
    async fn worker(&mut self, role: &'static str, whose: Whose) -> String {
        self.made += 1;
        let station = if whose == Whose::Own { "near" } else { "far" };
        let new = NewWorker { station: Some(station.parse().unwrap()), ..NewWorker::default() };
        let is_person = matches!(role, "worker" | "leader") && whose == Whose::Own;
        let actor = if is_person { self.actor(role).await } else { Actor::Operator };
        if let Some(held) = actor.account().and_then(|account| account.worker.clone()) {
            return held.to_string();
        }
        let made = self.world.market.register(&actor, &worker(self.made), new).await.unwrap();
        made.id.to_string()
    }

    async fn screen(&mut self, whose: Whose) -> String {
        let station = if whose == Whose::Own { "near" } else { "far" };
        let station = Some(station.parse().unwrap());
        let new = NewScreen { station, name: "大厅".to_owned(), kind: ScreenKind::Board };
        let issued = self.world.market.issue_screen(&Actor::Operator, new).await.unwrap();
        issued.screen.account.to_string()
    }

    /// Asked for, on a posting of the same side.
    async fn booking(&mut self, role: &'static str, whose: Whose, path: &str) -> String {
        let job = self.job(role, whose, path).await.parse().unwrap();
        let person = self.worker(role, whose).await.parse().unwrap();
        self.made += 1;
        let seed = Seedling { at_ms: 1, random: u128::from(self.made) };
        let (id, asked) = (BookingId::grow(seed), BookingStatus::Applied);
        let booking = Booking::new(id, job, person, Vec::new(), asked, crate::clock::NOW);
        let mut txn = self.world.market.store.begin().await.unwrap();
        txn.add_booking(&booking).await.unwrap();
        txn.commit().await.unwrap();
        booking.id.to_string()
    }

    /// On the screens of the first station, or of the other; the one before is taken down.
    async fn notice(&mut self, whose: Whose) -> String {
        let station = if whose == Whose::Own { "near" } else { "far" };
        let market = &self.world.market;
        let standing = market.bulletin(&station.parse().unwrap()).await.unwrap().notices;
        for old in standing {
            market.withdraw_notice(&Actor::Operator, &old.id).await.unwrap();
        }
        self.world.put_up(station).await
    }

    /// A placement of the role's own, or one that is none of its business.
    async fn placement(&mut self, role: &'static str, whose: Whose, path: &str) -> PlacementId {
        let is_person = matches!(role, "worker" | "leader") && whose == Whose::Own;
        let person = self.worker(role, whose).await;
        let own = whose == Whose::Own;
        let mut input = placement(&person);
        input["employer"]["name"] = json!(format!("单位{}", self.made));
        if own && !is_person {
            input["organiser"] = json!("org-broker");
        }
        self.made += 1;
        let market = &self.world.market;
        let held = market.place(&Actor::Operator, &input, false).await.unwrap();
        if path.ends_with("/resume") {
            let ending = Ending { day: held.terms.start, reason: "试一试".to_owned() };
            let step = PlacementMove::End(ending);
            market.move_placement(&Actor::Operator, &held.id, step).await.unwrap();
        }
        held.id
    }

    /// A claim at the role's desk, or at nobody's whom the test knows.
    async fn claim(&mut self, role: &'static str, whose: Whose, path: &str) -> ClaimId {
        let placement = self.placement(role, whose, path).await;
        let mut txn = self.world.market.store.begin().await.unwrap();
        let worker = txn.placement(&placement).await.unwrap().unwrap().worker;
        self.made += 1;
        let own = whose == Whose::Own;
        let desk = match role {
            "village" => Stage::VillageCheck,
            "staff" => Stage::TownCheck,
            _ => Stage::BureauCheck,
        };
        let notice = if role == "staff" { Stage::VillageNotice } else { Stage::BureauNotice };
        let stage = match path.rsplit('/').next().unwrap() {
            "submit" | "withdraw" => Stage::Draft,
            "dismiss" => Stage::Objection,
            "pay" => Stage::Approved,
            "claw_back" => Stage::Paid,
            _ if path.contains("/notices/") => Stage::VillageNotice,
            _ => desk,
        };
        let is_person = matches!(role, "worker" | "leader") && own;
        let filed_by = match (role, own) {
            ("employer", true) => self.actor(role).await.name().to_owned(),
            _ => "operator".to_owned(),
        };
        let base = claim(self.made, &placement, &worker);
        let claim = Claim {
            payee: if is_person {
                Payee::Worker(worker.clone())
            } else {
                let org = if own { "org-broker" } else { "org-other" };
                Payee::Organiser(org.parse().unwrap())
            },
            stage,
            notice: (stage == Stage::Objection).then_some(notice),
            bureau: if own { "org-reviewer" } else { "org-other" }.to_owned(),
            station: Some(if own { "near" } else { "far" }.parse().unwrap()),
            village: Some(if own { "org-village" } else { "org-other" }.to_owned()),
            filed_by,
            ..base
        };
        txn.put_claim(&claim).await.unwrap();
        txn.commit().await.unwrap();
        claim.id
    }

    /// A file about a placement on which a claim rests.
    async fn evidence(&mut self, role: &'static str, whose: Whose, path: &str) -> EvidenceId {
        let claim = self.claim(role, whose, path).await;
        let mut view = self.world.market.store.read().await.unwrap();
        let placement = view.claim(&claim).await.unwrap().unwrap().placement.unwrap();
        drop(view);
        let about = About::Placement(placement);
        let file = b"%PDF-1.7 %%EOF";
        let market = &self.world.market;
        market.add_evidence(&Actor::Operator, about, "劳动合同", file).await.unwrap().id
    }

    /// The role's own organisation, or another; one that can be judged where the step does that.
    async fn org(&mut self, role: &'static str, whose: Whose, path: &str) -> String {
        let judges = path.ends_with("/verify") || path.ends_with("/refuse");
        if !judges {
            let own = whose == Whose::Own && matches!(role, "employer" | "broker");
            return if own { format!("org-{role}") } else { "org-other".to_owned() };
        }
        self.made += 1;
        let employer =
            Employer { name: "新来的".to_owned(), uscc: None, kind: EmployerKind::Enterprise };
        let poster = Poster {
            org: Org { id: format!("org-new-{}", self.made).parse().unwrap(), employer },
            checked: Checked::fresh(),
            licence_until: None,
            contact: None,
            version: 1,
            created_at: crate::clock::NOW,
            updated_at: crate::clock::NOW,
        };
        let mut txn = self.world.market.store.begin().await.unwrap();
        txn.put_poster(&poster).await.unwrap();
        txn.commit().await.unwrap();
        poster.org.id.to_string()
    }

    /// An authorisation of this broker that waits.
    async fn mandate(&mut self, broker: &str) -> MandateId {
        let market = &self.world.market;
        let input = json!({
            "employer": { "name": "塞上建材有限公司", "uscc": "91110101095807770R" },
            "from": "2026-11-01",
            "to": "2027-11-01",
        });
        let (broker, paper) = (broker.parse().unwrap(), b"%PDF-1.7 %%EOF");
        market.add_mandate(&Actor::Operator, &broker, &input, paper).await.unwrap().id
    }

    /// A saved search of the role's own account, or of another's.
    async fn search(&mut self, role: &'static str, whose: Whose) -> String {
        self.made += 1;
        let other = if role == "admin" { "staff" } else { "admin" };
        let owner = if whose == Whose::Own && role != "anonymous" { role } else { other };
        let actor = self.actor(owner).await;
        for held in self.world.market.searches(&actor).await.unwrap() {
            self.world.market.forget_search(&actor, &held.id).await.unwrap();
        }
        let query = format!("q={}", self.made);
        self.world.market.save_search(&actor, "x", &query).await.unwrap().id.to_string()
    }

    async fn path(&mut self, route: &Route, role: &'static str, whose: Whose) -> String {
        let path = route.path;
        let id = if path.contains("/jobs/{id}") {
            self.job(role, whose, path).await
        } else if path.contains("/twins/{one}") {
            let (one, other) = (self.worker(role, whose).await, self.worker(role, whose).await);
            return path.replace("{one}", &one).replace("{other}", &other);
        } else if path.contains("/workers/{id}") {
            self.worker(role, whose).await
        } else if path.contains("/searches/{id}") {
            self.search(role, whose).await
        } else if path.contains("/bookings/{id}") {
            self.booking(role, whose, path).await
        } else if path.contains("/door/{id}") {
            let booking = self.booking(role, whose, path).await.parse().unwrap();
            let mut view = self.world.market.store.read().await.unwrap();
            view.booking(&booking).await.unwrap().unwrap().job.to_string()
        } else if path.contains("/m/{station}/{id}") {
            self.job(role, whose, path).await
        } else if path.contains("/screens/{id}") {
            self.screen(whose).await
        } else if path.contains("/calls/{id}") {
            let station = if whose == Whose::Own { "near" } else { "far" };
            self.world.market.call_staff(&station.parse().unwrap()).await.unwrap().id.to_string()
        } else if path.contains("/desk/notices/{id}") {
            self.notice(whose).await
        } else if path.contains("/placements/{id}") {
            self.placement(role, whose, path).await.to_string()
        } else if path.contains("/claims/{id}") || path.contains("/notices/{id}") {
            self.claim(role, whose, path).await.to_string()
        } else if path.contains("/incomes/{id}") {
            let worker = self.worker(role, whose).await.parse().unwrap();
            let income = json!({
                "date": "2026-11-01", "amount_fen": 100_000, "division": "320505", "kind": "wage"
            });
            let market = &self.world.market;
            market.declare_income(&Actor::Operator, &worker, &income).await.unwrap().id.to_string()
        } else if path.contains("/orgs/{id}") {
            self.org(role, whose, path).await
        } else if path.contains("/mandates/{id}") {
            self.mandate("org-other").await.to_string()
        } else if path.contains("/evidence/{id}") {
            self.evidence(role, whose, path).await.to_string()
        } else if path.contains("{id}") {
            self.record(role, whose, path).await
        } else {
            String::new()
        };
        let path = &self.crew(path, role, whose).await;
        let station = if whose == Whose::Own { "near" } else { "far" };
        path.replace("{id}", &id).replace("{station}", station).replace("{*path}", "tokens.css")
    }

    /// What follows from a booking: attendance, correction, wage, mark; a complaint, a bar.
    async fn record(&mut self, role: &'static str, whose: Whose, path: &str) -> String {
        let booking = self.booking(role, whose, path).await.parse().unwrap();
        self.made += 1;
        let (seeks, now) = (matches!(role, "worker" | "leader"), crate::clock::NOW);
        let seed = Seedling { at_ms: 2, random: u128::from(self.made) };
        let subject = match role {
            "employer" | "broker" if whose == Whose::Own => format!("org:org-{role}"),
            "staff" | "admin" if whose == Whose::Own => {
                format!("account:{}", self.actor(role).await.account().unwrap().id)
            }
            _ => "nobody".to_owned(),
        };
        let mut txn = self.world.market.store.begin().await.unwrap();
        let booking = txn.booking(&booking).await.unwrap().unwrap();
        let person = booking.worker.clone();
        let shift = Shift { start: now.plus(-10 * HOUR), end: now.plus(-HOUR) };
        let one = Attendance {
            id: AttendanceId::grow(seed),
            booking: booking.id.clone(),
            job: booking.job.clone(),
            worker: person.clone(),
            shift,
            status: Presence::Expected,
            check_in: None,
            check_out: None,
            tries: 0,
        };
        txn.add_attendance(&one, now).await.unwrap();
        let correction = Correction {
            id: CorrectionId::grow(seed),
            attendance: one.id.clone(),
            side: if seeks { Party::Employer } else { Party::Worker },
            actor: "somebody".to_owned(),
            check_in: shift.start,
            check_out: shift.end,
            reason: "忘了".to_owned(),
            status: CorrectionStatus::Proposed,
            at: now,
        };
        let paid = path.ends_with("/confirm") || path.ends_with("/deny");
        let wage = WageEntry {
            id: WageId::grow(seed),
            attendance: one.id.clone(),
            booking: booking.id.clone(),
            job: booking.job.clone(),
            worker: person.clone(),
            payer: "nobody".to_owned(),
            cycle: (now.day(), now.day()),
            day: now.day(),
            minutes: 540,
            pieces: None,
            promised: Fen(22_000),
            extra: Fen::ZERO,
            deduction: Fen::ZERO,
            why: None,
            paid: Fen(if paid { 22_000 } else { 0 }),
            pay_on: now.day(),
            paid_on: None,
            method: None,
            voucher: None,
            status: if paid { WageStatus::Paid } else { WageStatus::Due },
            overdue_since: None,
            created_at: now,
        };
        let appealed = path.ends_with("/uphold") || path.ends_with("/lift");
        let mark = Mark {
            id: MarkId::grow(seed),
            side: Party::Worker,
            subject: if seeks && whose == Whose::Own { person.to_string() } else { subject },
            kind: MarkKind::NoShow,
            booking: booking.id.clone(),
            job: booking.job.clone(),
            status: if appealed { MarkStatus::Appealed } else { MarkStatus::Standing },
            appeal_until: now.plus(HOUR),
            plea: None,
            ruling: None,
            at: now,
        };
        let complaint = Complaint {
            id: ComplaintId::grow(seed),
            kind: ComplaintKind::FalsePosting,
            job: Some(booking.job.clone()),
            worker: Some(person),
            station: Some(if whose == Whose::Own { "near" } else { "far" }.parse().unwrap()),
            text: "干了三天没给钱".to_owned(),
            channel: Channel::Desk,
            status: match path.rsplit('/').next() {
                Some("solve") => ComplaintStatus::Taken,
                Some("reopen") => ComplaintStatus::Solved,
                _ => ComplaintStatus::Open,
            },
            handler: None,
            due_at: now,
            outcome: None,
            created_at: now,
        };
        let bar = Bar {
            id: BarId::grow(seed),
            payer: format!("payer-{}", self.made),
            reason: "欠薪".to_owned(),
            since: now,
        };
        let kind = path.trim_start_matches("/api/v1").trim_start_matches("/desk");
        let rest_of = &kind[1..];
        let kind = kind.strip_prefix("/me/").or_else(|| kind.strip_prefix("/my/"));
        let kind = kind.unwrap_or(rest_of).split('/').next().unwrap();
        let id = match kind {
            "attendance" => one.id.to_string(),
            "corrections" => {
                txn.add_correction(&correction).await.unwrap();
                correction.id.to_string()
            }
            "wages" => {
                txn.put_wage(&wage, now).await.unwrap();
                wage.id.to_string()
            }
            "marks" | "appeals" => {
                txn.add_mark(&mark).await.unwrap();
                mark.id.to_string()
            }
            "complaints" => {
                txn.put_complaint(&complaint, now).await.unwrap();
                complaint.id.to_string()
            }
            "messages" => {
                let message = Message {
                    id: MessageId::grow(seed),
                    worker: booking.worker.clone(),
                    kind: MessageKind::Reminder,
                    subject: booking.id.to_string(),
                    job: booking.job.clone(),
                    body: "明早8点上工".to_owned(),
                    created_at: now,
                };
                txn.add_message(&message).await.unwrap();
                message.id.to_string()
            }
            "bars" => {
                txn.add_bar(&bar).await.unwrap();
                bar.id.to_string()
            }
            other => panic!("no record of {other}"),
        };
        txn.commit().await.unwrap();
        id
    }

    /// The address with the member or the leader of a crew, where it names one.
    async fn crew(&mut self, path: &str, role: &'static str, whose: Whose) -> String {
        if !path.contains("{worker}") && !path.contains("{account}") {
            return path.to_owned();
        }
        let leads = path.contains("{worker}") && matches!(role, "leader" | "admin");
        let asks = if whose == Whose::Own { "leader" } else { "admin" };
        let leader = self.actor(if leads { role } else { asks }).await;
        let leader = leader.account().unwrap().id.clone();
        let seeks = path.contains("{account}") && matches!(role, "worker" | "leader");
        let person = self.worker(if seeks { role } else { "staff" }, whose).await;
        if whose == Whose::Own {
            let mut txn = self.world.market.store.begin().await.unwrap();
            let (person, now) = (person.parse().unwrap(), crate::clock::NOW);
            txn.put_member(&leader, &person, None, now).await.unwrap();
            txn.commit().await.unwrap();
        }
        path.replace("{worker}", &person).replace("{account}", leader.as_str())
    }

    /// What an API call carries.
    async fn body(&mut self, path: &str, role: &'static str, whose: Whose) -> Value {
        self.made += 1;
        match path {
            "/api/v1/login" => json!({ "login": "nobody", "password": "12345678" }),
            "/api/v1/jobs" => posting(),
            "/api/v1/searches" => json!({ "name": "x", "query": "q=x" }),
            "/api/v1/workers" => worker(self.made),
            "/api/v1/jobs/{id}/bookings" => {
                json!({ "worker_id": self.worker(role, whose).await })
            }
            "/api/v1/stations/{station}/present" => {
                json!({ "come": [{ "worker_id": self.worker(role, whose).await }] })
            }
            "/api/v1/crew/members" => {
                json!({ "name": "马小军", "phone": "13900000001", "agreed": true })
            }
            "/api/v1/jobs/{id}/crews" => json!({ "members": [self.worker(role, whose).await] }),
            "/api/v1/attendance/{id}/correct" => json!({
                "check_in": crate::clock::NOW.plus(-9 * HOUR).to_string(),
                "check_out": crate::clock::NOW.plus(-2 * HOUR).to_string(),
                "reason": "忘了签",
            }),
            "/api/v1/wages/{id}/pay" => json!({ "amount_fen": 100, "method": "bank" }),
            "/api/v1/bookings/{id}/rate" => json!({ "stars": 5 }),
            "/api/v1/jobs/{id}/invitations" => {
                json!({ "worker_id": self.worker(role, whose).await })
            }
            "/api/v1/complaints" => json!({ "kind": "fee", "text": "收了介绍费" }),
            "/api/v1/jobs/{id}" => json!({ "headcount": 3 }),
            "/api/v1/placements" => {
                self.worker("staff", Whose::Own).await;
                with(
                    json!({ "name": "马小军", "phone": worker(self.made)["phone"] }),
                    &json!({
                        "employer": { "name": "苏州某电子公司", "kind": "enterprise" },
                        "division": "320505",
                        "hukou": "640106",
                        "start": "2026-05-01"
                    }),
                )
            }
            "/api/v1/orgs" => json!({}),
            "/api/v1/placements/{id}" => json!({ "proofs": ["2026-10"] }),
            "/api/v1/placements/{id}/end" => json!({ "day": "2026-11-20", "reason": "合同到期" }),
            "/api/v1/placements/{id}/claims" => json!({ "rule": "broker-service-fee" }),
            "/api/v1/workers/{id}/claims" => json!({ "rule": "income-incentive" }),
            "/api/v1/workers/{id}/incomes" => json!({
                "date": "2026-11-01",
                "amount_fen": 100_000,
                "division": "320505",
                "kind": "wage"
            }),
            "/api/v1/notices/{id}/objections" => json!({ "text": "没有去务工" }),
            "/api/v1/workers/{id}/pin" => json!({ "pin": "280516" }),
            _ => json!({ "reason": "不合适" }),
        }
    }

    async fn probe(&mut self, route: &Route, role: usize, whose: Whose) -> u16 {
        let (name, client) = self.roles[role].clone();
        let path = self.path(route, name, whose).await;
        let request = client.request(route.method, &path);
        let body = if route.method == "GET" {
            Body::empty()
        } else if path.starts_with("/api/") {
            self.body(route.path, name, whose).await.to_string().into()
        } else {
            let token = client.token.clone().unwrap_or_default();
            format!("csrf={}", hex::encode(Sha256::digest(format!("form:{token}")))).into()
        };
        let form = "application/x-www-form-urlencoded";
        let request = request.header(header::CONTENT_TYPE, form).body(body).unwrap();
        client.send(request).await.status.as_u16()
    }
}

/// Whether a route ends the session with which it is asked.
fn signs_out(route: &Route) -> bool {
    route.path.ends_with("/logout")
}

fn head(roles: &[(&'static str, Client)]) -> String {
    let mut text = String::from(
        "Status of each route (METHOD path) by role, for an own / a foreign record.\n\
         `tests/run bless http` renews it; read the difference.\n\n",
    );
    let _ = write!(text, "{:<42}", "");
    for (name, _) in roles {
        let _ = write!(text, " {name:<9}");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_gets_on_every_route_what_the_table_says() {
    let mut cast = Cast::gather().await;
    let mut text = head(&cast.roles);
    let mut faults = Vec::new();
    // Sessions end last.
    let (ends, stays): (Vec<&Route>, Vec<&Route>) = ROUTES.iter().partition(|r| signs_out(r));
    for route in stays.into_iter().chain(ends) {
        let title = format!("{} {}", route.method, route.path);
        let _ = write!(text, "{title:<42}");
        for role in 0..cast.roles.len() {
            let name = cast.roles[role].0;
            let own = cast.probe(route, role, Whose::Own).await;
            let foreign = cast.probe(route, role, Whose::Foreign).await;
            let _ = write!(text, " {:<9}", format!("{own}/{foreign}"));
            let done = |status: u16| (200..300).contains(&status);
            if own >= 500 || foreign >= 500 {
                faults.push(format!("{title}: {name} breaks it"));
            }
            if name == "anonymous" && route.access != Access::Public && done(own.min(foreign)) {
                faults.push(format!("{title}: anybody may"));
            }
            // A bar stands against an employer, whatever the station; who posts is verified for the
            // whole district.
            let district = ["/orgs/{id}", "/mandates/{id}"];
            let owned = route.path.contains("{id}")
                && !(name == "staff" && district.iter().any(|part| route.path.contains(part)))
                && !route.path.contains("/bars/");
            let by_record = owned && route.access != Access::Public;
            if by_record && name != "admin" && done(foreign) {
                faults.push(format!("{title}: {name} reaches a foreign record"));
            }
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    assert!(faults.is_empty(), "{faults:#?}\n{text}");
    if env::var_os("LINGGONG_BLESS").is_some() {
        fs::write(TABLE, &text).unwrap();
    }
    let held = fs::read_to_string(TABLE).unwrap_or_default();
    for (held, got) in held.lines().zip(text.lines()) {
        assert_eq!(held, got);
    }
    assert_eq!(held.lines().count(), text.lines().count(), "{text}");
}

/// Routes come into being in the table; the socket's own router is a bench's, without a market.
#[test]
fn no_route_stands_outside_the_table() {
    let http = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    let (mut folders, mut found) = (vec![http], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::read_to_string(&path).unwrap().contains(".route(") {
                found.push(path.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    assert_eq!(found, ["routes.rs", "sockets.rs"]);
    let mut seen = std::collections::BTreeSet::new();
    for route in ROUTES {
        assert!(seen.insert((route.method, route.path)), "{} twice", route.path);
    }
}
