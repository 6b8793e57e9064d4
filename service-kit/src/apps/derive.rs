//! Secrets of HS256 and `UserSig` keys, derived from the installation's own: whoever has that one has them all,
//! and they need not be stored or copied between services.

use domain::ids::AppId;
use domain::registry::key::{AppKey, KeyKind};
use jsonwebtoken::crypto::sign;
use jsonwebtoken::{Algorithm, EncodingKey};

use super::InvalidApps;
use crate::auth::key::{AuthKeyConfig, KeyAlgorithm, SECRET_BYTES_MIN};
use crate::config::Secret;

/// What everything is derived from.
#[derive(Debug)]
pub(super) struct InstallationSecret(Secret<String>);

impl InstallationSecret {
    pub(super) fn try_new(secret: &Secret<String>) -> Result<Self, InvalidApps> {
        let bytes = secret.expose().len();
        if bytes < SECRET_BYTES_MIN {
            return Err(InvalidApps::SecretTooShort(bytes));
        }
        Ok(Self(secret.clone()))
    }

    /// HMAC with SHA-256 over everything that tells one key from another, as base64url. An id holds
    /// no line break, so no two keys have one text.
    pub(super) fn derive(&self, app: &AppId, key: &AppKey) -> Option<Secret<String>> {
        match key.alg {
            KeyKind::HS256 | KeyKind::UserSig => {}
            KeyKind::EdDsa => return None,
        }
        let text = format!("matinee app key\n{app}\n{}\n{}", key.kid, key.generation);
        let secret = EncodingKey::from_secret(self.0.expose().as_bytes());
        sign(text.as_bytes(), &secret, Algorithm::HS256).ok().map(Secret::new)
    }
}

/// A key as the verifier takes it; nothing for a shared secret that cannot be derived.
pub(super) fn key_config(
    secret: Option<&InstallationSecret>,
    app: &AppId,
    key: &AppKey,
) -> Option<AuthKeyConfig> {
    let kid = key.kid.as_str().to_owned();
    let shared = |kid, alg| {
        let secret = Some(secret?.derive(app, key)?);
        Some(AuthKeyConfig { kid, alg, secret, public_key: None, private_key: None })
    };
    Some(match key.alg {
        KeyKind::HS256 => shared(kid, KeyAlgorithm::HS256)?,
        KeyKind::UserSig => shared(kid, KeyAlgorithm::UserSig)?,
        KeyKind::EdDsa => AuthKeyConfig {
            kid,
            alg: KeyAlgorithm::EdDsa,
            secret: None,
            public_key: key.public_key.as_ref().map(|key| key.as_str().to_owned()),
            private_key: None,
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_app_key_and_generation_has_a_secret_of_its_own() {
        let secret = |text: &str| InstallationSecret::try_new(&Secret::new(text.repeat(32)));
        let (one, other) = (secret("a").unwrap(), secret("b").unwrap());
        let key = |kid: &str, generation| AppKey {
            kid: kid.parse().unwrap(),
            alg: KeyKind::HS256,
            public_key: None,
            generation,
        };
        let derive = |secret: &InstallationSecret, app: &str, key: &AppKey| {
            secret.derive(&app.parse().unwrap(), key).unwrap().expose().clone()
        };
        let first = derive(&one, "shop", &key("k", 1));
        assert_eq!(first, derive(&one, "shop", &key("k", 1)));
        assert_eq!(first.len(), 43);
        let others = [
            derive(&one, "cafe", &key("k", 1)),
            derive(&one, "shop", &key("k1", 1)),
            derive(&one, "shop", &key("k", 11)),
            derive(&other, "shop", &key("k", 1)),
        ];
        let different: BTreeSet<_> = others.iter().chain([&first]).collect();
        assert_eq!(different.len(), 5);
        assert!(InstallationSecret::try_new(&Secret::new("a".repeat(31))).is_err());
    }
}
