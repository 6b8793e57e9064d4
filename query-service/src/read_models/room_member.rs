//! `room_member`: who is in a room.

use std::sync::Arc;

use domain::ids::{AppId, RoomId, UserId};
use schemars::JsonSchema;
use serde::Serialize;
use tokio_postgres::Row;

use crate::read_models::{ReadModels, Unavailable, unsigned};

/// Not more than are asked for, so a large room costs no more.
const COUNT: &str = "
    SELECT count(*) FROM (
        SELECT 1 FROM matinee.room_member WHERE app = $1 AND room_id = $2 LIMIT $3) AS counted";

/// Whoever has registered is shown as they are now.
macro_rules! members {
    ($which:literal) => {
        concat!(
            "
    SELECT member.user_id, coalesce(app_user.nick, member.nick),
        CASE WHEN app_user.user_id IS NULL THEN member.avatar ELSE app_user.avatar END,
        coalesce(user_level.level, member.level, 0), member.role, member.joined_at
    FROM matinee.room_member AS member
    LEFT JOIN matinee.app_user
        ON app_user.app = member.app AND app_user.user_id = member.user_id
    LEFT JOIN matinee.user_level
        ON user_level.app = member.app AND user_level.user_id = member.user_id
    WHERE member.app = $1 AND member.room_id = $2 AND ",
            $which
        )
    };
}

/// Follows the primary key.
const AFTER: &str = members!("member.user_id > $3 ORDER BY member.user_id LIMIT $4");

const ONE: &str = members!("member.user_id = $3");

/// By the primary key. Whoever has registered is shown as they are now.
const JOINED: &str = "
    SELECT member.room_id, member.user_id, coalesce(app_user.nick, member.nick),
        CASE WHEN app_user.user_id IS NULL THEN member.avatar ELSE app_user.avatar END,
        member.level, member.role, member.joined_at
    FROM unnest($2::text[], $3::text[]) AS asked (room_id, user_id)
    JOIN matinee.room_member AS member
        ON member.app = $1 AND member.room_id = asked.room_id AND member.user_id = asked.user_id
    LEFT JOIN matinee.app_user
        ON app_user.app = member.app AND app_user.user_id = member.user_id";

/// Somebody who has joined a room, as they are copied into an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    pub(crate) room_id: RoomId,
    pub(crate) user_id: UserId,
    pub(crate) nick: Arc<str>,
    pub(crate) avatar: Option<Arc<str>>,
    pub(crate) level: Option<u32>,
    pub(crate) role: String,
    pub(crate) joined_at: i64,
}

/// Somebody who is in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct RoomMember {
    pub(crate) user_id: String,
    nick: String,
    avatar: Option<String>,
    level: u64,
    /// What they may do in this room: `host`, `assistant`, `viewer`, `guest` or `admin`.
    pub(crate) role: String,
    /// Unix milliseconds.
    joined_at: i64,
}

impl ReadModels {
    /// Those of the users who are in the rooms.
    pub(crate) async fn joined(
        &self,
        app: &AppId,
        asked: &[(RoomId, UserId)],
    ) -> Result<Vec<Arrival>, Unavailable> {
        let rooms: Vec<&str> = asked.iter().map(|(room_id, _)| room_id.as_str()).collect();
        let users: Vec<&str> = asked.iter().map(|(_, user_id)| user_id.as_str()).collect();
        let rows = self.query(JOINED, &[&app.as_str(), &rooms, &users]).await?;
        let joined = rows.iter().filter_map(|row| {
            Some(Arrival {
                // Ids that the log had.
                room_id: row.get::<_, &str>(0).parse().ok()?,
                user_id: row.get::<_, &str>(1).parse().ok()?,
                nick: row.get::<_, &str>(2).into(),
                avatar: row.get::<_, Option<&str>>(3).map(Arc::from),
                level: row.get::<_, Option<i32>>(4).and_then(|level| level.try_into().ok()),
                role: row.get(5),
                joined_at: row.get(6),
            })
        });
        Ok(joined.collect())
    }

    /// How many are in a room, or one more than `max`.
    pub(crate) async fn member_count(
        &self,
        app: &AppId,
        room_id: &RoomId,
        max: u32,
    ) -> Result<u64, Unavailable> {
        let (app, room_id, limit) = (app.as_str(), room_id.as_str(), i64::from(max) + 1);
        let rows = self.query(COUNT, &[&app, &room_id, &limit]).await?;
        Ok(rows.first().map_or(0, |row| unsigned(row.get(0))))
    }

    /// Who is in a room, after a user, by id.
    pub(crate) async fn members(
        &self,
        app: &AppId,
        room_id: &RoomId,
        after: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<RoomMember>, Unavailable> {
        // No id is empty, so all come after the empty text.
        let after = after.map_or("", UserId::as_str);
        let (app, room_id, limit) = (app.as_str(), room_id.as_str(), i64::from(limit));
        let rows = self.query(AFTER, &[&app, &room_id, &after, &limit]).await?;
        Ok(rows.iter().map(RoomMember::of).collect())
    }

    /// Somebody who is in a room.
    pub(crate) async fn member(
        &self,
        app: &AppId,
        room_id: &RoomId,
        user_id: &UserId,
    ) -> Result<Option<RoomMember>, Unavailable> {
        let (app, room_id, user_id) = (app.as_str(), room_id.as_str(), user_id.as_str());
        let rows = self.query(ONE, &[&app, &room_id, &user_id]).await?;
        Ok(rows.first().map(RoomMember::of))
    }
}

impl RoomMember {
    fn of(row: &Row) -> Self {
        Self {
            user_id: row.get(0),
            nick: row.get(1),
            avatar: row.get(2),
            level: unsigned(i64::from(row.get::<_, i32>(3))),
            role: row.get(4),
            joined_at: row.get(5),
        }
    }
}
