//! What the consoles' lists read: whole rows of whose postings they are.

use super::{
    StoreResult,
    attendance::{attendance, correction},
    bookings::booking,
    engine::View,
    log::{LogRow, log_row},
    statement::Statement,
};
use crate::{
    domain::{
        attendance::{Attendance, Correction, Party},
        booking::{Booking, BookingStatus},
        ids::{AccountId, OrgId, StationId, WorkerId},
        time::Moment,
    },
    store::Kind,
};

/// Whose postings a list is about; everything that is named must hold.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Of this organisation.
    pub org: Option<OrgId>,
    /// By this account.
    pub poster: Option<AccountId>,
    /// Chosen or shown for this station, or for no station in particular.
    pub station: Option<StationId>,
}

impl Scope {
    /// Narrows a statement that reads `job`.
    pub(super) fn narrow(&self, query: &mut Statement) {
        if let Some(org) = &self.org {
            query.push(" and job.org = ").bind(org.as_str());
        }
        if let Some(poster) = &self.poster {
            query.push(" and job.poster = ").bind(poster.as_str());
        }
        if let Some(station) = &self.station {
            query
                .push(" and (job.stations = '[]' or job.stations like ")
                .bind(format!("%\"{station}\"%"))
                .push(" or exists (select 1 from shown where shown.job = job.id and station = ")
                .bind(station.as_str())
                .push("))");
        }
    }
}

/// Which entries of the log a list wants; everything that is named must hold.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// About this kind of record.
    pub kind: Option<Kind>,
    /// At or after this moment.
    pub from: Option<Moment>,
    /// Before this moment.
    pub until: Option<Moment>,
}

/// Corrections that wait for an answer.
#[derive(Clone, Debug)]
pub enum Asked {
    /// Of this worker, by the employer.
    Worker(WorkerId),
    /// Of whoever conducts these postings, by the workers.
    Desk(Scope),
}

impl View {
    /// At most `limit` bookings of these postings in one of these states, or in any where none is
    /// named; the newest first.
    pub async fn bookings_in(
        &mut self,
        scope: &Scope,
        statuses: &[BookingStatus],
        limit: i64,
    ) -> StoreResult<Vec<Booking>> {
        let mut query = Statement::new(
            "select booking.* from booking join job on job.id = booking.job where 1 = 1",
        );
        scope.narrow(&mut query);
        if !statuses.is_empty() {
            let words = statuses.iter().map(|status| status.word());
            query.push(" and booking.status in ").bind_list(words);
        }
        query.push(" order by booking.id desc limit ").bind(limit);
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(booking).collect()
    }

    /// At most `limit` attendances at these postings, the latest shifts first.
    pub async fn attendance_in(
        &mut self,
        scope: &Scope,
        limit: i64,
    ) -> StoreResult<Vec<Attendance>> {
        let mut query = Statement::new(
            "select attendance.* from attendance join job on job.id = attendance.job where 1 = 1",
        );
        scope.narrow(&mut query);
        query.push(" order by attendance.shift_start desc, attendance.id desc limit ").bind(limit);
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(attendance).collect()
    }

    /// At most `limit` corrections that wait for this side's answer, the oldest first.
    pub async fn corrections_asked(
        &mut self,
        of: &Asked,
        limit: i64,
    ) -> StoreResult<Vec<Correction>> {
        let mut query = Statement::new(
            "select correction.* from correction \
             join attendance on attendance.id = correction.attendance \
             join job on job.id = attendance.job where correction.status = 'proposed'",
        );
        let by = match of {
            Asked::Worker(worker) => {
                query.push(" and attendance.worker = ").bind(worker.as_str());
                Party::Employer
            }
            Asked::Desk(scope) => {
                scope.narrow(&mut query);
                Party::Worker
            }
        };
        query.push(" and correction.side = ").bind(by.word());
        query.push(" order by correction.created_at, correction.id limit ").bind(limit);
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(correction).collect()
    }

    /// At most `limit` entries of the log that a filter lets through, the newest first.
    pub async fn log_found(&mut self, filter: &LogFilter, limit: i64) -> StoreResult<Vec<LogRow>> {
        let mut query = Statement::new("select * from log where 1 = 1");
        if let Some(kind) = filter.kind {
            query.push(" and kind = ").bind(kind.word());
        }
        if let Some(from) = filter.from {
            query.push(" and at >= ").bind(from.0);
        }
        if let Some(until) = filter.until {
            query.push(" and at < ").bind(until.0);
        }
        query.push(" order by seq desc limit ").bind(limit);
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(log_row).collect()
    }
}
