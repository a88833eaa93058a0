//! Pages and screens in a real Chromium, served by the real router on the loopback.
//!
//! A test is an `async fn` without arguments, named in `in_browser!`. It opens a [`house::House`],
//! makes people, opens [`window::Window`]s, and ends each page that it visits with
//! [`window::Window::judge`]. Pictures of pages go to `docs/screens` with `tests/run bless browser`,
//! else to the scratch folder of the build.

/// Makes tests of these stories; they are left out of the quick run.
macro_rules! in_browser {
    ($($name:ident),+ $(,)?) => {
        mod chromium {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if std::env::var("LINGGONG_QUICK").as_deref() != Ok("1") {
                    super::$name().await;
                }
            })+
        }
    };
}

#[path = "../support/clock.rs"]
mod clock;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/town.rs"]
mod town;

mod board;
mod driver;
mod enrol;
mod forms;
mod house;
mod judge;
mod keyboard;
mod keys;
mod kiosk;
mod money;
mod pages;
mod phone;
mod search;
mod shift;
mod story;
mod syntax;
mod window;
mod work;
