//! How senders are shown: nick, picture and level, looked up in the read model and kept a while.
//!
//! The query-service answers over NATS. Without an answer the sender is shown as their token says,
//! without a level: a dead read side does not stop the show.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::ids::{AppId, UserId};
use domain::view::profile::{Profile, ProfileQuery};
use moka::sync::Cache;
use nats::client::Nats;
use nats::service::RequestSubject;

use crate::gateway::config::GatewayConfig;

/// Users asked for in one request.
const QUERY_USERS_MAX: usize = 200;

/// What is known of a user; `None` if the read model does not know them.
type Known = Option<Profile>;

/// Looks profiles up, through a bounded cache. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Profiles {
    nats: Nats,
    cache: Cache<(AppId, UserId), Known>,
    timeout: Duration,
}

impl Profiles {
    /// An empty cache in front of the read model.
    pub fn new(nats: Nats, config: &GatewayConfig) -> Self {
        let cache = Cache::builder()
            .max_capacity(config.profiles_max)
            .time_to_live(Duration::from_millis(config.profile_ttl_ms))
            .build();
        Self { nats, cache, timeout: Duration::from_millis(config.profile_timeout_ms) }
    }

    /// One user.
    pub async fn get(&self, app: &AppId, user: &UserId) -> Known {
        if let Some(known) = self.cache.get(&(app.clone(), user.clone())) {
            return known;
        }
        self.look_up(app, vec![user.clone()]).await.remove(user).flatten()
    }

    /// Several users; those that the read model does not know are left out.
    pub async fn get_all(&self, app: &AppId, users: &[UserId]) -> HashMap<UserId, Profile> {
        let mut found = HashMap::with_capacity(users.len());
        let mut missing = Vec::new();
        for user in users {
            match self.cache.get(&(app.clone(), user.clone())) {
                Some(Some(profile)) => drop(found.insert(user.clone(), profile)),
                Some(None) => {}
                None => missing.push(user.clone()),
            }
        }
        for some in missing.chunks(QUERY_USERS_MAX) {
            let known = self.look_up(app, some.to_vec()).await;
            found.extend(known.into_iter().filter_map(|(user, known)| Some((user, known?))));
        }
        found
    }

    /// Those of the users who have registered; nothing if nobody answers. Who was not known a moment
    /// ago is asked for again: they may have registered since.
    pub async fn registered(&self, app: &AppId, users: Vec<UserId>) -> Option<HashSet<UserId>> {
        let is_registered = |known: &Known| known.as_ref().is_some_and(|user| user.nick.is_some());
        let (mut registered, mut asked) = (HashSet::new(), Vec::new());
        for user in users {
            match self.cache.get(&(app.clone(), user.clone())) {
                Some(known) if is_registered(&known) => {
                    registered.insert(user);
                }
                Some(_) | None => asked.push(user),
            }
        }
        for user_ids in asked.chunks(QUERY_USERS_MAX).map(<[UserId]>::to_vec) {
            let profiles = self.ask(app, &ProfileQuery { user_ids }).await;
            let profiles = profiles.inspect_err(|error| {
                tracing::debug!(app.id = %app, %error, "owners not looked up");
            });
            for profile in profiles.ok()? {
                let user_id = profile.user_id.clone();
                let known = Some(profile);
                if is_registered(&known) {
                    registered.insert(user_id.clone());
                    self.cache.insert((app.clone(), user_id), known);
                }
            }
        }
        Some(registered)
    }

    async fn look_up(&self, app: &AppId, user_ids: Vec<UserId>) -> HashMap<UserId, Known> {
        let query = ProfileQuery { user_ids };
        let profiles = match self.ask(app, &query).await {
            Ok(profiles) => profiles,
            Err(error) => {
                tracing::debug!(app.id = %app, %error, "profiles not looked up");
                // Not asked again for each of a storm of commands: the cache holds the gap too.
                Vec::new()
            }
        };
        let mut known: HashMap<UserId, Known> =
            query.user_ids.into_iter().map(|user| (user, None)).collect();
        for profile in profiles {
            known.insert(profile.user_id.clone(), Some(profile));
        }
        for (user, profile) in &known {
            self.cache.insert((app.clone(), user.clone()), profile.clone());
        }
        known
    }

    async fn ask(&self, app: &AppId, query: &ProfileQuery) -> Result<Vec<Profile>, AskError> {
        let payload = Bytes::from(serde_json::to_vec(query).map_err(AskError::Json)?);
        let subject = RequestSubject::Profiles(app.clone());
        let answer = self.nats.request(subject, payload, self.timeout).await;
        serde_json::from_slice(&answer.map_err(AskError::Request)?).map_err(AskError::Json)
    }

    /// Shows a user as they have just registered, at the level that was known.
    pub fn remember(&self, app: &AppId, user_id: UserId, nick: Arc<str>, avatar: Option<Arc<str>>) {
        let key = (app.clone(), user_id.clone());
        let level = self.cache.get(&key).flatten().map_or(0, |profile| profile.level);
        self.cache.insert(key, Some(Profile { user_id, nick: Some(nick), avatar, level }));
    }
}

#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error("no answer")]
    Request(#[source] nats::service::RequestError),
    #[error("not readable")]
    Json(#[source] serde_json::Error),
}
