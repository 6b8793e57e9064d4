//! Tokens for the people of a recording, signed with the app's own key as the merchant's server would.

use domain::actor::Role;
use domain::ids::{AppId, UserId};
use service_kit::auth::claims::Claims;
use service_kit::auth::key::AuthKeyConfig;
use service_kit::auth::{SignError, sign};
use service_kit::clock;

use crate::replay::call::Caller;

/// The user id of the merchant's server.
const ADMIN: &str = "matinee-replay";

/// Signs tokens of one app.
#[derive(Debug, Clone)]
pub struct Tokens {
    app: AppId,
    key: AuthKeyConfig,
    ttl_s: i64,
}

impl Tokens {
    /// With this key; tokens are good for `ttl_s` seconds.
    pub fn new(app: AppId, key: AuthKeyConfig, ttl_s: u32) -> Self {
        Self { app, key, ttl_s: i64::from(ttl_s) }
    }

    /// The same for another time.
    #[must_use]
    pub fn lasting(&self, ttl_s: u32) -> Self {
        Self { ttl_s: i64::from(ttl_s), ..self.clone() }
    }

    /// The app that the tokens are good for.
    pub fn app(&self) -> &AppId {
        &self.app
    }

    /// A token.
    pub fn sign(&self, user: &UserId, role: Role) -> Result<String, SignError> {
        let now_s = clock::now().0 / 1_000;
        let claims = Claims {
            sub: user.clone(),
            app: self.app.clone(),
            role,
            nick: None,
            avatar: None,
            rooms: None,
            iat: Some(now_s),
            nbf: None,
            exp: now_s.saturating_add(self.ttl_s),
        };
        sign(&self.key, &claims)
    }

    /// The token of an admin.
    pub fn admin(&self) -> Result<String, SignError> {
        #[expect(clippy::expect_used, reason = "a constant that is a user id")]
        let admin = ADMIN.parse().expect("a user id");
        self.sign(&admin, Role::Admin)
    }

    /// The token for a call.
    pub fn of(&self, caller: &Caller) -> Result<String, SignError> {
        match caller {
            Caller::Admin | Caller::AdminFor(_) => self.admin(),
            Caller::Host(user) => self.sign(user, Role::Host),
            Caller::Viewer(user) => self.sign(user, Role::Viewer),
        }
    }
}
