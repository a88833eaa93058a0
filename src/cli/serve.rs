//! `linggong serve`: brings up the followers and the server, and takes them down in order.

use std::{
    io::{IsTerminal, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::serve::ListenerExt;
use clap::Args;
use tokio::{net::TcpListener, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Failure, Ground, SystemClock, files};
use crate::{
    domain::{money::Fen, rules::Rules},
    feed::{hub::Hub, protocol::Limits},
    http::{App, Sessions, Settings, routes},
    market::{LogOnly, Market, MarketError},
    ops::demo,
    review::MinimumWage,
    search::Follower,
};

/// How to serve.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    ground: Ground,
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Fill an empty data folder with made-up stations, accounts, postings and workers, and let new
    /// postings come in; adds nothing to a folder that holds data.
    #[arg(long)]
    demo: bool,
    /// A proxy with TLS stands before: trust its X-Forwarded-For, send cookies over TLS only.
    #[arg(long)]
    behind_proxy: bool,
    /// The complaint line that boards show.
    #[arg(long, value_name = "PHONE")]
    hotline: Option<String>,
    /// The market's settings (hours, minutes, days by their names) in a TOML file.
    #[arg(long, value_name = "FILE", env = "LINGGONG_RULES")]
    rules: Option<PathBuf>,
    /// Where people's phones reach the server, for the codes that they scan: https://HOST.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The port of the loopback (127.0.0.1) of each kiosk at which its reader of ID cards is asked for;
    /// without it kiosks have none.
    #[arg(long, value_name = "PORT", env = "LINGGONG_CARD_PORT")]
    card_port: Option<u16>,
    /// The minimum wage an hour where the postings are (小时最低工资标准), in yuan; reviewers are told
    /// of postings below it. Without it nothing is compared.
    #[arg(long, value_name = "YUAN")]
    minimum_hour_wage: Option<f64>,
    /// The minimum wage a month (月最低工资标准), in yuan.
    #[arg(long, value_name = "YUAN")]
    minimum_month_wage: Option<f64>,
    /// A source of map tiles (Web Mercator, WGS-84) to lie beneath the map of postings, such as
    /// https://tiles.example/{z}/{x}/{y}.png; without it the map is a sketch that needs no network.
    #[arg(long, value_name = "URL")]
    map_tiles: Option<String>,
    /// What to log: error, warn, info, debug, trace, or a filter by module.
    #[arg(long, value_name = "FILTER", default_value = "info,sqlx=warn")]
    log: String,
    /// Logs as JSON, a line each.
    #[arg(long)]
    log_json: bool,
}

/// How often the house looks for what the clock brings.
const EXPIRY_TICK: Duration = Duration::from_secs(1);
/// How often old stream messages and request keys are forgotten.
const PRUNE_TICK: Duration = Duration::from_secs(600);
/// How long stream messages stay for screens that come back, in days.
const STREAM_DAYS: i64 = 7;
/// How often other processes' changes are looked for.
const LOOK_TICK: Duration = Duration::from_millis(200);
/// How long requests under way may take at the end.
const DRAIN: Duration = Duration::from_secs(10);
/// How long the database's connections may take to close.
const CLOSE: Duration = Duration::from_secs(2);

fn log(filter: &str, json: bool) -> Result<(), Failure> {
    let filter = filter.parse::<tracing_subscriber::EnvFilter>();
    let filter = filter.map_err(|error| Failure::misuse(format!("--log: {error}")))?;
    let colour = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colour);
    if json {
        builder.json().init()
    } else {
        builder.init()
    }
    Ok(())
}

/// An amount in yuan as fen; a wage is positive and below 100,000 yuan.
fn fen(option: &str, yuan: Option<f64>) -> Result<Option<Fen>, Failure> {
    let Some(yuan) = yuan else { return Ok(None) };
    let sane = yuan > 0.0 && yuan < 100_000.0;
    let amount = sane.then(|| Fen((yuan * 100.0).round() as i64));
    amount.map(Some).ok_or_else(|| Failure::misuse(format!("{option}: not a wage: {yuan}")))
}

/// Runs `linggong serve`.
pub async fn serve(args: Serve) -> Result<(), Failure> {
    log(&args.log, args.log_json)?;
    let rules = rules(args.rules.as_deref())?;
    let mut market = args.ground.market().await?.ruled(rules);
    market.minimum_wage = MinimumWage {
        hour: fen("--minimum-hour-wage", args.minimum_hour_wage)?,
        month: fen("--minimum-month-wage", args.minimum_month_wage)?,
    };
    if args.demo {
        fill_demo(&market).await?;
    }
    let demo = demo::seed_of(&market).await?;
    let settings = Settings {
        behind_proxy: args.behind_proxy,
        demo: demo.is_some(),
        hotline: args.hotline,
        public_url: args.public_url,
        map_tiles: args.map_tiles,
        card_port: args.card_port,
    };
    let search = Follower::open(market.store.clone(), args.ground.index()).await?;
    let gate = Arc::new(Sessions(market.clone()));
    let mut limits = Limits::default();
    let files = files::raise();
    limits.sockets_max = files::screens(files, limits.sockets_max);
    tracing::info!(files, screens = limits.sockets_max, "screens that this node takes");
    let hub = Hub::start(market.store.clone(), gate, Arc::new(SystemClock), limits);
    let app = App::new(market.clone(), search.clone(), hub.clone(), settings);
    let listener = TcpListener::bind(args.listen).await;
    let listener =
        listener.map_err(|error| Failure::misuse(format!("--listen {}: {error}", args.listen)))?;
    let address =
        listener.local_addr().map_err(|error| Failure::findings(format!("no address: {error}")))?;
    let listener = listener.tap_io(|socket| {
        // A small message is not to wait for the next. Without it, it only comes later.
        let _ = socket.set_nodelay(true);
    });
    // Before anybody is told that it listens: from then on a signal ends it well.
    let asked = Asked::listen()?;
    let (stop, drained) = (CancellationToken::new(), CancellationToken::new());
    let (tasks, followers) = (TaskTracker::new(), TaskTracker::new());
    tasks.spawn(keep_house(market.clone(), stop.clone()));
    if let Some(seed) = demo.filter(|_| args.demo) {
        tasks.spawn(demo::run(market.clone(), seed, stop.clone()));
    }
    tasks.spawn(search.clone().guard(stop.clone()));
    tasks.spawn(keep_watch(app.clone(), stop.clone()));
    followers.spawn(search.clone().run(drained.clone()));
    announce(&format!("listening on http://{address}"));
    if demo.is_some() {
        announce(&format!(
            "boards: http://{address}/board/liangtian /board/fengdeng /board/heshun"
        ));
    }
    let service = routes::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let stopping = stop.clone();
    tasks.spawn(async move {
        asked.wait().await;
        tracing::info!("stopping");
        stopping.cancel();
        let left = hub.shutdown().await;
        tracing::info!(left, "screens told to come back");
    });
    let server = axum::serve(listener, service)
        .with_graceful_shutdown(stop.clone().cancelled_owned())
        .into_future();
    tokio::select! {
        done = server => {
            done.map_err(|error| Failure::findings(format!("the server broke: {error}")))?;
        }
        () = async { stop.cancelled().await; time::sleep(DRAIN).await } => {
            tracing::warn!("connections did not drain in time");
        }
    }
    tasks.close();
    tasks.wait().await;
    // Only now nobody writes any more: what was committed last is found at the next start.
    drained.cancel();
    followers.close();
    followers.wait().await;
    if time::timeout(CLOSE, market.store.close()).await.is_err() {
        tracing::warn!("the database's connections did not come back in time");
    }
    tracing::info!("stopped");
    Ok(())
}

/// The settings of a file, over those that every market begins with.
fn rules(path: Option<&Path>) -> Result<Rules, Failure> {
    let mut rules = Rules::default();
    let Some(path) = path else { return Ok(rules) };
    let misuse = |what: String| Failure::misuse(format!("--rules {}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| misuse(error.to_string()))?;
    let table: toml::Table = text.parse().map_err(|error| misuse(format!("{error}")))?;
    for (name, value) in table {
        let number = value.as_integer().ok_or_else(|| misuse(format!("{name}: a number")))?;
        rules.set(&name, number).map_err(|error| misuse(format!("{name} = {number}: {error}")))?;
    }
    Ok(rules)
}

/// The seed of the demonstration.
const DEMO_SEED: u64 = 20_241_112;

async fn fill_demo(market: &Market) -> Result<(), Failure> {
    let Some(accounts) = demo::fill(market, DEMO_SEED).await? else {
        return Ok(());
    };
    announce("demonstration accounts, shown this once (role, login, password):");
    for account in accounts {
        let role = account.role.label();
        announce(&format!("  {role}\t{}\t{}", account.login, account.password));
    }
    Ok(())
}

fn announce(line: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody may be reading; serving goes on all the same.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// The signals that ask a server to end.
#[cfg(unix)]
struct Asked {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Asked {
    fn listen() -> Result<Asked, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen =
            |kind| signal(kind).map_err(|error| Failure::findings(format!("signals: {error}")));
        let terminate = listen(SignalKind::terminate())?;
        Ok(Asked { terminate, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The keys that ask a server to end.
#[cfg(not(unix))]
struct Asked;

#[cfg(not(unix))]
impl Asked {
    fn listen() -> Result<Asked, Failure> {
        Ok(Asked)
    }

    async fn wait(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// What happens by itself: what the clock brings, other processes' changes are noticed, old stream
/// messages are forgotten.
async fn keep_house(market: Market, stop: CancellationToken) {
    let mut expiry = time::interval(EXPIRY_TICK);
    let mut prune = time::interval(PRUNE_TICK);
    expiry.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    loop {
        let done = tokio::select! {
            () = stop.cancelled() => return,
            _ = expiry.tick() => keep_time(&market).await,
            _ = prune.tick() => market.forget(STREAM_DAYS).await,
        };
        if let Err(error) = done {
            tracing::warn!(error = &error as &dyn std::error::Error, "housekeeping failed");
        }
    }
}

/// How often the screens' health and the employers' records are noted.
const HEALTH_TICK: Duration = Duration::from_secs(30);

/// What the clock brings, and the messages that follow from it.
async fn keep_time(market: &Market) -> Result<(), MarketError> {
    market.keep_time().await?;
    market.send_messages(&LogOnly).await?;
    Ok(())
}

/// Notices what other processes changed or asked for, and writes the figures.
async fn keep_watch(app: App, stop: CancellationToken) {
    let mut look = time::interval(LOOK_TICK);
    look.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    let mut health = time::interval(HEALTH_TICK);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = look.tick() => {}
            _ = health.tick() => {
                let noted = app.note_screens().await;
                if let Err(error) = noted.and(app.note_standings().await) {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "screens' health or employers' records are not noted");
                }
                continue;
            }
        }
        match app.market.store.look().await {
            Ok(seq) => app.metrics.log_seq.set(seq),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the database does not answer");
                continue;
            }
        };
        app.metrics.screens.set(app.hub.sockets() as i64);
        app.metrics.index_place.set(*app.search.place().borrow());
    }
}
