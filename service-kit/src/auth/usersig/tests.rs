//! The published vectors, and each way to be refused.

use domain::timestamp::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::apps::{AppConfig, Apps, InvalidApps};
use crate::auth::{Auth, AuthConfig};
use crate::config::Secret;

const FILE: &str = "../../shared/data/vectors/usersig.json";
/// Public demo values of the generators.
const SDK_APP_ID: u32 = 1_400_000_000;
const SECRET: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
const BACKUP: &str = "the-backup-key-of-the-tests-32-bytes";
const NOW_S: i64 = 1_700_000_000;

/// Made by `tls-sig-api-v2` 1.0.2 at 1600000000.
const PUBLISHED: &str = "eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwhWZiflZpXlQqeKU7MSCgswUJStDEwMogMiUZOamKlkZmqGKplYUZBaBxE1NTY3gosWZ6UpWSoZRpgF56S5Z7omlaanBmQH5TqUVKR6R5q7exl4hKY5ZvgGWxsEm3mVhxr62SrUAnj0xuw__";
/// As above with a `PrivateMapKey` for a room.
const PRIVATE_MAP_KEY: &str = "eJxVjU0LgkAURf-LW0eoZMlAiyHMiAxFoXSn*bTxq3HU0KL-HpoF3c3lnrO4T3APzvyOAggocwlm42YRlg2L2Yg7FtzStpxUHWUB5ywCIi*kKR-TsAKByMt-ih1nYuCqqio-2tYowjYGApTSHRr5NVS4HObH3k0opZuL7ekN0iGWNtb3niVAwLY97cStpnysPN8xFI52mp23VZ9XiWWiXwixD3TBzU5fw*sNvGVEzQ__";

#[test]
fn usersigs_of_tencents_own_libraries_are_read() {
    let sig = |text| verify(text, SDK_APP_ID, &[&auth_key(SECRET)]).unwrap();
    let plain = sig(PUBLISHED);
    assert_eq!((plain.identifier.as_str(), plain.time_s), ("xiaojun", 1_600_000_000));
    assert_eq!(plain.expire_s, 15_552_000);
    assert_eq!(plain.signature, "1Z5PngDjGaufeSiPoBuxdHY7EK3JTdAjMP93S4KvV3M=");
    let with_rights = sig(PRIVATE_MAP_KEY);
    assert_eq!(with_rights.userbuf.unwrap(), "AAAHeGlhb2p1blNyTgAAACcQYEteAAAAAP8AAAAA");
    assert_eq!(with_rights.identifier, "xiaojun");
}

#[test]
fn ours_says_and_signs_the_same_as_theirs() {
    let key = key_config("im", SECRET);
    let ours = sign(&key, SDK_APP_ID, "xiaojun", 1_600_000_000, 15_552_000).unwrap();
    let json =
        |text: &str| -> Value { serde_json::from_slice(&text::unpack(text).unwrap()).unwrap() };
    // Two compressors make two texts; what they hold is what counts.
    assert_eq!(json(&ours), json(PUBLISHED));
}

#[test]
fn the_published_vectors_come_out() {
    let Ok(text) = std::fs::read_to_string(FILE) else {
        println!("{FILE} is absent: nothing tested");
        return;
    };
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let good = vectors["good"].as_array().unwrap();
    for case in good {
        let sig = verify(case["sig"].as_str().unwrap(), SDK_APP_ID, &[&auth_key(SECRET)]).unwrap();
        assert_eq!(json!(sig.identifier), case["identifier"]);
        assert_eq!(json!([sig.time_s, sig.expire_s]), json!([case["time"], case["expire"]]));
    }
    let checks = vectors["checks"].as_array().unwrap();
    assert_eq!((good.len(), checks.len()), (11, 11));
    for case in checks {
        let text = |name: &str| case[name].as_str().unwrap();
        let expected = match text("expect") {
            "ok" => Ok(()),
            "expired" => Err(AuthError::Expired),
            "other user" => Err(AuthError::OtherUser),
            "other app" => Err(AuthError::OtherApp),
            "bad signature" => Err(AuthError::BadSignature),
            "too long or cut" | "bad base64" => Err(AuthError::Malformed),
            other => panic!("{other}"),
        };
        let sdk_app_id = u32::try_from(case["sdkappid"].as_u64().unwrap()).unwrap();
        let found = verify(text("sig"), sdk_app_id, &[&auth_key(text("key"))]).and_then(|sig| {
            let now_s = case["now"].as_i64().unwrap();
            if sig.identifier != text("identifier") {
                return Err(AuthError::OtherUser);
            }
            if sig.expires_at_s() <= now_s { Err(AuthError::Expired) } else { Ok(()) }
        });
        assert_eq!(found, expected, "{}", case["case"]);
    }
}

#[test]
fn the_last_good_second_is_time_plus_expire_and_the_leeway_also_from_memory() {
    let auth = auth();
    let token = signed("ann", NOW_S, 60);
    let leeway_s = i64::from(AuthConfig::default().leeway_s);
    let at = |auth: &Auth, now_s: i64| auth.verify(&shop(), &token, Timestamp(now_s * 1_000));
    for auth in [&auth, &self::auth()] {
        assert!(at(auth, NOW_S - leeway_s).is_ok());
        assert_eq!(at(auth, NOW_S - leeway_s - 1), Err(AuthError::NotYetValid));
        assert!(at(auth, NOW_S + 60 + leeway_s).is_ok());
        assert_eq!(at(auth, NOW_S + 61 + leeway_s), Err(AuthError::Expired));
    }
    let identity = at(&auth, NOW_S).unwrap();
    assert_eq!((identity.user.as_str(), identity.role), ("ann", Role::Viewer));
    assert_eq!(identity.expires_at_s, NOW_S + 61);
}

#[test]
fn both_keys_are_good_and_no_other() {
    let sign = |secret| sign(&key_config("k", secret), SDK_APP_ID, "ann", NOW_S, 60).unwrap();
    for secret in [SECRET, BACKUP] {
        assert!(believed(&sign(secret)).is_ok());
    }
    let other = "another-secret-that-is-long-enough";
    assert_eq!(believed(&sign(other)), Err(AuthError::BadSignature));
    // The key of JWTs signs no UserSigs, and the other way round.
    assert_eq!(believed(&sign(JWT_SECRET)), Err(AuthError::BadSignature));
}

#[test]
fn the_app_says_who_is_an_admin() {
    assert_eq!(believed(&signed("administrator", NOW_S, 60)), Ok(Role::Admin));
    assert_eq!(believed(&signed("root", NOW_S, 60)), Ok(Role::Viewer));
    let config = UserSigConfig {
        admins: ["root".parse().unwrap()].into(),
        role: Role::Host,
        ..UserSigConfig::of(SDK_APP_ID)
    };
    for (user, role) in [("root", Role::Admin), ("administrator", Role::Host)] {
        assert_eq!(config.role_of(&user.parse().unwrap()), role);
    }
}

#[test]
fn what_is_changed_or_repacked_is_refused() {
    let token = signed("ann", NOW_S, 60);
    let json: Value = serde_json::from_slice(&text::unpack(&token).unwrap()).unwrap();
    let changed = |name: &str, value: Value| {
        let mut json = json.clone();
        json[name] = value;
        believed(&text::pack(json.to_string().as_bytes()))
    };
    // Other members are not signed.
    assert_eq!(changed("TLS.more", json!("x")), Ok(Role::Viewer));
    let cases = [
        ("TLS.identifier", json!("administrator"), AuthError::BadSignature),
        ("TLS.expire", json!(61), AuthError::BadSignature),
        ("TLS.time", json!(NOW_S + 1), AuthError::BadSignature),
        ("TLS.userbuf", json!("YWJj"), AuthError::BadSignature),
        ("TLS.sig", json!("YWJj"), AuthError::BadSignature),
        ("TLS.sig", json!("!"), AuthError::Malformed),
        ("TLS.ver", json!("1.0"), AuthError::Malformed),
        ("TLS.userbuf", json!("\n"), AuthError::Malformed),
        ("TLS.sdkappid", json!(SDK_APP_ID + 1), AuthError::OtherApp),
        ("TLS.sdkappid", json!("1400000000"), AuthError::Malformed),
        ("TLS.expire", json!(1e300), AuthError::Malformed),
        ("TLS.identifier", Value::Null, AuthError::Malformed),
    ];
    for (name, value, expected) in cases {
        assert_eq!(changed(name, value.clone()), Err(expected), "{name} {value}");
    }
}

/// Whoever may choose a name could have a second meaning signed with it: the rest of the text as a
/// userbuf, behind a longer life.
#[test]
fn a_name_with_lines_in_it_is_not_read_as_another_user() {
    let name =
        format!("ann\nTLS.sdkappid:{SDK_APP_ID}\nTLS.time:1\nTLS.expire:9999999999\nTLS.userbuf:");
    let token = signed(&name, NOW_S, 60);
    let signature = verify(&token, SDK_APP_ID, &[&auth_key(SECRET)]).unwrap().signature;
    let userbuf = format!("\nTLS.sdkappid:{SDK_APP_ID}\nTLS.time:{NOW_S}\nTLS.expire:60");
    let other = json!({
        "TLS.ver": "2.0", "TLS.identifier": "ann", "TLS.sdkappid": SDK_APP_ID, "TLS.time": 1,
        "TLS.expire": 9_999_999_999_i64, "TLS.userbuf": userbuf, "TLS.sig": signature,
    });
    assert_eq!(believed(&text::pack(other.to_string().as_bytes())), Err(AuthError::Malformed));
    // Nor is such a name a user of ours.
    assert_eq!(believed(&token), Err(AuthError::Malformed));
}

#[test]
fn an_app_without_such_keys_takes_none() {
    let jwt_only = AppConfig::new(shop(), vec![jwt_key()]);
    let auth = Auth::new(Apps::try_new(&[jwt_only]).unwrap(), AuthConfig::default());
    let verified = auth.verify(&shop(), &signed("ann", NOW_S, 60), Timestamp(NOW_S * 1_000));
    assert_eq!(verified, Err(AuthError::Malformed));

    let usersig = Some(UserSigConfig::of(SDK_APP_ID));
    let halves = [
        AppConfig { usersig, ..AppConfig::new(shop(), vec![jwt_key()]) },
        AppConfig::new(shop(), vec![key_config("im", SECRET)]),
    ];
    for half in halves {
        assert!(matches!(Apps::try_new(&[half]), Err(InvalidApps::UserSig(_))));
    }
}

const JWT_SECRET: &str = "a-secret-for-tests-of-32-bytes--";

fn shop() -> domain::ids::AppId {
    "shop".parse().unwrap()
}

fn auth() -> Auth {
    let keys = vec![key_config("im-1", SECRET), key_config("im-2", BACKUP), jwt_key()];
    let usersig = Some(UserSigConfig::of(SDK_APP_ID));
    let app = AppConfig { usersig, ..AppConfig::new(shop(), keys) };
    Auth::new(Apps::try_new(&[app]).unwrap(), AuthConfig::default())
}

/// The role of the user whom an app with all kinds of keys takes the bearer for.
fn believed(token: &str) -> Result<Role, AuthError> {
    let identity = auth().verify(&shop(), token, Timestamp(NOW_S * 1_000));
    identity.map(|identity| identity.role)
}

fn signed(identifier: &str, time_s: i64, expire_s: i64) -> String {
    sign(&key_config("im", SECRET), SDK_APP_ID, identifier, time_s, expire_s).unwrap()
}

fn auth_key(secret: &str) -> AuthKey {
    AuthKey::try_new(&key_config("im", secret)).unwrap()
}

fn jwt_key() -> AuthKeyConfig {
    AuthKeyConfig { alg: KeyAlgorithm::HS256, ..key_config("jwt", JWT_SECRET) }
}

fn key_config(kid: &str, secret: &str) -> AuthKeyConfig {
    AuthKeyConfig {
        kid: kid.to_owned(),
        alg: KeyAlgorithm::UserSig,
        secret: Some(Secret::new(secret.to_owned())),
        public_key: None,
        private_key: None,
    }
}
