//! The files of the workspace, as text.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders that hold nothing written by hand.
const SKIPPED: [&str; 6] =
    [".git", ".matinee", "dist", "node_modules", "proptest-regressions", "target"];

/// Files are read as text when they end in one of these.
const TEXT: [&str; 9] = ["json", "md", "py", "rs", "sh", "sql", "toml", "ts", "yml"];

/// A copy of the tree in memory.
#[derive(Debug)]
pub(crate) struct Tree {
    /// Where it is.
    pub(crate) root: PathBuf,
    /// Path from the root, with `/` between names; the text, or none for another kind of file.
    files: BTreeMap<String, Option<String>>,
}

/// One text file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File<'a> {
    /// From the root.
    pub(crate) path: &'a str,
    /// All of it.
    pub(crate) text: &'a str,
}

impl File<'_> {
    /// Whether the name ends in `.` and this.
    pub(crate) fn is(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, end)| end == extension)
    }
}

impl Tree {
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut tree = Self { root: root.to_owned(), files: BTreeMap::new() };
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let entries = folder.read_dir().with_context(|| format!("`{}`", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
                self.read_folder(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_file() {
                let is_text = name.rsplit_once('.').is_some_and(|(_, end)| TEXT.contains(&end));
                let text = is_text.then(|| std::fs::read_to_string(entry.path())).transpose();
                let text = text.with_context(|| format!("`{path}`"))?;
                self.files.insert(path, text);
            }
        }
        Ok(())
    }

    /// Text files whose path ends so.
    pub(crate) fn ending<'a>(&'a self, end: &'a str) -> impl Iterator<Item = File<'a>> {
        self.files
            .iter()
            .filter(move |(path, _)| path.ends_with(end))
            .filter_map(|(path, text)| Some(File { path, text: text.as_deref()? }))
    }

    /// Every text file.
    pub(crate) fn texts(&self) -> impl Iterator<Item = File<'_>> {
        self.ending("")
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    /// Whether there is a file or a folder of this path.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        self.files.contains_key(path) || self.paths().any(|file| file.starts_with(&folder))
    }

    /// The path of every file.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

#[cfg(test)]
impl Tree {
    /// A tree of these files, written to a folder of its own and read back.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self::read(root.path()).unwrap()
    }
}
