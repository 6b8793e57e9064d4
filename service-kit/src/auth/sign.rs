//! Makes tokens: for `matinee token` and for tests. A merchant's server does it with its own library.

use jsonwebtoken::{Algorithm, EncodingKey, Header};

use super::claims::Claims;
use super::key::{AuthKeyConfig, KeyAlgorithm};

/// Why no token was made.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key can only verify.
    #[error("key `{0}` has no `secret` or `private_key` to sign with")]
    VerifyOnly(String),
    /// The key is for another kind of token.
    #[error("key `{0}` signs UserSigs, not JWTs")]
    UserSig(String),
    /// The key is for another kind of token.
    #[error("key `{0}` has no `secret` with which to sign UserSigs")]
    NoUserSig(String),
    /// The private key is not one.
    #[error("key `{kid}` cannot sign")]
    Key {
        /// The key.
        kid: String,
        /// What the library says.
        source: jsonwebtoken::errors::Error,
    },
}

/// Signs claims with a configured key.
pub fn sign(key: &AuthKeyConfig, claims: &Claims) -> Result<String, SignError> {
    let verify_only = || SignError::VerifyOnly(key.kid.clone());
    let failed = |source| SignError::Key { kid: key.kid.clone(), source };
    let (algorithm, encoding_key) = match key.alg {
        KeyAlgorithm::HS256 => {
            let secret = key.secret.as_ref().ok_or_else(verify_only)?;
            (Algorithm::HS256, EncodingKey::from_secret(secret.expose().as_bytes()))
        }
        KeyAlgorithm::UserSig => return Err(SignError::UserSig(key.kid.clone())),
        KeyAlgorithm::EdDsa => {
            let pem = key.private_key.as_ref().ok_or_else(verify_only)?;
            let encoding_key = EncodingKey::from_ed_pem(pem.expose().as_bytes()).map_err(failed)?;
            (Algorithm::EdDSA, encoding_key)
        }
    };
    let mut header = Header::new(algorithm);
    header.kid = Some(key.kid.clone());
    jsonwebtoken::encode(&header, claims, &encoding_key).map_err(failed)
}
