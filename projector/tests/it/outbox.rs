//! Levels that were reached: into the outbox once, out of it only when they were answered.

use bytes::Bytes;
use domain::app::set_admins::SYSTEM_USER;
use domain::command::{Action, Command, RoomCommand};
use domain::event::{Event, EventData};
use domain::ids::AppId;
use domain::room::announce_level::AnnounceLevel;
use domain::sample;
use domain::timestamp::Timestamp;
use nats::{RequestSubject, Requests};
use projector::{Mode, OutboxConfig, ProjectorConfig, Rebuilder};
use serde_json::json;
use service_kit::clock;
use tokio_util::sync::CancellationToken;

use crate::servers::{Servers, Stage, app, eventually};

/// The samples as if they were happening: ann rises through a paid message, and does more after it.
fn happening(age_ms: i64) -> Vec<Event> {
    let events = sample::events();
    let begin = clock::now().0 - age_ms - 100_000;
    let at = |event: &Event| Timestamp(begin + (event.at.0 - sample::BEGIN.0));
    events.iter().map(|event| Event { at: at(event), ..event.clone() }).collect()
}

async fn waiting(stage: &Stage, app: &AppId) -> i64 {
    let select = "SELECT count(*) FROM matinee.outbox WHERE app = $1";
    stage.client.query_one(select, &[&app.as_str()]).await.unwrap().get(0)
}

async fn serve(stage: &Stage, app: &AppId) -> Requests {
    stage.nats.serve_requests(RequestSubject::Commands(app.clone())).await.unwrap()
}

fn config() -> ProjectorConfig {
    let outbox =
        OutboxConfig { interval_ms: 50, answer_timeout_ms: 200, ..OutboxConfig::default() };
    ProjectorConfig { outbox, ..ProjectorConfig::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_sent_under_the_same_id_until_it_is_answered() {
    let servers = Servers::shared().await;
    let stage = Stage::new(&servers).await;
    let app = app("rises");
    let events = happening(0);
    stage.append(&app, &events, || 4).await;
    let mut leader = serve(&stage, &app).await;

    let run = |shutdown: &CancellationToken| {
        let (projector, shutdown) = (stage.projector(config()), shutdown.clone());
        let app = app.clone();
        tokio::spawn(async move { projector.run(vec![app], shutdown).await })
    };
    let shutdown = CancellationToken::new();
    let running = run(&shutdown);
    // The leader takes it, the projector dies before it hears of it.
    let request = leader.next().await.unwrap();
    let first: Vec<Command> = serde_json::from_slice(&request.payload).unwrap();
    running.abort();
    running.await.unwrap_err();
    drop(request);
    assert_eq!(waiting(&stage, &app).await, 1);

    let running = run(&shutdown);
    // What the first had sent meanwhile waits here too.
    let request = leader.next().await.unwrap();
    let again: Vec<Command> = serde_json::from_slice(&request.payload).unwrap();
    let shed = json!({"answers": [{"shed": {"class": "high", "reason": "room_rate"}}]});
    request.respond(Bytes::from(shed.to_string())).await.unwrap();
    let request = leader.next().await.unwrap();
    assert_eq!(waiting(&stage, &app).await, 1);
    request
        .respond(Bytes::from(json!({"answers": [{"settled": "already_so"}]}).to_string()))
        .await
        .unwrap();
    eventually("the outbox is empty", async || waiting(&stage, &app).await == 0).await;

    assert_eq!(first, again);
    let [Command { id, actor, action: Action::Room { room_id, command }, .. }] = &first[..] else {
        panic!("{first:?}")
    };
    let paid = events.iter().find(|e| matches!(e.data, EventData::PaidMessageSent(_))).unwrap();
    assert_eq!((id.unix_ms(), room_id), (paid.at.0, &sample::room_id()));
    // As she has registered; the level is the new one.
    assert_eq!((&*actor.nick, actor.level, actor.user.as_str()), ("Ann 安", Some(7), "ann"));
    assert_eq!(actor.via.as_ref().unwrap().as_str(), SYSTEM_USER);
    let RoomCommand::AnnounceLevel(AnnounceLevel { from: 0, level: 7, points }) = command else {
        panic!("{command:?}")
    };
    assert_eq!(*points, 30_001);
    shutdown.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn what_happened_long_ago_is_news_to_nobody() {
    let servers = Servers::shared().await;
    let stage = Stage::new(&servers).await;
    for (age_s, expected) in [(0, 1), (3_600, 0)] {
        let app = app("old");
        let last = stage.append(&app, &happening(age_s * 1_000), || 4).await;
        stage.projector(config()).run_until(&app, last).await.unwrap();
        assert_eq!(waiting(&stage, &app).await, expected);
    }
}

#[tokio::test]
async fn a_notice_that_has_grown_old_in_the_outbox_is_dropped() {
    let servers = Servers::shared().await;
    let stage = Stage::new(&servers).await;
    let app = app("grown-old");
    let last = stage.append(&app, &happening(0), || 4).await;
    stage.projector(config()).run_until(&app, last).await.unwrap();
    let age = "UPDATE matinee.outbox SET at = at - 270000 WHERE app = $1";
    assert_eq!(stage.client.execute(age, &[&app.as_str()]).await.unwrap(), 1);

    let shutdown = CancellationToken::new();
    let projector = stage.projector(config());
    let look = async {
        eventually("dropped", async || waiting(&stage, &app).await == 0).await;
        shutdown.cancel();
    };
    // Nobody leads this app: it was not sent to anybody.
    tokio::join!(projector.run(vec![app.clone()], shutdown.clone()), look);
}

#[tokio::test]
async fn a_rebuild_announces_nothing() {
    let servers = Servers::shared().await;
    let stage = Stage::new(&servers).await;
    let app = app("quiet");
    let last = stage.append(&app, &happening(0), || 4).await;
    stage.projector(config()).run_until(&app, last).await.unwrap();
    let empty = "DELETE FROM matinee.outbox WHERE app = $1";
    assert_eq!(stage.client.execute(empty, &[&app.as_str()]).await.unwrap(), 1);

    let rebuilder = Rebuilder::new(stage.nats.clone(), stage.postgres.clone(), config());
    for mode in [Mode::Audit, Mode::Rebuild, Mode::Force] {
        let apps = [app.clone()];
        let report = rebuilder.rebuild("user_level", &apps, mode, &mut |_| {}).await.unwrap();
        assert_eq!(report.differing, []);
    }

    assert_eq!(waiting(&stage, &app).await, 0);
}
