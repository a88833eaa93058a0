//! A card on the reader says who it is, through a bridge on the loopback. The bridge and the reader
//! are a double here; docs/kiosk.md has the protocol.

use std::sync::Arc;

use axum::{
    Router,
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use linggong::{
    domain::{account::Actor, screen::ScreenKind},
    market::{NewScreen, NewWorker},
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{Notify, RwLock},
    task::AbortHandle,
};

use super::{
    hands::{NAME, PHONE, PIN, at_the_kiosk, keys, ready, stocked, touch},
    looks::show,
    use_of::KEPT,
};
use crate::{
    house::House,
    window::{TALL, Window},
};

in_browser!(a_card_says_who_it_is, who_is_not_known_registers_by_card);

const NUMBER: &str = "640106199003070017";

/// What the double shares with its sockets.
#[derive(Default)]
struct Desk {
    /// The only origin that is let in.
    origin: RwLock<String>,
    /// The number and the name on the card that lies there.
    card: RwLock<Option<(String, String)>>,
    laid: Notify,
}

/// A bridge with a reader, as the protocol asks of it.
struct Bridge {
    port: u16,
    desk: Arc<Desk>,
    server: AbortHandle,
}

impl Bridge {
    async fn open() -> Bridge {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let desk = Arc::new(Desk::default());
        let router = Router::new().route("/", any(upgrade)).with_state(desk.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Bridge { port, desk, server: server.abort_handle() }
    }

    /// Lets pages of this origin in, and no other.
    async fn serves(&self, house: &House) {
        self.desk.origin.write().await.clone_from(&house.url);
    }

    async fn lay(&self, number: &str, name: &str) {
        *self.desk.card.write().await = Some((number.to_owned(), name.to_owned()));
        self.desk.laid.notify_waiters();
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn upgrade(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    if origin != Some(desk.origin.read().await.as_str()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    upgrade.protocols(["linggong.card.v1"]).on_upgrade(|socket| serve(desk, socket))
}

async fn serve(desk: Arc<Desk>, mut socket: WebSocket) {
    let say = |value: Value| Message::Text(value.to_string().into());
    if socket.send(say(json!({ "op": "ready" }))).await.is_err() {
        return;
    }
    let mut reads = false;
    loop {
        let laid = desk.laid.notified();
        let card = if reads { desk.card.write().await.take() } else { None };
        if let Some((number, name)) = card {
            reads = false;
            let card = json!({ "op": "card", "number": number, "name": name });
            if socket.send(say(card)).await.is_err() {
                return;
            }
        }
        tokio::select! {
            () = laid => {}
            message = socket.recv() => {
                let Some(Ok(message)) = message else { return };
                let Ok(text) = message.to_text() else { return };
                let asked: Value = serde_json::from_str(text).unwrap_or_default();
                reads = asked["op"] == "read";
            }
        }
    }
}

/// Pairs the window's kiosk with the house. Answers its token.
pub async fn paired(house: &House, window: &Window) -> String {
    let new = NewScreen {
        station: Some("liangtian".parse().unwrap()),
        name: "大厅自助机".to_owned(),
        kind: ScreenKind::Kiosk,
    };
    let issued = house.market.issue_screen(&Actor::Operator, new).await.unwrap();
    let (signed, _) = house.market.pair(&issued.code).await.unwrap();
    let keep = "localStorage.setItem('linggong.device', arguments[0]); location.reload();";
    window.run("window.before = true;", vec![]).await;
    window.run(keep, vec![json!(signed.token)]).await;
    window.until("window.before === undefined").await;
    ready(window).await;
    signed.token
}

/// Nothing of the card is on the page, in the browser, or in the log.
async fn nothing_is_left(house: &House, window: &Window) {
    let kept = window.run(KEPT, vec![]).await.as_str().unwrap_or_default().to_owned();
    window.check(!kept.contains(&NUMBER[6..14]), "the number is left behind").await;
    let log = house.market.store.read().await.unwrap().log_after(0, 10_000).await.unwrap();
    assert!(log.iter().all(|row| !row.detail.contains(NUMBER)), "the number is in the log");
}

async fn a_card_says_who_it_is() {
    let bridge = Bridge::open().await;
    let house = House::with_reader(bridge.port).await;
    bridge.serves(&house).await;
    stocked(&house).await;
    let input = json!({
        "name": NAME, "phone": PHONE, "id_number": NUMBER,
        "consents": [{ "purpose": "matching", "text_version": "2026-11" }],
    });
    house.market.register(&Actor::Operator, &input, NewWorker::default()).await.unwrap();
    let window = at_the_kiosk(&house, TALL).await;
    // A kiosk that was not paired reads no cards.
    touch(&window, "我的事").await;
    window.sees("您的手机号").await;
    let told = window.ask("document.body.innerText.includes('读卡器')").await;
    window.check(told == json!(false), "a kiosk without a token offers the reader").await;
    touch(&window, "首页").await;
    paired(&house, &window).await;
    touch(&window, "我的事").await;
    window.sees("也可以把身份证放在读卡器上").await;
    show(&window, "kiosk-card").await;
    bridge.lay(NUMBER, NAME).await;
    window.sees("您好，马**").await;
    window.sees("我的报名").await;
    nothing_is_left(&house, &window).await;
    let log = house.market.store.read().await.unwrap().log_after(0, 10_000).await.unwrap();
    assert_eq!(log.iter().filter(|row| row.verb == "read_card").count(), 1);
    touch(&window, "办完了").await;
    // Where nobody is asked who it is, a card says nothing.
    bridge.lay(NUMBER, NAME).await;
    touch(&window, "打字找活").await;
    let greeted = window.text("[data-part=somebody]").await;
    window.check(greeted.is_empty(), "a card that nobody asked for was read").await;
    window.judge().await;
}

async fn who_is_not_known_registers_by_card() {
    let bridge = Bridge::open().await;
    let house = House::with_reader(bridge.port).await;
    bridge.serves(&house).await;
    stocked(&house).await;
    let window = at_the_kiosk(&house, TALL).await;
    paired(&house, &window).await;
    touch(&window, "我的事").await;
    window.sees("也可以把身份证放在读卡器上").await;
    bridge.lay(NUMBER, NAME).await;
    window.sees("登记：您的手机号").await;
    keys(&window, PHONE).await;
    window.sees("自己定一个").await;
    keys(&window, PIN).await;
    keys(&window, PIN).await;
    // The card said the name.
    window.sees("姓名、身份证号、手机号只用来").await;
    window.judge().await;
    touch(&window, "同意，登记").await;
    window.sees("您好，马**").await;
    let number = NUMBER.parse().unwrap();
    let held = house.market.store.read().await.unwrap().worker_with_id(&number).await.unwrap();
    assert_eq!(held.expect("registered with the number").person.name, NAME);
    nothing_is_left(&house, &window).await;
}
