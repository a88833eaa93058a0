//! The link between a browser and the house, with a switch.

use std::sync::Arc;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::AbortHandle,
};

/// A relay on the loopback that can be cut and mended.
pub struct Link {
    /// Where the browser goes, without a slash at the end.
    pub url: String,
    whole: Arc<watch::Sender<bool>>,
    relay: AbortHandle,
}

impl Link {
    /// A link to the server at this address.
    pub async fn to(url: &str) -> Link {
        let server = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let whole = Arc::new(watch::Sender::new(true));
        let switch = whole.clone();
        let relay = tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut cut = switch.subscribe();
                let server = server.clone();
                tokio::spawn(async move {
                    if !*cut.borrow_and_update() {
                        return;
                    }
                    let Ok(mut far) = TcpStream::connect(server).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        // Both ends just see the connection break.
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Link { url, whole, relay: relay.abort_handle() }
    }

    /// Breaks every connection and lets none through.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.relay.abort();
    }
}
