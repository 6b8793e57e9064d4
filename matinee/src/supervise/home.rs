//! The data directory of `matinee up`, and who holds it.
//!
//! `.matinee/` has `secrets.toml`, `run.json`, `lock`, `log/`, `run/` (process ids), `nats/` and
//! `postgres/`. When root starts it, the two servers run as somebody else; if that user cannot reach
//! the directory (a home of root, say), what the servers own is kept under `/var/lib` instead.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::StartError;
use super::server_user::ServerUser;

/// A data directory that this process holds until it is dropped.
#[derive(Debug)]
pub struct Home {
    /// The data directory, absolute.
    pub path: PathBuf,
    /// Where the servers keep what is theirs: `path`, or a directory that they can reach.
    pub servers: PathBuf,
    /// As whom they run, if not as we.
    pub user: Option<ServerUser>,
    /// Held, not read: the lock lasts as long as the file is open.
    _lock: File,
}

impl Home {
    /// Makes the directory if it is missing, and takes it.
    pub fn take(path: &Path) -> Result<Self, StartError> {
        fs::create_dir_all(path).map_err(StartError::file("create", path))?;
        let path = path.canonicalize().map_err(StartError::file("find", path))?;
        let lock = lock(&path)?;
        for below in ["log", "run"] {
            let directory = path.join(below);
            fs::create_dir_all(&directory).map_err(StartError::file("create", &directory))?;
        }
        let user = ServerUser::choose("a private server")?;
        let reachable = user.as_ref().is_none_or(|user| user.can_reach(&path.join("postgres")));
        let servers = if reachable { path.clone() } else { elsewhere(&path)? };
        Ok(Self { path, servers, user, _lock: lock })
    }

    /// Where a server writes its messages.
    pub fn log_file(&self, server: &str) -> PathBuf {
        self.path.join("log").join(format!("{server}.log"))
    }

    /// Where the process id of a server is kept.
    pub fn pid_file(&self, server: &str) -> PathBuf {
        self.path.join("run").join(format!("{server}.pid"))
    }

    /// Where others find the addresses.
    pub fn run_file(&self) -> PathBuf {
        self.path.join("run.json")
    }
}

/// The lock goes away with the process, also when it is killed.
fn lock(home: &Path) -> Result<File, StartError> {
    let path = home.join("lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(StartError::file("open", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            file.read_to_string(&mut pid).map_err(StartError::file("read", &path))?;
            let pid = pid.trim().to_owned();
            return Err(StartError::InUse { path: home.to_owned(), pid });
        }
        Err(TryLockError::Error(source)) => return Err(StartError::file("lock", &path)(source)),
    }
    file.set_len(0).map_err(StartError::file("write", &path))?;
    writeln!(file, "{}", std::process::id()).map_err(StartError::file("write", &path))?;
    Ok(file)
}

/// `/root/shop/.matinee` becomes `/var/lib/matinee-root-shop-.matinee`.
fn elsewhere(home: &Path) -> Result<PathBuf, StartError> {
    let name = home.to_string_lossy().replace('/', "-");
    let path = PathBuf::from(format!("/var/lib/matinee{name}"));
    fs::create_dir_all(&path).map_err(StartError::file("create", &path))?;
    tracing::info!(path = %path.display(), "the private servers keep their data here");
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_holder_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let first = Home::take(directory.path()).unwrap();

        let second = Home::take(directory.path());
        let pid = std::process::id().to_string();
        assert!(matches!(second, Err(StartError::InUse { pid: holder, .. }) if holder == pid));

        drop(first);
        assert!(Home::take(directory.path()).is_ok());
    }
}
