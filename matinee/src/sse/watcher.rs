//! One viewer who watches a room to the end, through broken connections.

use std::time::Duration;

use domain::ids::{AppId, RoomId};
use futures_util::StreamExt;
use reqwest::{Client, StatusCode, Url};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::recording::sums::Sums;
use crate::recording::types::Types;
use crate::sse::frame::{Frame, FrameReader};

const CONNECT_AGAIN: Duration = Duration::from_millis(100);
/// Longer than two heartbeats of the server: a connection that is silent for so long is dead.
const SILENCE_MAX: Duration = Duration::from_secs(40);

/// What to watch.
#[derive(Debug, Clone)]
pub struct WatchTarget {
    /// The query-service.
    pub query_url: String,
    /// The app.
    pub app: AppId,
    /// The room.
    pub room_id: RoomId,
    /// A viewer's token.
    pub token: String,
    /// Items after this `room_seq`; 0 is from the beginning.
    pub after: u64,
}

/// What the viewer has seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Received {
    /// What the items add up to.
    pub sums: Sums,
    /// How many there were of each type.
    pub types: Types,
    /// The `room_seq` of the last item.
    pub room_seq: u64,
    /// How many items, those that a merged frame stands for included.
    pub items: u64,
    /// Items that the server says it left out.
    pub shed: u64,
    /// Items that are missing between two others.
    pub missing: u64,
    /// Items that came again.
    pub repeated: u64,
    /// How often the connection was made.
    pub connections: u64,
}

/// A viewer. Leaves when dropped.
#[derive(Debug)]
pub struct Watcher {
    received: watch::Receiver<Received>,
    task: JoinHandle<()>,
}

impl Watcher {
    /// Begins to watch. `show` is called with each item.
    pub fn start(target: WatchTarget, show: impl FnMut(&Value) + Send + 'static) -> Self {
        let begun = Received { room_seq: target.after, ..Received::default() };
        let (sender, received) = watch::channel(begun);
        let viewer = Viewer { target, sender, show };
        Self { received, task: tokio::spawn(viewer.watch()) }
    }

    /// What has come so far.
    pub fn received(&self) -> Received {
        self.received.borrow().clone()
    }

    /// Waits until the item with this `room_seq` has come; what has come then, or at the limit.
    pub async fn until(&mut self, room_seq: u64, limit: Duration) -> Received {
        let reached = self.received.wait_for(|received| room_seq <= received.room_seq);
        // Too late or gone: what has come so far says it.
        timeout(limit, reached).await.ok();
        self.received()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Viewer<F> {
    target: WatchTarget,
    sender: watch::Sender<Received>,
    show: F,
}

impl<F: FnMut(&Value)> Viewer<F> {
    async fn watch(mut self) {
        // No timeout for the whole: a stream has no end.
        let http = Client::new();
        loop {
            if let Err(error) = self.connection(&http).await {
                tracing::debug!(error = format!("{error:#}"), "stream ended, connecting again");
            }
            sleep(CONNECT_AGAIN).await;
        }
    }

    async fn connection(&mut self, http: &Client) -> anyhow::Result<()> {
        let last = self.sender.borrow().room_seq;
        let request = http
            .get(self.url()?)
            .bearer_auth(&self.target.token)
            .header("Last-Event-ID", last.to_string());
        let response = timeout(SILENCE_MAX, request.send()).await??;
        if response.status() != StatusCode::OK {
            anyhow::bail!("the stream was answered with {}", response.status());
        }
        self.sender.send_modify(|received| received.connections += 1);
        let mut chunks = response.bytes_stream();
        let mut reader = FrameReader::default();
        while let Some(chunk) = timeout(SILENCE_MAX, chunks.next()).await? {
            let mut frames = Vec::new();
            reader.read(&chunk?, |frame| frames.push(frame))?;
            for frame in frames {
                self.frame(&frame)?;
            }
        }
        Ok(())
    }

    fn url(&self) -> anyhow::Result<Url> {
        let mut url: Url = self.target.query_url.parse()?;
        let segments = url.path_segments_mut();
        let mut segments = segments.map_err(|()| anyhow::anyhow!("not an address of a service"))?;
        let (app, room) = (self.target.app.as_str(), self.target.room_id.as_str());
        segments.pop_if_empty().extend(["v1", "apps", app, "rooms", room, "stream"]);
        drop(segments);
        Ok(url)
    }

    fn frame(&mut self, frame: &Frame) -> anyhow::Result<()> {
        let item: Value = serde_json::from_str(&frame.data)?;
        let Some(room_seq) = item["room_seq"].as_u64() else { return Ok(()) };
        // A frame that stands for several items says where they begin.
        let first = item["from_seq"].as_u64().unwrap_or(room_seq);
        match item["type"].as_str().unwrap_or_default() {
            "resumed" | "too_old" | "bye" => {}
            // Stands for all that came before: what had not come by then has been missed.
            "snapshot" => self.sender.send_modify(|received| {
                received.missing += room_seq.saturating_sub(received.room_seq);
                received.room_seq = received.room_seq.max(room_seq);
            }),
            _ => {
                self.sender.send_modify(|received| {
                    if first <= received.room_seq {
                        received.repeated += 1;
                    } else {
                        received.missing += first - received.room_seq - 1;
                    }
                    received.room_seq = received.room_seq.max(room_seq);
                    let shed = shed(&item);
                    received.shed += shed;
                    received.items += (room_seq + 1).saturating_sub(first + shed);
                    received.sums += Sums::of_feed_item(&item);
                    received.types.add_feed_item(&item);
                });
                (self.show)(&item);
            }
        }
        Ok(())
    }
}

/// How many items a frame says were left out, of all classes.
fn shed(frame: &Value) -> u64 {
    let classes = frame["shed"].as_object();
    classes.into_iter().flatten().filter_map(|(_, count)| count.as_u64()).sum()
}
