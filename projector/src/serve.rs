//! The apps of a process as they come and go: each that is there is projected, served or not, and of
//! each that was deleted all rows are removed.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use domain::ids::AppId;
use service_kit::apps::Apps;
use service_kit::error_chain::ErrorChain;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::follow::Whose;
use crate::forget::forget;
use crate::run::{Projector, resume_panic};

impl Projector {
    /// Projects the apps until shutdown.
    pub async fn serve(&self, apps: &Apps, shutdown: CancellationToken) {
        let mut tasks = JoinSet::new();
        let mut running: HashMap<AppId, CancellationToken> = HashMap::new();
        let start = |tasks: &mut JoinSet<()>, app: &AppId, whose| {
            let stop = shutdown.child_token();
            self.spawn(tasks, app.clone(), whose, stop.clone());
            stop
        };
        for app in apps.configured_ids() {
            start(&mut tasks, app, Whose::Configured);
        }
        let mut registered = apps.registered();
        let mut forgotten: BTreeSet<AppId> = BTreeSet::new();
        let mut failures = 0;
        loop {
            let (present, deleted): (Vec<AppId>, BTreeSet<AppId>) = {
                let registered = registered.borrow_and_update();
                let mine = |app: &&AppId| !apps.is_configured(app);
                let present = registered.apps().filter(mine).cloned().collect();
                (present, registered.deleted().filter(mine).cloned().collect())
            };
            for app in present {
                running
                    .entry(app)
                    .or_insert_with_key(|app| start(&mut tasks, app, Whose::Registered));
            }
            for app in &deleted {
                if let Some(stop) = running.remove(app) {
                    stop.cancel();
                    self.health.forget(app);
                }
            }
            if deleted.is_subset(&forgotten) {
                failures = 0;
            } else if let Err(error) = forget(&self.pool, &deleted).await {
                failures += 1;
                let error = ErrorChain(&error).to_string();
                tracing::warn!(error, "rows of deleted apps are still there, trying again");
            } else {
                failures = 0;
                forgotten = deleted;
            }
            let pause = match failures {
                0 => Duration::MAX,
                failures => self.config.backoff(failures),
            };
            tokio::select! {
                () = shutdown.cancelled() => break,
                // The sender lives in `apps`.
                _ = registered.changed() => {}
                () = tokio::time::sleep(pause) => {}
                Some(ended) = tasks.join_next() => resume_panic(ended),
            }
        }
        while let Some(ended) = tasks.join_next().await {
            resume_panic(ended);
        }
    }
}
