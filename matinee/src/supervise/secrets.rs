//! Passwords and keys of a data directory, made at random when they are first needed. They stand in
//! `secrets.toml`, which only its owner can read, and nowhere else.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rand::RngExt;
use rand::distr::Alphanumeric;
use serde::{Deserialize, Serialize};

use super::StartError;

/// 43 letters and digits are 256 bits.
const LENGTH: usize = 43;

/// What is kept. No `Debug`: it must not be printed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_debug_implementations, reason = "these must not be printed")]
pub struct Secrets {
    /// Of the private nats-server.
    pub nats_password: String,
    /// Of the private Postgres.
    pub postgres_password: String,
    /// Signs tokens of the app `demo`.
    pub demo_key: String,
}

impl Secrets {
    /// Reads them, or makes them.
    pub fn load_or_create(home: &Path) -> Result<Self, StartError> {
        let path = home.join("secrets.toml");
        match fs::read_to_string(&path) {
            Ok(text) => {
                toml::from_str(&text).map_err(|source| StartError::Damaged { path, source })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(&path),
            Err(error) => Err(StartError::file("read", path)(error)),
        }
    }

    fn create(path: &Path) -> Result<Self, StartError> {
        let secrets = Self {
            nats_password: random_text(),
            postgres_password: random_text(),
            demo_key: random_text(),
        };
        let text = format!(
            "# Made by `matinee up`. Whoever can read this file can do everything.\n\
             nats_password = \"{}\"\npostgres_password = \"{}\"\ndemo_key = \"{}\"\n",
            secrets.nats_password, secrets.postgres_password, secrets.demo_key
        );
        write_private(path, &text).map_err(StartError::file("write", path))?;
        Ok(secrets)
    }
}

fn random_text() -> String {
    rand::rng().sample_iter(Alphanumeric).take(LENGTH).map(char::from).collect()
}

/// Writes a file that is never readable by others, not even for a moment, and never half written.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    // `mode` holds only for a file that did not exist.
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_made_once_and_readable_by_their_owner_only() {
        let home = tempfile::tempdir().unwrap();

        let made = Secrets::load_or_create(home.path()).unwrap();
        let read = Secrets::load_or_create(home.path()).unwrap();

        assert_eq!(made.demo_key.len(), LENGTH);
        assert_ne!(made.nats_password, made.postgres_password);
        assert!(made.demo_key == read.demo_key && made.nats_password == read.nats_password);
        let metadata = fs::metadata(home.path().join("secrets.toml")).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }
}
