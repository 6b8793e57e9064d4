//! Which apps are shown: those of the configuration always, those of the registry while they are
//! served. One that is disabled, has expired or was deleted loses its hub, and its streams end; one
//! that comes back gets another.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::AppId;
use nats::Nats;
use service_kit::apps::Apps;
use service_kit::clock;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::broadcast::Lanes;
use crate::hub::follower::{Whose, follow};
use crate::hub::room::End;
use crate::hub::{AppHub, sweeper, ticker};
use crate::metrics::Metrics;
use crate::service::Service;
use crate::{facts, insight, presence, profiles};

/// The longest sleep while no app is about to expire.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// Starts and stops hubs.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) apps: Apps,
    pub(crate) service: Service,
    pub(crate) nats: Nats,
    pub(crate) lanes: Arc<Lanes>,
    pub(crate) metrics: Arc<Metrics>,
}

impl Shown {
    /// The apps that are served now.
    pub(crate) fn begin(&self) {
        for app in self.apps.configured_ids() {
            self.start(app, Whose::Configured, true);
        }
        self.keep_up(true);
    }

    /// Keeps up with the registry and the clock until the end.
    pub(crate) async fn run(self, shutdown: CancellationToken) {
        let mut registered = self.apps.registered();
        let keeping = async {
            loop {
                self.keep_up(false);
                let now = clock::now();
                let expiry = registered.borrow_and_update().next_expiry(now);
                let until = expiry.map_or(i64::MAX, |expiry| expiry.0 - now.0);
                let pause = Duration::from_millis(u64::try_from(until).unwrap_or(0));
                // The sender lives in `apps`, so a change cannot fail; the pause is an expiry.
                timeout(pause.min(LOOK_AGAIN), registered.changed()).await.ok();
            }
        };
        shutdown.run_until_cancelled(keeping).await;
    }

    fn keep_up(&self, at_start: bool) {
        let registered = self.apps.registered();
        let registered = registered.borrow();
        let now = clock::now();
        for app in registered.apps().filter(|app| registered.is_served(app, now)) {
            if !self.service.has_hub(app) {
                self.start(app, Whose::Registered, at_start);
            }
        }
        for hub in self.service.hubs() {
            let app = hub.app();
            if !self.apps.is_configured(app) && !registered.is_served(app, now) {
                self.service.remove_hub(app);
            }
        }
    }

    fn start(&self, app: &AppId, whose: Whose, awaited: bool) {
        let Self { service, nats, lanes, metrics, .. } = self;
        let tasks = service.tasks();
        let config = service.config().hub.clone();
        let hub = Arc::new(AppHub::new(app.clone(), config, lanes.clone(), metrics.clone()));
        let ended = service.drain().ended().clone();
        let stop = ended.child_token();
        service.add_hub(hub.clone(), stop.clone(), awaited);
        tasks.spawn("follower", follow(hub.clone(), nats.clone(), whose, stop.clone()));
        tasks.spawn("insight", insight::write(hub.clone(), service.clone(), stop.clone()));
        tasks.spawn("sweeper", sweeper::sweep(hub.clone(), stop.clone()));
        tasks.spawn("ticker", ticker::tick(hub.clone(), stop.clone()));
        presence::start(&hub, nats, service, &stop);
        let profiles = profiles::serve(app.clone(), nats.clone(), service.clone(), stop.clone());
        tasks.spawn("profiles", profiles);
        let facts = facts::serve(app.clone(), nats.clone(), service.clone(), stop.clone());
        tasks.spawn("facts", facts);
        let service = service.clone();
        tasks.spawn("farewell", async move {
            stop.cancelled().await;
            let end = if ended.is_cancelled() { End::Shutdown } else { End::AppClosed };
            let seen = hub.all_active();
            hub.close(end);
            insight::flush(&hub, &service, seen).await;
        });
    }
}
