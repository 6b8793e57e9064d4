//! `run.json`: where a running `matinee up` is to be found. Holds no secret; those are in
//! `secrets.toml` beside it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::config::MatineeConfig;
use crate::system::servers::Servers;
use crate::system::services::Listening;

/// What others in this machine need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addresses {
    /// The process.
    pub pid: u32,
    /// The command-service.
    pub command_url: String,
    /// The query-service.
    pub query_url: String,
    /// The signer-service.
    pub signer_url: String,
    /// The callbacks.
    pub callbacks_url: String,
    /// NATS, without user and password.
    pub nats_url: String,
    /// The port of the private Postgres; absent if another is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postgres_port: Option<u16>,
    /// The data directory.
    pub data_dir: PathBuf,
}

impl Addresses {
    pub(crate) fn new(config: &MatineeConfig, listening: Listening, servers: &Servers) -> Self {
        Self {
            pid: std::process::id(),
            command_url: url(listening.command),
            query_url: url(listening.query),
            signer_url: url(listening.signer),
            callbacks_url: url(listening.callbacks),
            nats_url: without_credentials(&config.nats.url),
            postgres_port: servers.postgres_port(),
            data_dir: servers.home().path.clone(),
        }
    }

    /// Writes the file, never half of it.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self).context("cannot write the addresses")?;
        let new = path.with_extension("new");
        fs::write(&new, text + "\n")
            .and_then(|()| fs::rename(&new, path))
            .with_context(|| format!("cannot write `{}`", path.display()))
    }

    /// Reads what a running `matinee up` wrote.
    pub fn read(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join("run.json");
        let text = fs::read_to_string(&path).with_context(|| {
            format!("`{}` cannot be read: is `matinee up` running?", path.display())
        })?;
        serde_json::from_str(&text).with_context(|| format!("`{}` is damaged", path.display()))
    }

    pub(crate) fn forget(path: &Path) {
        if let Err(error) = fs::remove_file(path) {
            tracing::debug!(%error, "the addresses were not there to be removed");
        }
    }
}

fn url(addr: Option<SocketAddr>) -> String {
    addr.map(|addr| format!("http://{addr}")).unwrap_or_default()
}

/// What stands before an `@` may be a password.
fn without_credentials(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        (_, _) => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_left_out() {
        assert_eq!(without_credentials("nats://u:p@h:1"), "nats://h:1");
        assert_eq!(without_credentials("nats://h:1"), "nats://h:1");
    }
}
