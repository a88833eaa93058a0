//! Every page with nothing, with everything, and with the longest that the limits let in: held
//! against what HTML and the content policy ask of it.

use std::collections::BTreeSet;

use askama::Template;

use super::{
    bars::{BarRow, BarsPage},
    board::BoardPage,
    booking::{BookingPage, CorrectionLine, Door, ShiftLine},
    chrome::{Chrome, Message, NavItem, User},
    claims::{ClaimPage, ClaimStep, DossierPage},
    complaints::{ComplaintPage, ComplaintRow, ComplaintStep, ComplaintsPage},
    crew::{CrewDoor, CrewPage, DoorRow, MemberRow},
    dispatch::{Asked, DispatchPage, DonePage, Refused},
    door::CodePage,
    dues::{OwnClaim, OwnDue},
    facts::Fact,
    fairness::{MarkRow, MarksPage},
    forecast::{AbsorbedRow, AbsorptionPage, Forecast, ForecastPage, ForecastRow, TownRow},
    form::{Draft, Purpose, form_page},
    home::{HomePage, Task},
    income::{EarningRow, IncomePage, IncomesPage},
    input::{Choice, Faults, Form},
    insurance::{InsurancePage, RowFault},
    jobs::{Booking, Chip, JobCard, JobPage, JobsPage, UnderstoodChip},
    kiosk::KioskPage,
    list::{Filter, Spec, column},
    list_page::{Around, ListPage},
    listed::{Head, List, Row as ListRow, Select, Shown},
    login::LoginPage,
    narrow::Facet,
    notices::{NoticesPage, ObjectionPage, OnNotice},
    own::{Answer, News, OwnBooking, WayOut},
    people::{Decision, PastRow, PeoplePage, PersonRow},
    phone::{Frame, OwnShift, PhoneDoor, PhoneHome, PhoneIn, PhoneJob, PhoneJoin, PhoneMy},
    pins::PinsPage,
    placement::{DueRow, Paper, PlacementPage},
    placement_form::PlacementFormPage,
    placements::{Figure, PlacementRow, PlacementsPage, Term},
    posters::{MandateRow, PosterPage, PosterRegisterPage},
    posting_form,
    problem::{ErrorPage, Link},
    queues::{Queue, QueueRow},
    ranking::RankingPage,
    register::RegisterPage,
    saved::SavedChip,
    screens::{CallRow, CodeBox, PairPage, ScreenRow, ScreensPage},
    sheet::{Group, Person, Row},
    station::{NoticeRow, StationPage, StationsPage},
    steps::{Action, Blocked, DeskJobPage, FindingRow, RosterRow},
    timeline::Step,
    vetting::VettingPage,
    wages::{LedgerPage, SlipPage, WageRow},
    worker::{MePage, Own, OwnCrew},
};
use crate::{
    domain::{
        geo::{Crs, Point},
        placement::PlacementEvent,
        station::{RADIUS_M_DEFAULT, Station},
    },
    review::Finding,
};

/// How much a sample says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fill {
    Empty,
    Full,
    /// As long as it gets, and with everything that HTML gives a meaning.
    Hostile,
}

const FILLS: [Fill; 3] = [Fill::Empty, Fill::Full, Fill::Hostile];

impl Fill {
    fn text(self, text: &str) -> String {
        match self {
            Fill::Empty => String::new(),
            Fill::Full => text.to_owned(),
            Fill::Hostile => format!("\"><script>alert('{}')</script>", "很长的文字".repeat(200)),
        }
    }

    fn maybe(self, text: &str) -> Option<String> {
        (self != Fill::Empty).then(|| self.text(text))
    }

    fn list<T>(self, one: impl Fn(usize) -> T) -> Vec<T> {
        (0..if self == Fill::Empty { 0 } else { 3 }).map(one).collect()
    }

    fn chrome(self) -> Chrome {
        let full = self != Fill::Empty;
        Chrome {
            version: "0.1.0-0a1b2c3d",
            demo: full,
            user: full.then(|| User { name: self.text("employer"), role: "用人单位" }),
            nav: self.list(|i| NavItem {
                href: "/desk",
                text: "岗位管理",
                current: i == 0,
                count: Some(i),
            }),
            around: self.list(|i| NavItem {
                href: "/desk/jobs/new",
                text: "发布岗位",
                current: i == 1,
                count: None,
            }),
            messages: self.list(|_| Message { kind: "warn", text: self.text("已保存") }),
            draft_done: full.then_some("posting:new"),
            seeks: full,
            large: full,
            csrf: "c0ffee".to_owned(),
        }
    }

    fn station(self, i: usize) -> Station {
        Station {
            id: format!("station{i}").parse().unwrap(),
            name: self.text("良田就业创业服务站"),
            point: Point::new(38.35, 106.25, Crs::Wgs84).unwrap(),
            radius_m: RADIUS_M_DEFAULT,
            public: true,
        }
    }

    fn card(self, i: usize) -> JobCard {
        JobCard {
            href: format!("/jobs/job_{i}"),
            title: self.text("快递分拣工"),
            wage: "220元/天".to_owned(),
            settlement: "日结",
            start: "明早8点".to_owned(),
            address: self.text("和顺新村分拣中心"),
            distance: self.maybe("1.2公里"),
            left: 5,
            employer: self.text("金凤区某物流公司"),
            label: "直招",
            verified_by: self.maybe("良田就业创业服务站"),
            reasons: self.list(|_| self.text("近")),
        }
    }

    fn facts(self) -> Vec<Fact> {
        self.list(|_| Fact {
            term: "上工时间",
            values: self.list(|_| self.text("11月25日 周三 8:00–18:00")),
        })
    }

    fn choices(self) -> Vec<Choice> {
        self.list(|i| Choice::of(i.to_string(), self.text("选项"), "1"))
    }

    fn chips(self) -> Vec<Chip> {
        self.list(|i| Chip {
            href: "/desk?status=open".to_owned(),
            text: self.text("招聘中 3"),
            on: i == 0,
        })
    }

    fn faults(self, fields: &[&str]) -> Faults {
        let mut faults = Faults::default();
        if self != Fill::Empty {
            for field in fields {
                faults.add(*field, self.text("请填写"));
            }
        }
        faults
    }
}

/// Every field of the form, at which a fault may stand.
const FIELDS: [&str; 24] = [
    "title",
    "description",
    "skills",
    "occupation",
    "employer_name",
    "employer_kind",
    "employer_uscc",
    "address",
    "division",
    "lat",
    "lon",
    "crs",
    "shifts",
    "shift-0-date",
    "shift-0-start",
    "shift-0-end",
    "valid_until",
    "wage_min",
    "wage_max",
    "wage_unit",
    "settlement",
    "headcount",
    "requirements",
    "stations",
];

fn posting_form_page(fill: Fill) -> String {
    let values = match fill {
        Fill::Empty => Form::default(),
        Fill::Full => posting_form::blank("2026-11-24T02:00:00Z".parse().unwrap()),
        Fill::Hostile => Form::of(FIELDS.map(|name| (name, fill.text("")))),
    };
    let draft = Draft {
        purpose: Purpose::New,
        values,
        faults: fill.faults(&FIELDS),
        stopped: fill.maybe("别人刚刚改过"),
        copied: false,
        returned: fill != Fill::Empty,
        key: "1".to_owned(),
    };
    form_page(fill.chrome(), draft, true, fill.choices()).render().unwrap()
}

fn desk_job(fill: Fill) -> String {
    let reasoned = ["reject", "withdraw"].map(|word| Action {
        word,
        text: "退回",
        owes_reason: true,
        typed: fill.text("工钱没写清楚"),
        fault: fill.maybe("请填写原因"),
    });
    let mut actions = Vec::from(reasoned);
    actions.push(Action {
        word: "approve",
        text: "通过",
        owes_reason: false,
        typed: String::new(),
        fault: None,
    });
    let page = DeskJobPage {
        chrome: fill.chrome(),
        id: "job_1".to_owned(),
        title: fill.text("快递分拣工"),
        status: "待审核",
        reason: fill.maybe("地点不清楚"),
        facts: fill.facts(),
        roster: fill.list(|count| RosterRow { status: "已录用", count }),
        steps: fill.list(|_| Step {
            at: "2026-11-24 10:00".to_owned(),
            what: fill.text("提交审核"),
            who: fill.text("您"),
        }),
        findings: fill.list(|_| FindingRow {
            field: "要求",
            finding: Finding {
                rule: "deposit".to_owned(),
                field: "requirements",
                title: "收押金".to_owned(),
                basis: "劳动合同法第九条".to_owned(),
                advice: "不得收押金".to_owned(),
                excerpt: fill.text("先交押金300元"),
            },
        }),
        actions,
        blocked: fill.list(|_| Blocked {
            text: "结束招聘", why: fill.text("岗位现在是“草稿”")
        }),
        edits: true,
        posts: true,
        is_public: true,
    };
    page.render().unwrap()
}

fn job(fill: Fill, booking: Booking) -> String {
    let page = JobPage {
        chrome: fill.chrome(),
        id: "job_1".to_owned(),
        title: fill.text("快递分拣工"),
        wage: "220元/天".to_owned(),
        status: "招聘中",
        start: "明早8点".to_owned(),
        facts: fill.facts(),
        booking,
        record: fill.text("干完3个班"),
        members: members(fill),
        fault: fill.maybe("没有这个班次，请重新选"),
        similar: fill.list(|i| fill.card(i)),
    };
    page.render().unwrap()
}

fn members(fill: Fill) -> Vec<MemberRow> {
    fill.list(|i| MemberRow {
        id: format!("wkr_{i}"),
        name: fill.text("马小军"),
        phone: fill.text("138****0001"),
        joined: i != 0,
    })
}

fn crew(fill: Fill) -> [String; 2] {
    let crew = CrewPage {
        chrome: fill.chrome(),
        doors: fill.list(|i| CrewDoor {
            job: "job_1".to_owned(),
            title: fill.text("快递分拣工"),
            when: "11月25日 周三 8:00–18:00".to_owned(),
            rows: fill.list(|j| DoorRow {
                id: format!("bkg_{i}{j}"),
                name: fill.text("马小军"),
                notes: fill.list(|_| fill.text("在岗")),
                passes: j == 0,
                gives_up: (j == 1).then(|| "名额会给别人，不记您的账。".to_owned()),
            }),
            steps: if i == 0 {
                vec![Door { step: "check-in", text: "签到" }]
            } else {
                Vec::new()
            },
        }),
        rows: members(fill),
        values: Form::of(["name", "phone"].map(|name| (name, fill.text("13800001234")))),
        faults: fill.faults(&["name", "phone", "agreed"]),
    };
    let people = PeoplePage {
        chrome: fill.chrome(),
        id: "job_1".to_owned(),
        title: fill.text("快递分拣工"),
        summary: fill.text("要5人"),
        rows: fill.list(|i| PersonRow {
            id: format!("bkg_{i}"),
            name: fill.text("马小军"),
            phone: fill.text("138****0001"),
            status: "已录用",
            notes: fill.list(|_| fill.text("班组")),
            href: fill.maybe("/desk/bookings/bkg_1"),
            decisions: fill.list(|i| Decision {
                step: if i == 0 { "call-off" } else { "accept" },
                text: "取消录用",
                owes_reason: i == 0,
            }),
        }),
        past: fill.list(|i| PastRow {
            id: format!("wkr_{i}"),
            name: fill.text("马小军"),
            record: fill.text("干完12个班"),
        }),
    };
    [crew.render().unwrap(), people.render().unwrap()]
}

fn complaint_row(fill: Fill, i: usize) -> ComplaintRow {
    ComplaintRow {
        href: format!("/complaints/cpl_{i}"),
        kind: "拖欠工资",
        title: fill.text("快递分拣工"),
        text: fill.text("干了三天没给钱"),
        status: "待受理",
        due: "2026-11-30 10:00".to_owned(),
        late: i == 0,
        outcome: fill.maybe("已补发"),
    }
}

fn rights(fill: Fill) -> [String; 4] {
    let names = ["kind", "text", "worker", "job"];
    let all = ComplaintsPage {
        chrome: fill.chrome(),
        settles: fill != Fill::Empty,
        path: "/complaints",
        list: (fill == Fill::Full).then(|| list(fill)),
        rows: fill.list(|i| complaint_row(fill, i)),
        kinds: fill.choices(),
        jobs: fill.choices(),
        values: Form::of(names.map(|name| (name, fill.text("干了三天没给钱")))),
        faults: fill.faults(&names),
    };
    let one = ComplaintPage {
        chrome: fill.chrome(),
        path: "/complaints/cpl_1".to_owned(),
        row: complaint_row(fill, 1),
        made: fill.text("手机，2026-11-25 10:00"),
        handler: fill.text("良田就业创业服务站"),
        job: fill.maybe("/jobs/job_1"),
        steps: fill.list(|i| ComplaintStep {
            word: ["take", "solve", "take-down"][i],
            text: "办结",
            owes_words: i != 0,
        }),
        trail: fill.list(|_| Step {
            at: "2026-11-24 10:00".to_owned(),
            what: fill.text("提出投诉"),
            who: fill.text("您"),
        }),
    };
    let marks = |decides| MarksPage {
        chrome: fill.chrome(),
        decides,
        rows: fill.list(|i| MarkRow {
            id: format!("mrk_{i}"),
            kind: "没来上工",
            title: fill.text("快递分拣工"),
            at: "2026-11-25 10:00".to_owned(),
            status: "计入",
            notes: fill.list(|_| fill.text("申诉：孩子病了")),
            appeal_until: (i == 0).then(|| "2026-11-30 10:00".to_owned()),
        }),
    };
    [
        all.render().unwrap(),
        one.render().unwrap(),
        marks(true).render().unwrap(),
        marks(false).render().unwrap(),
    ]
}

fn work(fill: Fill) -> [String; 5] {
    let booking = BookingPage {
        chrome: fill.chrome(),
        path: "/me/bookings/bkg_1".to_owned(),
        title: fill.text("快递分拣工"),
        name: fill.maybe("马小军"),
        status: "已录用",
        shifts: fill.list(|i| ShiftLine {
            id: format!("att_{i}"),
            when: fill.text("11月25日 周三 8:00–18:00"),
            status: "在岗",
            stamps: fill.list(|_| fill.text("8:02签到（验证码，迟到）")),
            door: (i == 0).then_some(Door { step: "check-in", text: "签到" }),
            corrections: fill.list(|i| CorrectionLine {
                id: format!("cor_{i}"),
                text: fill.text("求职者提出改为"),
                status: "等对方确认",
                asks: i == 0,
            }),
            proposes: (i == 1).then(|| ("08:00".to_owned(), "18:00".to_owned())),
            wage: Some(("/me/wages/wge_1".to_owned(), fill.text("220元，待发"))),
        }),
        stars: fill.choices(),
        blocks: fill == Fill::Full,
        stays: fill.maybe("/desk/placements/new?booking=bkg_1"),
        needs_code: fill != Fill::Empty,
        values: Form::of([("reason", fill.text("忘了签"))]),
        faults: fill.faults(&["code", "check_in", "check_out", "reason"]),
    };
    let code = CodePage {
        chrome: fill.chrome(),
        id: "job_1".to_owned(),
        title: fill.text("快递分拣工"),
        digits: vec!['0', '4', '2', '7'],
        qr: "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>".to_owned(),
        summary: fill.text("今天5人"),
    };
    let ledger = LedgerPage {
        chrome: fill.chrome(),
        rows: fill.list(|i| WageRow {
            href: format!("/me/wages/wge_{i}"),
            title: fill.text("快递分拣工"),
            day: "2026-11-25".to_owned(),
            time: "8小时0分".to_owned(),
            net: "220元".to_owned(),
            paid: "0元".to_owned(),
            pay_on: "2026-11-25".to_owned(),
            status: "欠薪",
            late: i == 0,
            asks: fill == Fill::Hostile,
        }),
        summary: fill.text("拖欠1笔"),
    };
    let names = ["amount", "on", "pieces", "extra", "deduction", "why"];
    let slip = SlipPage {
        chrome: fill.chrome(),
        path: "/desk/wages/wge_1".to_owned(),
        name: fill.text("马小军"),
        title: fill.text("快递分拣工"),
        status: "待发",
        late: fill == Fill::Full,
        net: "220元".to_owned(),
        facts: fill.facts(),
        pays: true,
        counts_pieces: true,
        asks: true,
        methods: fill.choices(),
        values: Form::of(names.map(|name| (name, fill.text("220")))),
        faults: fill.faults(&names),
    };
    let bars = BarsPage {
        chrome: fill.chrome(),
        rows: fill.list(|i| BarRow {
            id: format!("bar_{i}"),
            reason: fill.text("某公司有2个岗位拖欠工资"),
            since: "2026-11-25 10:00".to_owned(),
        }),
    };
    [
        booking.render().unwrap(),
        code.render().unwrap(),
        ledger.render().unwrap(),
        slip.render().unwrap(),
        bars.render().unwrap(),
    ]
}

const LIST: Spec = Spec {
    path: "/desk",
    name: "岗位管理",
    unit: "个岗位",
    order: "要先处理的在最上面",
    hint: "岗位、单位或地点里的字",
    day: "上工",
    people: false,
    columns: &[column("title", "岗位"), column("status", "状态")],
    filters: &[
        Filter { word: "status", title: "状态", choices: Vec::new },
        Filter { word: "label", title: "谁发布的", choices: Vec::new },
    ],
};

fn list(fill: Fill) -> Box<List> {
    let full = fill != Fill::Empty;
    Box::new(List {
        spec: &LIST,
        q: fill.text("分拣"),
        chips: fill.chips(),
        hidden: full.then_some(("status", "open")),
        selects: fill.list(|i| Select {
            word: ["label", "settlement", "kind"][i],
            title: "谁发布的",
            choices: fill.choices(),
        }),
        from: fill.text("2026-11-01"),
        to: fill.text("2026-11-30"),
        sorts: fill.choices(),
        heads: fill.list(|i| Head {
            title: ["岗位", "状态", "工钱"][i],
            href: "/desk?sort=title".to_owned(),
            order: (i == 1).then_some(("descending", "▼")),
        }),
        rows: fill.list(|i| ListRow {
            id: format!("job_{i}"),
            href: fill.maybe("/desk/jobs/job_1"),
            name: fill.text("快递分拣工"),
            note: fill.maybe("原因：地点不清楚"),
            cells: ["状态", "工钱"]
                .map(|title| Shown {
                    title,
                    text: fill.text("220元"),
                    class: if i == 0 { "tag" } else { "" },
                    wraps: i == 1,
                })
                .into(),
            press: (i > 0).then(|| ("/desk/jobs/new?from=job_1".to_owned(), "再发一次")),
        }),
        start: 1,
        total: if full { 3 } else { 0 },
        cut: full,
        narrows: fill == Fill::Hostile,
        presses: true,
        newer: fill.maybe("/desk?before=00"),
        older: fill.maybe("/desk?after=00"),
        xlsx: "/desk?as=xlsx".to_owned(),
        csv: "/desk?as=csv".to_owned(),
    })
}

fn desk(fill: Fill) -> String {
    let around = Around {
        lead: fill.text("拖欠1笔"),
        links: fill.list(|_| ("/desk/jobs/new", "发布岗位")),
        none: "还没有岗位。",
        foot: "台账至少保存三年。",
    };
    let page = ListPage { chrome: fill.chrome(), around, list: *list(fill) };
    page.render().unwrap()
}

fn jobs(fill: Fill) -> String {
    let page = JobsPage {
        chrome: fill.chrome(),
        q: fill.text("分拣"),
        understood: fill.list(|i| UnderstoodChip {
            href: "/jobs?q=x".to_owned(),
            text: fill.text("良田镇"),
            kind: "哪里",
            applied: i != 0,
        }),
        lat: fill.text("38.35"),
        lon: fill.text("106.25"),
        sorts: fill.choices(),
        settlements: fill.choices(),
        direct_only: fill != Fill::Empty,
        facets: fill.list(|_| Facet { name: "怎么结", chips: fill.chips() }),
        kept: fill.list(|_| ("skill", fill.text("装卸"))),
        saved: fill.list(|i| SavedChip {
            id: format!("sch_{i}"),
            href: "/jobs?q=x".to_owned(),
            text: fill.text("良田 分拣"),
        }),
        keep: fill.maybe("良田 分拣").map(|name| (name, "q=x".to_owned())),
        days: fill.chips(),
        from: fill.text("2026-11-25T00:00:00+08:00"),
        to: fill.text("2026-11-26T00:00:00+08:00"),
        cards: fill.list(|i| fill.card(i)),
        total: 3,
        next: fill.maybe("/jobs?cursor=x"),
        map: "/jobs/map?q=x".to_owned(),
    };
    page.render().unwrap()
}

fn me(fill: Fill) -> String {
    let page = MePage {
        chrome: fill.chrome(),
        own: Own {
            name: fill.text("王建军"),
            phone: fill.text("138****1234"),
            skills: fill.text("装卸"),
            radius_km: 20.0,
            modes: fill.text("走路、电动车"),
            certificates: fill.text("特种设备作业人员证"),
        },
        news: fill.list(|i| News {
            id: format!("msg_{i}"),
            body: fill.text("明早8点上工"),
            href: "/jobs/job_1".to_owned(),
        }),
        crews: fill.list(|i| OwnCrew {
            leader: format!("acc_{i}"),
            name: fill.text("老马"),
            joined: i == 0,
        }),
        bookings: fill.list(|i| OwnBooking {
            id: format!("bkg_{i}"),
            href: "/jobs/job_1".to_owned(),
            title: fill.text("快递分拣工"),
            shifts: fill.list(|_| fill.text("11月25日 周三 8:00–18:00")),
            status: "已录用",
            page: fill.maybe("/me/bookings/bkg_1"),
            notes: fill.list(|_| fill.text("请在2026-11-25 08:00前答复")),
            asks: if i == 0 { &[] } else { &[Answer { step: "accept", text: "我去" }] },
            way_out: way_out(fill, i),
        }),
        dues: own_dues(fill),
        claims: own_claims(fill),
        matches: fill.list(|i| fill.card(i)),
    };
    page.render().unwrap()
}

fn way_out(fill: Fill, i: usize) -> Option<WayOut> {
    let action = format!("/me/bookings/bkg_{i}/cancel");
    (i > 0).then(|| WayOut { action, step: "cancel", words: fill.text("名额会给别人。") })
}

fn earnings(fill: Fill) -> Vec<EarningRow> {
    fill.list(|i| EarningRow {
        day: "2026-11-24".to_owned(),
        amount: "220".to_owned(),
        place: fill.text("江苏省虎丘区"),
        kind: "工资",
        source: fill.text("工资台账"),
        note: fill.maybe("在户籍县（区）以内，不计入"),
        href: (i == 0).then(|| "/me/wages/wag_1".to_owned()),
        void: (i > 0).then(|| format!("/incomes/inc_{i}/void")),
    })
}

fn own_dues(fill: Fill) -> Vec<OwnDue> {
    fill.list(|i| OwnDue {
        rule: "transport-household".to_owned(),
        title: fill.text("脱贫户和监测对象家庭一次性交通补助"),
        words: fill.text("现在可以申请1000元。"),
        placement: (i == 0).then(|| "plc_1".to_owned()),
        as_of: "2026-11-24".to_owned(),
        can_claim: i != 2,
    })
}

fn own_claims(fill: Fill) -> Vec<OwnClaim> {
    fill.list(|_| OwnClaim {
        title: fill.text("脱贫户和监测对象家庭一次性交通补助"),
        stage: "村级核对",
        amount: "1000元".to_owned(),
        reason: fill.maybe("请补合同"),
    })
}

fn incomes(fill: Fill) -> [String; 2] {
    let shown = IncomePage {
        chrome: fill.chrome(),
        own: fill == Fill::Full,
        title: fill.text("马小军"),
        base: "/me/income".to_owned(),
        papers_to: "/me/income/evidence".to_owned(),
        claims_to: "/me/claims".to_owned(),
        dues: own_dues(fill),
        rows: earnings(fill),
        sums: fill.list(|_| fill.text("2025年10月1日到2026年9月30日：在外挣了12000元")),
        papers: papers(fill),
        choices: vec![Choice::of("其他材料", "其他材料", "")],
        kinds: vec![Choice::of("wage", "工资", "wage")],
        values: Form::of(["date", "amount", "division"].map(|name| (name, fill.text("1")))),
        faults: fill.faults(&["date", "amount", "division", "kind", "paper", "file"]),
    };
    let found = IncomesPage {
        chrome: fill.chrome(),
        values: Form::of(["phone", "name"].map(|name| (name, fill.text("13800001234")))),
        faults: fill.faults(&["phone", "name"]),
    };
    [shown.render().unwrap(), found.render().unwrap()]
}

fn people(fill: Fill) -> [String; 4] {
    let register = RegisterPage {
        chrome: fill.chrome(),
        values: Form::of(["name", "phone", "lat"].map(|name| (name, fill.text("13800001234")))),
        faults: fill.faults(&["name", "phone", "village", "skills", "radius_km", "consent"]),
    };
    let login = LoginPage {
        chrome: fill.chrome(),
        login: fill.text("employer"),
        faults: fill.faults(&["login", "password"]),
        error: fill.maybe("登录名或密码不对"),
        next: fill.text("/desk"),
        csrf: "c0ffee".to_owned(),
    };
    let error = ErrorPage {
        chrome: fill.chrome(),
        title: fill.text("没有找到"),
        advice: "检查一下地址",
        request_id: fill.text("19ab-1"),
        back: (fill != Fill::Empty).then_some(Link { href: "/login", text: "去登录" }),
    };
    let home = HomePage {
        chrome: fill.chrome(),
        queues: fill.list(|_| Queue {
            text: "等您审核",
            href: "/desk?status=in_review".to_owned(),
            count: 9,
            rows: fill.list(|i| QueueRow {
                href: format!("/desk/jobs/job_{i}"),
                title: fill.text("快递分拣工"),
                note: fill.text("等了2小时"),
            }),
        }),
        posts: fill != Fill::Empty,
        tasks: fill.list(|count| Task {
            href: "/desk".to_owned(),
            text: "等审核的岗位",
            count: Some(count),
        }),
        stations: fill.list(|i| fill.station(i)),
    };
    [
        register.render().unwrap(),
        login.render().unwrap(),
        error.render().unwrap(),
        home.render().unwrap(),
    ]
}

fn stations(fill: Fill) -> [String; 2] {
    let list = StationsPage { chrome: fill.chrome(), stations: fill.list(|i| fill.station(i)) };
    let fields = ["operator", "licence", "charges", "supervisor_phone", "words", "ends_on"];
    let one = StationPage {
        chrome: fill.chrome(),
        id: "station0".to_owned(),
        name: fill.text("良田就业创业服务站"),
        values: Form::of(fields.map(|name| (name, fill.text("对求职者全部免费")))),
        faults: fill.faults(&fields),
        kinds: fill.choices(),
        rows: fill.list(|i| NoticeRow {
            id: format!("ntc_{i}"),
            kind: "政策",
            words: fill.text("外出务工满3个月，可以申领交通补贴"),
            span: "2026-11-24 至 2026-12-01".to_owned(),
            is_shown: i == 0,
        }),
        most: 6,
    };
    [list.render().unwrap(), one.render().unwrap()]
}

fn house(fill: Fill) -> Vec<String> {
    let board = BoardPage {
        station_id: "liangtian".to_owned(),
        station_name: fill.text("良田就业创业服务站"),
        feed_path: "/api/v1/stations/liangtian/feed".to_owned(),
        bulletin: fill.text("{}"),
        demo: fill != Fill::Empty,
        hotline: fill.maybe("0951-12333"),
        version: "0.1.0-0a1b2c3d",
    };
    let kiosk = KioskPage {
        station_id: "liangtian".to_owned(),
        station_name: fill.text("良田就业创业服务站"),
        lat: 38.3613,
        lon: 106.1313,
        demo: fill != Fill::Empty,
        hotline: fill.maybe("0951-12333"),
        card_port: (fill != Fill::Empty).then_some(17_530),
        late_hours: 24,
        marks_max: 3,
        version: "0.1.0-0a1b2c3d",
    };
    let pins = PinsPage {
        chrome: fill.chrome(),
        phone: fill.text("13812345678"),
        name: fill.text("马小军"),
        faults: fill.faults(&["phone", "name", "pin"]),
    };
    let screens = ScreensPage {
        chrome: fill.chrome(),
        calls: fill.list(|i| CallRow { id: format!("call_{i}"), text: fill.text("在叫人") }),
        list: list(fill),
        screens: fill.list(|i| ScreenRow {
            id: format!("acc_{i}"),
            name: fill.text("大厅东墙"),
            what: fill.text("大屏，liangtian"),
            kind: "warn",
            state: fill.text("在线"),
            lines: fill.list(|_| fill.text("页面版本")),
            online: i > 0,
            revoked: i == 0,
            notice: (fill.text("开会"), fill.maybe("请填写")),
        }),
        code: (fill != Fill::Empty).then(|| CodeBox {
            name: fill.text("大厅东墙"),
            code: "0123 4567".to_owned(),
            address: fill.text("https://example.org/pair"),
            qr: String::new(),
        }),
        values: Form::default(),
        faults: fill.faults(&["name", "kind", "station"]),
        kinds: fill.choices(),
        stations: fill.choices(),
    };
    let mut pages = vec![
        board.render().unwrap(),
        kiosk.render().unwrap(),
        pins.render().unwrap(),
        PairPage { version: "0.1.0-0a1b2c3d" }.render().unwrap(),
    ];
    // The faults of a form point at its fields, which stand there where there is a choice.
    if fill != Fill::Empty {
        pages.push(screens.render().unwrap());
    }
    pages
}

fn frame(fill: Fill) -> Frame {
    Frame {
        version: "0.1.0-0a1b2c3d",
        demo: fill != Fill::Empty,
        large: fill == Fill::Full,
        station: if fill == Fill::Empty { String::new() } else { "liangtian".to_owned() },
        who: fill.maybe("马**"),
        message: fill.maybe("报上了").map(|text| ("done", text)),
        csrf: "c0ffee".to_owned(),
    }
}

fn phone(fill: Fill) -> Vec<String> {
    let home = PhoneHome {
        frame: frame(fill),
        name: fill.text("良田镇就业服务站"),
        q: fill.text("分拣"),
        chips: fill.chips(),
        cards: fill.list(|i| fill.card(i)),
        total: 3,
        next: fill.maybe("/m/liangtian?cursor=1"),
    };
    let job = |booking| PhoneJob {
        frame: frame(fill),
        id: "job_1".to_owned(),
        title: fill.text("快递分拣工"),
        wage: "220元/天".to_owned(),
        start: "明早8点".to_owned(),
        facts: fill.facts(),
        booking,
    };
    let fields = ["name", "phone", "pin", "consent"];
    let values = Form::of(fields.map(|name| (name, fill.text("马小军"))));
    let join = PhoneJoin {
        frame: frame(fill),
        values,
        next: fill.text("/m/liangtian"),
        faults: fill.faults(&fields),
    };
    let door = PhoneIn {
        frame: frame(fill),
        phone: fill.text("13812345678"),
        next: fill.text("/m/liangtian"),
        faults: fill.faults(&["phone", "pin"]),
    };
    let own_door = PhoneDoor {
        frame: frame(fill),
        id: "job_1".to_owned(),
        title: fill.text("快递分拣工"),
        shifts: fill.list(|i| OwnShift {
            when: "11月25日 周三 8:00–18:00".to_owned(),
            status: "未签到",
            stamps: fill.list(|_| fill.text("8:02签到")),
            door: (i == 0).then_some(Door { step: "check-in", text: "签到" }),
        }),
        code: fill.text("0427"),
        fault: fill.maybe("验证码不对"),
    };
    let my = PhoneMy {
        frame: frame(fill),
        news: fill.list(|i| News {
            id: format!("msg_{i}"),
            body: fill.text("有新活：番茄采摘工，明早8:00，良田镇"),
            href: "/jobs/job_1".to_owned(),
        }),
        bookings: fill.list(|i| OwnBooking {
            id: format!("bkg_{i}"),
            href: "/jobs/job_1".to_owned(),
            title: fill.text("快递分拣工"),
            shifts: fill.list(|_| "11月25日 周三 8:00–18:00".to_owned()),
            status: "已录用",
            page: fill.maybe("/me/bookings/bkg_1"),
            notes: fill.list(|_| fill.text("请在2026-11-25 08:00前答复")),
            asks: if i == 0 { &[] } else { &[Answer { step: "accept", text: "我去" }] },
            way_out: way_out(fill, i),
        }),
        dues: own_dues(fill),
        claims: own_claims(fill),
    };
    vec![
        home.render().unwrap(),
        job(Booking::Offered(fill.choices())).render().unwrap(),
        job(Booking::SignIn("/my/in?at=liangtian".to_owned())).render().unwrap(),
        job(Booking::Not("不招人了")).render().unwrap(),
        join.render().unwrap(),
        door.render().unwrap(),
        my.render().unwrap(),
        own_door.render().unwrap(),
    ]
}

fn dispatch(fill: Fill) -> [String; 2] {
    let row = |n| Row {
        n,
        name: fill.text("王建军 1234"),
        why: fill.text("会分拣 · 距工作地2.3公里"),
        choices: fill.choices(),
        is_kept: n == 0,
    };
    let group = |_| Group {
        href: "/desk/jobs/job_1".to_owned(),
        title: fill.text("快递分拣工"),
        wage: "220元/天 日结".to_owned(),
        hours: fill.text("11月25日 周三 8:00–18:00"),
        address: fill.text("和顺新村"),
        left: 5,
        rows: fill.list(row),
    };
    let person = |i| Person {
        id: format!("wkr_{i}"),
        name: fill.text("王建军 1234"),
        about: fill.text("分拣、装卸"),
        crew: fill.text("3"),
    };
    let page = DispatchPage {
        chrome: fill.chrome(),
        asked: Asked {
            station: fill.text("liangtian"),
            day: fill.text("2026-11-25"),
            who: fill.text("present"),
            least: fill.text("0.6"),
            q: fill.text("王"),
        },
        station: fill.text("良田就业创业服务站"),
        stations: fill.choices(),
        who: fill.choices(),
        least: fill.choices(),
        present: fill.list(person),
        absent: fill.list(person),
        // The numbers of rows are the page's; one group is enough here.
        groups: fill.list(group).into_iter().take(1).collect(),
        without: fill.list(group),
        left: Vec::new(),
        going: 3,
        people: fill.list(person).len(),
        quality: fill.text("算下来没有更好的排法"),
        is_cut: fill != Fill::Empty,
    };
    let refused = |_| Refused {
        name: fill.text("王建军"),
        title: fill.text("快递分拣工"),
        why: fill.text("名额和候补都满了"),
    };
    let done = DonePage {
        chrome: fill.chrome(),
        booked: 3,
        refused: fill.list(refused),
        back: "/desk/dispatch".to_owned(),
    };
    [page.render().unwrap(), done.render().unwrap()]
}

fn term(percent: u8) -> Term {
    Term { text: "还差23天".to_owned(), percent }
}

fn due_row(fill: Fill, can_claim: bool) -> DueRow {
    DueRow {
        rule: "broker-service-fee".to_owned(),
        clause: "六".to_owned(),
        title: fill.text("就业创业服务补贴"),
        status: "符合条件",
        words: fill.text("现在可以申请200元。"),
        trace: fill.list(|_| fill.text("自 2026-01-15 起就业，满 6 个月之日为 2026-07-15：符合")),
        readings: fill.list(|_| fill.text("恰满 6 个月的，按高档。")),
        papers: fill.list(|i| (fill.text("劳动合同"), i == 0)),
        can_claim,
        claim: (!can_claim).then(|| ("/desk/claims/clm_1".to_owned(), "村级核对")),
    }
}

fn papers(fill: Fill) -> Vec<Paper> {
    fill.list(|i| Paper {
        href: format!("/desk/evidence/evd_{i}"),
        paper: fill.text("劳动合同"),
        media: "PDF",
        is_picture: i == 1,
        size: "320 KB".to_owned(),
        sha256: "0a".repeat(32),
    })
}

fn placed(fill: Fill) -> [String; 4] {
    let steps = || {
        fill.list(|_| Step {
            at: "2026-11-24 10:00".to_owned(),
            what: fill.text("登记稳定就业"),
            who: fill.text("您"),
        })
    };
    let all = PlacementsPage {
        chrome: fill.chrome(),
        list: list(fill),
        figures: fill.list(|_| Figure { label: "已领（元）", value: "200".to_owned() }),
        rows: fill.list(|i| PlacementRow {
            href: "/desk/placements/plc_1".to_owned(),
            name: fill.text("马**"),
            employer: fill.text("苏州某电子公司"),
            place: fill.text("江苏省虎丘区"),
            start: "2026-05-01".to_owned(),
            status: "在岗",
            terms: [term(100), term(40)],
            lacking: if i == 0 { vec![] } else { vec!["劳动合同", "社会保险缴费记录"] },
            earned: "0".to_owned(),
            expected: "200".to_owned(),
            risks: if i == 1 { vec![fill.text("还没有劳动合同")] } else { vec![] },
            claimable: i,
            claim: (i == 1).then(|| ("/desk/placements/plc_1/claims".to_owned(), fill.text("fee"))),
        }),
    };
    let fields = ["name", "phone", "employer_name", "division", "start", "day", "paper", "file"];
    let form = PlacementFormPage {
        chrome: fill.chrome(),
        values: Form::of(fields.map(|name| (name, fill.text("金凤区")))),
        faults: fill.faults(if fill == Fill::Full { &[] } else { &["employer_name", "start"] }),
        kinds: fill.choices(),
        gig: fill.maybe("快递分拣工（某公司）"),
        asks_organiser: fill != Fill::Empty,
    };
    let page = PlacementPage {
        chrome: fill.chrome(),
        id: "plc_1".to_owned(),
        name: fill.text("马小军"),
        status: "在岗",
        terms: [term(100), term(40)],
        facts: fill.facts(),
        dues: fill.list(|i| due_row(fill, i == 0)),
        risks: fill.list(|_| fill.text("还没有劳动合同")),
        papers: papers(fill),
        choices: fill.choices(),
        kinds: fill.choices(),
        steps: steps(),
        events: PlacementEvent::ALL.to_vec(),
        values: Form::of(fields.map(|name| (name, fill.text("2026-05-01")))),
        faults: fill.faults(&["contract_signed", "insured", "proofs", "day", "reason", "file"]),
    };
    let insurance = InsurancePage {
        chrome: fill.chrome(),
        taken: (fill != Fill::Empty).then_some(3),
        faults: fill.list(|row| RowFault { row, message: fill.text("编号不对") }),
    };
    [
        all.render().unwrap(),
        form.render().unwrap(),
        page.render().unwrap(),
        insurance.render().unwrap(),
    ]
}

fn claim_page(fill: Fill) -> ClaimPage {
    let step = |word: &'static str, owes_reason, asks_batch, is_range: bool| ClaimStep {
        word,
        text: "通过",
        owes_reason,
        range: is_range.then(|| ("200".to_owned(), "800".to_owned())),
        asks_batch,
        typed: fill.text("请补合同"),
        fault: fill.maybe("请填写原因"),
    };
    ClaimPage {
        chrome: fill.chrome(),
        id: "clm_1".to_owned(),
        title: fill.text("就业创业服务补贴"),
        clause: "六".to_owned(),
        summary: fill.text("每输出 1 人补贴 200 元。"),
        stage: "村级核对",
        way: vec![("村级核对", true, false), ("镇级审核", false, true), ("已发放", false, false)],
        reason: fill.maybe("请补合同"),
        amount: "200元".to_owned(),
        facts: fill.facts(),
        earnings: earnings(fill),
        due: (fill != Fill::Empty).then(|| due_row(fill, false)),
        papers: papers(fill),
        lacking: fill.list(|_| fill.text("劳动合同")),
        conflicts: fill.list(|_| fill.text("另一笔申报占用同一事项")),
        objections: fill.list(|_| (fill.text("他没有去"), fill.text("没有留联系方式"))),
        actions: if fill == Fill::Empty {
            vec![]
        } else {
            vec![
                step("submit", false, false, false),
                step("pass", false, false, true),
                step("pay", false, true, false),
                step("return", true, false, false),
                step("reject", true, false, false),
            ]
        },
        idle: "这一步由别的部门办理。",
        steps: fill.list(|_| Step {
            at: "2026-11-24 10:00".to_owned(),
            what: fill.text("提交了申报"),
            who: fill.text("您"),
        }),
        record: fill.list(|_| Step {
            at: "2026-11-24 10:00".to_owned(),
            what: fill.text("提交了申报"),
            who: fill.text("您"),
        }),
        unconfirmed: fill.list(|_| fill.text("公示天数")),
    }
}

fn money(fill: Fill) -> [String; 7] {
    let notice = || OnNotice {
        id: "clm_1".to_owned(),
        title: fill.text("（六）就业创业服务补贴"),
        payee: fill.text("演示·劳务经纪人甲"),
        person: fill.text("马**"),
        village: fill.text("良田镇和顺新村"),
        place: fill.text("江苏省虎丘区"),
        amount: "200元".to_owned(),
        days: "2026-11-24 至 2026-11-29".to_owned(),
        left: "还剩5天".to_owned(),
        scope: "村级公示",
    };
    let ranking = RankingPage {
        chrome: fill.chrome(),
        terms: vec![("远近", "25".to_owned())],
        never: fill.text("性别、民族"),
        helps: fill.text("脱贫人口"),
        adds: fill.maybe("10"),
    };
    let notices = NoticesPage {
        chrome: fill.chrome(),
        rows: fill.list(|_| notice()),
        length: (fill != Fill::Empty).then_some((5, false)),
        hotline: fill.maybe("0951-12333"),
    };
    let objection = ObjectionPage {
        chrome: fill.chrome(),
        row: notice(),
        values: Form::of([("text", fill.text("他没有去"))]),
        faults: fill.faults(&["text", "contact"]),
    };
    let forecast = ForecastPage {
        chrome: fill.chrome(),
        horizons: vec![30, 90, 180],
        forecasts: fill.list(|_| Forecast {
            title: fill.text("现行方案"),
            rows: fill.list(|i| ForecastRow {
                title: fill.text("（六）就业创业服务补贴"),
                now: "1笔 200元".to_owned(),
                within: vec!["—".to_owned(); 3],
                budget: "没有登记".to_owned(),
                paid: "0元".to_owned(),
                is_over: i == 0,
            }),
            towns: fill.list(|_| TownRow {
                town: fill.text("良田镇"),
                title: fill.text("（六）就业创业服务补贴"),
                within: vec!["1笔 200元".to_owned(); 3],
            }),
        }),
        rules: vec![Choice::of("broker-service-fee", fill.text("就业创业服务补贴"), "")],
        year: 2026,
        budgets: fill != Fill::Empty,
        values: Form::of([("amount", fill.text("1000"))]),
        faults: fill.faults(&["rule", "amount", "file"]),
    };
    let absorption = AbsorptionPage {
        chrome: fill.chrome(),
        rows: fill.list(|i| AbsorbedRow {
            entity: fill.text("演示"),
            name: fill.text("演示·新村就业帮扶车间"),
            relocated: 5,
            listed: 1,
            share: "20.00%".to_owned(),
            alert: fill.maybe("刚过20%"),
            words: fill.list(|_| fill.text("现在可以申请")),
            claimable: if i == 0 {
                vec![("absorption-local".to_owned(), fill.text("就近吸纳"))]
            } else {
                vec![]
            },
        }),
    };
    let dossier = DossierPage { claim: claim_page(fill), printed: "2026-11-24 10:00".to_owned() };
    [
        claim_page(fill).render().unwrap(),
        dossier.render().unwrap(),
        notices.render().unwrap(),
        ranking.render().unwrap(),
        objection.render().unwrap(),
        forecast.render().unwrap(),
        absorption.render().unwrap(),
    ]
}

fn posters(fill: Fill) -> [String; 3] {
    let fields = ["name", "uscc", "id_number", "contact", "phone", "login", "consent", "from"];
    let register = PosterRegisterPage {
        chrome: fill.chrome(),
        kinds: fill.choices(),
        values: Form::of(fields.map(|name| (name, fill.text("塞上建材")))),
        faults: fill.faults(&fields[..7]),
    };
    let mandate = |i: usize| MandateRow {
        id: format!("mdt_{i}"),
        employer: fill.text("塞上建材"),
        days: "2026-11-01 到 2027-11-01".to_owned(),
        status: fill.text("已核验（良田站，2026-11-24）"),
        reason: fill.maybe("没有盖章"),
        paper: "/desk/evidence/evd_1".to_owned(),
        to: format!("/desk/mandates/mdt_{i}"),
        verifies: i == 0,
        refuses: i < 2,
        refusal: "不通过",
    };
    let own = PosterPage {
        chrome: fill.chrome(),
        name: fill.text("塞上建材"),
        status: fill.text("待核验"),
        lacking: fill.maybe("单位资料还没有核验"),
        facts: fill.facts(),
        papers: papers(fill),
        choices: fill.choices(),
        is_between: fill != Fill::Empty,
        mandates: fill.list(mandate),
        kinds: fill.choices(),
        values: Form::of(fields.map(|name| (name, fill.text("塞上建材")))),
        faults: fill.faults(if fill == Fill::Empty { &[] } else { &["uscc", "to", "mandate"] }),
    };
    let one = VettingPage {
        chrome: fill.chrome(),
        id: "org_1".to_owned(),
        to: "/desk/orgs/org_1".to_owned(),
        name: fill.text("塞上建材"),
        status: fill.text("待核验"),
        reason: fill.maybe("执照看不清"),
        lacking: fill.maybe("单位资料还没有核验"),
        facts: fill.facts(),
        papers: papers(fill),
        verifies: true,
        refuses: true,
        refusal: "不通过",
        fault: fill.maybe("请填写原因"),
        typed: fill.text("执照"),
        mandates: fill.list(mandate),
        steps: fill.list(|_| Step {
            at: "2026-11-24 10:00".to_owned(),
            what: fill.text("登记了单位"),
            who: fill.text("您"),
        }),
    };
    [register.render().unwrap(), own.render().unwrap(), one.render().unwrap()]
}

fn samples(fill: Fill) -> Vec<String> {
    let mut pages = vec![
        posting_form_page(fill),
        desk_job(fill),
        desk(fill),
        jobs(fill),
        me(fill),
        job(fill, Booking::Offered(fill.choices())),
        job(fill, Booking::SignIn("/login?next=/jobs/job_1".to_owned())),
        job(fill, Booking::Register),
        job(fill, Booking::Not("不招人了")),
    ];
    pages.extend(people(fill));
    pages.extend(stations(fill));
    pages.extend(posters(fill));
    pages.extend(crew(fill));
    pages.extend(work(fill));
    pages.extend(rights(fill));
    pages.extend(house(fill));
    pages.extend(phone(fill));
    pages.extend(dispatch(fill));
    pages.extend(placed(fill));
    pages.extend(money(fill));
    pages.extend(incomes(fill));
    pages
}

/// A start tag: its name and its attributes.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    /// What stands after it, up to the next tag.
    text: String,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The start and end tags of a page; our templates quote every attribute.
fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    for piece in html.split('<').skip(1) {
        let (mut inside, mut quoted) = (piece.len(), false);
        for (i, c) in piece.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '>' if !quoted => {
                    inside = i;
                    break;
                }
                _ => {}
            }
        }
        let (tag, text) = piece.split_at(inside);
        let (name, mut rest) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
        let mut attributes = Vec::new();
        while !rest.trim().is_empty() {
            rest = rest.trim_start();
            let end = rest.find([' ', '=', '\n']).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            let mut value = String::new();
            rest = after;
            if let Some(after) = after.strip_prefix("=\"") {
                let end = after.find('"').expect("a quoted attribute ends");
                value = after[..end].to_owned();
                rest = &after[end + 1..];
            }
            attributes.push((key.to_owned(), value));
        }
        tags.push(Tag {
            name: name.to_owned(),
            attributes,
            text: text.trim_start_matches('>').trim().to_owned(),
        });
    }
    tags
}

/// What is wrong with a page.
fn findings(html: &str) -> Vec<String> {
    let tags = tags(html);
    let mut findings = Vec::new();
    let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
    if count("h1") != 1 {
        findings.push(format!("{} h1", count("h1")));
    }
    if count("title") != 1 {
        findings.push(format!("{} titles", count("title")));
    }
    let html_tag = tags.iter().find(|tag| tag.name == "html");
    if html_tag.and_then(|tag| tag.get("lang")) != Some("zh-CN") {
        findings.push("no lang".to_owned());
    }
    let (mut ids, mut labelled, mut labels_open) = (BTreeSet::new(), BTreeSet::new(), 0);
    for tag in &tags {
        if let Some(target) = tag.get("for") {
            labelled.insert(target);
        }
        if let Some(id) = tag.get("id")
            && !ids.insert(id)
        {
            findings.push(format!("id {id} twice"));
        }
    }
    for tag in &tags {
        let name = tag.name.as_str();
        match name {
            "label" => labels_open += 1,
            "/label" => labels_open -= 1,
            "style" => findings.push("a style element".to_owned()),
            "script" if tag.get("src").is_none() || !tag.text.is_empty() => {
                findings.push(format!("an inline script: {}", tag.text));
            }
            "input" | "select" | "textarea" if tag.get("type") != Some("hidden") => {
                let by_id = tag.get("id").is_some_and(|id| labelled.contains(id));
                let by_itself = tag.get("aria-label").is_some_and(|label| !label.is_empty());
                if !by_id && !by_itself && labels_open == 0 {
                    findings.push(format!("{name} {:?} has no label", tag.get("name")));
                }
            }
            _ => {}
        }
        for (key, value) in &tag.attributes {
            if key == "style" || (key.starts_with("on") && key.len() > 2) {
                findings.push(format!("{name} has {key}"));
            }
            let points = matches!(key.as_str(), "for" | "aria-describedby" | "aria-labelledby");
            for target in value.split(' ').filter(|id| points && !id.is_empty()) {
                if !ids.contains(target) {
                    findings.push(format!("{name} {key} points at no {target}"));
                }
            }
        }
        if name == "form" && tag.get("method") == Some("post") && tag.get("action").is_none() {
            findings.push("a form without an address".to_owned());
        }
    }
    let posts = tags.iter().filter(|tag| tag.get("method") == Some("post")).count();
    let csrf = tags.iter().filter(|tag| tag.get("name") == Some("csrf")).count();
    if posts != csrf {
        findings.push(format!("{posts} forms that post, {csrf} csrf tokens"));
    }
    findings
}

#[test]
fn every_page_is_sound_whatever_it_shows() {
    for fill in FILLS {
        for html in samples(fill) {
            let title = html.split("<title>").nth(1).and_then(|rest| rest.split('<').next());
            let found = findings(&html);
            assert!(found.is_empty(), "{fill:?} {title:?}: {found:#?}");
        }
    }
}

#[test]
fn faults_of_a_page_are_found() {
    let sound = "<html lang=\"zh-CN\"><title>t</title><h1>h</h1>";
    assert!(findings(sound).is_empty());
    for fault in [
        "<h1>again</h1>",
        "<input name=\"a\">",
        "<p id=\"a\"></p><p id=\"a\"></p>",
        "<p style=\"color: red\">",
        "<script>f()</script>",
        "<a onclick=\"f()\">",
        "<style>p {}</style>",
        "<input id=\"a\" aria-describedby=\"b\"><label for=\"a\"></label>",
        "<form method=\"post\" action=\"/\"></form>",
    ] {
        assert_eq!(findings(&format!("{sound}{fault}")).len(), 1, "{fault}");
    }
}
