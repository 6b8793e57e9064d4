//! Removes every row of apps that were deleted: their checkpoint, all read models, and whatever else
//! has a column `app`.

use std::collections::BTreeSet;

use domain::ids::AppId;

use crate::error::ProjectError;
use crate::pool::Pool;

/// Also tables that no read model has, the checkpoint apart, which comes first.
const TABLES: &str = "
    SELECT table_name::text FROM information_schema.columns
    WHERE table_schema = 'matinee' AND column_name = 'app' AND table_name <> 'checkpoint'
    ORDER BY table_name";

/// All of it in one transaction. May be done again, also while a batch of such an app is under way:
/// that one moves the checkpoint first, so it is either over before the checkpoint goes, and its
/// rows go too, or finds none and is fenced off.
pub(crate) async fn forget(pool: &Pool, apps: &BTreeSet<AppId>) -> Result<(), ProjectError> {
    let doing = ProjectError::postgres("remove the rows of deleted apps");
    let apps: Vec<&str> = apps.iter().map(AppId::as_str).collect();
    let mut lent = pool.lend().await?;
    let tx = lent.connection.client_mut().transaction().await.map_err(&doing)?;
    let tables = tx.query(TABLES, &[]).await.map_err(&doing)?;
    let tables = tables.iter().map(|row| row.get::<_, &str>(0));
    let mut rows = 0;
    for table in std::iter::once("checkpoint").chain(tables) {
        let sql = format!("DELETE FROM matinee.\"{table}\" WHERE app = ANY($1)");
        rows += tx.execute(&sql, &[&apps]).await.map_err(&doing)?;
    }
    tx.commit().await.map_err(&doing)?;
    pool.give_back(lent);
    if 0 < rows {
        tracing::info!(rows, "rows of deleted apps removed");
    }
    Ok(())
}
