//! Rows as the projector writes them.

use domain::event::{Event, Scope};
use domain::view::feed_item::feed_item;

use super::World;

impl World {
    /// Writes the events into `room_feed`, and says that all that was appended is projected.
    pub(crate) async fn project(&self, events: &[Event]) {
        for event in events {
            let (Scope::Room { room_id, room_seq }, Some(item)) = (&event.scope, feed_item(event))
            else {
                continue;
            };
            let insert = "INSERT INTO matinee.room_feed VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
            let (app, room_id) = (self.app.as_str(), room_id.as_str());
            let (user, kind) = (event.actor.user.as_str(), event.data.type_name());
            let room_seq = i64::try_from(*room_seq).unwrap();
            let params: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
                [&app, &room_id, &room_seq, &event.at.0, &kind, &user, &"normal", &item];
            self.database.execute(insert, &params).await.unwrap();
        }
        self.checkpoint(self.log_seq()).await;
    }

    /// Moves the projector's checkpoint.
    pub(crate) async fn checkpoint(&self, log_seq: u64) {
        let upsert =
            "INSERT INTO matinee.checkpoint (app, reader, seq) VALUES ($1, 'projector', $2)
            ON CONFLICT (app, reader) DO UPDATE SET seq = excluded.seq";
        let seq = i64::try_from(log_seq).unwrap();
        self.database.execute(upsert, &[&self.app.as_str(), &seq]).await.unwrap();
    }

    /// Any statement.
    pub(crate) async fn sql(&self, sql: &str) {
        self.database.batch_execute(sql).await.unwrap();
    }
}
