//! One listener of a room: what it has been told, and how it waits for more.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::watch;

use crate::hub::Reader;
use crate::hub::frame::Frame;
use crate::hub::notice::NextNotice;
use crate::hub::people::{Line, SentAway};
use crate::hub::room::{End, Room};

/// Holds a room in memory while somebody listens to it.
#[derive(Debug)]
pub(crate) struct Subscription {
    room: Arc<Room>,
    signal: watch::Receiver<Option<End>>,
    news: watch::Receiver<()>,
    line: Arc<Line>,
    /// The number of the last figure that was given out.
    online: u64,
    /// The last notice that needs no telling: who comes now reads what it said elsewhere.
    noticed: u64,
}

impl Subscription {
    pub(crate) fn new(room: Arc<Room>, reader: &Reader) -> Self {
        let (signal, news) = (room.signal.subscribe(), room.news.subscribe());
        let noticed = room.notices_head.load(Ordering::Acquire);
        let line = room.people.enter(reader);
        Self { room, signal, news, line, online: 0, noticed }
    }

    pub(crate) fn line(&self) -> &Arc<Line> {
        &self.line
    }

    pub(crate) fn room(&self) -> &Arc<Room> {
        &self.room
    }

    /// Whether nothing more comes. Whatever happens after this call ends the next
    /// [`Subscription::changed`]: ask this first, then look into the ring, then wait.
    pub(crate) fn look(&mut self) -> Option<End> {
        self.news.mark_unchanged();
        *self.signal.borrow_and_update()
    }

    /// Whether the reader has to go.
    pub(crate) fn sent_away(&self) -> Option<SentAway> {
        self.line.sent_away()
    }

    /// How many there are, if that has not been given out.
    pub(crate) fn next_online(&mut self) -> Option<Frame> {
        let posted = self.room.online.after(self.online)?;
        self.online = posted.number;
        Some(posted.frame)
    }

    /// The number of the last figure that was given out.
    pub(crate) fn seen_online(&self) -> u64 {
        self.online
    }

    /// Somebody else has given it out.
    pub(crate) fn saw_online(&mut self, number: u64) {
        self.online = number;
    }

    /// The next notice that has not been given out.
    pub(crate) fn next_notice(&mut self) -> NextNotice {
        self.room.next_notice(&mut self.noticed)
    }

    /// Waits for what happens after the last [`Subscription::look`].
    pub(crate) async fn changed(&mut self) {
        tokio::select! {
            () = changed(&mut self.signal) => {}
            () = changed(&mut self.news) => {}
            () = self.line.told() => {}
        }
    }

    /// As [`Subscription::changed`], but not for items: for members of the audience.
    pub(crate) async fn told(&mut self) {
        tokio::select! {
            () = changed(&mut self.signal) => {}
            () = self.line.told() => {}
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.room.people.go(&self.line);
    }
}

/// The senders live in the room that a subscription holds, so this cannot fail.
async fn changed<T>(receiver: &mut watch::Receiver<T>) {
    if receiver.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
