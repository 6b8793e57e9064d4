//! What each scheme needs, and what is refused with the configuration.

use super::*;
use crate::scheme::ivs_jwt::testing::{CHANNEL, P256_PEM, PRIVATE_PEM};

#[test]
fn an_app_that_would_give_useless_urls_is_refused_with_the_key() {
    let app = || StreamApp::named("shop".parse().unwrap());
    let secret = |text: &str| Some(Secret::new(text.to_owned()));
    let cases = [
        ("push_domain", StreamApp { push_domain: "a/b".to_owned(), ..app() }),
        ("play_domain", StreamApp { play_domain: String::new(), ..app() }),
        ("play_domain", StreamApp { play_domain: "PUSH.example.com".to_owned(), ..app() }),
        ("app_name", StreamApp { app_name: "li_ve".to_owned(), ..app() }),
        ("push_key", StreamApp { push_key: secret(""), ..app() }),
        ("push_key_backup", StreamApp { push_key_backup: secret("a b"), ..app() }),
        ("play_key", StreamApp { play_key: secret(&"k".repeat(257)), ..app() }),
        ("push_key", StreamApp { push_key: None, ..app() }),
        ("push_domain", StreamApp { push_domain: "push.example.com:1935".to_owned(), ..app() }),
        ("channel_arn", StreamApp { channel_arn: Some(CHANNEL.to_owned()), ..app() }),
        ("push_ttl_s", StreamApp { push_ttl_s: 59, ..app() }),
        ("play_ttl_s", StreamApp { play_ttl_s: TTL_S_MAX + 1, ..app() }),
    ];
    for (key, app) in cases {
        let error = app.check().unwrap_err().to_string();
        assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
    }
    assert_eq!(app().check(), Ok(()));
    assert_eq!(StreamApp { push_key: secret(&"k".repeat(256)), ..app() }.check(), Ok(()));

    let config = SignerConfig { apps: vec![app(), app()], ..SignerConfig::default() };
    let twice = StreamApps::try_new(&config).unwrap_err();
    assert_eq!(twice, InvalidSigner::AppTwice("shop".parse().unwrap()));
}

#[test]
fn each_scheme_asks_for_what_it_needs_and_for_nothing_else() {
    let named = |scheme| StreamApp { scheme, ..StreamApp::named("shop".parse().unwrap()) };
    let secret = |text: &str| Some(Secret::new(text.to_owned()));
    let volc = || named(Scheme::VolcB);
    let aliyun = || StreamApp { push_validity_s: 1_800, ..named(Scheme::AliyunA) };
    let huawei = || StreamApp { push_validity_s: 60, ..named(Scheme::HuaweiA) };
    let local = "127.0.0.1:1935".to_owned();
    let nginx = || StreamApp {
        push_domain: local.clone(),
        play_domain: local.clone(),
        ..named(Scheme::NginxSecureLink)
    };
    let ivs = || StreamApp {
        push_domain: String::new(),
        push_key: None,
        play_key: secret(PRIVATE_PEM),
        channel_arn: Some(CHANNEL.to_owned()),
        play_ttl_s: 600,
        ..named(Scheme::IvsJwt)
    };
    for app in [volc(), aliyun(), huawei(), nginx(), ivs()] {
        assert_eq!(app.check(), Ok(()), "{app:?}");
    }
    let cases = [
        ("play_key", StreamApp { play_key: secret("k"), ..volc() }),
        ("push_validity_s", StreamApp { push_validity_s: 1, ..volc() }),
        ("push_validity_s", StreamApp { push_validity_s: 59, ..huawei() }),
        ("play_validity_s", StreamApp { play_key: secret("k"), ..huawei() }),
        ("play_validity_s", StreamApp { play_validity_s: 1, ..nginx() }),
        ("push_domain", StreamApp { push_domain: "127.0.0.1:70000".to_owned(), ..nginx() }),
        ("push_key", StreamApp { push_key: secret("k"), ..ivs() }),
        ("play_key", StreamApp { play_key: secret(P256_PEM), ..ivs() }),
        ("channel_arn", StreamApp { channel_arn: Some("arn:aws:s3".to_owned()), ..ivs() }),
        ("play_ttl_s", StreamApp { play_ttl_s: 601, ..ivs() }),
    ];
    for (key, app) in cases {
        let error = app.check().unwrap_err().to_string();
        assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
    }
}
