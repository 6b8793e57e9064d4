//! `gift_total` and `gift_rank`: what each user has given in a room, and in an hour or on a day.

use domain::ids::{AppId, RoomId};
use domain::timestamp::Timestamp;
use domain::view::period::Period;
use schemars::JsonSchema;
use serde::Serialize;
use tokio_postgres::Row;

use crate::read_models::{ReadModels, Unavailable, unsigned};

/// The givers of the room by the primary key, then sorted: an index on a sum would be rewritten
/// with every gift.
const RANKING: &str = "
    SELECT gift_total.user_id, app_user.nick, gift_total.gifts, gift_total.coins
    FROM matinee.gift_total
    LEFT JOIN matinee.app_user USING (app, user_id)
    WHERE gift_total.app = $1 AND gift_total.room_id = $2 AND gift_total.gifts > 0
    ORDER BY gift_total.coins DESC, gift_total.gifts DESC, gift_total.user_id LIMIT $3";

/// The same within a period.
const RANK: &str = "
    SELECT gift_rank.user_id, app_user.nick, gift_rank.gifts, gift_rank.coins
    FROM matinee.gift_rank
    LEFT JOIN matinee.app_user USING (app, user_id)
    WHERE gift_rank.app = $1 AND gift_rank.room_id = $2 AND gift_rank.period = $3
        AND gift_rank.starts_at = $4 AND gift_rank.gifts > 0
    ORDER BY gift_rank.coins DESC, gift_rank.gifts DESC, gift_rank.user_id LIMIT $5";

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
        Ok(rows.iter().map(Giver::of).collect())
    }

    /// Who has given most in the period that begins then, first.
    pub(crate) async fn gift_rank(
        &self,
        app: &AppId,
        room_id: &RoomId,
        (period, starts_at): (Period, Timestamp),
        limit: u32,
    ) -> Result<Vec<Giver>, Unavailable> {
        let (app, room_id, period) = (app.as_str(), room_id.as_str(), period.as_str());
        let limit = i64::from(limit);
        let rows = self.query(RANK, &[&app, &room_id, &period, &starts_at.0, &limit]).await?;
        Ok(rows.iter().map(Giver::of).collect())
    }
}

impl Giver {
    fn of(row: &Row) -> Self {
        Self {
            user_id: row.get(0),
            nick: row.get(1),
            gifts: unsigned(row.get(2)),
            coins: unsigned(row.get(3)),
        }
    }
}
