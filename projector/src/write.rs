//! One statement of a batch, ready to be sent.

use std::fmt;

use domain::ids::AppId;
use tokio_postgres::types::ToSql;

/// A parameter that owns its value.
pub(crate) type Parameter = Box<dyn ToSql + Send + Sync>;

/// Writes one table for one batch. The first parameter is always the app.
pub(crate) struct Write {
    pub(crate) sql: &'static str,
    pub(crate) parameters: Vec<Parameter>,
    /// How many rows must change; anything else means that log and table do not fit together.
    pub(crate) rows: Option<u64>,
}

impl Write {
    pub(crate) fn new(sql: &'static str, app: &AppId) -> Self {
        Self { sql, parameters: vec![Box::new(app.as_str().to_owned())], rows: None }
    }

    /// The next parameter.
    #[must_use]
    pub(crate) fn with(mut self, parameter: impl ToSql + Send + Sync + 'static) -> Self {
        self.parameters.push(Box::new(parameter));
        self
    }

    /// Insists on a number of rows.
    #[must_use]
    pub(crate) fn changing(mut self, rows: usize) -> Self {
        self.rows = Some(rows as u64);
        self
    }
}

impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Write").field("sql", &self.sql).finish_non_exhaustive()
    }
}

/// As Postgres holds it. Amounts of one event are far below; sums stay at the largest number.
pub(crate) fn bigint(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
