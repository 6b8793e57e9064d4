//! However the log is cut into commits and batches, the rows are the same.

use projector::ProjectorConfig;

use crate::rows;
use crate::servers::{Servers, Stage, app};
use crate::show::{Random, Show};

#[tokio::test]
async fn every_partition_of_a_show_gives_the_same_rows() {
    let servers = Servers::shared().await;
    let stage = Stage::new(&servers).await;
    for seed in 1..=4 {
        let show = Show::of(seed, 400);
        let mut random = Random(seed);
        let mut tables = vec![];
        for (commit, live, catch_up) in
            [(1, 1, 1), (1, 13, 50), (40, 1, 1), (0, 20, 60), (400, 9, 9)]
        {
            let app = app("batches");
            let mut size =
                || if commit == 0 { usize::try_from(random.below(30)).unwrap() } else { commit };
            let last = stage.append(&app, &show.events, &mut size).await;
            let config = ProjectorConfig {
                batch_events_live: live,
                batch_events_catch_up: catch_up,
                ..ProjectorConfig::default()
            };

            let projected = stage.projector(config).run_until(&app, last).await.unwrap();

            assert_eq!(projected.events, show.events.len() as u64);
            rows::assert_show(&stage.client, &app, &show).await;
            tables.push(rows::all(&stage.client, &app).await);
        }
        assert!(tables.windows(2).all(|pair| pair[0] == pair[1]), "seed {seed}");
        let empty = tables[0].iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table);
        let empty: Vec<_> = empty.collect();
        assert!(empty.is_empty(), "seed {seed} leaves {empty:?} empty");
    }
}

#[tokio::test]
async fn a_projection_goes_on_where_it_stopped_with_the_rule_in_force() {
    let servers = Servers::shared().await;
    let stage = Stage::new(&servers).await;
    let (app, show) = (app("stops"), Show::of(9, 400));
    let last = stage.append(&app, &show.events, || 3).await;

    // Each stretch is a program of its own that knows nothing but the tables.
    for until in (1..=last.0).step_by(5).chain([last.0]) {
        let projector = stage.projector(ProjectorConfig::default());
        projector.run_until(&app, domain::ids::LogSeq(until)).await.unwrap();
    }

    rows::assert_show(&stage.client, &app, &show).await;
}
