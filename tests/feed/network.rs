//! The same over a real socket.

use futures_util::{SinkExt, StreamExt};
use linggong::{
    feed::{
        hub::Hub,
        protocol::{Limits, SUBPROTOCOL},
    },
    http::sockets,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::{
    house::{houses, limits},
    support::records::put,
};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn serve(hub: &Hub) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = axum::serve(listener, sockets::routes(hub.clone()));
    tokio::spawn(async move { server.await });
    format!("ws://{address}/api/v1/stations/liangtian/feed")
}

async fn text(socket: &mut Socket) -> String {
    socket.next().await.unwrap().unwrap().into_text().unwrap().to_string()
}

async fn close_code(socket: &mut Socket) -> u16 {
    loop {
        if let Message::Close(Some(frame)) = socket.next().await.unwrap().unwrap() {
            return frame.code.into();
        }
    }
}

#[tokio::test]
async fn a_browser_names_the_subprotocol_and_a_bare_client_need_not() {
    for house in houses(limits()).await {
        let address = serve(&house.hub).await;
        let mut request = address.as_str().into_client_request().unwrap();
        let offered = HeaderValue::from_static("other, linggong.feed.v1");
        request.headers_mut().insert("sec-websocket-protocol", offered);
        let (mut named, answer) = connect_async(request).await.unwrap();
        assert_eq!(answer.headers()["sec-websocket-protocol"], SUBPROTOCOL);
        let (mut bare, answer) = connect_async(&address).await.unwrap();
        assert!(!answer.headers().contains_key("sec-websocket-protocol"));
        for socket in [&mut named, &mut bare] {
            socket.send(Message::text(r#"{"op":"hello"}"#)).await.unwrap();
            assert!(text(socket).await.starts_with(r#"{"op":"welcome","#));
            assert!(text(socket).await.starts_with(r#"{"op":"snapshot","#));
        }
        house.publish([put("liangtian", "job_1", 1)]).await;
        assert_eq!(text(&mut named).await, text(&mut bare).await);
        named.close(None).await.unwrap();
        drop(bare);
        assert_eq!(house.sockets_soon(0).await, 0);
    }
}

#[tokio::test]
async fn who_offers_a_later_version_too_is_given_version_1() {
    for house in houses(limits()).await {
        let address = serve(&house.hub).await;
        let mut request = address.as_str().into_client_request().unwrap();
        let offered = HeaderValue::from_static("linggong.feed.v2, linggong.feed.v1");
        request.headers_mut().insert("sec-websocket-protocol", offered);
        let (mut socket, answer) = connect_async(request).await.unwrap();
        assert_eq!(answer.headers()["sec-websocket-protocol"], SUBPROTOCOL);
        let hello = r#"{"op":"hello","resume":null,"later":{"codec":"cbor"}}"#;
        socket.send(Message::text(hello)).await.unwrap();
        assert!(text(&mut socket).await.starts_with(r#"{"op":"welcome","#));
    }
}

#[tokio::test]
async fn a_message_beyond_the_bound_closes_with_4000() {
    for house in houses(limits()).await {
        let address = serve(&house.hub).await;
        let (mut socket, _) = connect_async(&address).await.unwrap();
        socket.send(Message::text("x".repeat(5000))).await.unwrap();
        assert_eq!(close_code(&mut socket).await, 4000);
    }
}

#[tokio::test]
async fn a_full_house_answers_503_before_the_upgrade() {
    let limits = Limits { sockets_max: 1, ..limits() };
    for house in houses(limits).await {
        let address = serve(&house.hub).await;
        let (_socket, _) = connect_async(&address).await.unwrap();
        let refused = connect_async(&address).await;
        let Err(Error::Http(answer)) = refused else {
            panic!("a refusal is due, not {refused:?}");
        };
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.headers()["retry-after"], "10");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
}

#[tokio::test]
async fn a_restart_is_told_over_the_network() {
    for house in houses(limits()).await {
        let address = serve(&house.hub).await;
        let (mut socket, _) = connect_async(&address).await.unwrap();
        socket.send(Message::text(r#"{"op":"hello"}"#)).await.unwrap();
        text(&mut socket).await;
        let (left, code) = tokio::join!(house.shutdown(), close_code(&mut socket));
        assert_eq!((left, code), (0, 1012));
    }
}
