//! Which source wins, and how a mistake is told.

use figment::Jail;
use serde::Deserialize;

use super::*;

const DEFAULTS: &str = "
[shop]
till = 1
door = 2
[shop.safe]
code = \"\"
[shop.window]
lights = 3
";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    shop: Shop,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shop {
    till: u32,
    door: u32,
    safe: Safe,
    window: Window,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Safe {
    code: Secret<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Window {
    lights: u32,
}

#[test]
fn the_environment_beats_the_file_which_beats_the_defaults() {
    let config = in_jail(&[("MATINEE__SHOP__WINDOW__LIGHTS", "30")], Some(FILE)).unwrap();

    assert_eq!((config.shop.till, config.shop.door, config.shop.window.lights), (1, 20, 30));
}

#[test]
fn a_text_that_looks_like_a_number_is_quoted() {
    let config = in_jail(&[("MATINEE__SHOP__SAFE__CODE", "\"0123\"")], None);
    assert_eq!(config.unwrap().shop.safe.code.expose(), "0123");

    let error = in_jail(&[("MATINEE__SHOP__SAFE__CODE", "12345")], None).unwrap_err();
    assert!(error.to_string().contains("SHOP.SAFE.CODE"), "{error}");
    assert!(!error.to_string().contains("123"), "{error}");
}

#[test]
fn a_key_that_nobody_knows_is_named_with_its_source() {
    let error = in_jail(&[("MATINEE__SHOP__TIL", "5")], None).unwrap_err().to_string();
    assert!(error.contains("til") && error.contains("MATINEE__"), "{error}");

    let error = in_jail(&[], Some("[shop]\ndor = 5")).unwrap_err().to_string();
    assert!(error.contains("dor") && error.contains("shop.toml"), "{error}");
}

#[test]
fn a_variable_with_a_single_underscore_is_no_setting() {
    assert!(in_jail(&[("MATINEE_SHOP", "5"), ("MATINEE_NATS_SERVER", "x")], None).is_ok());
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let error = load::<Config>(DEFAULTS, Some(Path::new("no-such.toml"))).unwrap_err();
    assert!(matches!(error, ConfigError::Unreadable { .. }));
}

#[test]
fn a_printed_configuration_keeps_its_secrets() {
    let config = in_jail(&[("MATINEE__SHOP__SAFE__CODE", "sesame")], None).unwrap();
    let printed = render(&config).unwrap();

    assert!(printed.contains("code = \"***\"") && !printed.contains("sesame"), "{printed}");
    assert!(!format!("{config:?}").contains("sesame"));
}

const FILE: &str = "[shop]\ndoor = 20\n[shop.window]\nlights = 21";

/// Loads with these variables and this file, out of sight of other tests.
#[expect(clippy::result_large_err, reason = "the error is figment's, and so is the closure's type")]
fn in_jail(variables: &[(&str, &str)], file: Option<&str>) -> Result<Config, ConfigError> {
    let mut result = None;
    Jail::expect_with(|jail| {
        for (name, value) in variables {
            jail.set_env(name, value);
        }
        if let Some(text) = file {
            jail.create_file("shop.toml", text)?;
        }
        result = Some(load(DEFAULTS, file.map(|_| Path::new("shop.toml"))));
        Ok(())
    });
    result.unwrap()
}
