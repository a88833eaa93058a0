//! Open files: each connection takes one, and systems start a process with few.

/// Files kept for everything that is not a screen: records, index, pages, the API.
const KEPT: u64 = 1024;

/// Raises this process's limit of open files to what the system lets it have. Answers it; none where
/// it can't be told.
#[cfg(unix)]
pub(super) fn raise() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let held = getrlimit(Resource::Nofile);
    let most = held.maximum;
    match setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most }) {
        // Without a limit there are as many as can be counted.
        Ok(()) => Some(most.unwrap_or(u64::MAX)),
        Err(error) => {
            tracing::warn!(%error, ?held, "the limit of open files stays");
            Some(held.current.unwrap_or(u64::MAX))
        }
    }
}

/// Nobody can tell here.
#[cfg(not(unix))]
pub(super) fn raise() -> Option<u64> {
    None
}

/// The screens for which so many files are enough, at most `wanted`.
pub(super) fn screens(files: Option<u64>, wanted: usize) -> usize {
    let Some(files) = files else { return wanted };
    // Where there are few, half of them.
    let free = files.saturating_sub(KEPT).max(files / 2);
    usize::try_from(free).map_or(wanted, |free| free.min(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_leave_files_for_the_rest() {
        for (files, held) in [
            (None, 16_384),
            (Some(u64::MAX), 16_384),
            (Some(20_000), 16_384),
            (Some(17_408), 16_384),
            (Some(4_096), 3_072),
            (Some(1_024), 512),
            (Some(0), 0),
        ] {
            assert_eq!(screens(files, 16_384), held, "{files:?}");
        }
    }
}
