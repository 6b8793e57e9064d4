//! The keys of an app. The algorithm belongs to the key, never to the token: a token cannot choose
//! how it is verified.

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::{Deserialize, Serialize};

use crate::config::Secret;

/// Shortest secret for HS256 in bytes: as long as its hash (RFC 7518, 3.2).
pub const SECRET_BYTES_MIN: usize = 32;

/// Bytes of an Ed25519 public key.
const ED25519_BYTES: usize = 32;

/// One `[[apps.keys]]` table.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthKeyConfig {
    /// The name of the key, as tokens give it in their header.
    pub kid: String,
    /// How tokens are signed with it.
    pub alg: KeyAlgorithm,
    /// For HS256 and `UserSig`: the shared secret, at least 32 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret<String>>,
    /// For `EdDSA`: the Ed25519 public key, as base64url (the `x` of a JWK) or PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// For `EdDSA`, only where tokens are made: the private key as PKCS#8 PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key: Option<Secret<String>>,
}

/// The ways to sign that are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyAlgorithm {
    /// HMAC with SHA-256, a secret shared with the merchant's server.
    HS256,
    /// Ed25519: only the merchant's server can sign.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// Tencent's `UserSig` instead of a JWT; see [`super::usersig`].
    UserSig,
}

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// A key without a name.
    #[error("`kid` is empty")]
    NoKid,
    /// A value that belongs to the other algorithm, or is missing.
    #[error("a key for {0:?} needs {1}")]
    Fields(KeyAlgorithm, &'static str),
    /// A secret that can be guessed.
    #[error("`secret` has {0} bytes, it must have at least {SECRET_BYTES_MIN}")]
    SecretTooShort(usize),
    /// Not a public key.
    #[error("`public_key` is neither a base64url Ed25519 key of 32 bytes nor a PEM of one")]
    PublicKey,
}

/// A key that verifies tokens.
#[derive(Debug)]
pub struct AuthKey {
    pub(crate) alg: KeyAlgorithm,
    pub(crate) algorithm: Algorithm,
    pub(crate) decoding_key: DecodingKey,
}

impl AuthKey {
    /// Checks a configured key.
    pub fn try_new(config: &AuthKeyConfig) -> Result<Self, InvalidKey> {
        if config.kid.is_empty() {
            return Err(InvalidKey::NoKid);
        }
        match config.alg {
            // A UserSig is signed with the same function as an HS256 token.
            KeyAlgorithm::HS256 | KeyAlgorithm::UserSig => Self::shared(config),
            KeyAlgorithm::EdDsa => Self::eddsa(config),
        }
    }

    fn shared(config: &AuthKeyConfig) -> Result<Self, InvalidKey> {
        let (Some(secret), None, None) = (&config.secret, &config.public_key, &config.private_key)
        else {
            return Err(InvalidKey::Fields(config.alg, "`secret` and nothing else"));
        };
        let secret = secret.expose().as_bytes();
        if secret.len() < SECRET_BYTES_MIN {
            return Err(InvalidKey::SecretTooShort(secret.len()));
        }
        let decoding_key = DecodingKey::from_secret(secret);
        Ok(Self { alg: config.alg, algorithm: Algorithm::HS256, decoding_key })
    }

    fn eddsa(config: &AuthKeyConfig) -> Result<Self, InvalidKey> {
        let (None, Some(public_key)) = (&config.secret, &config.public_key) else {
            return Err(InvalidKey::Fields(config.alg, "`public_key` and no `secret`"));
        };
        let public_key = public_key.trim();
        let decoding_key = if public_key.starts_with("-----BEGIN") {
            DecodingKey::from_ed_pem(public_key.as_bytes())
        } else {
            DecodingKey::from_ed_components(public_key)
        };
        // The library slices the key without asking for its length.
        let fits = |key: &DecodingKey| {
            key.try_get_as_bytes().is_ok_and(|bytes| bytes.len() == ED25519_BYTES)
        };
        let decoding_key = decoding_key.ok().filter(fits).ok_or(InvalidKey::PublicKey)?;
        Ok(Self { alg: config.alg, algorithm: Algorithm::EdDSA, decoding_key })
    }
}
