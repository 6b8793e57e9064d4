//! As whom the private servers run: as root never.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use nix::unistd::{Uid, User};

use super::StartError;

/// In this order; the first belongs to the Postgres package, the second is everywhere.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

/// The user that takes root's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUser {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

impl ServerUser {
    /// Nobody special when this process is not root: the servers run as whoever runs this.
    pub fn choose(server: &'static str) -> Result<Option<Self>, StartError> {
        if !Uid::effective().is_root() {
            return Ok(None);
        }
        let found = CANDIDATES.iter().find_map(|name| User::from_name(name).ok().flatten());
        let user = found.ok_or(StartError::NoUser { server })?;
        Ok(Some(Self { uid: user.uid.as_raw(), gid: user.gid.as_raw() }))
    }

    /// Whether the user can get through all directories down to this path.
    pub fn can_reach(&self, path: &Path) -> bool {
        path.ancestors().skip(1).all(|directory| self.can_enter(directory))
    }

    fn can_enter(&self, directory: &Path) -> bool {
        let Ok(metadata) = fs::metadata(directory) else { return directory.as_os_str().is_empty() };
        let mode = metadata.permissions().mode();
        let execute = if metadata.uid() == self.uid {
            0o100
        } else if metadata.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        mode & execute != 0
    }
}

/// Makes a directory that only the servers can look into.
pub(crate) fn private_directory(path: &Path, user: Option<&ServerUser>) -> Result<(), StartError> {
    fs::create_dir_all(path).map_err(StartError::file("create", path))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
        .map_err(StartError::file("protect", path))?;
    give(path, user)
}

/// Writes a file that only its owner, the server, can read.
pub(crate) fn private_file(
    path: &Path,
    text: &str,
    user: Option<&ServerUser>,
) -> Result<(), StartError> {
    super::secrets::write_private(path, text).map_err(StartError::file("write", path))?;
    give(path, user)
}

pub(crate) fn give(path: &Path, user: Option<&ServerUser>) -> Result<(), StartError> {
    let Some(user) = user else { return Ok(()) };
    chown(path, Some(user.uid), Some(user.gid)).map_err(StartError::file("hand over", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_directory_on_the_way_is_noticed() {
        let stranger = ServerUser { uid: 54_321, gid: 54_321 };
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");

        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o711)).unwrap();
        assert!(stranger.can_reach(&file));
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!stranger.can_reach(&file));
    }
}
