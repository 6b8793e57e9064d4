//! How a [`Feed`](crate::feed::Feed) is written to a socket: [`sse`], or [`websocket`] after its
//! [`handshake`]. Both write the same JSON. [`desk`] takes what a
//! client sends over a WebSocket.

pub(crate) mod desk;
mod direct;
pub(crate) mod handshake;
mod inbound;
pub(crate) mod sse;
pub(crate) mod websocket;

use domain::ids::RoomId;
use domain::timestamp::Timestamp;
use service_kit::auth::{AuthError, Identity};
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
    let (now, expires_at) = (clock::now(), Timestamp(identity.expires_at_s.saturating_mul(1_000)));
    // Within the leeway of the clocks a token is still good for one answer, but not for a stream.
    if expires_at <= now {
        return Err(AuthError::Expired.into());
    }
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
