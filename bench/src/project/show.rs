//! A long log, written straight to the stream: many rooms and viewers, mostly chat, some gifts,
//! likes and people who come and go.

use domain::actor::{Actor, Role};
use domain::app::define_gift::DefineGift;
use domain::command::{Action, AppCommand, RoomCommand};
use domain::commit_writer::CommitWriter;
use domain::event::{Event, EventId};
use domain::ids::{AppId, LogSeq, RoomId};
use domain::limits::Limits;
use domain::room::create_room::CreateRoom;
use domain::room::join_room::JoinRoom;
use domain::room::send_gift::SendGift;
use domain::state::{AppState, Context};
use nats::client::Nats;
use service_kit::clock;

use crate::stage::{ROOMS, message, room_id};

/// Viewers who send.
const USERS: usize = 50_000;

/// Writes about `events` events in commits of `pack`; returns the end of the log.
pub(super) async fn write(
    nats: &Nats,
    app: &AppId,
    events: usize,
    pack: usize,
) -> anyhow::Result<LogSeq> {
    let log = nats.open_log(app).await?;
    let mut state = AppState::default();
    let mut last = LogSeq(0);
    let mut written = 0;
    while written < events {
        let id = clock::new_command_id();
        let mut writer = CommitWriter::new(id, 1, clock::now());
        while writer.events() < pack {
            record(app, &mut state, written, &mut writer)?;
            written += 1;
        }
        last = log.append(id, writer.finish(), last).await?;
    }
    Ok(last)
}

/// The n-th action of the show, decided and folded in like every other.
fn record(
    app: &AppId,
    state: &mut AppState,
    n: usize,
    writer: &mut CommitWriter,
) -> anyhow::Result<()> {
    let host = Actor::unknown("host".parse()?, Role::Admin);
    // A stride that visits users in no order that a table could like.
    let viewer = Actor::unknown(format!("user-{}", n * 7_919 % USERS).parse()?, Role::Viewer);
    let in_room = |room: RoomId, command| Action::Room { room_id: room, command };
    let (actor, action) = if n == 0 {
        let rose = DefineGift::plain("rose".parse()?, "Rose", domain::coins::Coins(10));
        (host.clone(), Action::App(AppCommand::DefineGift(rose)))
    } else if n <= ROOMS {
        let create = CreateRoom {
            name: "Bench".into(),
            owner: host.user.clone(),
            kind: "".into(),
            cover: "".into(),
            owner_unregistered: false,
        };
        (host.clone(), in_room(room_id(n - 1)?, RoomCommand::CreateRoom(create)))
    } else {
        let room = room_id(n * 31 % ROOMS)?;
        let command = match n % 20 {
            0 | 1 => {
                let gift_id = "rose".parse()?;
                RoomCommand::SendGift(SendGift::plain(gift_id, 1))
            }
            2 => RoomCommand::JoinRoom(JoinRoom {}),
            _ => RoomCommand::SendMessage(message()),
        };
        (viewer, in_room(room, command))
    };
    let room = match &action {
        Action::Room { room_id, .. } => Some(room_id.clone()),
        Action::App(_) => None,
    };
    let now = clock::now().max(state.changed_at);
    let limits = Limits::default();
    let decided = state.decide(&actor, action, &Context { now, limits: &limits, app })?;
    let command = clock::new_command_id();
    for (index, data) in (0..).zip(decided) {
        let scope = state.next_scope(room.as_ref());
        let id = EventId { command, index };
        let event = Event { scope, id, at: now, actor: actor.clone(), data };
        state.evolve(&event, LogSeq(1));
        writer.event(&event);
    }
    Ok(())
}
