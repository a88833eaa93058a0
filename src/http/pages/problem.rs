//! Errors for people: what the API tells as problem+json, a page tells as a page, with the same
//! status and a number by which the log finds the request.

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{App, Visitor, chrome::Chrome, page};
use crate::http::{guard, headers::RequestId, problem::Problem};

/// Where a link leads on.
pub struct Link {
    /// The address.
    pub href: &'static str,
    /// What it says.
    pub text: &'static str,
}

/// The page of an error.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame.
    pub chrome: Chrome,
    /// What happened.
    pub title: String,
    /// What to do.
    pub advice: &'static str,
    /// What the log calls the request.
    pub request_id: String,
    /// Where to go from here, if not home.
    pub back: Option<Link>,
}

fn advice(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "登录以后再打开这一页。没有提交成功的内容还留在浏览器里。",
        StatusCode::FORBIDDEN => "如果应该能打开，请换一个账号登录，或找站点工作人员。",
        StatusCode::NOT_FOUND => "检查一下地址，或回首页重新找。",
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => {
            "返回上一页刷新，看看现在的情况。"
        }
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => "等一会儿再试。",
        _ if status.is_server_error() => "刚才的操作没有成功，什么都没有改动。请再试一次。",
        _ => "返回上一页，改好以后再提交。",
    }
}

fn is_for_programs(path: &str) -> bool {
    ["/api/", "/static/"].iter().any(|start| path.starts_with(start))
        || matches!(path, "/healthz" | "/readyz" | "/metrics")
}

/// Turns a failed answer into a page, where a person asked.
pub async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let (for_programs, seeks) = (is_for_programs(path), guard::is_own_page(path));
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    let status = response.status();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if for_programs || is_page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>();
    let visitor = response.extensions_mut().remove::<Visitor>();
    let visitor = visitor.unwrap_or_else(Visitor::nobody);
    let title = problem.map(|problem| problem.title);
    let href = if seeks { "/my/in" } else { "/login" };
    let back = (status == StatusCode::UNAUTHORIZED).then_some(Link { href, text: "去登录" });
    let template = ErrorPage {
        chrome: Chrome::new(&app, &visitor, ""),
        title: title.unwrap_or_else(|| "没有办成".to_owned()),
        advice: advice(status),
        request_id: id.map(|RequestId(id)| id).unwrap_or_default(),
        back,
    };
    let mut dressed = page(status, &template).into_response();
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = response.headers().get(&name) {
            dressed.headers_mut().insert(name, value.clone());
        }
    }
    dressed
}
