//! Recorded rooms: a file with one JSON object a line, sorted by time.
//!
//! The same shape holds what real rooms recorded (chat, gift, superchat, moderation) and what
//! [`crate::show`] writes (also join, leave, like, status, product, spotlight, and any other call).
//! [`mod@line`] is one line, [`sums`] what they add up to, [`types`] how many events of each type.

pub mod line;
pub mod sums;
pub mod types;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::recording::line::Line;

/// Longest line that is read; a recorded chat line has some hundred bytes.
const LINE_BYTES_MAX: usize = 64 * 1024;
/// Most lines of one recording: it is held in memory.
const LINES_MAX: usize = 1_000_000;

/// Why a recording cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file itself.
    #[error("`{path}` cannot be read")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line that is not what a recording holds.
    #[error("line {number} of `{path}` is not a line of a recording")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        number: usize,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// Larger than any recording.
    #[error("`{path}` has a line above {LINE_BYTES_MAX} bytes or more than {LINES_MAX} lines")]
    TooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// Nothing in it.
    #[error("`{path}` is empty")]
    Empty {
        /// Which file.
        path: PathBuf,
    },
}

/// Reads a whole recording.
pub fn read(path: &Path) -> Result<Vec<Line>, ReadError> {
    let in_file = |source| ReadError::File { path: path.to_owned(), source };
    let reader = BufReader::new(File::open(path).map_err(in_file)?);
    let mut lines = Vec::new();
    for (index, text) in reader.lines().enumerate() {
        let text = text.map_err(in_file)?;
        if LINE_BYTES_MAX < text.len() || LINES_MAX <= index {
            return Err(ReadError::TooLarge { path: path.to_owned() });
        }
        let line = serde_json::from_str(&text).map_err(|source| ReadError::Line {
            path: path.to_owned(),
            number: index + 1,
            source,
        })?;
        lines.push(line);
    }
    if lines.is_empty() {
        return Err(ReadError::Empty { path: path.to_owned() });
    }
    Ok(lines)
}
