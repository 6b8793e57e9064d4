//! How a [`Feed`](crate::feed::Feed) is written to a socket: [`sse`], or [`websocket`] after its
//! [`handshake`]. Both write the same JSON. [`desk`] takes what a
//! client sends over a WebSocket.

pub(crate) mod config;
pub(crate) mod desk;
mod direct;
pub(crate) mod handshake;
pub(crate) mod head;
mod inbound;
pub(crate) mod sse;
pub(crate) mod websocket;

use domain::ids::RoomId;
use service_kit::auth::Identity;
use service_kit::clock;
use service_kit::problem::Problem;

use crate::feed::Feed;
use crate::feed::open::{Opening, open as open_feed};
use crate::hub::Reader;
use crate::problems::room_not_found;
use crate::service::Service;

/// Opens a room's feed for whoever has a token that is good for it.
pub(crate) async fn open(
    service: &Service,
    identity: &Identity,
    room_id: RoomId,
    last_id: Option<u64>,
) -> Result<Feed, Problem> {
    let now = clock::now();
    let expires_at = identity.streams_until(now)?;
    let stay = service.drain().stay()?;
    let opening = Opening {
        hub: service.hub_for(identity, &room_id)?,
        history: service.history().clone(),
        room_id,
        reader: Reader::of(identity),
        last_id,
        expires_at,
        now,
        stay,
    };
    open_feed(opening).await.ok_or_else(room_not_found)
}
