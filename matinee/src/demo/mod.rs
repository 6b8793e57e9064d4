//! A show played through the whole system, and then everything counted again: the recording, the log,
//! Postgres and what a viewer received must add up to the same.
//!
//! [`target`] is the system to play into, [`mod@play`] plays and watches, [`mod@count`] counts
//! afterwards, [`table`] puts the counts side by side, [`feed_line`] shows an item to a person.

pub mod count;
pub mod feed_line;
pub mod play;
pub mod table;
pub mod target;

pub use self::count::{Counts, count};
pub use self::play::{Played, Show, play};
pub use self::table::Table;
pub use self::target::Target;
