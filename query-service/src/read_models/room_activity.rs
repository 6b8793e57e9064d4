//! `room_activity`: which rooms are busiest within a time, by weights.

use domain::ids::{AppId, RoomId};
use domain::timestamp::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tokio_postgres::types::ToSql;

use crate::heat::HeatConfig;
use crate::read_models::{ReadModels, Unavailable, unsigned};

/// The hours by the primary key, then summed and sorted: at most as many rooms as the app has. Sums of
/// products of the largest numbers are numeric, and shown as the largest number there is.
const RANKS: &str = "
    SELECT busy.room_id, room.name, room.owner, room.status,
        greatest(least(busy.heat, 9223372036854775807), 0)::bigint
    FROM (
        SELECT room_id, sum(
            messages::numeric * $4::bigint + custom_messages::numeric * $5::bigint
            + gift_coins::numeric * $6::bigint + paid_coins::numeric * $7::bigint
            + likes::numeric * $8::bigint + purchase_cents::numeric * $9::bigint
            + follows::numeric * $10::bigint + joins::numeric * $11::bigint) AS heat
        FROM matinee.room_activity
        WHERE app = $1 AND $2 <= starts_at AND starts_at < $3
        GROUP BY room_id
    ) AS busy
    JOIN matinee.room ON room.app = $1 AND room.room_id = busy.room_id
    WHERE 0 < busy.heat AND NOT room.archived AND ($12::text[] IS NULL OR busy.room_id = ANY($12))
    ORDER BY busy.heat DESC, busy.room_id LIMIT $13";

/// A room of the ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct RankedRoom {
    room_id: String,
    name: String,
    owner: String,
    status: String,
    heat: u64,
}

impl ReadModels {
    /// The rooms in which most was done from then until then, first; of these rooms, if not of all.
    pub(crate) async fn room_ranks(
        &self,
        app: &AppId,
        (from, until): (Timestamp, Timestamp),
        weights: &HeatConfig,
        rooms: Option<&[RoomId]>,
        limit: u32,
    ) -> Result<Vec<RankedRoom>, Unavailable> {
        let (app, limit) = (app.as_str(), i64::from(limit));
        let HeatConfig {
            message,
            custom_message,
            gift_coin,
            paid_coin,
            like,
            purchase_cent,
            follow,
            join,
        } = *weights;
        let weights =
            [message, custom_message, gift_coin, paid_coin, like, purchase_cent, follow, join];
        let weights = weights.map(i64::from);
        let mut params: Vec<&(dyn ToSql + Sync)> = vec![&app, &from.0, &until.0];
        params.extend(weights.iter().map(|weight| weight as &(dyn ToSql + Sync)));
        let rooms: Option<Vec<&str>> =
            rooms.map(|rooms| rooms.iter().map(RoomId::as_str).collect());
        params.push(&rooms);
        params.push(&limit);
        let rows = self.query(RANKS, &params).await?;
        let ranked = rows.iter().map(|row| RankedRoom {
            room_id: row.get(0),
            name: row.get(1),
            owner: row.get(2),
            status: row.get(3),
            heat: unsigned(row.get(4)),
        });
        Ok(ranked.collect())
    }
}
