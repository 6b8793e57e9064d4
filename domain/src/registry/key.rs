//! What the registry says of an app's keys: names, algorithms, public keys. Secrets are derived from
//! the installation's own (`service-kit/src/apps/derive.rs`) and never written down.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{Ed25519Key, KeyId};
use crate::rejection::{Rejection, in_range};
use crate::state::Context;

/// How tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum KeyKind {
    /// HMAC with SHA-256; the secret is derived.
    HS256,
    /// Ed25519; the private key never leaves the merchant.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// Tencent's `UserSig` instead of a JWT; the secret is derived.
    UserSig,
}

/// A key as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "alg", deny_unknown_fields)]
pub enum KeySpec {
    /// A secret shall be derived.
    HS256 {
        /// What tokens call it.
        kid: KeyId,
    },
    /// The merchant has a key pair.
    #[serde(rename = "EdDSA")]
    EdDsa {
        /// What tokens call it.
        kid: KeyId,
        /// Its public half.
        public_key: Ed25519Key,
    },
    /// As [`KeySpec::HS256`], for `UserSig`s.
    UserSig {
        /// What it is called.
        kid: KeyId,
    },
}

impl KeySpec {
    /// Whether its secret is derived from that of the installation.
    pub fn is_shared(&self) -> bool {
        match self {
            Self::HS256 { .. } | Self::UserSig { .. } => true,
            Self::EdDsa { .. } => false,
        }
    }
}

/// A key as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppKey {
    /// What tokens call it.
    pub kid: KeyId,
    /// How tokens are signed with it.
    pub alg: KeyKind,
    /// For `EdDSA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<Ed25519Key>,
    /// `app_seq` of the event that brought it in. A name that comes back brings another secret.
    pub generation: u64,
}

/// Keys, primary and backup among them, as they are from this event on. One that is there already
/// stays as it is.
pub(super) fn key_set(
    specs: Vec<KeySpec>,
    known: &[AppKey],
    generation: u64,
    context: &Context<'_>,
) -> Result<Arc<[AppKey]>, Rejection> {
    let max = context.limits.app_keys_max;
    in_range("keys", specs.len() as u64, 1, max.into())?;
    let mut keys: Vec<AppKey> = Vec::with_capacity(specs.len());
    for spec in specs {
        let (kid, alg, public_key) = match spec {
            KeySpec::HS256 { kid } => (kid, KeyKind::HS256, None),
            KeySpec::UserSig { kid } => (kid, KeyKind::UserSig, None),
            KeySpec::EdDsa { kid, public_key } => (kid, KeyKind::EdDsa, Some(public_key)),
        };
        if keys.iter().any(|key| key.kid == kid) {
            return Err(Rejection::KeyIdTwice { kid });
        }
        let new = AppKey { kid, alg, public_key, generation };
        let same = |key: &&AppKey| AppKey { generation, ..(*key).clone() } == new;
        keys.push(known.iter().find(same).cloned().unwrap_or(new));
    }
    Ok(keys.into())
}
