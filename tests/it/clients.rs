//! Clients of other people, strict ones, against the running services: each gets every item once and
//! in order although its connection is cut, whatever is in the texts.
//!
//! The clients are in `tests/clients`, one small program each, which says what it gets as JSON lines.
//! `scripts/client-tools.sh` installs what they need; a browser that is absent is said and left out.

use std::borrow::BorrowMut;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::actor::Role;
use harness::http::Caller;
use harness::{Cluster, Proxy, eventually};
use matinee::supervise::port;
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::clock;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const LIMIT: Duration = Duration::from_mins(1);

/// What a careless reader or writer of lines breaks.
const TEXTS: [&str; 9] = [
    "plain",
    "ünï – 你好 👩\u{200d}👩\u{200d}👧 \u{1f1e9}\u{1f1ea}",
    "line\nbreak",
    "cr\rcrlf\r\nend",
    "separators \u{2028} and \u{2029} and \u{85}",
    "old ones \u{b} and \u{c} and \u{1c} and \u{1e}",
    "data: forged\n\nid: 9\nevent: x\n\n: comment",
    "  spaces  ",
    r#"quotes " and \ and \u0041 and </script>"#,
];

/// What a client is made of, and how it is told from the others.
#[derive(Debug, Clone, Copy)]
struct Kind {
    name: &'static str,
    program: &'static str,
    transport: Transport,
    /// One more variable of the environment.
    more: Option<(&'static str, &'static str)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Sse,
    WebSocket,
}

const BROWSER: &str = "browser.mjs";

const KINDS: [Kind; 8] = {
    use Transport::{Sse, WebSocket};
    const fn kind(name: &'static str, program: &'static str, transport: Transport) -> Kind {
        Kind { name, program, transport, more: None }
    }
    const fn with(kind: Kind, name: &'static str, value: &'static str) -> Kind {
        Kind { more: Some((name, value)), ..kind }
    }
    [
        kind("eventsource", "eventsource.mjs", Sse),
        kind("ws", "ws.mjs", WebSocket),
        kind("httpx-sse", "run_httpx_sse.py", Sse),
        with(kind("httpx-sse-h2", "run_httpx_sse.py", Sse), "HTTP2", "1"),
        kind("sseclient-py", "run_sseclient.py", Sse),
        kind("websockets", "run_websockets.py", WebSocket),
        with(kind("chromium-sse", BROWSER, Sse), "TRANSPORT", "sse"),
        with(kind("chromium-ws", BROWSER, WebSocket), "TRANSPORT", "ws"),
    ]
};

#[tokio::test(flavor = "multi_thread")]
async fn every_client_gets_every_item_once() {
    let tools = repository("tests/clients/node_modules");
    assert!(tools.is_dir(), "run `scripts/client-tools.sh`, or `make test`");
    let page = port::configured_or_free(0).unwrap();
    let cluster = Cluster::start_with(&format!(
        "query.hub.heartbeat_ms = 50\n\
         query.http.cors_origins = [\"http://127.0.0.1:{page}\"]\n\
         command.http.cors_origins = [\"http://127.0.0.1:{page}\"]\n"
    ))
    .await;
    let chromium = chromium();
    if chromium.is_none() {
        println!("there is no chromium: the browser is left out");
    }
    for kind in KINDS {
        if kind.program == BROWSER && chromium.is_none() {
            continue;
        }
        let mut scene = Scene::start(&cluster, kind).await;
        let mut command = scene.command(&cluster);
        if let Some(chromium) = &chromium {
            command.env("CHROMIUM", chromium).env("PORT", page.to_string());
        }
        let mut client = Client::start(command);
        let what = format!("{} opens a stream", kind.name);
        eventually(&what, LIMIT, async || (0 < client.opened()).then_some(())).await;
        scene.say_and_cut(&client).await;
        scene.say_and_cut(&client).await;
        if kind.name == "ws" {
            // The only one of them that tells its user of a heartbeat.
            let is_ping = |line: &Value| line["ping"] == true;
            let beats = async || client.lines().iter().any(is_ping).then_some(());
            eventually("ws is pinged", LIMIT, beats).await;
        }
        scene.say("end").await;
        let ended = tokio::time::timeout(LIMIT, client.process.wait()).await;
        let lines = client.lines();
        let ended = ended.unwrap_or_else(|_| panic!("{} does not end: {lines:?}", kind.name));
        assert!(ended.unwrap().success(), "{}", kind.name);
        scene.check(&client);
    }
    cluster.stop().await;
}

/// Strict clients over WebSocket: they bring another token in time and stay, or are told why they must
/// go; and they may watch a past show, up to its end.
#[tokio::test(flavor = "multi_thread")]
async fn clients_of_websockets_stay_with_a_new_token_and_see_a_replay_to_its_end() {
    let cluster = Cluster::start_with("query.websocket.token_warning_ms = 2_000\n").await;
    let ann = "ann".parse().unwrap();
    for kind in KINDS.iter().filter(|kind| ["ws", "websockets"].contains(&kind.name)) {
        let mut scene = Scene::start(&cluster, *kind).await;
        let tokens = cluster.target().tokens;
        let token = |ttl_s| tokens.lasting(ttl_s).sign(&ann, Role::Viewer).unwrap();
        let refresh = json!({ "type": "refresh", "id": "r", "token": token(600) });
        let mut stays = scene.command(&cluster);
        stays.env("TOKEN", token(4)).env("REFRESH", refresh.to_string());
        let mut stays = Client::start(stays);
        let mut goes = scene.command(&cluster);
        goes.env("TOKEN", token(4));
        let goes = Client::start(goes);

        let code = async |client: &Client| {
            let lines = client.lines();
            lines.iter().find_map(|line| line["closed"].as_u64())
        };
        let what = format!("{} is closed when its token expires", kind.name);
        let closed = eventually(&what, LIMIT, async || code(&goes).await).await;
        assert_eq!(closed, 4001, "{}", kind.name);
        scene.say("end").await;
        let ended = tokio::time::timeout(LIMIT, stays.process.wait()).await;
        assert!(ended.unwrap().unwrap().success(), "{}", kind.name);
        assert_eq!(stays.opened(), 1, "{}", kind.name);
        let frames = stays.frames();
        let is_answer = |(_, frame): &&(Value, Value)| frame["id"] == "r";
        let (_, answer) = frames.iter().find(is_answer).unwrap();
        assert_eq!(answer["body"]["outcome"], "refreshed", "{}", kind.name);

        // Its messages are only there to be seen again: `end`, and what it sent itself.
        let mut replay = scene.command(&cluster);
        let target = cluster.target();
        let query = target.query_url.replacen("http", "ws", 1);
        let url = format!("{query}/v1/apps/{}/rooms/{}/replay/ws", target.app(), kind.name);
        let mut replay = Client::start(replay.env("STREAM_URL", url).env_remove("COMMAND"));
        let ended = tokio::time::timeout(LIMIT, replay.process.wait()).await;
        assert!(ended.unwrap().unwrap().success(), "{}", kind.name);
        let seqs = |client: &Client| {
            let messages = client.messages().into_iter();
            messages.map(|(_, frame)| frame["room_seq"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(seqs(&replay), seqs(&stays), "{}", kind.name);
    }
    cluster.stop().await;
}

/// A room, somebody who talks in it, and a way there that can be cut.
struct Scene {
    kind: Kind,
    ann: Caller,
    proxy: Proxy,
    command_id: String,
    sent: Vec<String>,
}

impl Scene {
    async fn start(cluster: &Cluster, kind: Kind) -> Self {
        let host = cluster.caller("host", Role::Host);
        let room = format!("/rooms/{}", kind.name);
        let named = json!({ "name": kind.name, "owner": "host" });
        let live = json!({ "status": "live" });
        for (path, body) in [(room.clone(), named), (format!("{room}/status"), live)] {
            let (status, answer) = host.command(Method::PUT, &path, &body).await;
            assert_eq!(status, 201, "{answer}");
        }
        let query = cluster.target().query_url;
        let proxy = Proxy::start(query.trim_start_matches("http://")).await;
        let ann = cluster.caller("ann", Role::Viewer);
        let command_id = clock::new_command_id().to_string();
        Self { kind, ann, proxy, command_id, sent: vec![] }
    }

    /// How to run the client.
    fn command(&self, cluster: &Cluster) -> Command {
        let Kind { name, program, transport, more } = self.kind;
        let target = cluster.target();
        let (app, proxy) = (target.app(), self.proxy.addr);
        let room = format!("/v1/apps/{app}/rooms/{name}");
        let stream_url = match transport {
            Transport::Sse => format!("http://{proxy}{room}/stream?last_event_id=0"),
            Transport::WebSocket => format!("ws://{proxy}{room}/ws"),
        };
        let frame = json!({
            "id": self.command_id,
            "command": { "type": "send_message", "text": "command" },
        });
        let python = repository(".matinee/python/bin/python");
        let is_python = Path::new(program).extension().is_some_and(|end| end == "py");
        let mut command = Command::new(if is_python { python } else { "node".into() });
        command
            .arg(repository("tests/clients").join(program))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("STREAM_URL", stream_url)
            .env("TOKEN", target.tokens.sign(&"ann".parse().unwrap(), Role::Viewer).unwrap())
            .env("COMMAND", frame.to_string())
            .env("COMMAND_ID", &self.command_id)
            .env("COMMAND_URL", format!("{}{room}/messages", target.command_url))
            .envs(more);
        command
    }

    async fn say(&mut self, text: &str) {
        let body = json!({ "text": text });
        let path = format!("/rooms/{}/messages", self.kind.name);
        let (status, answer) = self.ann.command(Method::POST, &path, &body).await;
        assert_eq!(status, 201, "{text:?}: {answer}");
        self.sent.push(text.to_owned());
    }

    /// Talks, cuts the way in the middle of it, and waits until the client is back.
    async fn say_and_cut(&mut self, client: &Client) {
        let (opened, heard) = (client.opened(), client.messages().len());
        let (before, after) = TEXTS.split_at(4);
        for text in before {
            self.say(text).await;
        }
        let what = format!("{} hears what is said", self.kind.name);
        eventually(&what, LIMIT, async || (heard < client.messages().len()).then_some(())).await;
        self.proxy.cut();
        for text in after {
            self.say(text).await;
        }
        let what = format!("{} comes back", self.kind.name);
        eventually(&what, LIMIT, async || (opened < client.opened()).then_some(())).await;
    }

    /// Whether the client was sent all of it, each once and in order.
    fn check(&self, client: &Client) {
        let name = self.kind.name;
        let messages = client.messages();
        let text = |frame: &Value| frame["data"]["text"].as_str().unwrap().to_owned();
        let mut heard: Vec<String> = messages.iter().map(|(_, frame)| text(frame)).collect();
        let commands = heard.extract_if(.., |text| text == "command").count();
        assert_eq!(heard, self.sent, "{name}");
        let seqs: Vec<u64> =
            messages.iter().map(|(_, frame)| frame["room_seq"].as_u64().unwrap()).collect();
        let first = seqs[0];
        assert_eq!(seqs, (first..first + seqs.len() as u64).collect::<Vec<_>>(), "{name}");

        let is_browser = self.kind.program == BROWSER;
        let lines = client.lines();
        match self.kind.transport {
            Transport::Sse => {
                for (id, frame) in &messages {
                    assert_eq!(*id, frame["room_seq"].to_string(), "{name}");
                }
            }
            Transport::WebSocket if !is_browser => {
                let frames = client.frames();
                let answer = frames.iter().find(|(_, frame)| frame["type"] == "answer");
                assert!(answer.is_some(), "{name} got no answer");
                let (_, answer) = answer.unwrap();
                assert_eq!(
                    (&answer["id"], &answer["status"]),
                    (&json!(self.command_id), &json!(201))
                );
            }
            Transport::WebSocket => {}
        }
        if is_browser {
            let answer = lines.iter().find(|line| line.get("answer").is_some());
            assert!(answer.is_some(), "{name}: {lines:?}");
            let answer = answer.unwrap();
            assert_eq!(
                (&answer["answer"], &answer["body"]["outcome"]),
                (&json!(201), &json!("accepted"))
            );
        }
        let commanded = is_browser || self.kind.transport == Transport::WebSocket;
        assert_eq!(commands, usize::from(commanded), "{name}");
        if name == "httpx-sse-h2" {
            assert!(lines.iter().any(|line| line["version"] == "HTTP/2"), "{lines:?}");
        }
    }
}

/// A client that runs, and what it has said.
struct Client {
    process: Child,
    lines: Arc<Mutex<Vec<Value>>>,
}

impl Client {
    fn start(mut command: impl BorrowMut<Command>) -> Self {
        let command = command.borrow_mut();
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.kill_on_drop(true).spawn().unwrap();
        let lines = Arc::new(Mutex::new(vec![]));
        let (said, output) = (lines.clone(), process.stdout.take().unwrap());
        tokio::spawn(async move {
            let mut output = BufReader::new(output).lines();
            while let Ok(Some(line)) = output.next_line().await {
                said.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Self { process, lines }
    }

    fn lines(&self) -> Vec<Value> {
        self.lines.lock().unwrap().clone()
    }

    fn opened(&self) -> usize {
        self.lines().iter().filter(|line| line["open"] == true).count()
    }

    /// The frames that it was sent, with the SSE id if there is one.
    fn frames(&self) -> Vec<(Value, Value)> {
        let lines = self.lines().into_iter();
        let frames = lines.filter_map(|line| {
            let data = serde_json::from_str(line["data"].as_str()?).unwrap();
            Some((line["id"].clone(), data))
        });
        frames.collect()
    }

    fn messages(&self) -> Vec<(Value, Value)> {
        let mut frames = self.frames();
        frames.retain(|(_, frame)| frame["type"] == "message_sent");
        frames
    }
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn chromium() -> Option<PathBuf> {
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .map(PathBuf::from)
        .into_iter()
        .find(|program| program.is_file())
}
