//! What is written to the index while it is asked, done where it holds up nobody who asks. A rebuild
//! does not step back: it is short, and whoever asks for one waits for it.

use std::{panic, thread};

use tokio::task;

/// How far the work steps back behind those who ask: by this nice value a processor that both want
/// goes to the other for nine tenths of the time.
#[cfg(target_os = "linux")]
const STEP_BACK: i32 = 10;

/// Does work on a thread of its own that steps back behind others, as do threads that it starts.
pub fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> task::JoinHandle<T> {
    let apart = move || {
        let work = || {
            step_back();
            work()
        };
        // A thread that has stepped back can't come forward again, and those of the pool do other
        // work, too.
        thread::scope(|scope| scope.spawn(work).join())
            .unwrap_or_else(|why| panic::resume_unwind(why))
    };
    task::spawn_blocking(apart)
}

/// Of this thread alone; elsewhere a process has one priority, and keeps it.
#[cfg(target_os = "linux")]
fn step_back() {
    if let Err(error) = rustix::process::nice(STEP_BACK) {
        tracing::debug!(%error, "the index's work goes on as any other");
    }
}

#[cfg(not(target_os = "linux"))]
fn step_back() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    fn priority() -> i32 {
        rustix::process::getpriority_process(None).unwrap()
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_work_and_its_threads_step_back_and_nobody_else() {
        let before = priority();
        let deep = || thread::spawn(priority).join().unwrap();
        let (own, started) = aside(move || (priority(), deep())).await.unwrap();
        let behind = (before + STEP_BACK).min(19);
        assert_eq!((own, started), (behind, behind));
        let pool = task::spawn_blocking(priority).await.unwrap();
        assert_eq!((pool, priority()), (before, before));
    }

    #[tokio::test]
    async fn a_panic_is_told() {
        assert!(aside(|| panic!("on purpose")).await.unwrap_err().is_panic());
    }
}
