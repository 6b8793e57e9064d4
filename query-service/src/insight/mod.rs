//! What this process has seen of its rooms, written into Postgres now and then: what was left out
//! ([`shed`]), for whoever runs the room.
//!
//! An observation and no projection, as [`crate::presence::record`] is: it does not follow from the log. While Postgres is away it waits,
//! within bounds; what a process that is killed had not written is lost.

pub(crate) mod shed;

use std::sync::Arc;
use std::time::Duration;

use domain::ids::RoomId;
use tokio_util::sync::CancellationToken;

use crate::hub::AppHub;
use crate::hub::room::Room;
use crate::service::Service;

/// Writes until shutdown; what is left then is for whoever closes the rooms.
pub(crate) async fn write(hub: Arc<AppHub>, service: Service, shutdown: CancellationToken) {
    let pause = Duration::from_millis(hub.config().insight_ms);
    while shutdown.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
        flush(&hub, &service, hub.all_active()).await;
    }
}

/// Writes what these rooms have.
pub(crate) async fn flush(hub: &AppHub, service: &Service, rooms: Vec<(RoomId, Arc<Room>)>) {
    for (room_id, room) in rooms {
        let Some(counted) = room.shed.take() else { continue };
        // Where Postgres does not answer, it will not for the next room.
        if service.read_models().add_shed(hub.app(), &room_id, &counted).await.is_err() {
            room.shed.put_back(counted);
            return;
        }
    }
}
