//! What stands in the tables, and whether it is what the show was.

use std::collections::BTreeMap;

use domain::event::{EventData, Scope};
use domain::ids::AppId;
use domain::level::points::UserPoints;
use domain::view::feed_item::feed_item;
use migrations::model::MODELS;
use tokio_postgres::{Client, Row};

use crate::show::Show;

/// Every row of every table of an app, without the app.
pub(crate) async fn all(client: &Client, app: &AppId) -> BTreeMap<&'static str, Vec<String>> {
    let mut all = BTreeMap::new();
    for table in MODELS.iter().flat_map(|model| model.tables) {
        let select = format!(
            "SELECT (to_jsonb(t) - 'app')::text FROM matinee.{} AS t WHERE app = $1 ORDER BY 1",
            table.name
        );
        let rows = client.query(&select, &[&app.as_str()]).await.unwrap();
        all.insert(table.name, rows.iter().map(|row| row.get(0)).collect());
    }
    all
}

fn points(row: &Row) -> UserPoints {
    UserPoints {
        points: row.get::<_, i64>(1).unsigned_abs(),
        level: row.get::<_, i32>(2).unsigned_abs(),
        day: serde_json::from_str(row.get(3)).unwrap(),
    }
}

/// Compares with what the rules say, computed event by event.
pub(crate) async fn assert_show(client: &Client, app: &AppId, show: &Show) {
    let app = app.as_str();
    let select = "SELECT room_id, room_seq, name, status, messages, paid_messages,
        paid_message_coins, gifts, gift_coins, likes, kind, cover, introduction, announcement,
        archived, live_at, name_folded FROM matinee.room WHERE app = $1";
    let rooms = client.query(select, &[&app]).await.unwrap();
    assert_eq!(rooms.len(), show.state.rooms.len());
    for row in rooms {
        let room = &show.state.rooms[&row.get::<_, &str>(0).parse().unwrap()];
        assert_eq!(row.get::<_, i64>(1).unsigned_abs(), room.seq);
        assert_eq!((row.get(2), row.get(3)), (&*room.name, room.status.to_string().as_str()));
        let texts: [&str; 4] = std::array::from_fn(|column| row.get(10 + column));
        let expected = [&room.kind, &room.cover, &room.introduction, &room.announcement];
        assert_eq!(texts, expected.map(|text| &**text));
        assert_eq!(row.get::<_, bool>(14), room.archived);
        assert_eq!(row.get::<_, Option<i64>>(15), room.live_at.map(|at| at.0));
        assert_eq!(row.get::<_, &str>(16), room.name.to_lowercase());
        let totals: [i64; 6] = std::array::from_fn(|column| row.get(4 + column));
        let expected = [
            room.totals.messages,
            room.totals.paid_messages,
            room.totals.paid_message_coins.0,
            room.totals.gifts,
            room.totals.gift_coins.0,
            room.totals.likes,
        ];
        assert_eq!(totals.map(i64::unsigned_abs), expected);
    }

    let select = "SELECT room_id, room_seq, item FROM matinee.room_feed WHERE app = $1";
    let items = client.query(select, &[&app]).await.unwrap();
    let items: BTreeMap<(String, u64), String> = items
        .iter()
        .map(|row| ((row.get(0), row.get::<_, i64>(1).unsigned_abs()), row.get(2)))
        .collect();
    let expected: BTreeMap<(String, u64), String> = show
        .events
        .iter()
        .filter_map(|event| match &event.scope {
            Scope::Room { room_id, room_seq } => {
                Some(((room_id.to_string(), *room_seq), feed_item(event)?))
            }
            Scope::App { .. } => None,
        })
        .collect();
    assert_eq!(items, expected);

    let select = "SELECT user_id, points, level, day FROM matinee.user_level WHERE app = $1";
    let levels = client.query(select, &[&app]).await.unwrap();
    let levels: BTreeMap<String, UserPoints> =
        levels.iter().map(|row| (row.get(0), points(row))).collect();
    assert_eq!(levels, show.levels());

    let open =
        "SELECT room_id, product_id FROM matinee.spotlight WHERE app = $1 AND to_seq IS NULL";
    let open = client.query(open, &[&app]).await.unwrap();
    let open: BTreeMap<String, String> = open.iter().map(|row| (row.get(0), row.get(1))).collect();
    let expected = show.state.rooms.iter().filter_map(|(room_id, room)| {
        Some((room_id.to_string(), room.spotlight.as_ref()?.to_string()))
    });
    assert_eq!(open, expected.collect());

    assert_shelves(client, app, show).await;
    assert_member_fields(client, app, show).await;
    assert_follows(client, app, show).await;

    let checkpoint = "SELECT seq FROM matinee.checkpoint WHERE app = $1";
    assert_eq!(client.query(checkpoint, &[&app]).await.unwrap().len(), 1);
}

async fn assert_member_fields(client: &Client, app: &str, show: &Show) {
    let mut expected: BTreeMap<(String, String, String), String> = BTreeMap::new();
    for event in &show.events {
        let (Scope::Room { room_id, .. }, EventData::MemberFieldsSet(set)) =
            (&event.scope, &event.data)
        else {
            continue;
        };
        for (key, value) in &set.values {
            let key = (room_id.to_string(), set.user_id.to_string(), key.to_string());
            if value.is_empty() {
                expected.remove(&key);
            } else {
                expected.insert(key, value.to_string());
            }
        }
    }
    let fields =
        "SELECT room_id, user_id, field_key, value FROM matinee.member_field WHERE app = $1";
    let fields = client.query(fields, &[&app]).await.unwrap();
    let fields = fields.iter().map(|row| ((row.get(0), row.get(1), row.get(2)), row.get(3)));
    assert_eq!(fields.collect::<BTreeMap<_, _>>(), expected);
}

async fn assert_shelves(client: &Client, app: &str, show: &Show) {
    let shelves = "SELECT room_id, product_id, sold_out FROM matinee.shelf WHERE app = $1
        ORDER BY room_id, placed_seq, place";
    let shelves = client.query(shelves, &[&app]).await.unwrap();
    let shelves: Vec<(String, String, bool)> =
        shelves.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    let rooms: BTreeMap<String, _> =
        show.state.rooms.iter().map(|(id, room)| (id.to_string(), room)).collect();
    let expected = rooms.iter().flat_map(|(room_id, room)| {
        let on = room.shelf.iter();
        on.map(|on| (room_id.clone(), on.product_id.to_string(), on.sold_out))
    });
    assert_eq!(shelves, expected.collect::<Vec<_>>());
}

async fn assert_follows(client: &Client, app: &str, show: &Show) {
    let mut expected: BTreeMap<(String, String), i64> = BTreeMap::new();
    for event in &show.events {
        let user = event.actor.user.to_string();
        if let EventData::HostFollowed(followed) = &event.data {
            let key = (user, followed.host_id.to_string());
            expected.entry(key).or_insert(event.at.0);
        } else if let EventData::HostUnfollowed(unfollowed) = &event.data {
            expected.remove(&(user, unfollowed.host_id.to_string()));
        }
    }
    let follows = "SELECT user_id, host_id, followed_at FROM matinee.follow WHERE app = $1";
    let follows = client.query(follows, &[&app]).await.unwrap();
    let follows: BTreeMap<(String, String), i64> =
        follows.iter().map(|row| ((row.get(0), row.get(1)), row.get(2))).collect();
    assert_eq!(follows, expected);
    let followers = "SELECT sum(followers)::bigint FROM matinee.follower_count WHERE app = $1";
    let followers = client.query_one(followers, &[&app]).await.unwrap();
    let followers: i64 = followers.get::<_, Option<i64>>(0).unwrap_or_default();
    assert_eq!(followers.unsigned_abs(), expected.len() as u64);
}
