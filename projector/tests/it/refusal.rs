//! What needs a person stops the projection, says why, and skips nothing.

use domain::codec;
use domain::event::EventData;
use domain::ids::LogSeq;
use domain::sample;
use projector::{CannotStart, Health, Mode, ProjectError, ProjectorConfig, Rebuilder};
use tokio_util::sync::CancellationToken;

use crate::rows;
use crate::servers::{Servers, Stage, app, eventually, recorded};

#[tokio::test]
async fn tables_of_another_version_ask_for_a_rebuild() {
    let servers = Servers::shared().await;
    let (stage, app, show, last) = recorded(&servers, "version", 21).await;
    stage.projector(ProjectorConfig::default()).run_until(&app, LogSeq(9)).await.unwrap();
    let older = "UPDATE matinee.read_model SET version = 0 WHERE name = 'shelf';
        DROP TABLE matinee.gift_total; DELETE FROM matinee.read_model WHERE name = 'gift_total'";
    stage.client.batch_execute(older).await.unwrap();
    let projector = stage.projector(ProjectorConfig::default());

    for model in ["gift_total", "shelf"] {
        let error = projector.run_until(&app, last).await.unwrap_err();
        let ProjectError::CannotStart(reason) = &error else { panic!("{error:?}") };
        let version = migrations::model::find(model).unwrap().version;
        assert!(
            matches!(reason, CannotStart::Version { found: 0, wanted, .. } if *wanted == version)
        );
        assert!(reason.to_string().contains(&format!("run `matinee rebuild {model}`")), "{reason}");

        let (nats, postgres) = (stage.nats.clone(), stage.postgres.clone());
        let rebuilder = Rebuilder::new(nats, postgres, ProjectorConfig::default());
        let apps = [app.clone()];
        let report = rebuilder.rebuild(model, &apps, Mode::Rebuild, &mut |_| {}).await.unwrap();
        assert!(report.switched);
    }

    projector.run_until(&app, last).await.unwrap();
    rows::assert_show(&stage.client, &app, &show).await;
}

#[tokio::test]
async fn a_commit_that_cannot_be_read_stops_its_app_behind_the_last_good_one() {
    let servers = Servers::shared().await;
    let (stage, broken, show, last) = recorded(&servers, "unreadable", 22).await;
    let good = app("readable");
    let good_last = stage.append(&good, &show.events, || 9).await;
    let commit = codec::encode(&sample::commit());
    let unknown = String::from_utf8(commit).unwrap().replace("user_registered", "user_upgraded");
    let log = stage.nats.open_log(&broken).await.unwrap();
    log.append(sample::command_id(7), unknown.into_bytes(), last).await.unwrap();
    let (shutdown, health) = (CancellationToken::new(), Health::default());
    let projector = stage.projector(ProjectorConfig::default()).with_health(health.clone());

    let apps = vec![broken.clone(), good.clone()];
    let run = projector.run(apps, shutdown.clone());
    let look = async {
        eventually("stopped", async || health.missing() == ["projection"]).await;
        eventually("the other app goes on", async || at(&stage, &good).await == good_last).await;
        shutdown.cancel();
    };
    tokio::join!(run, look);

    assert_eq!(at(&stage, &broken).await, last);
    rows::assert_show(&stage.client, &broken, &show).await;
}

#[tokio::test]
async fn a_hole_in_a_room_is_not_papered_over() {
    let servers = Servers::shared().await;
    let stage = Stage::new(&servers).await;
    let app = app("hole");
    let mut events = sample::events();
    let message = events.iter().position(|event| matches!(event.data, EventData::MessageSent(_)));
    events.remove(message.unwrap());
    let last = stage.append(&app, &events, || 1).await;

    let error = stage.projector(ProjectorConfig::default()).run_until(&app, last).await;

    let Err(ProjectError::Mismatch { statement, .. }) = &error else { panic!("{error:?}") };
    assert!(statement.contains("room"), "{statement}");
}

async fn at(stage: &Stage, app: &domain::ids::AppId) -> LogSeq {
    let select = "SELECT seq FROM matinee.checkpoint WHERE app = $1";
    let row = stage.client.query_opt(select, &[&app.as_str()]).await.unwrap();
    LogSeq(row.map_or(0, |row| row.get::<_, i64>(0).unsigned_abs()))
}
