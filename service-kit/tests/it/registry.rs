//! Apps of the registry: whether they are served, whose tokens they believe, and when no longer.

use domain::actor::Role;
use domain::ids::{AppId, LogSeq};
use domain::registry::key::{AppKey, KeyKind};
use domain::registry::state::{AppStatus, RegisteredApp, Registry};
use domain::timestamp::Timestamp;
use service_kit::apps::{AppConfig, Apps, InvalidApps, RegistryConfig};
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::auth::{Auth, AuthConfig, AuthError, Claims, sign};
use service_kit::config::Secret;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn cafe() -> AppId {
    "cafe".parse().unwrap()
}

fn key(kid: &str, generation: u64) -> AppKey {
    AppKey { kid: kid.parse().unwrap(), alg: KeyKind::HS256, public_key: None, generation }
}

fn registry(keys: &[AppKey], status: AppStatus, expires_at: Option<Timestamp>) -> Registry {
    let app = RegisteredApp {
        sdk_app_id: 1,
        name: "Café".into(),
        keys: keys.into(),
        status,
        created_at: NOW,
        expires_at,
    };
    Registry { apps: [(cafe(), app)].into(), ..Registry::default() }
}

fn installation() -> RegistryConfig {
    RegistryConfig { keys: vec![], secret: Some(Secret::new("s".repeat(32))) }
}

fn token(apps: &Apps, key: &AppKey) -> String {
    let config = AuthKeyConfig {
        kid: key.kid.as_str().to_owned(),
        alg: KeyAlgorithm::HS256,
        secret: apps.derived_secret(&cafe(), key),
        public_key: None,
        private_key: None,
    };
    let claims = Claims {
        sub: "ann".parse().unwrap(),
        app: cafe(),
        role: Role::Viewer,
        nick: None,
        avatar: None,
        rooms: None,
        iat: None,
        nbf: None,
        exp: NOW.0 / 1_000 + 60,
    };
    sign(&config, &claims).unwrap()
}

#[test]
fn a_token_is_believed_while_its_key_is_there_also_if_it_was_believed_before() {
    let apps = Apps::with_registry(&[], &installation()).unwrap();
    let auth = Auth::new(apps.clone(), AuthConfig::default());
    let (first, second, again) = (key("k1", 1), key("k2", 2), key("k1", 4));
    let show = |keys: &[AppKey], log_seq| {
        apps.show(&registry(keys, AppStatus::Active, None), LogSeq(log_seq));
    };
    let verify = |key: &AppKey| auth.verify(&cafe(), &token(&apps, key), NOW).map(drop);
    assert_eq!(verify(&first), Err(AuthError::AppNotFound));
    show(std::slice::from_ref(&first), 1);
    assert_eq!(verify(&first), Ok(()));
    show(&[first.clone(), second.clone()], 2);
    assert_eq!((verify(&first), verify(&second)), (Ok(()), Ok(())));
    show(std::slice::from_ref(&second), 3);
    assert_eq!((verify(&first), verify(&second)), (Err(AuthError::UnknownKey), Ok(())));
    // The old name with another secret.
    show(&[second, again.clone()], 4);
    assert_eq!((verify(&first), verify(&again)), (Err(AuthError::BadSignature), Ok(())));
}

#[test]
fn an_app_is_served_until_the_moment_it_expires_and_while_it_is_active() {
    let apps = Apps::with_registry(&[], &installation()).unwrap();
    let auth = Auth::new(apps.clone(), AuthConfig::default());
    let token = token(&apps, &key("k1", 1));
    let verify = |now| auth.verify(&cafe(), &token, now).map(drop);
    let expires_at = Some(Timestamp(NOW.0 + 10));
    apps.show(&registry(&[key("k1", 1)], AppStatus::Active, expires_at), LogSeq(1));
    assert_eq!(verify(Timestamp(NOW.0 + 9)), Ok(()));
    assert_eq!(verify(Timestamp(NOW.0 + 10)), Err(AuthError::AppExpired));
    apps.show(&registry(&[key("k1", 1)], AppStatus::Disabled, expires_at), LogSeq(2));
    assert_eq!(verify(NOW), Err(AuthError::AppDisabled));
    let deleted = Registry { deleted: [(cafe(), 1)].into(), ..Registry::default() };
    apps.show(&deleted, LogSeq(3));
    assert_eq!(verify(NOW), Err(AuthError::AppDeleted));
}

#[test]
fn a_shared_key_without_an_installation_secret_is_not_believed() {
    let with = Apps::with_registry(&[], &installation()).unwrap();
    let without = Apps::try_new(&[]).unwrap();
    let auth = Auth::new(without.clone(), AuthConfig::default());
    without.show(&registry(&[key("k1", 1)], AppStatus::Active, None), LogSeq(1));
    let believed = auth.verify(&cafe(), &token(&with, &key("k1", 1)), NOW);
    assert_eq!(believed.map(drop), Err(AuthError::UnknownKey));
    assert!(without.derived_secret(&cafe(), &key("k1", 1)).is_none());
}

#[test]
fn no_app_takes_the_name_of_the_registry_nor_a_secret_that_is_short() {
    let named = AppConfig::new(domain::registry::registry_id(), vec![]);
    assert!(matches!(Apps::try_new(&[named]), Err(InvalidApps::Reserved(_))));
    let short = RegistryConfig { secret: Some(Secret::new("s".repeat(31))), ..installation() };
    assert!(matches!(Apps::with_registry(&[], &short), Err(InvalidApps::SecretTooShort(31))));
}
