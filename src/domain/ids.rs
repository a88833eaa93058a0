//! Ids: a readable prefix for the kind and a sortable unique part (ULID, 26 characters).

use std::{fmt, str::FromStr};

/// The text is no id of the kind that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct NotAnId;

/// What new ids are made of: a moment and randomness, both handed in by the caller.
#[derive(Clone, Copy, Debug)]
pub struct Seedling {
    /// Milliseconds since 1970, UTC.
    pub at_ms: u64,
    /// 80 of these bits are used.
    pub random: u128,
}

impl Seedling {
    fn ulid(self) -> String {
        ulid::Ulid::from_parts(self.at_ms, self.random).to_string().to_lowercase()
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// A new id.
            pub fn grow(seed: Seedling) -> $name {
                $name(format!(concat!($prefix, "_{}"), seed.ulid()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<$name, NotAnId> {
                let rest = text.strip_prefix(concat!($prefix, "_")).ok_or(NotAnId)?;
                let fits = (1..=40).contains(&rest.len())
                    && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
                if fits { Ok($name(text.to_owned())) } else { Err(NotAnId) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A job posting (岗位).
    JobId = "job";
    /// A registered worker (求职者).
    WorkerId = "wkr";
    /// A booking (报名) of a worker for a posting.
    BookingId = "bkg";
    /// Places that a crew (班组) took together.
    CrewId = "crw";
    /// A worker's attendance (出勤) of one shift.
    AttendanceId = "att";
    /// A proposed correction of an attendance (更正).
    CorrectionId = "cor";
    /// An entry of the wage ledger (工资台账).
    WageId = "wge";
    /// A mark (失信记录) against a side of a booking.
    MarkId = "mrk";
    /// A complaint (投诉).
    ComplaintId = "cpl";
    /// A message (消息) to a worker.
    MessageId = "msg";
    /// A bar from publishing (停发).
    BarId = "bar";
    /// An account that signs in.
    AccountId = "acc";
    /// A call for staff from a kiosk.
    CallId = "call";
    /// A notice (告示) on a station's screens.
    NoticeId = "ntc";
    /// A stable employment (稳定就业).
    PlacementId = "plc";
    /// A piece of evidence (佐证材料).
    EvidenceId = "evd";
    /// A claim (申报).
    ClaimId = "clm";
    /// An income that was declared (收入申报).
    IncomeId = "inc";
    /// An objection (异议) to a claim on notice.
    ObjectionId = "obj";
    /// A search that an account saved.
    SearchId = "sch";
}

macro_rules! slugs {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<$name, NotAnId> {
                let fits = (1..=40).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
                if fits { Ok($name(text.to_owned())) } else { Err(NotAnId) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

slugs! {
    /// A station or gig market (站点), named by whoever sets it up: 1 to 40 letters, digits, `-`, `_`.
    StationId;
    /// An organisation (单位): employer, agency or broker. Named by whoever sets it up, or grown.
    OrgId;
}

impl OrgId {
    /// A new id.
    pub fn grow(seed: Seedling) -> OrgId {
        OrgId(format!("org_{}", seed.ulid()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_their_kind() {
        let id = JobId::grow(Seedling { at_ms: 1_764_000_000_000, random: 7 });
        assert_eq!(id.as_str().parse::<JobId>().as_ref(), Ok(&id));
        assert_eq!(id.as_str().parse::<WorkerId>(), Err(NotAnId));
        for text in ["job_", "job_A", "job_../x", "", "job_ "] {
            assert_eq!(text.parse::<JobId>(), Err(NotAnId), "{text}");
        }
    }
}
