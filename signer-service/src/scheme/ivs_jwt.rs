//! Amazon's private channels: a JWT in ES384 that names the channel, made for one viewer
//! (`docs.aws.amazon.com/ivs`, "private channels"). One that names its viewer lives ten minutes at the
//! most; it is looked at when playing begins.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

/// The longest life of a token that names its viewer.
pub const TTL_S_MAX: u32 = 600;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claims<'a> {
    /// Which channel.
    #[serde(rename = "aws:channel-arn")]
    pub channel_arn: &'a str,
    /// Which pages may play it: all. Whoever has the URL came by a page of the merchant's.
    #[serde(rename = "aws:access-control-allow-origin")]
    pub allow_origin: &'a str,
    /// Who watches, for the CDN to tell viewers apart; at most 40 characters.
    #[serde(rename = "aws:viewer-id")]
    pub viewer_id: &'a str,
    /// The Unix second of expiry.
    pub exp: u32,
}

/// Reads a private key: PKCS#8 PEM on the curve P-384.
pub fn key(pem: &str) -> Option<EncodingKey> {
    let key = EncodingKey::from_ec_pem(pem.as_bytes()).ok()?;
    // The library looks at the curve when it signs.
    let claims = Claims { channel_arn: "", allow_origin: "*", viewer_id: "", exp: 0 };
    sign(&key, &claims).is_some().then_some(key)
}

/// Signs a token; nothing if the key cannot.
pub fn sign(key: &EncodingKey, claims: &Claims<'_>) -> Option<String> {
    jsonwebtoken::encode(&Header::new(Algorithm::ES384), claims, key).ok()
}

/// The path at which a channel plays: `arn:aws:ivs:{region}:{account}:channel/{id}` has it all.
pub fn path(channel_arn: &str) -> Option<String> {
    let mut parts = channel_arn.split(':');
    let is_ivs =
        (parts.next(), parts.next(), parts.next()) == (Some("arn"), Some("aws"), Some("ivs"));
    let (region, account) = (parts.next()?, parts.next()?);
    let channel = parts.next()?.strip_prefix("channel/")?;
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let names = [region, account, channel].into_iter().all(is_name);
    (is_ivs && names && parts.next().is_none())
        .then(|| format!("/api/video/v1/{region}.{account}.channel.{channel}.m3u8"))
}

#[cfg(test)]
pub(crate) mod testing {
    /// Made for these tests with `openssl ecparam -name secp384r1`.
    pub(crate) const PRIVATE_PEM: &str = "-----BEGIN PRIVATE KEY-----\nMIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAFRAXL/FTQUZRscRct\nw9l9KlO32g1LtIM6MQaHsWGCenb+r4vPty6UIHxB69QTtMuhZANiAAR3EWpjo7b2\n24gRDt2Lk+uTIqC0IHgcV9r6x82olVQI1AJ/VyvVwl/gdIk2G6cSSaxMFzqXlQ30\nB3Zf1Wu/skcwcwDWT51F75Vd0jq356nNZi3W1ayE+zUdC8XiT+wwSsE=\n-----END PRIVATE KEY-----";
    pub(crate) const PUBLIC_PEM: &str = "-----BEGIN PUBLIC KEY-----\nMHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEdxFqY6O29tuIEQ7di5PrkyKgtCB4HFfa\n+sfNqJVUCNQCf1cr1cJf4HSJNhunEkmsTBc6l5UN9Ad2X9Vrv7JHMHMA1k+dRe+V\nXdI6t+epzWYt1tWshPs1HQvF4k/sMErB\n-----END PUBLIC KEY-----";
    /// On another curve.
    pub(crate) const P256_PEM: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyyplTOOBaEaDAlPv\nOZcntuGDoJZOTb38yQWuuWvRHeihRANCAASTb4aKZmQaPDykYuE9q1MRpxHrA3fq\nvIwXLWH/fFOY53o2CXQgMIUK+am/A5m6wikpgl314kfhqGUL5sxQcJUM\n-----END PRIVATE KEY-----";
    pub(crate) const CHANNEL: &str = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh";
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation, decode};
    use serde_json::{Value, json};

    use super::testing::{CHANNEL, P256_PEM, PRIVATE_PEM, PUBLIC_PEM};
    use super::*;

    #[test]
    fn a_token_says_what_the_cdn_asks_for_and_is_signed_with_es384() {
        let exp = 1_700_000_600;
        let claims = Claims { channel_arn: CHANNEL, allow_origin: "*", viewer_id: "vera", exp };
        let token = sign(&key(PRIVATE_PEM).unwrap(), &claims).unwrap();

        let mut validation = Validation::new(Algorithm::ES384);
        validation.validate_exp = false;
        let public_key = DecodingKey::from_ec_pem(PUBLIC_PEM.as_bytes()).unwrap();
        let decoded = decode::<Value>(&token, &public_key, &validation).unwrap();
        assert_eq!(
            decoded.claims,
            json!({
                "aws:channel-arn": CHANNEL,
                "aws:access-control-allow-origin": "*",
                "aws:viewer-id": "vera",
                "exp": exp,
            })
        );
        assert_eq!(decoded.header.typ.as_deref(), Some("JWT"));
    }

    #[test]
    fn what_is_no_key_or_no_channel_is_not_read() {
        for pem in [
            "",
            PUBLIC_PEM,
            P256_PEM,
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        ] {
            assert!(key(pem).is_none());
        }
        let expected = "/api/video/v1/us-west-2.123456789012.channel.abcdABCDefgh.m3u8";
        assert_eq!(path(CHANNEL).as_deref(), Some(expected));
        for arn in [
            "",
            "arn:aws:s3:us-west-2:1:channel/a",
            "arn:aws:ivs:a:1:stream/a",
            "arn:aws:ivs:a:1:channel/",
        ] {
            assert_eq!(path(arn), None, "{arn}");
        }
        assert_eq!(path(&format!("{CHANNEL}/x?y")), None);
    }
}
