//! `gift_total`: what each user has given in a room.

use domain::ids::{AppId, RoomId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::read_models::{ReadModels, Unavailable, unsigned};

/// The givers of the room by the primary key, then sorted: an index on a sum would be rewritten
/// with every gift.
const RANKING: &str = "
    SELECT gift_total.user_id, app_user.nick, gift_total.gifts, gift_total.coins
    FROM matinee.gift_total
    LEFT JOIN matinee.app_user USING (app, user_id)
    WHERE gift_total.app = $1 AND gift_total.room_id = $2 AND gift_total.gifts > 0
    ORDER BY gift_total.coins DESC, gift_total.gifts DESC, gift_total.user_id LIMIT $3";

/// One giver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Giver {
    user_id: String,
    /// Null if they never registered.
    nick: Option<String>,
    gifts: u64,
    coins: u64,
}

impl ReadModels {
    /// Who has given most, first.
    pub(crate) async fn gift_ranking(
        &self,
        app: &AppId,
        room_id: &RoomId,
        limit: u32,
    ) -> Result<Vec<Giver>, Unavailable> {
        let (app, room_id, limit) = (app.as_str(), room_id.as_str(), i64::from(limit));
        let rows = self.query(RANKING, &[&app, &room_id, &limit]).await?;
        let givers = rows.iter().map(|row| Giver {
            user_id: row.get(0),
            nick: row.get(1),
            gifts: unsigned(row.get(2)),
            coins: unsigned(row.get(3)),
        });
        Ok(givers.collect())
    }
}
