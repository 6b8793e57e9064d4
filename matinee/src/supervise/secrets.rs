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
    /// Signs tokens of operators.
    #[serde(default)]
    pub operator_key: String,
    /// What the keys of apps of the registry are derived from.
    #[serde(default)]
    pub installation_secret: String,
}

impl Secrets {
    /// Reads them, or makes them.
    pub fn load_or_create(home: &Path) -> Result<Self, StartError> {
        let path = home.join("secrets.toml");
        match fs::read_to_string(&path) {
            Ok(text) => match toml::from_str::<Self>(&text) {
                Ok(secrets) => secrets.complete(&path),
                Err(source) => Err(StartError::Damaged { path, source }),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(&path),
            Err(error) => Err(StartError::file("read", path)(error)),
        }
    }

    fn create(path: &Path) -> Result<Self, StartError> {
        let secrets = Self {
            nats_password: random_text(),
            postgres_password: random_text(),
            demo_key: random_text(),
            operator_key: random_text(),
            installation_secret: random_text(),
        };
        secrets.write(path)?;
        Ok(secrets)
    }

    /// Makes what a file of an earlier version lacks.
    fn complete(mut self, path: &Path) -> Result<Self, StartError> {
        let missing = [&mut self.operator_key, &mut self.installation_secret];
        let missing = missing.into_iter().filter(|secret| secret.is_empty());
        let made = missing.map(|secret| *secret = random_text()).count();
        if 0 < made {
            self.write(path)?;
        }
        Ok(self)
    }

    fn write(&self, path: &Path) -> Result<(), StartError> {
        let text = format!(
            "# Made by `matinee up`. Whoever can read this file can do everything.\n\
             nats_password = \"{}\"\npostgres_password = \"{}\"\ndemo_key = \"{}\"\n\
             operator_key = \"{}\"\ninstallation_secret = \"{}\"\n",
            self.nats_password,
            self.postgres_password,
            self.demo_key,
            self.operator_key,
            self.installation_secret
        );
        write_private(path, &text).map_err(StartError::file("write", path))
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
        let old = "nats_password = \"a\"\npostgres_password = \"b\"\ndemo_key = \"c\"\n";
        let other = tempfile::tempdir().unwrap();
        fs::write(other.path().join("secrets.toml"), old).unwrap();
        let completed = Secrets::load_or_create(other.path()).unwrap();
        let again = Secrets::load_or_create(other.path()).unwrap();
        assert_eq!((completed.demo_key.as_str(), completed.operator_key.len()), ("c", LENGTH));
        assert!(completed.installation_secret == again.installation_secret);

        let metadata = fs::metadata(home.path().join("secrets.toml")).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }
}
