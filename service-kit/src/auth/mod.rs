//! Who asks: JSON Web Tokens signed by one of the app's keys, HS256 or Ed25519, or Tencent's `UserSig`.
//!
//! [`Auth::verify`] believes a token or says why not; [`Auth::identity`] is the filter for routes.
//! Keys are in [`key`], what a JWT says in [`claims`], the other kind in [`usersig`], where a request
//! carries either in [`credentials`].

pub mod claims;
pub mod credentials;
mod error;
pub mod key;
mod sign;
pub mod usersig;

use std::sync::Arc;

use domain::actor::Role;
use domain::ids::{AppId, LogSeq, UserId};
use domain::timestamp::Timestamp;
use jsonwebtoken::Validation;
use jsonwebtoken::errors::ErrorKind;
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use warp::http::{HeaderMap, Method};
use warp::path::FullPath;
use warp::{Filter, Rejection};

pub use self::claims::{Claims, Identity};
pub use self::error::AuthError;
pub use self::sign::{SignError, sign};
use crate::apps::{App, Apps};
use crate::clock;
use crate::config::{OutOfRange, check_range};
use crate::problem::Problem;
use crate::rejections::reject;

/// The `[auth]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// Seconds by which clocks may differ.
    pub leeway_s: u32,
    /// Longest token in bytes.
    pub token_bytes_max: usize,
    /// Tokens that are remembered as verified.
    pub cache_entries_max: u64,
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self { leeway_s: 30, token_bytes_max: 4_096, cache_entries_max: 20_000 }
    }
}

impl AuthConfig {
    /// Refuses limits that make no sense.
    pub fn check(&self) -> Result<(), OutOfRange> {
        check_range("auth.leeway_s", self.leeway_s, 0..=600)?;
        check_range("auth.token_bytes_max", self.token_bytes_max, 256..=65_536)?;
        check_range("auth.cache_entries_max", self.cache_entries_max, 0..=10_000_000)
    }
}

/// Verifies tokens. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Auth(Arc<Verifier>);

#[derive(Debug)]
struct Verifier {
    apps: Apps,
    config: AuthConfig,
    /// Tokens by hash, not by text: memory must not be a list of credentials.
    verified: Cache<[u8; 32], Arc<Verified>>,
}

/// A token that was believed. Whether it is valid *now* is asked each time.
#[derive(Debug)]
struct Verified {
    identity: Identity,
    not_before_s: i64,
    /// Keys that came later may no longer believe it.
    keys_since: LogSeq,
}

impl Auth {
    /// A verifier for these apps.
    pub fn new(apps: Apps, config: AuthConfig) -> Self {
        let verified = Cache::new(config.cache_entries_max);
        Self(Arc::new(Verifier { apps, config, verified }))
    }

    /// The apps whose tokens are verified.
    pub fn apps(&self) -> &Apps {
        &self.0.apps
    }

    /// Believes a token for `app`, or says why not.
    pub fn verify(&self, app: &AppId, token: &str, now: Timestamp) -> Result<Identity, AuthError> {
        self.verify_for(&*self.0.apps.served(app, now)?, token, now)
    }

    fn verify_for(&self, app: &App, token: &str, now: Timestamp) -> Result<Identity, AuthError> {
        if self.0.config.token_bytes_max < token.len() {
            return Err(AuthError::Malformed);
        }
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(verified) = self.0.verified.get(&digest) {
            if verified.identity.app != *app.id() {
                return Err(AuthError::OtherApp);
            }
            if verified.keys_since == app.keys_since() {
                self.check_time(&verified, now)?;
                return Ok(verified.identity.clone());
            }
        }
        let verified = if usersig::is_usersig(token) {
            believe_usersig(app, token)?
        } else {
            believe(app, token)?
        };
        self.check_time(&verified, now)?;
        let identity = verified.identity.clone();
        self.0.verified.insert(digest, Arc::new(verified));
        Ok(identity)
    }

    fn check_time(&self, verified: &Verified, now: Timestamp) -> Result<(), AuthError> {
        let now_s = now.0.div_euclid(1_000);
        let leeway_s = i64::from(self.0.config.leeway_s);
        if verified.identity.expires_at_s.saturating_add(leeway_s) <= now_s {
            return Err(AuthError::Expired);
        }
        if now_s.saturating_add(leeway_s) < verified.not_before_s {
            return Err(AuthError::NotYetValid);
        }
        Ok(())
    }

    /// Filter: who asks, for a route below `/v1/apps/{app}`. Stands after path and method, so that
    /// a wrong path stays a 404, and before the body, so that strangers cannot send one.
    pub fn identity(
        &self,
    ) -> impl Filter<Extract = (Identity,), Error = Rejection> + Clone + use<> {
        let auth = self.clone();
        warp::path::full().and(warp::method()).and(warp::header::headers_cloned()).and_then(
            move |path: FullPath, method: Method, headers: HeaderMap| {
                std::future::ready(auth.identify(&path, &method, &headers).map_err(reject))
            },
        )
    }

    fn identify(
        &self,
        path: &FullPath,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Identity, Problem> {
        let app = crate::http::path::app_of(path.as_str())?;
        let now = clock::now();
        let app = self.0.apps.served(&app, now)?;
        let token = credentials::token(method, headers)?;
        let identity = self.verify_for(&app, token, now).and_then(|identity| {
            credentials::check_identifier(headers, &identity.user)?;
            Ok(identity)
        });
        identity.map_err(|error| usersig::refused(error, token))
    }

    /// Filter: an operator, for the routes about apps. Their token is for the registry, whatever
    /// app stands in the path.
    pub fn operator(
        &self,
    ) -> impl Filter<Extract = (Identity,), Error = Rejection> + Clone + use<> {
        let auth = self.clone();
        warp::method().and(warp::header::headers_cloned()).and_then(
            move |method: Method, headers: HeaderMap| {
                let operator = auth.identify_operator(&method, &headers);
                std::future::ready(operator.map_err(|error| reject(error.into())))
            },
        )
    }

    fn identify_operator(
        &self,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Identity, AuthError> {
        let registry = self.0.apps.registry().ok_or(AuthError::NoRegistry)?;
        let token = credentials::token(method, headers)?;
        let identity = self.verify_for(registry, token, clock::now())?;
        match identity.role {
            Role::Admin => Ok(identity),
            Role::Host | Role::Assistant | Role::Viewer | Role::Guest => {
                Err(AuthError::NotOperator)
            }
        }
    }
}

/// Everything about a token but the time.
fn believe(app: &App, token: &str) -> Result<Verified, AuthError> {
    let unverified: Claims =
        jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(malformed)?;
    // What the token says of itself is enough to refuse it. Keys are not consulted: the answer
    // tells nothing about those of another app.
    if unverified.app != *app.id() {
        return Err(AuthError::OtherApp);
    }
    // `none` and algorithms that nobody should use do not even parse.
    let header = jsonwebtoken::decode_header(token).map_err(malformed)?;
    // Extensions that must be understood (RFC 7515, 4.1.11). We understand none.
    if header.crit.is_some() {
        return Err(AuthError::Malformed);
    }
    let key = header.kid.as_deref().and_then(|kid| app.key(kid)).ok_or(AuthError::UnknownKey)?;

    let mut validation = Validation::new(key.algorithm);
    // The library would ask its own clock; `check_time` asks the one it is given.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Claims>(token, &key.decoding_key, &validation)
        .map_err(|error| refusal(error.kind()))?
        .claims;
    let not_before_s = claims.nbf.max(claims.iat).unwrap_or(i64::MIN);
    Ok(Verified { identity: claims.into(), not_before_s, keys_since: app.keys_since() })
}

/// The same for a `UserSig`, which says nothing of a role: that is the app's to say.
fn believe_usersig(app: &App, token: &str) -> Result<Verified, AuthError> {
    let config = app.usersig().ok_or(AuthError::Malformed)?;
    let believed = usersig::verify(token, config.sdk_app_id, &app.usersig_keys())?;
    let user: UserId = believed.identifier.parse().map_err(|_no_user| AuthError::Malformed)?;
    let identity = Identity {
        role: config.role_of(&user),
        user,
        app: app.id().clone(),
        nick: None,
        avatar: None,
        rooms: None,
        expires_at_s: believed.expires_at_s(),
    };
    Ok(Verified { identity, not_before_s: believed.time_s, keys_since: app.keys_since() })
}

fn malformed(_: jsonwebtoken::errors::Error) -> AuthError {
    AuthError::Malformed
}

/// What the library says, as we say it. The header and the claims were read before, so that little
/// but the signature is left to be wrong.
fn refusal(kind: &ErrorKind) -> AuthError {
    match kind {
        ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => AuthError::BadSignature,
        _ => AuthError::Malformed,
    }
}

#[cfg(test)]
mod tests;
