//! `purchase`, `follow`, `room_feed` and `gift_refund`: what a decision of the command side needs, and
//! how far in the log that is.

use domain::ids::{AppId, OrderId, RoomId, UserId};
use domain::room::refund_gift::{GiftPlace, SentGift};
use domain::room::send_gift::GiftSent;
use domain::timestamp::Timestamp;
use domain::view::known_facts::{FactQuery, KnownFacts, KnownPlace};
use serde::Deserialize;
use tokio_postgres::Row;

use crate::read_models::{ReadModels, Unavailable, unsigned};

/// By the primary key.
const ORDERS: &str = "
    SELECT order_id FROM matinee.purchase WHERE app = $1 AND order_id = ANY($2::text[])";

/// By the primary keys.
const FOLLOWS: &str = "
    SELECT asked.user_id, asked.room_id
    FROM unnest($2::text[], $3::text[]) AS asked (user_id, room_id)
    JOIN matinee.room ON room.app = $1 AND room.room_id = asked.room_id
    JOIN matinee.follow ON follow.app = $1 AND follow.user_id = asked.user_id
        AND follow.host_id = room.owner";

/// By the primary keys. A place beyond what the room has come to gives no row.
const GIFTS: &str = "
    SELECT asked.room_id, asked.room_seq, refund.room_seq IS NOT NULL, feed.at, feed.user_id, feed.item
    FROM unnest($2::text[], $3::bigint[]) AS asked (room_id, room_seq)
    JOIN matinee.room ON room.app = $1 AND room.room_id = asked.room_id
        AND asked.room_seq <= room.room_seq
    LEFT JOIN matinee.room_feed AS feed ON feed.app = $1 AND feed.room_id = asked.room_id
        AND feed.room_seq = asked.room_seq AND feed.type = 'gift_sent'
    LEFT JOIN matinee.gift_refund AS refund ON refund.app = $1
        AND refund.room_id = asked.room_id AND refund.refunded_seq = asked.room_seq";

/// Of an item as it was pushed.
#[derive(Deserialize)]
struct Item {
    data: GiftSent,
}

impl ReadModels {
    /// Of what is asked, what is so.
    pub(crate) async fn known_facts(
        &self,
        app: &AppId,
        query: &FactQuery,
    ) -> Result<KnownFacts, Unavailable> {
        Ok(KnownFacts {
            // First: the rows that are read afterwards include at least that.
            as_of: self.projected(app).await?,
            orders: self.known_orders(app, &query.orders).await?,
            follows: self.known_follows(app, &query.follows).await?,
            gifts: self.known_gifts(app, &query.gifts).await?,
        })
    }

    async fn known_orders(
        &self,
        app: &AppId,
        asked: &[OrderId],
    ) -> Result<Vec<OrderId>, Unavailable> {
        if asked.is_empty() {
            return Ok(vec![]);
        }
        let asked: Vec<&str> = asked.iter().map(OrderId::as_str).collect();
        let rows = self.query(ORDERS, &[&app.as_str(), &asked]).await?;
        Ok(rows.iter().filter_map(|row| row.get::<_, &str>(0).parse().ok()).collect())
    }

    async fn known_follows(
        &self,
        app: &AppId,
        asked: &[(UserId, RoomId)],
    ) -> Result<Vec<(UserId, RoomId)>, Unavailable> {
        if asked.is_empty() {
            return Ok(vec![]);
        }
        let users: Vec<&str> = asked.iter().map(|(user, _)| user.as_str()).collect();
        let rooms: Vec<&str> = asked.iter().map(|(_, room)| room.as_str()).collect();
        let rows = self.query(FOLLOWS, &[&app.as_str(), &users, &rooms]).await?;
        let follows = rows.iter().filter_map(|row| {
            Some((row.get::<_, &str>(0).parse().ok()?, row.get::<_, &str>(1).parse().ok()?))
        });
        Ok(follows.collect())
    }

    async fn known_gifts(
        &self,
        app: &AppId,
        asked: &[(RoomId, u64)],
    ) -> Result<Vec<KnownPlace>, Unavailable> {
        // No item has a greater number than a column holds.
        let asked: Vec<(&str, i64)> = asked
            .iter()
            .filter_map(|(room, seq)| Some((room.as_str(), i64::try_from(*seq).ok()?)))
            .collect();
        if asked.is_empty() {
            return Ok(vec![]);
        }
        let (rooms, seqs): (Vec<&str>, Vec<i64>) = asked.into_iter().unzip();
        let rows = self.query(GIFTS, &[&app.as_str(), &rooms, &seqs]).await?;
        let known = rows.iter().filter_map(|row| {
            let (room_id, room_seq) = (row.get::<_, &str>(0).parse().ok()?, unsigned(row.get(1)));
            Some(KnownPlace { room_id, room_seq, place: place(row)? })
        });
        Ok(known.collect())
    }
}

/// Nothing if the row cannot be read: better no answer than a wrong one.
fn place(row: &Row) -> Option<GiftPlace> {
    if row.get(2) {
        return Some(GiftPlace::Refunded);
    }
    let Some(item) = row.get::<_, Option<&str>>(5) else { return Some(GiftPlace::NoGift) };
    let Item { data } = serde_json::from_str(item).ok()?;
    let GiftSent { gift_id, name, count, amount, .. } = data;
    let (at, user_id) = (Timestamp(row.get(3)), row.get::<_, &str>(4).parse().ok()?);
    Some(GiftPlace::Sent(SentGift { user_id, at, gift_id, name, count, amount }))
}
