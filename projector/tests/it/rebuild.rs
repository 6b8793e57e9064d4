//! A model made anew equals the live one, or the report says where it does not.

use std::sync::Mutex;
use std::time::Duration;

use projector::{Mode, Phase, ProjectorConfig, RebuildError, Rebuilder, model_names};
use tokio_util::sync::CancellationToken;

use crate::rows;
use crate::servers::{Servers, Stage, eventually, recorded};
use crate::show::Show;

fn rebuilder(stage: &Stage) -> Rebuilder {
    Rebuilder::new(stage.nats.clone(), stage.postgres.clone(), ProjectorConfig::default())
}

async fn schemas(stage: &Stage) -> i64 {
    let select = "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^(rebuild|audit)_'";
    stage.client.query_one(select, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn every_model_is_rebuilt_equal_and_switched() {
    let servers = Servers::shared().await;
    let (stage, app, show, last) = recorded(&servers, "rebuilt", 11).await;
    let projector = stage.projector(ProjectorConfig::default());
    projector.run_until(&app, last).await.unwrap();
    let before = rows::all(&stage.client, &app).await;
    // A table without rows would come out the same whatever the rebuild did.
    let empty = before.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| *table);
    assert_eq!(empty.collect::<Vec<_>>(), <[&str; 0]>::default());

    for model in model_names() {
        let mut phases = vec![];
        let mut progress = |progress: projector::Progress| {
            assert!(progress.done <= progress.total);
            phases.push(progress.phase);
        };
        let apps = [app.clone()];
        let report = rebuilder(&stage).rebuild(model, &apps, Mode::Rebuild, &mut progress).await;

        let report = report.unwrap();
        assert!(report.switched && report.compared, "{report:?}");
        assert_eq!((report.events, report.differing.len()), (show.events.len() as u64, 0));
        phases.dedup();
        assert_eq!(phases, [Phase::Filling, Phase::Comparing, Phase::Switching]);
    }

    assert_eq!(rows::all(&stage.client, &app).await, before);
    rows::assert_show(&stage.client, &app, &show).await;
    assert_eq!(schemas(&stage).await, 0);
}

#[tokio::test]
async fn a_row_that_was_tampered_with_is_found_and_named() {
    let servers = Servers::shared().await;
    let (stage, app, show, last) = recorded(&servers, "tampered", 12).await;
    stage.projector(ProjectorConfig::default()).run_until(&app, last).await.unwrap();
    let tamper = "UPDATE matinee.room SET likes = likes + 1 WHERE app = $1 AND room_id = 'room-1'";
    assert_eq!(stage.client.execute(tamper, &[&app.as_str()]).await.unwrap(), 1);
    let delete = "DELETE FROM matinee.room_feed WHERE app = $1 AND room_id = 'room-2'
        AND room_seq = 5";
    assert_eq!(stage.client.execute(delete, &[&app.as_str()]).await.unwrap(), 1);
    let (rebuilder, apps) = (rebuilder(&stage), [app.clone()]);

    let audit = rebuilder.rebuild("room", &apps, Mode::Audit, &mut |_| {}).await.unwrap();
    let kept = rebuilder.rebuild("room", &apps, Mode::Rebuild, &mut |_| {}).await.unwrap();
    let feed = rebuilder.rebuild("room_feed", &apps, Mode::Audit, &mut |_| {}).await.unwrap();

    assert_eq!((audit.differing.len(), audit.switched, kept.switched), (1, false, false));
    assert_eq!(audit.differing, kept.differing);
    let room = &audit.differing[0];
    assert_eq!((room.table, room.missing, room.unexplained), ("room", 1, 1));
    assert!(room.first_key.contains("\"room-1\""), "{}", room.first_key);
    let item = &feed.differing[0];
    assert_eq!((item.missing, item.unexplained), (1, 0));
    assert!(item.first_key.contains("\"room_seq\" : 5"), "{}", item.first_key);
    assert_eq!(schemas(&stage).await, 0);

    for model in ["room", "room_feed"] {
        let forced = rebuilder.rebuild(model, &apps, Mode::Force, &mut |_| {}).await.unwrap();
        assert!(forced.switched);
    }
    rows::assert_show(&stage.client, &app, &show).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_beside_a_running_projection_loses_nothing() {
    let servers = Servers::shared().await;
    let stage = Stage::new(&servers).await;
    let (app, show) = (crate::servers::app("beside"), Show::of(13, 1_200));
    let shutdown = CancellationToken::new();
    let config = ProjectorConfig { backoff_ms: 10, ..ProjectorConfig::default() };
    let projector = stage.projector(config);
    let running = {
        let (app, shutdown) = (app.clone(), shutdown.clone());
        tokio::spawn(async move { projector.run(vec![app], shutdown).await })
    };

    let reached = Mutex::new(None);
    let rebuild = async {
        let apps = [app.clone()];
        for model in model_names() {
            let mut note = |progress| *reached.lock().unwrap() = Some((model, progress));
            let report = rebuilder(&stage).rebuild(model, &apps, Mode::Rebuild, &mut note).await;
            let report = report.unwrap();
            assert!(report.switched, "{report:?}");
        }
    };
    let both = async { tokio::join!(stage.append(&app, &show.events, || 3), rebuild) };
    // Two that wait for each other would do so for ever.
    let both = tokio::time::timeout(Duration::from_mins(5), both).await;
    let (last, ()) = both.unwrap_or_else(|_| panic!("stuck at {:?}", reached.lock().unwrap()));

    eventually("the end", async || {
        let select = "SELECT seq FROM matinee.checkpoint WHERE app = $1";
        let row = stage.client.query_opt(select, &[&app.as_str()]).await.unwrap();
        row.is_some_and(|row| row.get::<_, i64>(0).unsigned_abs() == last.0)
    })
    .await;
    shutdown.cancel();
    running.await.unwrap();
    rows::assert_show(&stage.client, &app, &show).await;
}

#[tokio::test]
async fn what_an_interrupted_rebuild_left_behind_is_dropped() {
    let servers = Servers::shared().await;
    let (stage, app, _, last) = recorded(&servers, "interrupted", 14).await;
    stage.projector(ProjectorConfig::default()).run_until(&app, last).await.unwrap();
    let left_behind = "CREATE SCHEMA rebuild_room_0; CREATE TABLE rebuild_room_0.room (x int);
        CREATE SCHEMA rebuild_room_feed_1";
    stage.client.batch_execute(left_behind).await.unwrap();
    let (rebuilder, apps) = (rebuilder(&stage), [app.clone()]);

    // Dropped in the middle, as by a kill.
    {
        let mut progress = |_| {};
        let rebuild = rebuilder.rebuild("room", &apps, Mode::Rebuild, &mut progress);
        let stopped = tokio::time::timeout(Duration::from_millis(1), rebuild).await;
        assert!(stopped.is_err());
    }
    eventually("the lock is free", async || {
        let again = rebuilder.rebuild("room", &apps, Mode::Rebuild, &mut |_| {}).await;
        !matches!(again, Err(RebuildError::AlreadyRunning { .. })) && again.unwrap().switched
    })
    .await;

    // That of the other model is not this rebuild's business.
    assert_eq!(schemas(&stage).await, 1);
}

#[tokio::test]
async fn an_app_that_is_not_configured_is_not_lost_silently() {
    let servers = Servers::shared().await;
    let (stage, app, _, last) = recorded(&servers, "forgotten", 15).await;
    stage.projector(ProjectorConfig::default()).run_until(&app, last).await.unwrap();

    let error = rebuilder(&stage).rebuild("room", &[], Mode::Force, &mut |_| {}).await;
    assert!(matches!(error, Err(RebuildError::AppNotConfigured { .. })), "{error:?}");
    let error = rebuilder(&stage).rebuild("rooms", &[], Mode::Force, &mut |_| {}).await;
    assert!(matches!(error, Err(RebuildError::UnknownModel { .. })), "{error:?}");
    assert!(!rows::all(&stage.client, &app).await["room"].is_empty());
}
