//! What a client is told when something did not work: problem+json (RFC 9457) with a Chinese
//! title for the person, a code for the program, and each field's fault.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    domain::{
        booking::NoPlace,
        evidence::NotEvidence,
        fields::{FieldError, FieldErrors},
        poster::NotCleared,
    },
    market::{MarketError, NoClaim},
    store::StoreError,
};

/// One field's fault on the wire.
#[derive(Clone, Debug, Serialize)]
pub struct FieldProblem {
    /// The field's path.
    pub field: String,
    code: &'static str,
    /// For people, in Chinese: what to do.
    pub message: String,
}

impl From<&FieldError> for FieldProblem {
    fn from(error: &FieldError) -> FieldProblem {
        let (field, message) = (error.field.clone(), error.message.clone());
        FieldProblem { field, code: error.code, message }
    }
}

/// An answer that says what did not work.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    /// For people, in Chinese: what happened and what to do.
    pub title: String,
    #[serde(serialize_with = "status_number")]
    pub(super) status: StatusCode,
    code: &'static str,
    /// Each field's fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    #[serde(skip)]
    retry_after_s: Option<i64>,
}

fn status_number<S: serde::Serializer>(status: &StatusCode, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u16(status.as_u16())
}

impl Problem {
    /// A problem with this status, code and title.
    pub fn new(status: StatusCode, code: &'static str, title: impl Into<String>) -> Problem {
        Problem {
            kind: "about:blank",
            title: title.into(),
            status,
            code,
            errors: Vec::new(),
            retry_after_s: None,
        }
    }

    /// The same, which may be tried again after so many seconds.
    pub fn retry_after(mut self, seconds: i64) -> Problem {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Each field's fault: the field and the sentence.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.errors.iter().map(|error| (error.field.as_str(), error.message.as_str()))
    }

    /// The client must sign in.
    pub fn sign_in() -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "sign_in", "请先登录")
    }

    /// The client's role does not reach this.
    pub fn forbidden() -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "forbidden", "您的账号没有这项权限")
    }

    /// There is nothing here, as far as the client may know.
    pub fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", "没有找到，可能已经删除或地址写错了")
    }

    /// The request can't be understood.
    pub fn bad_request(title: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "bad_request", title)
    }
}

impl From<FieldErrors> for Problem {
    fn from(errors: FieldErrors) -> Problem {
        let title = match errors.0.as_slice() {
            [one] => one.message.clone(),
            all => format!("有{}处需要修改", all.len()),
        };
        let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title);
        problem.errors = errors.0.iter().map(FieldProblem::from).collect();
        problem
    }
}

impl From<NoPlace> for Problem {
    fn from(error: NoPlace) -> Problem {
        let (code, title) = match error {
            NoPlace::Full => ("full", "名额和候补都满了，看看别的活吧".to_owned()),
            NoPlace::Few(left) => {
                ("full", format!("只剩{left}个名额，可以先去{left}个人，其余的人候补"))
            }
            NoPlace::Clash(title) => ("clash", format!("时间和已报名的“{title}”冲突")),
            NoPlace::Closed => ("closed", "这个岗位已经不招人了".to_owned()),
            NoPlace::Blocked(why) => ("blocked", why),
        };
        Problem::new(StatusCode::CONFLICT, code, title)
    }
}

impl From<NotCleared> for Problem {
    fn from(why: NotCleared) -> Problem {
        let code = match &why {
            NotCleared::Unchecked | NotCleared::Refused(_) => "unverified",
            NotCleared::Expired(_) => "licence",
            NotCleared::NoMandate(_)
            | NotCleared::MandateUnchecked(_)
            | NotCleared::MandateRefused(_)
            | NotCleared::MandateEarly(_)
            | NotCleared::MandateOver(_) => "mandate",
        };
        Problem::new(StatusCode::CONFLICT, code, why.sentence())
    }
}

impl From<NoClaim> for Problem {
    fn from(error: NoClaim) -> Problem {
        let (code, title) = match error {
            NoClaim::NotEligible(why) => ("not_eligible", format!("还不能申报：{why}")),
            NoClaim::Claimed => ("claimed", "这一项已经申报过了".to_owned()),
            NoClaim::Drawn => ("drawn", "同一事项已由另一笔申报领取，或者剩余额度不够".to_owned()),
            NoClaim::OwnAffair => ("own_claim", "不能审核自己的申报，请由别人办理".to_owned()),
            NoClaim::OtherDesk => ("other_desk", "这一步由别的部门办理".to_owned()),
        };
        Problem::new(StatusCode::CONFLICT, code, title)
    }
}

impl From<MarketError> for Problem {
    fn from(error: MarketError) -> Problem {
        match error {
            MarketError::Invalid(errors) => Problem::from(errors),
            MarketError::Refused(refused) => {
                let can = if refused.allowed.is_empty() {
                    "它已经结束了".to_owned()
                } else {
                    format!("现在可以：{}", refused.allowed.join("、"))
                };
                let (record, from, event) = (refused.record, refused.from, refused.event);
                let title = format!("“{from}”的{record}不能“{event}”，{can}");
                Problem::new(StatusCode::CONFLICT, "state", title)
            }
            MarketError::Forbidden => Problem::forbidden(),
            MarketError::NotFound => Problem::not_found(),
            MarketError::Stale => {
                let title = "别人刚刚改过，请重新打开再改";
                Problem::new(StatusCode::PRECONDITION_FAILED, "stale", title)
            }
            MarketError::NeedsReview => {
                let title = "这些内容已经审核或正在审核，请撤下后重新发布";
                Problem::new(StatusCode::CONFLICT, "needs_review", title)
            }
            MarketError::NoPlace(error) => Problem::from(error),
            MarketError::TooLate(title) => Problem::new(StatusCode::CONFLICT, "too_late", title),
            MarketError::Barred(why) => {
                let title = format!("暂停发布：{why}。结清以后请找站点工作人员解除");
                Problem::new(StatusCode::CONFLICT, "barred", title)
            }
            MarketError::NotCleared(why) => Problem::from(why),
            MarketError::KeyReused => {
                let title = "这个Idempotency-Key已经用于另一个请求";
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "key_reused", title)
            }
            MarketError::Duplicate { field, held } => {
                let title = match held {
                    Some(id) => format!("已经有这条记录：{id}"),
                    None => "已经有这条记录".to_owned(),
                };
                let mut problem = Problem::new(StatusCode::CONFLICT, "duplicate", title.clone());
                let field = field.to_owned();
                problem.errors = vec![FieldProblem { field, code: "duplicate", message: title }];
                problem
            }
            MarketError::PlacementRefused(refused) => {
                let (from, event) = (refused.from.label(), refused.event.label());
                let title = format!("这份就业登记现在是“{from}”，不能“{event}”");
                Problem::new(StatusCode::CONFLICT, "state", title)
            }
            MarketError::ClaimRefused(refused) => {
                let (from, event) = (refused.from.label(), refused.event.label());
                let title = format!("申报现在是“{from}”，不能“{event}”");
                Problem::new(StatusCode::CONFLICT, "state", title)
            }
            MarketError::NotMerged(why) => {
                Problem::new(StatusCode::CONFLICT, "clash", format!("不能合并：{}", why.join("；")))
            }
            MarketError::NoClaim(error) => Problem::from(error),
            MarketError::NotEvidence(error) => {
                let title = match error {
                    NotEvidence::Empty => "文件是空的，请重新选择",
                    NotEvidence::Unknown => "只收PDF、JPEG、PNG文件，请拍照或扫描后再传",
                    NotEvidence::CutOff => "文件不完整，请重新拍照或扫描",
                };
                Problem::from(FieldErrors::one("file", "format", title))
            }
            MarketError::Facts(why) => {
                tracing::error!(why, "facts can't be judged");
                internal()
            }
            MarketError::BadCredentials => {
                Problem::new(StatusCode::UNAUTHORIZED, "credentials", "登录名或密码不对")
            }
            MarketError::Locked(seconds) => {
                let title = format!("试错太多次，请{}分钟后再试", seconds / 60 + 1);
                Problem::new(StatusCode::TOO_MANY_REQUESTS, "locked", title).retry_after(seconds)
            }
            MarketError::Store(error) => Problem::from(error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        // The chain goes to the log once, here at the edge; the client gets none of it.
        tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
        match error {
            StoreError::Conflict(_) => {
                Problem::new(StatusCode::CONFLICT, "conflict", "别人刚刚做了同样的事，请刷新再看")
            }
            StoreError::Trouble(_) => {
                let title = "系统忙，请稍后再试";
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", title).retry_after(1)
            }
            StoreError::Linked(_)
            | StoreError::Inconsistent { .. }
            | StoreError::Sealed(_)
            | StoreError::WrongKey
            | StoreError::Migration(_)
            | StoreError::Folder(_) => internal(),
        }
    }
}

/// Something broke that should not; the client can only tell the operator.
pub fn internal() -> Problem {
    let title = "系统出了问题，请联系工作人员";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", title)
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, retry) = (self.status, self.retry_after_s);
        let mut response = (status, Json(&self)).into_response();
        // For whoever makes a page of it.
        response.extensions_mut().insert(self);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json; charset=utf-8"),
        );
        if status == StatusCode::UNAUTHORIZED {
            // Owed with this status (RFC 9110 §11.6.1).
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response
    }
}
