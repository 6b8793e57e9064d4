//! Counts a room in the log and in Postgres, each by itself.

use std::time::Duration;

use anyhow::{Context, ensure};
use domain::event::Scope;
use domain::ids::{AppId, LogSeq, RoomId};
use migrations::connection::{PostgresConfig, connect};
use nats::{Nats, NatsConfig, TailConfig};
use tokio::time::{Instant, sleep};
use tokio_postgres::Client;

use crate::demo::play::Played;
use crate::demo::target::Target;
use crate::recording::sums::Sums;
use crate::recording::types::Types;
use crate::sse::Received;

/// How long the read models and the viewer may lag behind the last answer.
const LAG_MAX: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Commits that are taken from the tail at once.
const BATCH_EVENTS_MAX: usize = 5_000;

/// The same room, counted in four places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// What the recording says.
    pub recording: Sums,
    /// The events in the log.
    pub log: Sums,
    /// The rows of the feed.
    pub postgres: Sums,
    /// What the viewer received.
    pub viewer: Received,
    /// The events in the log, by type.
    pub types: Types,
    /// Events of the room in the log, which is its last `room_seq`.
    pub events: u64,
    /// What does not add up and is no number of the table.
    pub complaints: Vec<String>,
}

/// What the log holds of a room.
#[derive(Debug, Clone, Default)]
pub struct InLog {
    /// What the events add up to.
    pub sums: Sums,
    /// How many.
    pub events: u64,
    /// How many of each type.
    pub types: Types,
    /// The same of what happened to the app, ever.
    pub app_types: Types,
    /// The last commit of the app.
    pub last: LogSeq,
}

/// Counts everywhere, once all have caught up.
pub async fn count(target: &Target, played: &mut Played) -> anyhow::Result<Counts> {
    let room_id = played.report.room_id.clone();
    settled(target, played.report.log_seq).await?;
    let log = in_log(&target.nats, target.app(), &room_id).await?;
    let viewer = played.watcher.until(log.events, LAG_MAX).await;
    let (postgres, mut complaints) =
        in_postgres(&target.postgres, target.app(), &room_id, &log).await?;
    complaints.extend(types_complaints(&played.report.types, &log, &viewer));
    if viewer.missing != 0 || viewer.repeated != 0 {
        let (missing, repeated) = (viewer.missing, viewer.repeated);
        complaints.push(format!("the viewer missed {missing} items and got {repeated} again"));
    }
    for (reason, count) in &played.report.refused {
        complaints.push(format!("{count} lines were refused: {reason}"));
    }
    Ok(Counts {
        recording: played.report.recorded,
        log: log.sums,
        postgres,
        viewer,
        types: log.types,
        events: log.events,
        complaints,
    })
}

/// Waits until nothing of the show waits to become an event: what the last commands led to stands in
/// the tables, and the levels that were reached with it are announced.
async fn settled(target: &Target, last: LogSeq) -> anyhow::Result<()> {
    let client = connect(&target.postgres).await.context("cannot reach Postgres")?;
    caught_up(&client, target.app(), last).await?;
    let give_up_at = Instant::now() + LAG_MAX;
    let query = "select count(*) from matinee.outbox where app = $1";
    loop {
        let row = client.query_one(query, &[&target.app().as_str()]).await?;
        if row.get::<_, i64>(0) == 0 {
            return Ok(());
        }
        ensure!(Instant::now() < give_up_at, "levels that were reached are not announced");
        sleep(LOOK_AGAIN).await;
    }
}

/// Reads the whole log of the app and adds up one room. A hole in the room's order is an error.
pub async fn in_log(nats: &NatsConfig, app: &AppId, room_id: &RoomId) -> anyhow::Result<InLog> {
    let nats = Nats::connect(nats).await.context("cannot reach the log")?;
    let log = nats.open_log(app).await.context("cannot open the log")?;
    let mut room =
        InLog { last: log.last_seq().await.context("cannot read the log")?, ..InLog::default() };
    let mut tail = log.tail(LogSeq(0), TailConfig::default());
    let mut at = LogSeq(0);
    while at < room.last {
        for commit in tail.next_batch(BATCH_EVENTS_MAX).await.context("cannot read the log")? {
            at = commit.seq;
            for event in &commit.commit.events {
                let Scope::Room { room_id: of, room_seq } = &event.scope else {
                    room.app_types.add(event.data.type_name(), 1);
                    continue;
                };
                if of == room_id {
                    room.events += 1;
                    ensure!(
                        *room_seq == room.events,
                        "event {room_seq} of the room is out of order"
                    );
                    room.sums += Sums::of_event(&event.data);
                    room.types.add(event.data.type_name(), 1);
                }
            }
        }
    }
    Ok(room)
}

const FEED: &str = "
    select count(*) filter (where type = 'message_sent'),
           count(*) filter (where type = 'gift_sent'),
           coalesce(sum((item::json #>> '{data,count}')::bigint) filter (where type = 'gift_sent'), 0)::bigint,
           coalesce(sum((item::json #>> '{data,amount}')::bigint) filter (where type = 'gift_sent'), 0)::bigint,
           count(*) filter (where type = 'paid_message_sent'),
           coalesce(sum((item::json #>> '{data,amount}')::bigint) filter (where type = 'paid_message_sent'), 0)::bigint,
           count(*) filter (where type = 'user_muted'),
           coalesce(sum((item::json #>> '{data,count}')::bigint) filter (where type = 'likes_added'), 0)::bigint,
           count(*) filter (where type = 'room_joined'),
           count(*), coalesce(max(room_seq), 0)
      from matinee.room_feed where app = $1 and room_id = $2";

const TYPES: &str = "
    select type, count(*) from matinee.room_feed where app = $1 and room_id = $2 group by type";

const ROOM: &str = "
    select messages, gifts, gift_coins, paid_messages, paid_message_coins, likes, room_seq
      from matinee.room where app = $1 and room_id = $2";

const GIFT_TOTAL: &str = "
    select coalesce(sum(gifts), 0)::bigint, coalesce(sum(coins), 0)::bigint
      from matinee.gift_total where app = $1 and room_id = $2";

/// Adds up the rows of the feed, and compares the running totals with them.
pub async fn in_postgres(
    postgres: &PostgresConfig,
    app: &AppId,
    room_id: &RoomId,
    log: &InLog,
) -> anyhow::Result<(Sums, Vec<String>)> {
    let client = connect(postgres).await.context("cannot reach Postgres")?;
    caught_up(&client, app, log.last).await?;
    let key: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&app.as_str(), &room_id.as_str()];
    let feed = client.query_one(FEED, &key).await.context("cannot count the feed")?;
    let number =
        |row: &tokio_postgres::Row, column: usize| row.get::<_, i64>(column).unsigned_abs();
    let sums = Sums {
        messages: number(&feed, 0),
        gifts: number(&feed, 1),
        gift_pieces: number(&feed, 2),
        gift_gold: number(&feed, 3),
        paid_messages: number(&feed, 4),
        paid_gold: number(&feed, 5),
        mutes: number(&feed, 6),
        likes: number(&feed, 7),
        joins: number(&feed, 8),
    };
    let mut complaints = Vec::new();
    let mut equal = |what: &str, found: Vec<u64>, wanted: Vec<u64>| {
        if found != wanted {
            complaints.push(format!("{what}: {found:?}, but should be {wanted:?}"));
        }
    };
    let rows = vec![number(&feed, 9), number(&feed, 10)];
    equal("rows and last room_seq of room_feed", rows, vec![log.events, log.events]);
    let room = client.query_one(ROOM, &key).await.context("cannot read the room")?;
    let totals = (0..7).map(|column| number(&room, column)).collect();
    let Sums { messages, gift_pieces, gift_gold, paid_messages, paid_gold, likes, .. } = sums;
    let wanted =
        vec![messages, gift_pieces, gift_gold, paid_messages, paid_gold, likes, log.events];
    equal("totals of the room", totals, wanted);
    let gifts = client.query_one(GIFT_TOTAL, &key).await.context("cannot read the gift totals")?;
    let totals = vec![number(&gifts, 0), number(&gifts, 1)];
    equal("gift totals of all givers", totals, vec![gift_pieces, gift_gold]);
    let mut types = Types::default();
    for row in client.query(TYPES, &key).await.context("cannot count the types of the feed")? {
        types.add(row.get(0), number(&row, 1));
    }
    complaints.extend(differing("Postgres", &types, &log.types));
    Ok((sums, complaints))
}

/// Where the recording, the log and the viewer do not have the same number of events of a type. What
/// happens to the app may have been so already; then it is in the log from another time.
fn types_complaints(recorded: &Types, log: &InLog, viewer: &Received) -> Vec<String> {
    let (mut of_room, mut missing) = (Types::default(), vec![]);
    for kind in recorded.names() {
        if log.app_types.of(kind) == 0 {
            of_room.add(kind, recorded.of(kind));
        }
    }
    missing.extend(differing("the recording", &of_room.recordable(), &log.types.recordable()));
    // Of what was left out only the class is told.
    if viewer.shed == 0 {
        missing.extend(differing("the viewer", &viewer.types, &log.types.as_viewers_see()));
    }
    missing
}

fn differing<'a>(
    whose: &'a str,
    types: &'a Types,
    log: &'a Types,
) -> impl Iterator<Item = String> + use<'a> {
    let differing = types.differing(log).into_iter();
    differing
        .map(move |(kind, here, in_log)| format!("{kind}: {here} in {whose}, {in_log} in the log"))
}

/// Waits until the projector has come to this commit.
async fn caught_up(client: &Client, app: &AppId, last: LogSeq) -> anyhow::Result<()> {
    let give_up_at = Instant::now() + LAG_MAX;
    let query = "select seq from matinee.checkpoint where app = $1 and reader = $2";
    loop {
        let row = client.query_opt(query, &[&app.as_str(), &projector::READER]).await?;
        let seq = row.map_or(0, |row| row.get::<_, i64>(0));
        if last.0 <= seq.unsigned_abs() {
            return Ok(());
        }
        ensure!(Instant::now() < give_up_at, "the projector is at {seq}, the log at {last}");
        sleep(LOOK_AGAIN).await;
    }
}
