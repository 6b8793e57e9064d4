//! Removes every row of apps that were deleted: their checkpoint and all read models.

use std::collections::BTreeSet;

use domain::ids::AppId;
use migrations::model::MODELS;

use crate::error::ProjectError;
use crate::pool::Pool;

/// All of it in one transaction. May be done again, also while a batch of such an app is under way:
/// that one moves the checkpoint first, so it is either over before the checkpoint goes, and its
/// rows go too, or finds none and is fenced off.
pub(crate) async fn forget(pool: &Pool, apps: &BTreeSet<AppId>) -> Result<(), ProjectError> {
    let doing = ProjectError::postgres("remove the rows of deleted apps");
    let apps: Vec<&str> = apps.iter().map(AppId::as_str).collect();
    let mut lent = pool.lend().await?;
    let tx = lent.connection.client_mut().transaction().await.map_err(&doing)?;
    let mut removed =
        tx.execute("DELETE FROM matinee.checkpoint WHERE app = ANY($1)", &[&apps]).await;
    let tables = MODELS.iter().flat_map(|model| model.tables);
    for table in tables {
        let rows = removed.map_err(&doing)?;
        let sql = format!("DELETE FROM matinee.{} WHERE app = ANY($1)", table.name);
        removed = tx.execute(&sql, &[&apps]).await.map(|more| rows + more);
    }
    let rows = removed.map_err(&doing)?;
    tx.commit().await.map_err(&doing)?;
    pool.give_back(lent);
    if 0 < rows {
        tracing::info!(rows, "rows of deleted apps removed");
    }
    Ok(())
}
