//! Somebody who watches a room and remembers every frame, for as long as one connection lasts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use matinee::sse::frame::FrameReader;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::eventually::eventually;
use crate::http::Caller;

const LIMIT: Duration = Duration::from_secs(30);

/// An open stream. Leaves when dropped.
#[derive(Debug)]
pub struct Viewer {
    frames: Arc<Mutex<Vec<Value>>>,
    task: JoinHandle<()>,
}

impl Caller {
    /// Watches a room from its first item on, and waits until the stream has begun.
    pub async fn watch(&self, room: &str) -> Viewer {
        let mut response = self.stream(&format!("/rooms/{room}/stream?last_event_id=0")).await;
        assert_eq!(response.status(), 200, "the stream of {room} does not open");
        let frames = Arc::new(Mutex::new(vec![]));
        let seen = frames.clone();
        let task = tokio::spawn(async move {
            let mut reader = FrameReader::default();
            // A stream that breaks is over: what came of it stays.
            while let Ok(Some(chunk)) = response.chunk().await {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                let frame = |frame: matinee::sse::frame::Frame| {
                    seen.push(serde_json::from_str(&frame.data).expect("a frame is JSON"));
                };
                reader.read(&chunk, frame).expect("a frame has an end");
            }
        });
        let viewer = Viewer { frames, task };
        viewer.until("the stream begins", |_| true).await;
        viewer
    }
}

impl Viewer {
    /// Every frame that has come.
    pub fn frames(&self) -> Vec<Value> {
        self.frames.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every frame of a type that has come.
    pub fn of(&self, kind: &str) -> Vec<Value> {
        self.frames().into_iter().filter(|frame| frame["type"] == kind).collect()
    }

    /// Waits for the first frame that is like this.
    pub async fn until(&self, what: &str, like: impl Fn(&Value) -> bool) -> Value {
        eventually(what, LIMIT, async || self.frames().into_iter().find(|frame| like(frame))).await
    }

    /// Waits for the first frame of a type.
    pub async fn until_type(&self, kind: &str) -> Value {
        self.until(kind, |frame| frame["type"] == kind).await
    }

    /// Waits until the server has closed the stream.
    pub async fn until_closed(&self) {
        eventually("the stream ends", LIMIT, async || self.task.is_finished().then_some(())).await;
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
