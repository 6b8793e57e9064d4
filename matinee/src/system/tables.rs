//! Brings the tables in Postgres up to date before anything is written into them.

use std::time::Duration;

use migrations::ApplyError;
use migrations::connection::{ConnectError, PostgresConfig, connect};
use service_kit::error_chain::ErrorChain;
use tokio::time::sleep;

const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Why the tables are not there.
#[derive(Debug, thiserror::Error)]
pub(super) enum PrepareError {
    #[error("no connection to Postgres")]
    Connect(#[from] ConnectError),
    #[error("the migrations cannot be applied")]
    Apply(#[from] ApplyError),
}

/// Applies what is missing.
pub(super) async fn prepare(postgres: &PostgresConfig) -> Result<(), PrepareError> {
    let mut client = connect(postgres).await?;
    Ok(migrations::apply(&mut client).await?)
}

/// Whether it may help to wait.
pub(super) fn is_away(error: &PrepareError) -> bool {
    matches!(
        error,
        PrepareError::Connect(ConnectError::Unreachable { .. } | ConnectError::TimedOut { .. })
    )
}

/// Tries until it is done. Every error is worth another attempt: a person may be repairing it.
pub(super) async fn prepare_at_last(postgres: &PostgresConfig) {
    while let Err(error) = prepare(postgres).await {
        let error = ErrorChain(&error).to_string();
        tracing::warn!(error, "the tables cannot be prepared yet");
        sleep(TRY_AGAIN).await;
    }
}
