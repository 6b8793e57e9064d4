//! The program under test: `make test` builds it, and it stands two folders above the test.

use std::path::PathBuf;

/// `target/<profile>/matinee`.
pub fn matinee() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.ancestors().nth(2).expect("a test stands in target/<profile>/deps");
    let program = profile.join("matinee");
    assert!(
        program.is_file(),
        "there is no `{}`: run `cargo build --package matinee`, or `make test`",
        program.display()
    );
    program
}
