//! `room`: the rooms of an app, newest first.

use domain::ids::{AppId, RoomId, UserId};
use domain::room::status::RoomStatus;
use schemars::JsonSchema;
use serde::Serialize;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::read_models::{ReadModels, Unavailable, unsigned};

/// Each question follows the index of its narrowest condition; the others are held against its rows.
macro_rules! rooms_where {
    ($condition:literal) => {
        concat!(
            "SELECT room.room_id, room.name, room.owner, app_user.nick, app_user.avatar, room.kind,
                room.cover, room.introduction, room.announcement, room.status, room.archived,
                room.created_at, room.live_at, room.changed_at, room.room_seq, room.messages,
                room.likes, room.gifts, room.gift_coins
            FROM matinee.room
            LEFT JOIN matinee.app_user
                ON app_user.app = room.app AND app_user.user_id = room.owner
            WHERE room.app = $1 AND ",
            $condition,
            " AND ($2::text IS NULL OR room.owner = $2)
                AND ($3::text IS NULL OR room.kind = $3)
                AND ($4::text IS NULL OR room.status = $4)
                AND ($5::boolean IS NULL OR room.archived = $5)
                AND ($6::text IS NULL OR strpos(room.name_folded, $6) > 0)
                AND ($7::text[] IS NULL OR room.room_id = ANY($7))
                AND (room.created_at, room.room_id) < ($8, $9)
            ORDER BY room.created_at DESC, room.room_id DESC LIMIT $10"
        )
    };
}

const OF_OWNER: &str = rooms_where!("room.owner = $2");
const OF_KIND: &str = rooms_where!("room.kind = $3");
const OF_STATUS: &str = rooms_where!("room.status = $4");
const OF_APP: &str = rooms_where!("true");

/// Which rooms are wanted. What is absent does not matter.
#[derive(Debug, Default)]
pub(crate) struct RoomFilter<'a> {
    pub(crate) owner: Option<&'a UserId>,
    pub(crate) kind: Option<&'a str>,
    pub(crate) status: Option<RoomStatus>,
    pub(crate) archived: Option<bool>,
    /// A part of the name, in lower case.
    pub(crate) name_part: Option<&'a str>,
    /// None but these.
    pub(crate) room_ids: Option<&'a [RoomId]>,
}

/// A place in the list: before this room, or at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoomPlace {
    pub(crate) created_at: i64,
    pub(crate) room_id: String,
}

impl RoomPlace {
    /// Before all rooms. No room is created at the end of time.
    pub(crate) fn begin() -> Self {
        Self { created_at: i64::MAX, room_id: String::new() }
    }
}

/// A room of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ListedRoom {
    pub(crate) room_id: String,
    name: String,
    owner: String,
    /// Null if they never registered.
    owner_nick: Option<String>,
    owner_avatar: Option<String>,
    kind: String,
    cover: String,
    introduction: String,
    announcement: String,
    status: String,
    archived: bool,
    pub(crate) created_at: i64,
    /// When it first went live; null before.
    live_at: Option<i64>,
    changed_at: i64,
    room_seq: u64,
    totals: ListedTotals,
}

/// What has been sent so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
struct ListedTotals {
    messages: u64,
    likes: u64,
    gifts: u64,
    gift_coins: u64,
}

impl ReadModels {
    /// Rooms after a place, newest first.
    pub(crate) async fn rooms(
        &self,
        app: &AppId,
        filter: &RoomFilter<'_>,
        after: &RoomPlace,
        limit: u32,
    ) -> Result<Vec<ListedRoom>, Unavailable> {
        let RoomFilter { owner, kind, status, archived, name_part, room_ids } = filter;
        let sql = match (owner, kind, status) {
            (Some(_), _, _) => OF_OWNER,
            (None, Some(_), _) => OF_KIND,
            (None, None, Some(_)) => OF_STATUS,
            (None, None, None) => OF_APP,
        };
        let owner = owner.map(UserId::as_str);
        let status = status.map(RoomStatus::as_str);
        let room_ids: Option<Vec<&str>> =
            room_ids.map(|room_ids| room_ids.iter().map(RoomId::as_str).collect());
        let (app, limit) = (app.as_str(), i64::from(limit));
        let RoomPlace { created_at, room_id } = after;
        let params: [&(dyn ToSql + Sync); 10] = [
            &app, &owner, kind, &status, archived, name_part, &room_ids, created_at, room_id,
            &limit,
        ];
        Ok(self.query(sql, &params).await?.iter().map(listed).collect())
    }
}

fn listed(row: &Row) -> ListedRoom {
    let count = |column: usize| unsigned(row.get::<_, i64>(column));
    ListedRoom {
        room_id: row.get(0),
        name: row.get(1),
        owner: row.get(2),
        owner_nick: row.get(3),
        owner_avatar: row.get(4),
        kind: row.get(5),
        cover: row.get(6),
        introduction: row.get(7),
        announcement: row.get(8),
        status: row.get(9),
        archived: row.get(10),
        created_at: row.get(11),
        live_at: row.get(12),
        changed_at: row.get(13),
        room_seq: count(14),
        totals: ListedTotals {
            messages: count(15),
            likes: count(16),
            gifts: count(17),
            gift_coins: count(18),
        },
    }
}
