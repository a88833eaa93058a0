//! The peer: nginx with nchan, from Debian's packages.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::process::Served;

const MODULE: &str = "/usr/lib/nginx/modules/ngx_nchan_module.so";

/// Whether it can run here.
pub fn is_installed() -> bool {
    Path::new(MODULE).exists() && Path::new("/usr/sbin/nginx").exists()
}

/// Starts one in a folder of its own, with a worker for each of two cores.
pub fn start() -> Served {
    let folder = tempfile::tempdir().expect("a folder");
    // The workers are nobody's, and reach their temporary files.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(folder.path(), mode).expect("a folder for all");
    }
    // It can't take a free port by itself; between this and its start another may.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    let address = port.expect("a free port").to_string();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path tmp_{kind};"))
        .join(" ");
    let config = format!(
        "load_module {MODULE}; daemon off; pid nginx.pid; worker_processes 2;
         worker_rlimit_nofile 19900; error_log error.log warn;
         events {{ worker_connections 19000; }}
         http {{
           access_log off; tcp_nodelay on; {temporary}
           keepalive_requests 10000000; keepalive_timeout 600s; nchan_shared_memory_size 256m;
           server {{
             listen {address} reuseport backlog=4096;
             location ~ ^/pub/(\\w+)$ {{
               nchan_publisher; nchan_channel_id $1;
               nchan_message_buffer_length 1000; nchan_message_timeout 10m;
             }}
             location ~ ^/sub/(\\w+)$ {{
               nchan_subscriber websocket; nchan_channel_id $1;
               nchan_subscriber_first_message newest;
             }}
           }}
         }}"
    );
    fs::write(folder.path().join("nginx.conf"), config).expect("a configuration");
    let mut child = Command::new("/usr/sbin/nginx")
        .arg("-p")
        .arg(folder.path())
        .args(["-c", "nginx.conf", "-e", "error.log"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nginx starts");
    let begun = Instant::now();
    while TcpStream::connect(&address).is_err() {
        let log = fs::read_to_string(folder.path().join("error.log")).unwrap_or_default();
        assert!(child.try_wait().expect("a child").is_none(), "nginx ended: {log}");
        assert!(begun.elapsed() < Duration::from_secs(10), "nginx does not listen: {log}");
        std::thread::sleep(Duration::from_millis(20));
    }
    Served::new("nginx, nchan, in memory", address, true, child, folder)
}
