//! Each way to be refused, on both sides of each limit.

use domain::actor::Role;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::key::{AuthKeyConfig, InvalidKey, KeyAlgorithm};
use super::*;
use crate::apps::{AppConfig, InvalidApps};
use crate::config::Secret;

const SECRET: &str = "a-secret-for-tests-of-32-bytes--";
const OTHER_SECRET: &str = "another-secret-that-is-long-enough";
const LEEWAY_S: i64 = 30;
const NOW_S: i64 = 1_700_000_000;
const NOW: Timestamp = Timestamp(NOW_S * 1_000);

/// Made for these tests with `openssl genpkey -algorithm ed25519`.
const PRIVATE_PEM: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIMjDDz7jfW2iSr3fYTNJ16MiKZf8L9eZ+mGZQM12+LcW\n-----END PRIVATE KEY-----";
const PUBLIC_PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAfFt5yK0MI20SykQFp0khru8gbFZk3Vw1Z/nG+Pz9XEw=\n-----END PUBLIC KEY-----";
const PUBLIC_X: &str = "fFt5yK0MI20SykQFp0khru8gbFZk3Vw1Z_nG-Pz9XEw";

#[test]
fn a_token_of_either_algorithm_is_believed() {
    let auth = auth();
    for key in [hs256("h1", SECRET), eddsa("e1", PUBLIC_X), eddsa("e2", PUBLIC_PEM)] {
        let token = sign(&key, &claims()).unwrap();

        let identity = auth.verify(&shop(), &token, NOW).unwrap();
        assert_eq!(identity, claims().into());
        // The second time it comes from the memory.
        assert_eq!(auth.verify(&shop(), &token, NOW).unwrap(), identity);
    }
}

#[test]
fn a_token_expires_after_the_leeway_also_when_it_is_remembered() {
    let auth = auth();
    let claims = Claims { exp: NOW_S, ..claims() };
    let token = sign(&hs256("h1", SECRET), &claims).unwrap();
    let last = Timestamp((NOW_S + LEEWAY_S) * 1_000 - 1);
    let first_too_late = Timestamp((NOW_S + LEEWAY_S) * 1_000);

    assert!(auth.verify(&shop(), &token, last).is_ok());
    assert_eq!(auth.verify(&shop(), &token, first_too_late), Err(AuthError::Expired));
    assert_eq!(self::auth().verify(&shop(), &token, first_too_late), Err(AuthError::Expired));
}

#[test]
fn a_token_is_not_valid_before_its_time() {
    let auth = auth();
    for claims in [
        Claims { nbf: Some(NOW_S + LEEWAY_S), ..claims() },
        Claims { iat: Some(NOW_S + LEEWAY_S), ..claims() },
    ] {
        let token = sign(&hs256("h1", SECRET), &claims).unwrap();

        let too_early = Timestamp(NOW.0 - 1);
        assert_eq!(auth.verify(&shop(), &token, too_early), Err(AuthError::NotYetValid));
        assert!(auth.verify(&shop(), &token, NOW).is_ok());
        assert_eq!(auth.verify(&shop(), &token, too_early), Err(AuthError::NotYetValid));
    }
}

#[test]
fn a_token_of_another_app_is_refused_whoever_signed_it() {
    let auth = auth();
    let cafe: AppId = "cafe".parse().unwrap();
    let claims = Claims { app: cafe.clone(), ..claims() };

    // Valid for the café, also in the memory; with a key of the shop; with no key at all.
    let token = sign(&hs256("c1", OTHER_SECRET), &claims).unwrap();
    assert!(auth.verify(&cafe, &token, NOW).is_ok());
    assert_eq!(auth.verify(&shop(), &token, NOW), Err(AuthError::OtherApp));
    for key in [hs256("h1", SECRET), hs256("c1", SECRET), hs256("x", SECRET)] {
        let token = sign(&key, &claims).unwrap();
        assert_eq!(auth.verify(&shop(), &token, NOW), Err(AuthError::OtherApp));
    }

    let unknown: AppId = "kiosk".parse().unwrap();
    assert_eq!(auth.verify(&unknown, &token, NOW), Err(AuthError::AppNotFound));
}

#[test]
fn a_key_of_another_app_does_not_help() {
    let token = sign(&hs256("c1", OTHER_SECRET), &claims()).unwrap();
    assert_eq!(auth().verify(&shop(), &token, NOW), Err(AuthError::UnknownKey));

    let token = sign(&hs256("h1", OTHER_SECRET), &claims()).unwrap();
    assert_eq!(auth().verify(&shop(), &token, NOW), Err(AuthError::BadSignature));
}

#[test]
fn a_token_cannot_choose_how_it_is_verified() {
    let public_key_as_secret = [PUBLIC_X.as_bytes(), PUBLIC_PEM.as_bytes()];
    for secret in public_key_as_secret {
        for kid in ["e1", "e2"] {
            let token = encode(Algorithm::HS256, Some(kid), &json!(claims()), secret);
            assert_eq!(auth().verify(&shop(), &token, NOW), Err(AuthError::BadSignature));
        }
    }
    let other_hash = encode(Algorithm::HS512, Some("h1"), &json!(claims()), SECRET.as_bytes());
    assert_eq!(auth().verify(&shop(), &other_hash, NOW), Err(AuthError::BadSignature));

    // {"alg":"none","kid":"h1"}
    let signed = sign(&hs256("h1", SECRET), &claims()).unwrap();
    let payload = signed.split('.').nth(1).unwrap();
    for signature in ["", "AAAA"] {
        let token = format!("eyJhbGciOiJub25lIiwia2lkIjoiaDEifQ.{payload}.{signature}");
        assert_eq!(auth().verify(&shop(), &token, NOW), Err(AuthError::Malformed));
    }
}

#[test]
fn a_changed_token_is_refused() {
    let token = sign(&hs256("h1", SECRET), &claims()).unwrap();
    let admin = sign(&hs256("h1", OTHER_SECRET), &Claims { role: Role::Admin, ..claims() });
    let admin = admin.unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let forged = [parts[0], admin.split('.').nth(1).unwrap(), parts[2]].join(".");

    assert_eq!(auth().verify(&shop(), &forged, NOW), Err(AuthError::BadSignature));
}

#[test]
fn what_is_no_token_is_malformed() {
    let auth = auth();
    let signed = sign(&hs256("h1", SECRET), &claims()).unwrap();
    let texts = ["", ".", "..", "a.b", "a.b.c", "é.é.é", "e30.e30.e30", "a.b.c.d", &signed[..40]];
    for text in texts {
        assert_eq!(auth.verify(&shop(), text, NOW), Err(AuthError::Malformed), "{text}");
    }
    let longest = "x".repeat(AuthConfig::default().token_bytes_max + 1);
    assert_eq!(auth.verify(&shop(), &longest, NOW), Err(AuthError::Malformed));
}

#[test]
fn claims_that_are_missing_or_wrong_are_malformed() {
    let changes: [(&str, Value); 9] = [
        ("exp", Value::Null),
        ("exp", json!("1700000000")),
        ("exp", json!(1e300)),
        ("sub", json!("")),
        ("role", json!("owner")),
        ("rooms", json!(["@TGS#1"])),
        ("app", json!(7)),
        ("nick", json!("a\0b")),
        ("avatar", json!("\0")),
    ];
    for (claim, value) in changes {
        let mut claims = json!(claims());
        claims[claim] = value;
        let token = encode(Algorithm::HS256, Some("h1"), &claims, SECRET.as_bytes());
        assert_eq!(auth().verify(&shop(), &token, NOW), Err(AuthError::Malformed), "{claims}");
    }
}

#[test]
fn claims_that_we_do_not_know_are_let_be_and_a_fraction_is_cut() {
    let mut claims = json!(claims());
    claims["aud"] = json!("somebody");
    claims["exp"] = json!(f64::from(1_700_003_600) + 0.5);
    let token = encode(Algorithm::HS256, Some("h1"), &claims, SECRET.as_bytes());

    let identity = auth().verify(&shop(), &token, NOW).unwrap();
    assert_eq!(identity.expires_at_s, NOW_S + 3_600);
}

#[test]
fn a_token_without_a_key_name_has_an_unknown_key() {
    let token = encode(Algorithm::HS256, None, &json!(claims()), SECRET.as_bytes());
    assert_eq!(auth().verify(&shop(), &token, NOW), Err(AuthError::UnknownKey));
}

#[test]
fn extensions_that_must_be_understood_are_refused() {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("h1".to_owned());
    header.crit = Some(vec!["b64".to_owned()]);
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let token = jsonwebtoken::encode(&header, &claims(), &key).unwrap();

    assert_eq!(auth().verify(&shop(), &token, NOW), Err(AuthError::Malformed));
}

#[test]
fn a_token_for_some_rooms_is_good_for_those() {
    let room = |id: &str| id.parse::<domain::ids::RoomId>().unwrap();
    let identity = Identity::from(Claims { rooms: Some([room("r1")].into()), ..claims() });

    assert_eq!(identity.check_room(&room("r1")), Ok(()));
    assert_eq!(identity.check_room(&room("r2")).unwrap_err().code(), "room_not_in_token");
    assert_eq!(Identity::from(claims()).check_room(&room("r2")), Ok(()));
}

#[test]
fn keys_that_cannot_be_used_are_refused_with_the_configuration() {
    let problem = |key: AuthKeyConfig| {
        let app = AppConfig::new(shop(), vec![key]);
        match Apps::try_new(&[app]).unwrap_err() {
            InvalidApps::Key { source, .. } => source,
            other => panic!("{other}"),
        }
    };
    assert_eq!(problem(hs256("h", &SECRET[..31])), InvalidKey::SecretTooShort(31));
    assert_eq!(problem(eddsa("e", "AAAA")), InvalidKey::PublicKey);
    assert_eq!(problem(eddsa("e", &format!("{PUBLIC_X}AAAA"))), InvalidKey::PublicKey);
    assert_eq!(problem(eddsa("e", PRIVATE_PEM)), InvalidKey::PublicKey);
    assert_eq!(problem(eddsa("", PUBLIC_X)), InvalidKey::NoKid);
    let both = AuthKeyConfig { public_key: Some(PUBLIC_X.to_owned()), ..hs256("h", SECRET) };
    assert!(matches!(problem(both), InvalidKey::Fields(KeyAlgorithm::HS256, _)));

    let twice = AppConfig::new(shop(), vec![hs256("h", SECRET), hs256("h", SECRET)]);
    assert!(matches!(Apps::try_new(&[twice]), Err(InvalidApps::KeyTwice { .. })));
    let none = AppConfig::new(shop(), Vec::new());
    assert!(matches!(Apps::try_new(&[none]), Err(InvalidApps::NoKeys(_))));
}

fn shop() -> AppId {
    "shop".parse().unwrap()
}

fn auth() -> Auth {
    let shop_keys = vec![hs256("h1", SECRET), eddsa("e1", PUBLIC_X), eddsa("e2", PUBLIC_PEM)];
    let apps = [
        AppConfig::new(shop(), shop_keys),
        AppConfig::new("cafe".parse().unwrap(), vec![hs256("c1", OTHER_SECRET)]),
    ];
    Auth::new(Apps::try_new(&apps).unwrap(), AuthConfig::default())
}

fn hs256(kid: &str, secret: &str) -> AuthKeyConfig {
    AuthKeyConfig {
        kid: kid.to_owned(),
        alg: KeyAlgorithm::HS256,
        secret: Some(Secret::new(secret.to_owned())),
        public_key: None,
        private_key: None,
    }
}

fn eddsa(kid: &str, public_key: &str) -> AuthKeyConfig {
    AuthKeyConfig {
        kid: kid.to_owned(),
        alg: KeyAlgorithm::EdDsa,
        secret: None,
        public_key: Some(public_key.to_owned()),
        private_key: Some(Secret::new(PRIVATE_PEM.to_owned())),
    }
}

fn claims() -> Claims {
    Claims {
        sub: "ann".parse().unwrap(),
        app: shop(),
        role: Role::Viewer,
        nick: Some("Ann".into()),
        avatar: None,
        rooms: None,
        iat: Some(NOW_S),
        nbf: None,
        exp: NOW_S + 3_600,
    }
}

fn encode(algorithm: Algorithm, kid: Option<&str>, claims: &Value, secret: &[u8]) -> String {
    let mut header = Header::new(algorithm);
    header.kid = kid.map(str::to_owned);
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret)).unwrap()
}
