//! Tencent's `UserSig`, version 2: a signed text that stands in the place of a JWT, so that the users of
//! an app that comes from there keep their tokens (IM/32688).
//!
//! It says who, in which app, and until when; never what the user may, which [`UserSigConfig`] adds.
//! How the text is packed is in [`text`]. It names no key: the primary and the backup are both tried.

pub mod text;

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::actor::Role;
use domain::ids::UserId;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde::{Deserialize, Serialize};

use super::error::AuthError;
use super::key::{AuthKey, AuthKeyConfig, KeyAlgorithm};
use super::sign::SignError;
use crate::problem::Problem;

/// The version of the scheme; there is no other with shared keys.
const VERSION: &str = "2.0";

/// The admin account that Tencent makes with every app.
const ADMINISTRATOR: &str = "administrator";

/// The `[apps.usersig]` table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserSigConfig {
    /// The number of the app at Tencent; a `UserSig` for another one is refused.
    pub sdk_app_id: u32,
    /// Who is an admin. All others have `role`.
    #[serde(default = "administrator")]
    pub admins: BTreeSet<UserId>,
    /// What everybody else is: `viewer`, or `host`, who also runs the rooms that they own.
    #[serde(default = "member")]
    pub role: Role,
}

impl UserSigConfig {
    /// With one admin, `administrator`, and members.
    pub fn of(sdk_app_id: u32) -> Self {
        Self { sdk_app_id, admins: administrator(), role: member() }
    }

    pub(super) fn role_of(&self, user: &UserId) -> Role {
        if self.admins.contains(user) { Role::Admin } else { self.role }
    }
}

fn administrator() -> BTreeSet<UserId> {
    ADMINISTRATOR.parse().into_iter().collect()
}

fn member() -> Role {
    Role::Viewer
}

/// What a `UserSig` says. Other members are not signed and let be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSig {
    #[serde(rename = "TLS.ver")]
    version: String,
    /// The user.
    #[serde(rename = "TLS.identifier")]
    pub identifier: String,
    /// The app at Tencent.
    #[serde(rename = "TLS.sdkappid")]
    pub sdk_app_id: u32,
    /// When it was made, in Unix seconds.
    #[serde(rename = "TLS.time")]
    pub time_s: i64,
    /// For how many seconds it is good.
    #[serde(rename = "TLS.expire")]
    pub expire_s: i64,
    /// Rights in a room of Tencent's, in base64. Signed, and of no meaning here.
    #[serde(rename = "TLS.userbuf", default, skip_serializing_if = "Option::is_none")]
    userbuf: Option<String>,
    #[serde(rename = "TLS.sig")]
    signature: String,
}

impl UserSig {
    /// The first second in which it is no longer good: `time + expire` is the last good one.
    pub fn expires_at_s(&self) -> i64 {
        self.time_s.saturating_add(self.expire_s).saturating_add(1)
    }

    /// What is signed. Nothing but the identifier can hold a line break, so no two have one text.
    fn signed_text(&self) -> String {
        let Self { identifier, sdk_app_id, time_s, expire_s, .. } = self;
        let userbuf = self.userbuf.iter().map(|userbuf| format!("TLS.userbuf:{userbuf}\n"));
        let userbuf: String = userbuf.collect();
        format!(
            "TLS.identifier:{identifier}\nTLS.sdkappid:{sdk_app_id}\nTLS.time:{time_s}\n\
             TLS.expire:{expire_s}\n{userbuf}"
        )
    }

    fn is_signed_with(&self, key: &AuthKey) -> Result<bool, AuthError> {
        let malformed = |_no_base64| AuthError::Malformed;
        let signature = STANDARD.decode(&self.signature).map_err(malformed)?;
        let signature = URL_SAFE_NO_PAD.encode(signature);
        let text = self.signed_text();
        // Compares in constant time. An error is a signature of a wrong length.
        let verified =
            crypto::verify(&signature, text.as_bytes(), &key.decoding_key, key.algorithm);
        Ok(verified.unwrap_or(false))
    }
}

/// Whether a token is meant to be a `UserSig`: a JWT has points, and this has none.
pub(super) fn is_usersig(token: &str) -> bool {
    !token.contains('.')
}

/// Everything about a `UserSig` but the time.
pub fn verify(token: &str, sdk_app_id: u32, keys: &[&AuthKey]) -> Result<UserSig, AuthError> {
    let json = text::unpack(token).ok_or(AuthError::Malformed)?;
    let usersig: UserSig =
        serde_json::from_slice(&json).map_err(|_no_usersig| AuthError::Malformed)?;
    let is_base64 = |text: &String| STANDARD.decode(text).is_ok();
    if usersig.version != VERSION || !usersig.userbuf.as_ref().is_none_or(is_base64) {
        return Err(AuthError::Malformed);
    }
    // As with a JWT, keys are not consulted for another app's.
    if usersig.sdk_app_id != sdk_app_id {
        return Err(AuthError::OtherApp);
    }
    for key in keys {
        if usersig.is_signed_with(key)? {
            return Ok(usersig);
        }
    }
    Err(AuthError::BadSignature)
}

/// Makes one: for `matinee token` and for tests. A merchant's server does it with Tencent's library.
pub fn sign(
    key: &AuthKeyConfig,
    sdk_app_id: u32,
    identifier: &str,
    time_s: i64,
    expire_s: i64,
) -> Result<String, SignError> {
    let secret = key.secret.as_ref().filter(|_| key.alg == KeyAlgorithm::UserSig);
    let secret = secret.ok_or_else(|| SignError::NoUserSig(key.kid.clone()))?;
    let failed = |source| SignError::Key { kid: key.kid.clone(), source };
    let mut usersig = UserSig {
        version: VERSION.to_owned(),
        identifier: identifier.to_owned(),
        sdk_app_id,
        time_s,
        expire_s,
        userbuf: None,
        signature: String::new(),
    };
    let encoding_key = EncodingKey::from_secret(secret.expose().as_bytes());
    let text = usersig.signed_text();
    let signature = crypto::sign(text.as_bytes(), &encoding_key, Algorithm::HS256);
    let signature = URL_SAFE_NO_PAD.decode(signature.map_err(failed)?).unwrap_or_default();
    usersig.signature = STANDARD.encode(signature);
    let json = serde_json::to_vec(&usersig).map_err(|error| failed(error.into()))?;
    Ok(text::pack(&json))
}

/// A refusal, with the number under which Tencent's clients know it where they brought a `UserSig`.
pub(super) fn refused(error: AuthError, token: &str) -> Problem {
    let code = error.tencent_code().filter(|_| is_usersig(token));
    let problem = Problem::from(error);
    match code {
        Some(code) => problem.with("tencent_code", code),
        None => problem,
    }
}

#[cfg(test)]
mod tests;
