//! Screens the texts of commands before they are decided: what the words mean is in the crate
//! `filter`, which texts a command has in [`texts`], and how every instance learns an app's lists
//! within a moment in [`follow`].
//!
//! What was found goes with the command to the sequencer, which settles the answer in the log: the
//! same command gets the same answer again after the lists have changed.

pub mod config;
mod follow;
mod texts;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use domain::actor::Role;
use domain::command::Command;
use domain::ids::AppId;
use domain::limits::Limits;
use filter::rules::{Defaults, English, Rules};
use nats::client::Nats;
use service_kit::error_chain::ErrorChain;
use service_kit::tasks::Tasks;
use tokio::sync::watch;

use crate::gateway::screen::config::{FilterConfig, Strictness};
use crate::gateway::screen::follow::Follower;
use crate::gateway::screen::texts::{Screener, Texts};
use crate::gateway::submit::SubmitError;

/// The rules of an app, once they are known.
type KnownRules = watch::Receiver<Option<Arc<Rules>>>;

/// Screens commands. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Screen {
    config: Arc<FilterConfig>,
    /// What is longer is refused for its length by the rules, and not looked at before.
    bytes_max: usize,
    defaults: Arc<Defaults>,
    nats: Nats,
    tasks: Tasks,
    apps: Arc<RwLock<HashMap<AppId, KnownRules>>>,
}

impl Screen {
    /// Reads and compiles the lists of the installation. One that is missing is said, and left out.
    pub async fn new(config: FilterConfig, limits: &Limits, nats: Nats, tasks: Tasks) -> Self {
        let bytes_max = usize::try_from(limits.said_bytes_max()).unwrap_or(usize::MAX);
        let settings = config.clone();
        let loaded = tokio::task::spawn_blocking(move || defaults(&settings)).await;
        let defaults = loaded.unwrap_or_else(|error| {
            tracing::error!(%error, "the filter's own lists are not used");
            Defaults::none()
        });
        let apps = Arc::new(RwLock::new(HashMap::new()));
        let (config, defaults) = (Arc::new(config), Arc::new(defaults));
        Self { config, bytes_max, defaults, nats, tasks, apps }
    }

    /// Screens the commands of one request, masks their texts and marks those that are not to be.
    pub async fn commands(
        &self,
        app: &AppId,
        mut commands: Vec<Command>,
    ) -> Result<Vec<Command>, SubmitError> {
        let bytes: usize = commands.iter_mut().map(|command| self.bytes(command)).sum();
        if bytes == 0 {
            return Ok(commands);
        }
        let rules = self.rules(app).await?;
        if bytes <= self.config.inline_bytes_max {
            self.screen(&rules, &mut commands);
            return Ok(commands);
        }
        let screen = self.clone();
        let screened = tokio::task::spawn_blocking(move || {
            screen.screen(&rules, &mut commands);
            commands
        });
        screened.await.map_err(|_panicked| SubmitError::Unavailable)
    }

    fn concerns(&self, command: &Command) -> bool {
        let is_admin = command.actor.role == Role::Admin && command.actor.via.is_none();
        self.config.enabled && !(is_admin && self.config.exempt_admins)
    }

    fn screen(&self, rules: &Rules, commands: &mut [Command]) {
        let screener = Screener { rules, custom_json_keys: &self.config.custom_json_keys };
        for command in commands {
            if 0 < self.bytes(command) {
                command.screening = screener.screen(&mut command.action);
            }
        }
    }

    /// Bytes of it that are to be screened.
    fn bytes(&self, command: &mut Command) -> usize {
        if !self.concerns(command) {
            return 0;
        }
        Some(Texts::bytes(&mut command.action))
            .filter(|bytes| *bytes <= self.bytes_max)
            .unwrap_or(0)
    }

    /// The rules of an app. The first command of an app waits until its lists are known: a text is
    /// never let through because nobody had looked.
    async fn rules(&self, app: &AppId) -> Result<Arc<Rules>, SubmitError> {
        let mut known = self.follow(app);
        if let Some(rules) = &*known.borrow() {
            return Ok(Arc::clone(rules));
        }
        let wait = Duration::from_millis(self.config.lists_wait_ms);
        let rules = tokio::time::timeout(wait, known.wait_for(Option::is_some)).await;
        let rules = rules.map_err(|_elapsed| SubmitError::Unavailable)?;
        let rules = rules.map_err(|_stopped| SubmitError::Unavailable)?;
        rules.as_ref().map(Arc::clone).ok_or(SubmitError::Unavailable)
    }

    fn follow(&self, app: &AppId) -> KnownRules {
        if let Some(known) = self.apps.read().unwrap_or_else(PoisonError::into_inner).get(app) {
            return known.clone();
        }
        let mut apps = self.apps.write().unwrap_or_else(PoisonError::into_inner);
        let followed = apps.entry(app.clone()).or_insert_with(|| {
            let (rules, known) = watch::channel(None);
            let follower = Follower {
                app: app.clone(),
                nats: self.nats.clone(),
                config: Arc::clone(&self.config),
                defaults: Arc::clone(&self.defaults),
                rules,
            };
            let shutdown = self.tasks.shutdown_token();
            self.tasks.spawn("word lists", async move {
                shutdown.run_until_cancelled(follower.run()).await;
            });
            known
        });
        followed.clone()
    }
}

fn defaults(config: &FilterConfig) -> Defaults {
    let english = match config.english {
        Strictness::Off => English::Off,
        Strictness::Moderate => English::Moderate,
        Strictness::Strict => English::Strict,
    };
    let words = config.languages.iter().flat_map(|language| installed(config, language));
    match Defaults::new(english, words, config.default_action) {
        Ok(defaults) => defaults,
        Err(error) => {
            tracing::error!(error = %ErrorChain(&error), "the installed word lists are not used");
            Defaults::none()
        }
    }
}

/// The words of one language; none if its file is not there, as before `make setup` has run.
fn installed(config: &FilterConfig, language: &str) -> Vec<Arc<str>> {
    let path = config.lists_dir.join(format!("{language}.json"));
    let read = std::fs::read_to_string(&path).map_err(|error| error.to_string());
    let words =
        read.and_then(|json| filter::bundle::words(&json).map_err(|error| error.to_string()));
    words.unwrap_or_else(|error| {
        tracing::warn!(path = %path.display(), error, "an installed word list is not used");
        vec![]
    })
}
