//! Developer commands: `cargo xtask <command>`.
//!
//! [`tidy`] holds the rules of this project that a program can check, one file per rule;
//! [`catalogue`] writes `docs/catalogue.md`. Everything works on the text of the tree: nothing of
//! the workspace is imported, so `tidy` also runs while the rest does not compile.

mod catalogue;
mod markdown;
mod source;
mod tidy;
mod tree;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::tree::Tree;

const USAGE: &str = "usage: cargo xtask <command>

  tidy       checks edges between crates, file sizes, documents, numbering, headers, goldens
  catalogue  writes docs/catalogue.md: each command, its route, its events, their read models
";

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is how it answers")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["tidy"] => workspace().map(|tree| tidy::run(&tree)),
        ["catalogue"] => workspace().and_then(|tree| catalogue::write(&tree)).map(|()| true),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The tree that this program was built from.
fn workspace() -> Result<Tree> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent")?;
    Tree::read(root)
}
