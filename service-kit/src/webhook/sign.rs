//! What proves to a merchant's server who sends: pure, tested with published vectors.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::config::Secret;

/// How a secret begins that others may find in their files.
const PREFIX: &str = "whsec_";
/// Bytes of a secret: fewer can be guessed, more are no secret.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A key of Standard Webhooks.
#[derive(Debug, Clone)]
pub struct SigningKey(Secret<Vec<u8>>);

impl SigningKey {
    /// Reads `whsec_<base64>`; the beginning may be left out.
    pub fn parse(secret: &str) -> Option<Self> {
        let key = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).ok()?;
        SECRET_BYTES.contains(&key.len()).then(|| Self(Secret::new(key)))
    }
}

/// `webhook-signature`: one signature for each key, so that a key can be replaced without a pause.
pub fn signatures(keys: &[SigningKey], id: &str, timestamp_s: i64, body: &[u8]) -> String {
    let mut signatures = String::new();
    for SigningKey(key) in keys {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).expect("any length");
        mac.update(format!("{id}.{timestamp_s}.").as_bytes());
        mac.update(body);
        if !signatures.is_empty() {
            signatures.push(' ');
        }
        signatures.push_str("v1,");
        STANDARD.encode_string(mac.finalize().into_bytes(), &mut signatures);
    }
    signatures
}

/// `Sign` of the form of Tencent: of the time alone.
pub fn tencent_sign(token: &Secret<String>, timestamp_s: i64) -> String {
    let digest = Sha256::digest(format!("{}{timestamp_s}", token.expose()));
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing into memory cannot fail.
        write!(hex, "{byte:02x}").ok();
        hex
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::*;

    #[test]
    fn the_published_vector_of_standard_webhooks() {
        let path = "../../shared/data/vectors/standard-webhooks.json";
        let Ok(text) = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        else {
            println!("skipped: the vectors are not on this machine");
            return;
        };
        let vector: Value = serde_json::from_str(&text).unwrap();
        let text = |name: &str| vector[name].as_str().unwrap();
        let key = SigningKey::parse(text("secret")).unwrap();
        let timestamp_s = vector["timestamp"].as_i64().unwrap();
        let body = text("body").as_bytes();
        let signed = signatures(std::slice::from_ref(&key), text("id"), timestamp_s, body);
        assert_eq!(signed, text("signature"));

        let other = SigningKey::parse(&STANDARD.encode([7; 24])).unwrap();
        let both = signatures(&[other, key], text("id"), timestamp_s, body);
        assert_eq!(both.split(' ').count(), 2);
        assert_eq!(both.split(' ').next_back(), Some(text("signature")));
    }

    #[test]
    fn a_signature_covers_id_time_and_body() {
        let key = [SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()];
        let signed = signatures(&key, "a", 1, b"{}");
        let others = [
            signatures(&key, "b", 1, b"{}"),
            signatures(&key, "a", 2, b"{}"),
            signatures(&key, "a", 1, b"{ }"),
        ];
        assert!(!others.contains(&signed));
    }

    #[test]
    fn a_secret_has_24_to_64_bytes() {
        let secret = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![1; bytes]));
        for (bytes, fits) in [(23, false), (24, true), (64, true), (65, false)] {
            assert_eq!(SigningKey::parse(&secret(bytes)).is_some(), fits, "{bytes}");
        }
        assert!(SigningKey::parse("whsec_not base64").is_none());
    }

    #[test]
    fn the_sign_of_tencent_is_of_token_and_time() {
        let token = Secret::new("test-token".to_owned());
        assert_eq!(
            tencent_sign(&token, 1_700_000_000),
            "fdedb59e60a8d79ebb349080c302a68a79ac6602cc5dbed2a4a94b9ced465f23"
        );
    }
}
