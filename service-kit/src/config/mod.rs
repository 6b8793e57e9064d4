//! The only reader of files and environment for settings: embedded defaults < `--config` file <
//! `MATINEE__SECTION__KEY`. A key that nobody knows is an error that names it and where it stands.
//!
//! An environment value is read like a TOML value: `8`, `true`, `["a"]`; a text that looks like
//! a number is quoted: `MATINEE__NATS__PASSWORD='"12345"'`.

mod range;
mod secret;
mod speed;

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::range::{OutOfRange, check_range};
pub use self::secret::Secret;
pub use self::speed::at_speed;

/// Every variable of ours begins so; a single underscore (`MATINEE_NATS_SERVER`) is no setting.
pub const ENV_PREFIX: &str = "MATINEE__";

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file given on the command line cannot be read.
    #[error("cannot read the configuration file `{path}`")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A key that nobody knows, a value of a wrong type, a missing value. The text names the key
    /// and its source.
    #[error("{0}")]
    Invalid(String),
}

/// Reads the configuration. `defaults` is TOML, every key with its comment; it is documentation too.
pub fn load<T: DeserializeOwned>(defaults: &str, file: Option<&Path>) -> Result<T, ConfigError> {
    let mut figment = Figment::from(Toml::string(defaults));
    if let Some(path) = file {
        // Tried here: figment does not keep the cause.
        std::fs::read(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        figment = figment.merge(Toml::file_exact(path));
    }
    let figment = figment.merge(Env::prefixed(ENV_PREFIX).split("__"));
    figment.extract().map_err(|error| ConfigError::Invalid(describe(error)))
}

/// The effective configuration as TOML, for `config print`. Secrets show as `***`.
pub fn render<T: Serialize>(config: &T) -> Result<String, toml::ser::Error> {
    toml::to_string_pretty(config)
}

/// A variable of the environment that is no setting, such as the place of a binary.
#[expect(clippy::disallowed_methods, reason = "this file is the one that reads the environment")]
pub fn env_var(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// All errors at once, one a line.
fn describe(error: figment::Error) -> String {
    let lines: Vec<String> = error.into_iter().map(|error| error.to_string()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests;
