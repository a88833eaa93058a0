//! The log in plain words.

use std::collections::BTreeMap;

use super::words;
use crate::{
    domain::{
        account::{Account, Role},
        ids::AccountId,
    },
    http::problem::Problem,
    store::{LogRow, View},
};

/// One thing that happened.
pub struct Step {
    /// When.
    pub at: String,
    /// What.
    pub what: String,
    /// Who.
    pub who: String,
}

/// What a verb of the log means.
pub fn what(verb: &str) -> &str {
    match verb {
        "post" => "写了岗位",
        "revise" => "改了内容",
        "submit" => "提交审核",
        "approve" => "审核通过",
        "reject" => "退回",
        "close" => "结束招聘",
        "withdraw" => "撤下",
        "expire" => "到期下屏",
        "import" => "从名单导入",
        "take_place" => "录用了一人",
        "free_place" => "空出一个名额",
        "look" => "查看",
        "add_user" => "开了账号",
        "sign_in" => "登录",
        "sign_in_failed" => "登录失败",
        "sign_out" => "退出登录",
        "add_org" | "register_org" => "登记了单位",
        "verify" => "通过核验",
        "refuse" => "核验没有通过",
        "renew" => "改了资料，重新提交核验",
        "add_mandate" => "交了委托书",
        "add_station" => "开了站点",
        "open_account" => "开了数字密码的账号",
        "issue_screen" => "登记了屏幕",
        "recode_screen" => "换了屏幕的配对码",
        "revoke_screen" => "收回了屏幕的令牌",
        "pair" => "屏幕配对",
        "call_staff" => "自助机叫人",
        "answer_call" => "去了自助机",
        "set_pin" => "设了数字密码",
        "register" => "登记求职者",
        "merge" => "合并重复登记，留这份",
        "merged" => "并入另一份登记",
        "tell_apart" => "确认不是同一个人",
        "book" => "报名",
        "cancel" => "取消报名",
        "accept" => "录用",
        "decline" => "没有录用",
        "promote" => "候补转为录用",
        "note_present" => "记下谁到场",
        "assemble" => "集合派工",
        "disclose" => "写了站点公示",
        "put_up" => "发了告示",
        "withdraw_notice" => "撤下告示",
        "take_down" => "撤下被投诉的岗位",
        "shortlist" => "入选",
        "read_message" => "看了消息",
        "mark" => "记失信",
        "lift_mark" => "撤销失信",
        "redeem" => "抵消失信",
        "appeal" => "申诉",
        "rule" => "答复申诉",
        "rate" => "评价",
        "block" => "不再合作",
        "unblock" => "恢复合作",
        "complain" => "提出投诉",
        "take" => "受理",
        "solve" => "办结",
        "dismiss" => "不予受理",
        "reopen" => "重新办理",
        "look_complaints" => "查看投诉",
        "check_in" => "签到",
        "check_out" => "签退",
        "read_card" => "在自助机上刷身份证",
        "unknown_card" => "刷了没登记过的身份证",
        "miss" => "记为缺勤",
        "propose_times" => "提出更正时间",
        "refuse_times" => "不同意更正",
        "correct" => "双方更正时间",
        "wage" => "记工资",
        "pay" => "记发放",
        "adjust" => "加扣工资",
        "confirm_wage" => "本人确认收到",
        "deny_wage" => "本人说没收到",
        "arrears" => "到期未发",
        "bar" => "暂停发布",
        "lift_bar" => "解除暂停",
        "look_list" => "查看名单",
        "look_ledger" => "查看工资台账",
        "undo" => "撤销了刚才的一步",
        "take_back" => "撤销了刚才的一步，本人知道",
        "offer" => "发录用通知",
        "call_off" => "取消录用",
        "confirm" => "确认会来",
        "lapse" => "没有按时确认，名额释放",
        "orphan" => "岗位结束，报名作废",
        "add_member" => "邀请加入班组",
        "join_crew" => "加入班组",
        "leave_crew" => "离开班组",
        "place" => "登记稳定就业",
        "end_placement" => "登记离岗",
        "resume_placement" => "撤销离岗",
        "void_placement" => "作废",
        "revise_placement" => "补记合同、参保或在岗",
        "insure" => "按名单补记参保月份",
        "export" => "导出名单",
        "add_evidence" => "交了材料",
        "declare" => "申报收入",
        "void_income" => "撤销一笔收入",
        "file_claim" => "填了申报",
        "submit_claim" => "提交了申报",
        "withdraw_claim" => "撤回了申报",
        "reject_claim" => "不予批准",
        "pass_claim" => "本环节通过",
        "end_notice" => "公示期满",
        "object" => "收到异议，停止公示",
        "dismiss_objection" => "异议不成立",
        "return_claim" => "退回补正",
        "pay_claim" => "登记发放",
        "claw_back_claim" => "追回",
        "set_budget" => "登记预算",
        "save_search" => "存下搜索",
        "forget_search" => "去掉存下的搜索",
        other => other,
    }
}

/// How much of an account is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// Only the role.
    Role,
    /// The role and the login.
    Login,
}

/// The accounts that acted in these rows.
pub async fn actors(
    view: &mut View,
    rows: &[LogRow],
) -> Result<BTreeMap<String, Account>, Problem> {
    let mut known = BTreeMap::new();
    for row in rows {
        if known.contains_key(&row.actor) {
            continue;
        }
        if let Ok(id) = row.actor.parse::<AccountId>()
            && let Some(account) = view.account(&id).await?
        {
            known.insert(row.actor.clone(), account);
        }
    }
    Ok(known)
}

/// Who acted, as `reader` is told.
pub fn who(
    actor: &str,
    known: &BTreeMap<String, Account>,
    reader: &Account,
    naming: Naming,
) -> String {
    match known.get(actor) {
        Some(account) if account.id == reader.id => "您".to_owned(),
        _ => named(actor, known, naming),
    }
}

fn named(actor: &str, known: &BTreeMap<String, Account>, naming: Naming) -> String {
    match (actor, known.get(actor)) {
        ("house", _) => "系统".to_owned(),
        ("operator", _) => "运维（命令行）".to_owned(),
        (_, Some(account)) if naming == Naming::Role => account.role.label().to_owned(),
        (_, Some(account)) => format!("{} {}", account.role.label(), account.login),
        (_, None) => "已不在的账号".to_owned(),
    }
}

/// What happened to a record, newest first; whoever administers sees logins.
pub fn steps(rows: &[LogRow], known: &BTreeMap<String, Account>, reader: &Account) -> Vec<Step> {
    let naming = if reader.role == Role::Admin { Naming::Login } else { Naming::Role };
    let step = |row: &LogRow| Step {
        at: words::minute(row.at),
        what: what(&row.verb).to_owned(),
        who: who(&row.actor, known, reader, naming),
    };
    rows.iter().rev().map(step).collect()
}

/// What was done about a record, oldest first and by whom, for paper: nobody reads it as 您, and who
/// only looked stays in the audit trail.
pub fn record(rows: &[LogRow], known: &BTreeMap<String, Account>) -> Vec<Step> {
    let done = rows.iter().filter(|row| !matches!(row.verb.as_str(), "look" | "export"));
    done.map(|row| Step {
        at: words::minute(row.at),
        what: what(&row.verb).to_owned(),
        who: named(&row.actor, known, Naming::Login),
    })
    .collect()
}
