//! What a batch must first read in its transaction before it can say what it writes.
//!
//! A sum can be added to whatever stands in a table; a level with caps, pauses and multipliers
//! cannot. Its rows are read behind the fence, folded on in memory, and written back whole.

use std::fmt;

use domain::ids::AppId;
use tokio_postgres::Row;

use crate::write::Write;

/// One such model of one batch.
pub(crate) trait Lookup: Send + Sync + fmt::Debug {
    /// The question.
    fn select(&self) -> &Write;

    /// Every statement that [`Lookup::writes`] may use, to be prepared.
    fn statements(&self) -> &'static [&'static str];

    /// The statements that follow from the rows.
    fn writes(&self, app: &AppId, rows: &[Row]) -> Result<Vec<Write>, Unreadable>;
}

/// A row holds what this program never wrote.
#[derive(Debug, thiserror::Error)]
#[error("`{column}` of `{key}` is not readable")]
pub(crate) struct Unreadable {
    pub(crate) column: &'static str,
    pub(crate) key: String,
    #[source]
    pub(crate) source: serde_json::Error,
}
