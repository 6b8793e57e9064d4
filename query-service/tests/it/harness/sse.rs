//! A strict reader of `text/event-stream`, by the words of the HTML standard, 9.2.6.

use std::collections::VecDeque;
use std::time::Duration;

use domain::ids::RoomId;
use serde_json::Value;
use tokio::time::timeout;

use super::{LIMIT, World};

/// One dispatched event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SseEvent {
    /// The last id that the stream has given so far.
    pub(crate) id: String,
    /// The name, empty for `message`.
    pub(crate) name: String,
    pub(crate) data: String,
}

impl SseEvent {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap()
    }

    pub(crate) fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    pub(crate) fn room_seq(&self) -> u64 {
        self.json()["room_seq"].as_u64().unwrap()
    }
}

/// Turns bytes into events.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    after_cr: bool,
    id: String,
    name: String,
    data: Vec<String>,
    pub(crate) comments: usize,
    /// What the stream said about coming back.
    pub(crate) retry_ms: Option<u64>,
    events: VecDeque<SseEvent>,
}

impl Parser {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        // A chunk may end within a character, a line never does.
        for &byte in bytes {
            let skip = std::mem::take(&mut self.after_cr) && byte == b'\n';
            match byte {
                b'\n' if skip => {}
                b'\r' | b'\n' => {
                    self.after_cr = byte == b'\r';
                    let line = String::from_utf8(std::mem::take(&mut self.line)).unwrap();
                    self.line(&line);
                }
                _ => self.line.push(byte),
            }
        }
    }

    /// The events so far.
    pub(crate) fn drain(&mut self) -> Vec<SseEvent> {
        self.events.drain(..).collect()
    }

    fn line(&mut self, line: &str) {
        if line.is_empty() {
            let (name, data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
            if !data.is_empty() {
                self.events.push_back(SseEvent {
                    id: self.id.clone(),
                    name,
                    data: data.join("\n"),
                });
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match field {
            "" => self.comments += 1,
            "id" => self.id = value,
            "event" => self.name = value,
            "data" => self.data.push(value),
            "retry" => self.retry_ms = Some(value.parse().unwrap()),
            _ => panic!("field `{field}` is not ours"),
        }
    }
}

/// An open stream.
#[derive(Debug)]
pub(crate) struct Sse {
    response: reqwest::Response,
    pub(crate) parser: Parser,
}

impl Sse {
    /// The next event; none at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<SseEvent> {
        loop {
            if let Some(event) = self.parser.events.pop_front() {
                return Some(event);
            }
            let chunk = timeout(LIMIT, self.response.chunk()).await.expect("an event comes");
            self.parser.push(&chunk.unwrap()?);
        }
    }

    /// The next events up to the item with this `room_seq`.
    pub(crate) async fn until(&mut self, room_seq: u64) -> Vec<SseEvent> {
        let mut events = Vec::new();
        loop {
            let event = self.next().await.expect("the stream goes on");
            let done = event.room_seq() == room_seq && !event.id.is_empty();
            events.push(event);
            if done {
                return events;
            }
        }
    }

    /// All that is left.
    pub(crate) async fn rest(mut self) -> Vec<SseEvent> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }

    /// All that is left, and how many comments came.
    pub(crate) async fn rest_with_comments(mut self) -> (Vec<SseEvent>, usize) {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        (events, self.parser.comments)
    }

    /// Whether nothing comes for a while.
    pub(crate) async fn is_silent(&mut self) -> bool {
        timeout(Duration::from_millis(100), self.next()).await.is_err()
    }
}

impl World {
    pub(crate) async fn stream(&self, room: &RoomId, last_id: Option<u64>) -> Sse {
        let last_id = last_id.map(|id| id.to_string());
        self.stream_with(room, &self.token(), last_id.as_deref()).await
    }

    pub(crate) async fn stream_with(
        &self,
        room: &RoomId,
        token: &str,
        last_id: Option<&str>,
    ) -> Sse {
        self.sse(&format!("rooms/{room}/stream"), token, last_id).await
    }

    /// Any stream below the app.
    pub(crate) async fn sse(&self, path: &str, token: &str, last_id: Option<&str>) -> Sse {
        let mut request = self.http.get(self.url(path)).bearer_auth(token);
        if let Some(last_id) = last_id {
            request = request.header("Last-Event-ID", last_id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(response.headers()["date"].to_str().unwrap().ends_with(" GMT"));
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Sse { response, parser: Parser::default() }
    }
}

/// The `room_seq`s of the items among events, which must have them as their ids.
pub(crate) fn item_seqs(events: &[SseEvent]) -> Vec<u64> {
    let control = [
        "resumed",
        "too_old",
        "snapshot",
        "bye",
        "gift_defined",
        "broadcast_sent",
        "notices_missed",
        "online",
        "user_registered",
    ];
    let items = events.iter().filter(|event| !control.contains(&event.kind().as_str()));
    items
        .map(|event| {
            assert_eq!(event.id, event.room_seq().to_string());
            assert_eq!(event.name, "");
            event.room_seq()
        })
        .collect()
}
