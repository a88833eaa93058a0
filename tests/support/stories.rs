//! One story, two engines.

/// Runs each story, an `async fn` of a `World`, on a fresh SQLite and on a fresh PostgreSQL
/// database; with `LINGGONG_QUICK=1` on SQLite alone. `World::on` takes the store.
macro_rules! stories {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let store = $crate::support::stores::sqlite().await;
                super::$name($crate::World::on(store).await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if std::env::var("LINGGONG_QUICK").as_deref() != Ok("1") {
                    let store = $crate::support::stores::postgres().await;
                    super::$name($crate::World::on(store).await).await;
                }
            })+
        }
    };
}
