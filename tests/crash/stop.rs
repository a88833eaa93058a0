//! Asked to end: what is under way is answered, what was committed is searchable at once after.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::process::{Server, Site, posting, text};
use linggong::search::Index;

/// The longest that an end may take.
const END: Duration = Duration::from_secs(12);
/// Requests under way at the end.
const UNDER_WAY: usize = 6;

/// A request of which all but the last byte has been sent.
async fn begun(server: &Server, token: &str, path: &str, body: &str) -> TcpStream {
    let mut socket = TcpStream::connect(&server.address).await.unwrap();
    let head = format!(
        "POST /api/v1{path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        server.address,
        body.len(),
    );
    let most = &body.as_bytes()[..body.len() - 1];
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(most).await.unwrap();
    socket.flush().await.unwrap();
    socket
}

async fn rest(mut socket: TcpStream) -> String {
    let mut answer = Vec::new();
    timeout(END, socket.read_to_end(&mut answer)).await.expect("no end of the answer").unwrap();
    text(&answer)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_under_way_are_answered_and_indexed() {
    let site = Site::new(None);
    site.add_user("admin").await;
    let server = site.serve().await;
    let api = server.client("admin").await;
    let mut waiting = Vec::new();
    for number in 0..UNDER_WAY {
        // In review: the request under way approves it, so that the index has to follow.
        let body = posting(&format!("w{number}"), 2);
        let (_, answer) = api.post("/jobs", body, None).await.unwrap();
        let id = answer["id"].as_str().unwrap().to_owned();
        let submit = format!("/jobs/{id}/submit");
        api.post(&submit, serde_json::json!({}), None).await.unwrap();
        waiting.push(begun(&server, &api.token, &format!("/jobs/{id}/approve"), "{}").await);
        let fresh = posting(&format!("n{number}"), 2).to_string();
        waiting.push(begun(&server, &api.token, "/jobs", &fresh).await);
    }
    // A served request says that the sockets from before it were accepted.
    api.get("/stations").await.unwrap();
    server.terminate().await;
    let begun = Instant::now();
    let refused = async {
        while TcpStream::connect(&server.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(END, refused).await.expect("it still takes newcomers");
    for socket in &mut waiting {
        socket.write_all(b"}").await.unwrap();
    }
    for socket in waiting {
        let answer = rest(socket).await;
        let status = answer.lines().next().unwrap_or_default();
        assert!(status.contains(" 200 ") || status.contains(" 201 "), "{answer}");
    }
    let (code, _) = server.ended().await;
    assert_eq!(code, Some(0), "{}", site.log());
    let took = begun.elapsed();
    assert!(took < END, "{took:?}");

    let index = Index::open(&site.data.join("index")).unwrap();
    let store = site.store().await;
    let head = store.read().await.unwrap().log_seq().await.unwrap();
    assert_eq!(index.place().unwrap(), head, "the next start has to catch up");
    store.close().await;
    drop(index);
    let server = site.serve().await;
    println!(
        "ended after {} ms with {} requests under way; ready again after {} ms",
        took.as_millis(),
        2 * UNDER_WAY,
        server.ready_after.as_millis(),
    );
    assert_eq!(api.at(&server).search_all().await.len(), UNDER_WAY);
    assert_eq!(server.stop().await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn screens_are_told_to_come_back() {
    let site = Site::new(None);
    site.add_user("admin").await;
    site.add_station("liangtian").await;
    let server = site.serve().await;
    let api = server.client("admin").await;
    let mut socket = TcpStream::connect(&server.address).await.unwrap();
    let request = format!(
        "GET /api/v1/stations/liangtian/feed HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
         connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        server.address, api.token,
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    socket.read_exact(&mut head).await.unwrap();
    assert_eq!(text(&head), "HTTP/1.1 101");
    let (code, took) = server.stop().await;
    assert_eq!(code, Some(0), "{}", site.log());
    assert!(took < END, "{took:?}");
    let mut bytes = Vec::new();
    // A reset after the last frame is an end too.
    let _ = socket.read_to_end(&mut bytes).await;
    // A close frame has the opcode 8, and its first two bytes of content are a code.
    let close = bytes.windows(2).rev().find(|pair| pair[0] == 0x88);
    assert!(close.is_some(), "no close frame in {} bytes", bytes.len());
}

#[tokio::test]
async fn a_signal_right_after_the_start_ends_it_well() {
    let site = Site::new(None);
    for _ in 0..5 {
        let server = site.serve().await;
        assert_eq!(server.stop().await.0, Some(0), "{}", site.log());
    }
}
