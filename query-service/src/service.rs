//! What every route and stream needs, shared.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use domain::actor::Role;
use domain::ids::{AppId, LogSeq, RoomId};
use nats::Nats;
use service_kit::auth::{Auth, Identity};
use service_kit::clock;
use service_kit::problem::Problem;
use service_kit::tasks::Tasks;
use tokio_util::sync::CancellationToken;

use crate::Neighbours;
use crate::config::QueryConfig;
use crate::drain::Drain;
use crate::history::History;
use crate::hub::lock::{read, write};
use crate::hub::{AppHub, Reader};
use crate::problems::{admin_not_listed, banned, not_ready, not_yet, room_not_found};
use crate::read_models::ReadModels;
use crate::replay::places::Places;

/// Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Service(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: QueryConfig,
    hubs: RwLock<HashMap<AppId, ShownApp>>,
    read_models: Arc<ReadModels>,
    history: Arc<History>,
    replays: Arc<Places>,
    tasks: Tasks,
    nats: Nats,
    auth: Auth,
    drain: Arc<Drain>,
}

/// The hub of an app that is shown.
#[derive(Debug)]
struct ShownApp {
    hub: Arc<AppHub>,
    stop: CancellationToken,
    /// The service is not ready before it is.
    awaited: bool,
}

impl Service {
    pub(crate) fn new(
        config: QueryConfig,
        read_models: Arc<ReadModels>,
        history: History,
        neighbours: &Neighbours,
    ) -> Self {
        let Neighbours { nats, auth, tasks, .. } = neighbours.clone();
        let (hubs, history) = (RwLock::default(), Arc::new(history));
        let replays = Places::new(config.replay.replays_max);
        let drain = Arc::new(Drain::new(config.drain));
        Self(Arc::new(Shared {
            config,
            hubs,
            read_models,
            history,
            replays,
            tasks,
            nats,
            auth,
            drain,
        }))
    }

    pub(crate) fn config(&self) -> &QueryConfig {
        &self.0.config
    }

    pub(crate) fn read_models(&self) -> &Arc<ReadModels> {
        &self.0.read_models
    }

    pub(crate) fn history(&self) -> &Arc<History> {
        &self.0.history
    }

    pub(crate) fn replays(&self) -> &Arc<Places> {
        &self.0.replays
    }

    pub(crate) fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    /// The way to the command side.
    pub(crate) fn nats(&self) -> &Nats {
        &self.0.nats
    }

    /// Verifies tokens that come later than with a request.
    pub(crate) fn auth(&self) -> &Auth {
        &self.0.auth
    }

    pub(crate) fn drain(&self) -> &Arc<Drain> {
        &self.0.drain
    }

    /// Runs a stream until it ends or is cut off.
    pub(crate) fn spawn_stream(
        &self,
        name: &'static str,
        stream: impl Future<Output = ()> + Send + 'static,
    ) {
        let cut = self.0.drain.cut().clone();
        // Boxed: whoever is handed a future may keep room for it several times.
        let stream = Box::pin(stream);
        self.tasks().spawn(name, async move {
            // Whether it has ended by itself does not matter.
            cut.run_until_cancelled(stream).await.unwrap_or_default();
        });
    }

    /// The apps that are shown now.
    pub(crate) fn hubs(&self) -> Vec<Arc<AppHub>> {
        read(&self.0.hubs).values().map(|shown| shown.hub.clone()).collect()
    }

    pub(crate) fn has_hub(&self, app: &AppId) -> bool {
        read(&self.0.hubs).contains_key(app)
    }

    /// From now on the app is shown, until `stop`.
    pub(crate) fn add_hub(&self, hub: Arc<AppHub>, stop: CancellationToken, awaited: bool) {
        write(&self.0.hubs).insert(hub.app().clone(), ShownApp { hub, stop, awaited });
    }

    /// The app is no longer shown.
    pub(crate) fn remove_hub(&self, app: &AppId) {
        if let Some(shown) = write(&self.0.hubs).remove(app) {
            shown.stop.cancel();
        }
    }

    /// Whether all that is awaited has been read to its end.
    pub(crate) fn are_ready(&self) -> bool {
        read(&self.0.hubs).values().all(|shown| !shown.awaited || shown.hub.is_ready())
    }

    /// The app's hub, once it shows the present. Before, a room that exists would seem not to.
    pub(crate) fn hub(&self, app: &AppId) -> Result<Arc<AppHub>, Problem> {
        // Authentication has refused unknown apps.
        let hubs = read(&self.0.hubs);
        let shown = hubs.get(app).filter(|shown| shown.hub.is_ready());
        shown.map(|shown| shown.hub.clone()).ok_or_else(not_ready)
    }

    /// Refuses a token that says admin for somebody whom the app does not list as one: it is good for
    /// nothing.
    pub(crate) fn check_listed(&self, identity: &Identity) -> Result<(), Problem> {
        if identity.role != Role::Admin || self.hub(&identity.app)?.is_listed(&identity.user) {
            return Ok(());
        }
        Err(admin_not_listed())
    }

    /// As [`Service::hub`], for a question about one room, which whoever is banned from it may not ask.
    pub(crate) fn hub_for(
        &self,
        identity: &Identity,
        room_id: &RoomId,
    ) -> Result<Arc<AppHub>, Problem> {
        identity.check_room(room_id)?;
        let hub = self.hub(&identity.app)?;
        match hub.ban(room_id, &Reader::of(identity), clock::now()) {
            Some(ban) => Err(banned(ban.until)),
            None => Ok(hub),
        }
    }

    /// Waits, within bounds, until the hub shows `wanted`.
    pub(crate) async fn shown(&self, hub: &AppHub, wanted: LogSeq) -> Result<(), Problem> {
        if hub.reached(wanted, self.min_seq_wait()).await {
            return Ok(());
        }
        Err(not_yet(wanted, hub.log_seq()))
    }

    /// Waits, within bounds, until the read models include `wanted`; gives back what they include.
    pub(crate) async fn projected(&self, app: &AppId, wanted: LogSeq) -> Result<LogSeq, Problem> {
        let read_models = self.read_models();
        let reached = read_models.projected_at_least(app, wanted, self.min_seq_wait()).await?;
        if wanted <= reached { Ok(reached) } else { Err(not_yet(wanted, reached)) }
    }

    fn min_seq_wait(&self) -> Duration {
        Duration::from_millis(self.config().answers.min_seq_wait_ms)
    }
}

/// Refuses a question about a room that does not exist.
pub(crate) fn must_exist(hub: &AppHub, room_id: &RoomId) -> Result<(), Problem> {
    hub.head(room_id).map(|_| ()).ok_or_else(room_not_found)
}
