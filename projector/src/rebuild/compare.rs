//! Holds the new tables against the live ones, row by row, both ways.

use migrations::model::Table;
use tokio_postgres::Client;

use super::postgres;
use super::report::{Difference, RebuildError};
use super::scratch::Scratch;

/// What the comparison found.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) rows: u64,
    pub(super) live_exists: bool,
    pub(super) differing: Vec<Difference>,
}

/// Compares every table of the model. A live table of another version is compared in the columns
/// that both have; one that does not exist cannot differ.
pub(super) async fn compare(client: &Client, scratch: &Scratch) -> Result<Compared, RebuildError> {
    let doing = postgres("compare the tables");
    let (mut rows, mut live_exists, mut differing) = (0, false, vec![]);
    for table in scratch.model.tables {
        let count = format!("SELECT count(*) FROM \"{}\".{}", scratch.schema, table.name);
        let count: i64 = client.query_one(&count, &[]).await.map_err(&doing)?.get(0);
        rows += count.unsigned_abs();
        let columns = common_columns(client, scratch, table).await.map_err(&doing)?;
        if columns.is_empty() {
            continue;
        }
        live_exists = true;
        differing.extend(difference(client, scratch, table, &columns).await.map_err(&doing)?);
    }
    Ok(Compared { rows, live_exists, differing })
}

async fn common_columns(
    client: &Client,
    scratch: &Scratch,
    table: &Table,
) -> Result<Vec<String>, tokio_postgres::Error> {
    let select = "
        SELECT new.column_name::text
        FROM information_schema.columns AS new
        JOIN information_schema.columns AS live USING (table_name, column_name)
        WHERE new.table_schema = $1 AND live.table_schema = 'matinee' AND table_name = $2
        ORDER BY new.ordinal_position";
    let rows = client.query(select, &[&scratch.schema, &table.name]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn difference(
    client: &Client,
    scratch: &Scratch,
    table: &'static Table,
    columns: &[String],
) -> Result<Option<Difference>, tokio_postgres::Error> {
    let (new, live) =
        (format!("\"{}\".{}", scratch.schema, table.name), format!("matinee.{}", table.name));
    let of = |table: &str| {
        let columns = columns.iter().map(|column| format!("{table}.{column}"));
        columns.collect::<Vec<_>>().join(", ")
    };
    let (new_row, live_row, key) = (of("new"), of("live"), table.key.join(", "));
    let key_json: Vec<String> = table.key.iter().map(|key| format!("'{key}', {key}")).collect();
    let key_json = key_json.join(", ");
    // Keys are unique on both sides, so one join finds what two EXCEPT ALL would.
    let select = format!(
        "WITH differing AS MATERIALIZED (
             SELECT {key}, new.app IS NOT NULL AS in_new, live.app IS NOT NULL AS in_live
             FROM {new} AS new FULL JOIN {live} AS live USING ({key})
             WHERE ({new_row}) IS DISTINCT FROM ({live_row}))
         SELECT count(*) FILTER (WHERE in_new), count(*) FILTER (WHERE in_live),
                (SELECT json_build_object({key_json})::text FROM differing ORDER BY {key} LIMIT 1)
         FROM differing"
    );
    let row = client.query_one(&select, &[]).await?;
    let (missing, unexplained): (i64, i64) = (row.get(0), row.get(1));
    Ok(row.get::<_, Option<String>>(2).map(|first_key| Difference {
        table: table.name,
        missing: missing.unsigned_abs(),
        unexplained: unexplained.unsigned_abs(),
        first_key,
    }))
}
