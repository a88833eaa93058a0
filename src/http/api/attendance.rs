//! Attendance over HTTP: the code, check-in and check-out, corrections.

use axum::{Json, extract::State};
use serde::Serialize;
use serde_json::Value;

use super::bookings::Items;
use crate::{
    domain::{
        attendance::{Attendance, Correction, CorrectionEvent},
        fields::FieldErrors,
        ids::{AttendanceId, BookingId, CorrectionId, JobId},
        rules::Rules,
        time::Moment,
    },
    feed::view::ShiftView,
    http::{
        App,
        body::{Id, JsonBody},
        guard::Visitor,
        problem::Problem,
    },
    market::{Door, KeptPass, Times},
};

/// A code on the wire.
#[derive(Serialize)]
pub struct CodeView {
    code: String,
    until: String,
}

/// An attendance on the wire.
#[derive(Serialize)]
pub struct AttendanceView {
    id: String,
    booking_id: String,
    job_id: String,
    worker_id: String,
    shift: ShiftView,
    status: &'static str,
    check_in: Option<String>,
    check_in_by: Option<&'static str>,
    check_out: Option<String>,
    check_out_by: Option<&'static str>,
    late: bool,
    minutes: i64,
}

impl AttendanceView {
    fn of(one: &Attendance, rules: &Rules) -> AttendanceView {
        AttendanceView {
            id: one.id.to_string(),
            booking_id: one.booking.to_string(),
            job_id: one.job.to_string(),
            worker_id: one.worker.to_string(),
            shift: ShiftView::from(&one.shift),
            status: one.status.word(),
            check_in: one.check_in.map(|(at, _)| at.to_string()),
            check_in_by: one.check_in.map(|(_, by)| by.word()),
            check_out: one.check_out.map(|(at, _)| at.to_string()),
            check_out_by: one.check_out.map(|(_, by)| by.word()),
            late: one.is_late(rules),
            minutes: one.minutes(),
        }
    }
}

/// A correction on the wire.
#[derive(Serialize)]
pub struct CorrectionView {
    id: String,
    attendance_id: String,
    side: &'static str,
    check_in: String,
    check_out: String,
    reason: String,
    status: &'static str,
    at: String,
}

impl From<&Correction> for CorrectionView {
    fn from(one: &Correction) -> CorrectionView {
        CorrectionView {
            id: one.id.to_string(),
            attendance_id: one.attendance.to_string(),
            side: one.side.word(),
            check_in: one.check_in.to_string(),
            check_out: one.check_out.to_string(),
            reason: one.reason.clone(),
            status: one.status.word(),
            at: one.at.to_string(),
        }
    }
}

/// `GET /jobs/{id}/code`
pub async fn code(
    State(app): State<App>,
    visitor: Visitor,
    Id(job): Id<JobId>,
) -> Result<Json<CodeView>, Problem> {
    let (_, code) = app.market.code(&visitor.actor()?, &job).await?;
    Ok(Json(CodeView { code: code.digits, until: code.until.to_string() }))
}

fn text<'b>(body: &'b Value, name: &str, hint: &str) -> Result<Option<&'b str>, FieldErrors> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(FieldErrors::one(name, "type", hint)),
    }
}

/// Passes the door: now, or as a kiosk noted it (`at`, vouched for by its token, `screen`).
async fn pass(
    app: &App,
    visitor: &Visitor,
    id: &BookingId,
    door: Door,
    body: &Value,
) -> Result<Json<AttendanceView>, Problem> {
    let (actor, market) = (visitor.actor()?, &app.market);
    let code = text(body, "code", "验证码应当是4位数字的文字")?;
    let one = match text(body, "at", "时间的写法不对")? {
        Some(at) => {
            let at = at
                .parse::<Moment>()
                .map_err(|_| FieldErrors::one("at", "format", "时间的写法不对"))?;
            let token = text(body, "screen", "令牌的写法不对")?.unwrap_or_default();
            let screen = market.who(token).await?;
            let kept = KeptPass { door, code: code.unwrap_or_default().to_owned(), at };
            market.pass_kept(&actor, screen.as_ref(), id, &kept).await
        }
        None => match door {
            Door::In => market.check_in(&actor, id, code).await,
            Door::Out => market.check_out(&actor, id, code).await,
        },
    };
    Ok(Json(AttendanceView::of(&one?, &market.rules)))
}

/// `POST /bookings/{id}/check-in`
pub async fn check_in(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
    JsonBody(body): JsonBody,
) -> Result<Json<AttendanceView>, Problem> {
    pass(&app, &visitor, &id, Door::In, &body).await
}

/// `POST /bookings/{id}/check-out`
pub async fn check_out(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
    JsonBody(body): JsonBody,
) -> Result<Json<AttendanceView>, Problem> {
    pass(&app, &visitor, &id, Door::Out, &body).await
}

fn list(app: &App, rows: &[Attendance]) -> Json<Items<AttendanceView>> {
    let rules = &app.market.rules;
    Json(Items { items: rows.iter().map(|one| AttendanceView::of(one, rules)).collect() })
}

/// `GET /bookings/{id}/attendance`
pub async fn of_booking(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
) -> Result<Json<Items<AttendanceView>>, Problem> {
    let rows = app.market.attendance_of(&visitor.actor()?, &id).await?;
    Ok(list(&app, &rows))
}

/// `GET /jobs/{id}/attendance`
pub async fn at_job(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
) -> Result<Json<Items<AttendanceView>>, Problem> {
    let rows = app.market.attendance_at(&visitor.actor()?, &id).await?;
    Ok(list(&app, &rows))
}

fn times(body: &Value) -> Result<Times, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut moment = |name: &str, label: &str| -> Option<Moment> {
        match body.get(name).and_then(Value::as_str).map(str::parse) {
            Some(Ok(at)) => Some(at),
            Some(Err(_)) => {
                errors.add(name, "format", format!("{label}的写法不对"));
                None
            }
            None => {
                errors.add(name, "missing", format!("请填写{label}"));
                None
            }
        }
    };
    let (check_in, check_out) = (moment("check_in", "签到时间"), moment("check_out", "签退时间"));
    match (check_in, check_out) {
        (Some(check_in), Some(check_out)) => {
            let reason = super::jobs::reason(body).unwrap_or_default().to_owned();
            Ok(Times { check_in, check_out, reason })
        }
        _ => Err(errors),
    }
}

/// `POST /attendance/{id}/correct`
pub async fn correct(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<AttendanceId>,
    JsonBody(body): JsonBody,
) -> Result<Json<CorrectionView>, Problem> {
    let one = app.market.propose_times(&visitor.actor()?, &id, times(&body)?).await?;
    Ok(Json(CorrectionView::from(&one)))
}

/// `POST /corrections/{id}/confirm`
pub async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<CorrectionId>,
) -> Result<Json<CorrectionView>, Problem> {
    let answer = CorrectionEvent::Confirm;
    let one = app.market.answer_times(&visitor.actor()?, &id, answer).await?;
    Ok(Json(CorrectionView::from(&one)))
}

/// `POST /corrections/{id}/refuse`
pub async fn refuse(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<CorrectionId>,
) -> Result<Json<CorrectionView>, Problem> {
    let answer = CorrectionEvent::Refuse;
    let one = app.market.answer_times(&visitor.actor()?, &id, answer).await?;
    Ok(Json(CorrectionView::from(&one)))
}
