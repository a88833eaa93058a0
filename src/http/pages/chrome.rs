//! The frame around a page: who is signed in, where they may go, what was just done.

use axum::http::StatusCode;

use super::{App, Visitor};
use crate::{
    domain::account::{Account, Role},
    http::{Access, assets, body::Query, problem::Problem},
    market::Verb,
};

/// Who is signed in, as shown.
pub struct User {
    /// The login.
    pub name: String,
    /// The role in words.
    pub role: &'static str,
}

/// One entry of the menu.
pub struct NavItem {
    /// Where it leads.
    pub href: &'static str,
    /// What it says.
    pub text: &'static str,
    /// Whether it is where we are.
    pub current: bool,
    /// How much waits there.
    pub count: Option<usize>,
}

/// Something to tell above the page.
pub struct Message {
    /// `done`, `warn` or `stop`.
    pub kind: &'static str,
    /// What to tell.
    pub text: String,
}

/// The frame of a page, as `layout.html` describes it.
pub struct Chrome {
    /// Of the static files.
    pub version: &'static str,
    /// Whether the data is made up.
    pub demo: bool,
    /// Who is signed in.
    pub user: Option<User>,
    /// The menu's groups.
    pub nav: Vec<NavItem>,
    /// What belongs to the group where we are.
    pub around: Vec<NavItem>,
    /// What to tell.
    pub messages: Vec<Message>,
    /// The form whose kept draft was saved.
    pub draft_done: Option<&'static str>,
    /// For this visitor's forms.
    pub csrf: String,
    /// Whether the reader seeks work: on a phone, everything is larger.
    pub seeks: bool,
    /// Whether the page is in large type.
    pub large: bool,
}

/// An entry of the menu: where it leads, what it says, whom it is for.
type Entry = (&'static str, &'static str, Access);

/// The menu by what people come for.
const NAV: &[(&str, &[Entry])] = &[
    (
        "招人",
        &[
            ("/desk", "岗位管理", Access::May(Verb::ReadDraft)),
            ("/desk/jobs/new", "发布岗位", Access::May(Verb::Post)),
            ("/desk/bookings", "报名和录用", Access::May(Verb::Roster)),
            ("/desk/dispatch", "集合派工", Access::May(Verb::Dispatch)),
            ("/desk/orgs", "核验单位", Access::May(Verb::Verify)),
            ("/org", "单位资料", Access::May(Verb::KeepOrg)),
        ],
    ),
    (
        "求职者",
        &[
            ("/desk/workers", "求职者名单", Access::May(Verb::Enrol)),
            ("/desk/workers/new", "登记求职者", Access::May(Verb::Enrol)),
            ("/desk/pins", "设数字密码", Access::May(Verb::SetPin)),
        ],
    ),
    ("找活", &[("/jobs", "在招岗位", Access::Public)]),
    (
        "我的",
        &[
            ("/me", "我的报名", Access::May(Verb::Book)),
            ("/me/wages", "我的工钱", Access::May(Verb::Book)),
            ("/me/crew", "我的班组", Access::May(Verb::Lead)),
            ("/complaints", "投诉维权", Access::May(Verb::Complain)),
        ],
    ),
    (
        "工钱和投诉",
        &[
            ("/desk/wages", "工资台账", Access::May(Verb::Pay)),
            ("/desk/attendance", "出勤", Access::May(Verb::Roster)),
            ("/desk/complaints", "投诉", Access::May(Verb::Handle)),
            ("/desk/appeals", "申诉", Access::May(Verb::Handle)),
            ("/desk/bars", "停发名单", Access::May(Verb::Handle)),
            ("/marks", "信用记录", Access::Either(Verb::Roster, Verb::Book)),
        ],
    ),
    (
        "补贴",
        &[
            ("/desk/placements", "稳定就业", Access::May(Verb::Place)),
            ("/desk/claims", "申报", Access::Either(Verb::Place, Verb::CheckClaim)),
            ("/desk/incomes", "收入申报", Access::May(Verb::SetPin)),
            ("/desk/absorption", "就近吸纳", Access::May(Verb::Place)),
            ("/desk/forecast", "资金预测", Access::May(Verb::Foresee)),
            ("/notices", "公示", Access::Public),
        ],
    ),
    (
        "站点",
        &[
            ("/desk/screens", "屏幕", Access::May(Verb::Screens)),
            ("/desk/stations", "站点告示", Access::May(Verb::Inform)),
        ],
    ),
    (
        "管理",
        &[
            ("/admin/accounts", "账号", Access::May(Verb::Administer)),
            ("/admin/audit", "操作记录", Access::May(Verb::Administer)),
        ],
    ),
];

/// Whether this account seeks work.
fn seeks(account: Option<&Account>) -> bool {
    account.is_some_and(|a| matches!(a.role, Role::Worker | Role::Leader))
}

/// Whether an entry is for this account; some are only for whom they are about.
fn is_for(account: Option<&Account>, (href, _, access): &Entry) -> bool {
    let seeks = seeks(account);
    access.allows(account)
        && match *href {
            "/complaints" => seeks,
            "/org" => account.is_some_and(|a| a.org.is_some()),
            "/marks" => account.is_some_and(|a| a.org.is_some() || a.worker.is_some()),
            other => !other.starts_with("/me") || seeks,
        }
}

/// The two rows of the menu at `path`: the groups, and what belongs to the group where we are. A
/// group of one stands for itself.
fn menu(account: Option<&Account>, path: &str) -> (Vec<NavItem>, Vec<NavItem>) {
    let (mut groups, mut around) = (Vec::new(), Vec::new());
    for (title, entries) in NAV {
        let mut own: Vec<NavItem> = entries
            .iter()
            .filter(|entry| is_for(account, entry))
            .map(|&(href, text, _)| NavItem { href, text, current: href == path, count: None })
            .collect();
        let current = own.iter().any(|item| item.current);
        match own.as_slice() {
            [] => {}
            [_] => groups.append(&mut own),
            [first, ..] => {
                groups.push(NavItem { href: first.href, text: title, current, count: None });
                if current {
                    around = own;
                }
            }
        }
    }
    (groups, around)
}

/// The login; nothing where only a PIN or a card opens the account, whose login nobody chose.
fn shown_name(account: &Account) -> String {
    if account.login == account.id.as_str() { String::new() } else { account.login.clone() }
}

impl Chrome {
    /// The frame of the page at `path`.
    pub fn new(app: &App, visitor: &Visitor, path: &str) -> Chrome {
        let account = visitor.account.as_ref();
        let (nav, around) = menu(account, path);
        Chrome {
            version: assets::version(),
            demo: app.settings.demo,
            user: account
                .map(|account| User { name: shown_name(account), role: account.role.label() }),
            nav,
            around,
            messages: Vec::new(),
            draft_done: None,
            csrf: visitor.csrf(),
            seeks: seeks(account),
            large: visitor.large,
        }
    }

    /// With how much waits at an address of the menu.
    pub fn counting(mut self, href: &str, count: usize) -> Chrome {
        let items = self.nav.iter_mut().chain(self.around.iter_mut());
        for item in items.filter(|item| item.href == href) {
            item.count = Some(count);
        }
        self
    }

    /// With the message that the address carries, if any.
    pub fn telling(mut self, query: &Query) -> Chrome {
        let told = query.get("said").and_then(said);
        self.messages.extend(told.map(|(kind, text)| Message { kind, text: text.to_owned() }));
        self
    }

    /// With what was just done, or with what stood in its way; the status says which.
    pub fn after(self, query: Option<&Query>, fault: Option<Problem>) -> (Chrome, StatusCode) {
        let chrome = match query {
            Some(query) => self.telling(query),
            None => self,
        };
        match fault {
            Some(problem) => (chrome.stopped(problem.title), problem.status),
            None => (chrome, StatusCode::OK),
        }
    }

    /// With a message that something stands in the way.
    pub fn stopped(mut self, text: impl Into<String>) -> Chrome {
        let text = text.into();
        self.messages.push(Message { kind: "stop", text });
        self
    }
}

/// What the codes of our own redirects mean; free text in an address is never shown.
pub fn said(code: &str) -> Option<(&'static str, &'static str)> {
    let told = match code {
        "posted" => ("done", "已存为草稿，提交审核以后才会上屏"),
        "posted_submitted" | "saved_submitted" | "submitted" => ("done", "已提交，等工作人员审核"),
        "posted_only" => ("warn", "已存为草稿，但没能提交审核，请看下面的原因"),
        "saved" => ("done", "已保存"),
        "approved" => ("done", "已通过，岗位已经上屏"),
        "rejected" => ("done", "已退回给发布人"),
        "closed" => ("done", "已结束招聘，岗位已经下屏"),
        "withdrawn" => ("done", "已撤下"),
        "booked" => ("done", "报上了，名额给您留着。请按时上工"),
        "applied" => ("done", "已报名，等用人单位联系您"),
        "waiting" => ("warn", "名额满了，您在候补名单上，有人退出就轮到您"),
        "search_saved" => ("done", "存好了，下次点一下就找"),
        "search_forgotten" => ("done", "已去掉"),
        "cancelled" => ("done", "已取消报名"),
        "screen_revoked" => ("done", "令牌收回了，这块屏幕断开了"),
        "screen_reloaded" => ("done", "已叫这块屏幕刷新"),
        "screen_told" => ("done", "已发到屏幕上"),
        "call_answered" => ("done", "记下了"),
        "taken" => ("done", "已录用"),
        "checked_in" => ("done", "签到好了"),
        "read" => ("done", "好"),
        "rated" => ("done", "谢谢评价"),
        "blocked" => ("done", "好，以后不再安排你们合作"),
        "unblocked" => ("done", "好，以后还可以合作"),
        "appealed" => ("done", "申诉已提交，等工作人员答复"),
        "ruled" => ("done", "已答复"),
        "complained" => ("done", "收到了，我们会在期限以前办"),
        "complaint_moved" => ("done", "已记上"),
        "checked_out" => ("done", "签退好了，辛苦了。工钱记上了"),
        "times_proposed" => ("done", "已提出更正，等对方同意"),
        "times_confirmed" => ("done", "已更正，工钱按新的时间算"),
        "times_refused" => ("done", "没有更正，时间还是原来的"),
        "wage_paid" => ("done", "已记上，本人会被问一句收到没有"),
        "wage_confirmed" => ("done", "好，记上了"),
        "wage_denied" => ("warn", "已记为拖欠，工作人员看得到"),
        "bar_lifted" => ("done", "已解除，可以再发布岗位"),
        "shortlisted" => ("done", "已入选"),
        "offered" => ("done", "已发录用通知，等本人确认"),
        "declined" => ("done", "已告知没有录用"),
        "undone" => ("done", "撤销了，和刚才以前一样"),
        "called_off" => ("done", "已取消录用，本人会看到原因"),
        "offer_taken" => ("done", "说好了，名额给您留着。请按时上工"),
        "offer_refused" => ("done", "已告诉用人单位您不去"),
        "confirmed" => ("done", "好，请按时上工"),
        "member_joined" => ("done", "已加入班组"),
        "member_asked" => ("warn", "已发邀请，等本人同意"),
        "member_removed" => ("done", "已移出班组"),
        "crew_joined" => ("done", "已加入班组"),
        "crew_left" => ("done", "已退出班组"),
        "crew_booked" => ("done", "全组报上了，名额给你们留着。请按时上工"),
        "crew_partly" => ("warn", "一部分组员报上了，其余的人在候补名单上"),
        "crew_waits" => ("warn", "已报名，等用人单位决定或空出名额"),
        "enrolled" => ("done", "登记好了"),
        "merged" => ("done", "合并好了，另一份的报名、考勤、工钱和申报都在这份里"),
        "told_apart" => ("done", "记下了，以后不再提这两份"),
        "group_noted" => ("done", "记上了"),
        "group_withdrawn" => ("done", "撤回了，不再使用"),
        "pin_set" => ("done", "数字密码设好了，请本人记住"),
        "registered" => ("done", "登记好了，可以报名了"),
        "present" => ("done", "到场的人记好了，下面是重新排的"),
        "disclosed" => ("done", "已保存，大屏上马上更新"),
        "put_up" => ("done", "告示已发布，到时间就上屏"),
        "taken_down" => ("done", "告示已撤下"),
        "placed" => ("done", "已登记。材料和参保月份可以现在补，也可以以后补"),
        "paper_added" => ("done", "材料已收下"),
        "income_declared" => ("done", "记上了"),
        "income_voided" => ("done", "撤销了，这一笔不再计入"),
        "claim_filed" => ("done", "已存为待提交，核对以后点“提交”"),
        "claim_moved" => ("done", "已办理"),
        "claimed_own" => ("done", "已经替您提交，办到哪一步在下面看"),
        "objected" => ("done", "异议已收下，会有人核查"),
        "org_registered" => ("done", "已登记。可以先写岗位草稿；工作人员核验以后才能提交和发布"),
        "org_renewed" => ("done", "已保存，等工作人员重新核验"),
        "org_verified" => ("done", "已通过核验"),
        "org_refused" => ("done", "已记上，对方会看到原因"),
        "mandate_added" => ("done", "委托书已收下，等工作人员核验"),
        "register_first" => ("warn", "先登记一下，再去报名"),
        _ => return None,
    };
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AccountId, Seedling};

    fn account(role: Role) -> Account {
        Account {
            id: AccountId::grow(Seedling { at_ms: 1, random: 1 }),
            login: "one".to_owned(),
            role,
            org: Some("org-one".parse().unwrap()),
            station: None,
            worker: None,
        }
    }

    #[test]
    fn every_entry_is_reached_in_two_presses_and_no_row_is_long() {
        for role in Role::ALL {
            let account = account(*role);
            let (groups, _) = menu(Some(&account), "/");
            assert!(groups.len() <= 7, "{role:?}");
            let mut reached: Vec<&str> = Vec::new();
            for group in &groups {
                let (_, around) = menu(Some(&account), group.href);
                assert!(around.len() <= 6, "{role:?} {}", group.text);
                reached.push(group.href);
                reached.extend(around.iter().map(|item| item.href));
            }
            let entries = NAV.iter().flat_map(|(_, entries)| entries.iter());
            for entry in entries.filter(|entry| is_for(Some(&account), entry)) {
                assert!(reached.contains(&entry.0), "{role:?} {}", entry.0);
            }
        }
    }

    #[test]
    fn the_row_below_belongs_to_where_we_are() {
        let staff = account(Role::Staff);
        let (groups, around) = menu(Some(&staff), "/desk/appeals");
        let current: Vec<&str> =
            groups.iter().filter(|group| group.current).map(|group| group.text).collect();
        assert_eq!(current, ["工钱和投诉"]);
        assert!(around.iter().any(|item| item.current && item.href == "/desk/appeals"));
        assert!(menu(None, "/jobs").1.is_empty());
    }
}
