//! `linggong feed`: a station's changes in the terminal, a line each.

use std::{
    io::{Write, stdout},
    process::ExitCode,
    time::Duration,
};

use serde_json::{Map, Value};

use super::feed_socket::{self, NoConnection, Received, Server, Socket, receive, say};
use crate::{
    domain::{
        ids::StationId,
        money::Fen,
        wage::{Wage, WageUnit},
    },
    feed::{
        client::{Backoff, Client, Heard, retry_within},
        protocol::{ClientInfo, Mode},
    },
};

/// Silence after which the connection counts as dead: two and a half of the contract's heartbeats.
const SILENCE: Duration = Duration::from_millis(62_500);

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The station
    #[arg(long)]
    station: StationId,
    /// The server
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: Server,
    /// A token that may read it; a public station needs none
    #[arg(long, hide_env_values = true)]
    token: Option<String>,
    /// Print every message as it comes
    #[arg(long)]
    json: bool,
}

/// How a connection ended.
enum Ended {
    /// Nothing will make it better.
    Refused(&'static str),
    /// Come back, within this time where the server said one.
    Again(Option<Duration>),
    /// Whoever reads the output went.
    Unread,
}

/// Follows until it is interrupted, or until the server refuses for good.
pub(super) fn run(args: Args) -> ExitCode {
    feed_socket::block_on(follow(args))
}

async fn follow(args: Args) -> ExitCode {
    let info =
        ClientInfo { kind: "terminal".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    let mut client = Client::new(info, args.token.clone());
    let mut backoff = Backoff::default();
    loop {
        let within = match feed_socket::connect(&args.url, &args.station).await {
            Ok(socket) => match listen(socket, &mut client, &mut backoff, args.json).await {
                Ended::Refused(why) => {
                    eprintln!("{why}");
                    return ExitCode::FAILURE;
                }
                Ended::Unread => return ExitCode::SUCCESS,
                Ended::Again(within) => within,
            },
            Err(error) => {
                explain(&args.url, &error);
                None
            }
        };
        let random: f64 = rand::random();
        let wait = match within {
            Some(within) => within.mul_f64(random),
            None => backoff.next(random),
        };
        eprintln!("连接断开，{:.1}秒后重连", wait.as_secs_f64());
        tokio::time::sleep(wait).await;
    }
}

fn explain(server: &Server, error: &NoConnection) {
    eprintln!("{server}：{error}");
}

async fn listen(
    mut socket: Socket,
    client: &mut Client,
    backoff: &mut Backoff,
    json: bool,
) -> Ended {
    if !say(&mut socket, client.hello()).await {
        return Ended::Again(None);
    }
    loop {
        let text = match tokio::time::timeout(SILENCE, receive(&mut socket)).await {
            Ok(Received::Text(text)) => text,
            Ok(Received::End(frame)) => {
                return match frame.map(|frame| (u16::from(frame.code), frame.reason)) {
                    Some((4001, _)) => Ended::Refused("没有权限读取这个站点，请检查令牌"),
                    Some((4004, _)) => Ended::Refused("没有这个站点"),
                    Some((4009, _)) => Ended::Refused("同一设备在别处连接，这里已断开"),
                    Some((1012, reason)) => Ended::Again(retry_within(&reason)),
                    _ => Ended::Again(None),
                };
            }
            Err(_) => return Ended::Again(None),
        };
        let heard = client.receive(&text);
        let answer = match &heard {
            Ok(Heard::Beat) => {
                backoff.reset();
                Some(client.ack())
            }
            Ok(_) => None,
            Err(_) => Some(client.hello()),
        };
        let words = if json {
            text.to_string()
        } else {
            match &heard {
                Ok(heard) => words(heard, client),
                Err(doubt) => format!("消息接不上（{doubt}），重新同步"),
            }
        };
        if !words.is_empty() && writeln!(stdout(), "{words}").is_err() {
            return Ended::Unread;
        }
        if let Some(answer) = answer
            && !say(&mut socket, answer).await
        {
            return Ended::Again(None);
        }
    }
}

/// What a message means to a person; empty where it means nothing.
fn words(heard: &Heard, client: &Client) -> String {
    match heard {
        Heard::Welcome(Mode::Resumed) => "已续上，没有漏掉变化".to_owned(),
        Heard::Snapshot => {
            let mut lines = vec![format!("当前在招岗位{}个", client.jobs().len())];
            lines.extend(client.jobs().values().map(|job| format!("  {}", line(job))));
            lines.join("\n")
        }
        Heard::Put { job, new: true } => format!("新增  {}", line(job)),
        Heard::Put { job, new: false } => format!("变化  {}", line(job)),
        Heard::Remove { job, why } => {
            let why = match why.as_str() {
                "filled" => "招满",
                "closed" => "结束",
                "expired" => "过期",
                "withdrawn" => "撤下",
                "moved" => "移走",
                _ => "下架",
            };
            let title = job.as_ref().and_then(|job| job.get("title"));
            format!("{why}  {}", printable(title.and_then(Value::as_str).unwrap_or("")))
        }
        Heard::Notice(text) => format!("通知  {}", printable(text)),
        Heard::Welcome(Mode::Snapshot)
        | Heard::Part
        | Heard::Beat
        | Heard::Reload
        | Heard::Unknown => String::new(),
    }
}

/// Without the control characters by which a text could command a terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A posting in one line: title, wage, places, address.
fn line(job: &Map<String, Value>) -> String {
    let text = |name: &str| job.get(name).and_then(Value::as_str).map(printable);
    let places = job.get("places_left").and_then(Value::as_u64);
    let parts = [
        text("title"),
        job.get("wage").and_then(wage),
        places.map(|places| format!("还缺{places}人")),
        text("address"),
        text("label"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" · ")
}

fn wage(wage: &Value) -> Option<String> {
    let fen = |name: &str| wage.get(name)?.as_i64().map(Fen);
    let unit: WageUnit = wage.get("unit")?.as_str()?.parse().ok()?;
    let settlement = wage.get("settlement")?.as_str()?.parse().ok()?;
    let wage = Wage::new(fen("min_fen")?, fen("max_fen")?, unit, settlement)?;
    Some(wage.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_read_as_people_say_them() {
        let mut client = Client::default();
        let mut said = Vec::new();
        for text in [
            r#"{"op":"welcome","epoch":"e","seq":0,"mode":"snapshot"}"#,
            r#"{"op":"snapshot","seq":0,"part":1,"parts":1,"jobs":[]}"#,
            r#"{"op":"put","seq":1,"job":{"id":"job_1","version":1,"title":"摘枸杞\u001b[2J","places_left":3,"address":"良田镇","label":"直招","wage":{"min_fen":18000,"max_fen":22000,"unit":"day","settlement":"daily"}}}"#,
            r#"{"op":"put","seq":2,"job":{"id":"job_1","version":2,"title":"摘枸杞"}}"#,
            r#"{"op":"remove","seq":3,"id":"job_1","why":"filled"}"#,
            r#"{"op":"notice","text":"下午两点有招聘会"}"#,
            r#"{"op":"beat","seq":3}"#,
        ] {
            let heard = client.receive(text).unwrap();
            said.push(words(&heard, &client));
        }
        let want = [
            "",
            "当前在招岗位0个",
            "新增  摘枸杞[2J · 180–220元/天 · 还缺3人 · 良田镇 · 直招",
            "变化  摘枸杞",
            "招满  摘枸杞",
            "通知  下午两点有招聘会",
            "",
        ];
        assert_eq!(said, want);
    }
}
