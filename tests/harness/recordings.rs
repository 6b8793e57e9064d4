//! The recordings of real rooms. They are used where they are and never copied into the project.

use std::path::{Path, PathBuf};

/// The recording, or nothing and a word about it where it is absent.
#[expect(clippy::print_stdout, reason = "whoever runs the tests should know")]
pub fn find(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    if path.is_file() {
        return Some(path);
    }
    println!("skipped: the recording `{name}` is not on this machine");
    None
}
