//! Brings a database up to date.

use tokio_postgres::{Client, Transaction};

use crate::model::{MODELS, create_tables};

struct Migration {
    number: i32,
    name: &'static str,
    sql: &'static str,
}

macro_rules! migration {
    ($number:literal, $name:literal) => {
        Migration { number: $number, name: $name, sql: include_str!(concat!("../sql/", $name)) }
    };
}

const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001_checkpoint.sql"),
    migration!(2, "0002_read_model.sql"),
    migration!(3, "0003_saturating_add.sql"),
    migration!(4, "0004_outbox.sql"),
    migration!(5, "0005_room_insight.sql"),
    migration!(6, "0006_room_audience.sql"),
    migration!(7, "0007_saturating_sum.sql"),
];

/// "matinee" in a number: several programs that start at once take turns.
const LOCK: i64 = 0x6d_6174_696e_6565;

/// Why a database was not brought up to date. What had been applied before stays applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A file was edited after it had been applied here.
    #[error("`{name}` was changed after it had been applied; add a new file instead of editing it")]
    Changed {
        /// Which.
        name: String,
    },
    /// The database has been migrated by a later program.
    #[error("the database has migration {number} (`{name}`), which this program does not know")]
    Newer {
        /// Its number.
        number: i32,
        /// Its file.
        name: String,
    },
    /// Postgres refused or went away.
    #[error("could not apply `{name}`")]
    Postgres {
        /// What was being applied.
        name: &'static str,
        /// Why not.
        #[source]
        source: tokio_postgres::Error,
    },
}

/// Applies every file that this database lacks and creates the read models of a new database.
/// Safe to call from several programs at once, and as often as one likes.
pub async fn apply(client: &mut Client) -> Result<(), ApplyError> {
    let lock = |source| ApplyError::Postgres { name: "the lock", source };
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await.map_err(lock)?;
    let applied = apply_locked(client).await;
    let unlocked = client.execute("SELECT pg_advisory_unlock($1)", &[&LOCK]).await.map_err(lock);
    applied.and(unlocked.map(|_| ()))
}

async fn apply_locked(client: &mut Client) -> Result<(), ApplyError> {
    let bootstrap = include_str!("../sql/bootstrap.sql");
    let postgres = |source| ApplyError::Postgres { name: "bootstrap.sql", source };
    // A notice for each thing that is there already would fill the log.
    client.batch_execute("SET client_min_messages = warning").await.map_err(postgres)?;
    client.batch_execute(bootstrap).await.map_err(postgres)?;
    refuse_newer(client).await?;
    for migration in MIGRATIONS {
        apply_one(client, migration).await?;
    }
    let postgres = |source| ApplyError::Postgres { name: "the read models", source };
    let tx = client.transaction().await.map_err(postgres)?;
    create_missing_models(&tx).await.map_err(postgres)?;
    tx.commit().await.map_err(postgres)
}

async fn refuse_newer(client: &Client) -> Result<(), ApplyError> {
    let known: Vec<i32> = MIGRATIONS.iter().map(|migration| migration.number).collect();
    let newer =
        "SELECT number, name FROM matinee.migration WHERE number <> ALL ($1) ORDER BY number";
    let row = client
        .query_opt(&format!("{newer} LIMIT 1"), &[&known])
        .await
        .map_err(|source| ApplyError::Postgres { name: "bootstrap.sql", source })?;
    row.map_or(Ok(()), |row| Err(ApplyError::Newer { number: row.get(0), name: row.get(1) }))
}

async fn apply_one(client: &mut Client, migration: &Migration) -> Result<(), ApplyError> {
    let Migration { number, name, sql } = migration;
    let postgres = |source| ApplyError::Postgres { name, source };
    let tx = client.transaction().await.map_err(postgres)?;
    // Postgres computes the checksum: nothing here needs a library for it.
    let checksum = "encode(sha256(convert_to($2, 'UTF8')), 'hex')";
    let found = tx
        .query_opt(
            &format!("SELECT checksum = {checksum} FROM matinee.migration WHERE number = $1"),
            &[number, sql],
        )
        .await
        .map_err(postgres)?;
    match found.map(|row| row.get(0)) {
        Some(true) => return Ok(()),
        Some(false) => return Err(ApplyError::Changed { name: (*name).to_owned() }),
        None => {}
    }
    tx.batch_execute(sql).await.map_err(postgres)?;
    tx.execute(
        &format!(
            "INSERT INTO matinee.migration (number, name, checksum) VALUES ($1, $3, {checksum})"
        ),
        &[number, sql, name],
    )
    .await
    .map_err(postgres)?;
    tx.commit().await.map_err(postgres)?;
    tracing::info!(migration.name = name, "migration applied");
    Ok(())
}

/// A read model that this program adds to a database in use is not created here: it would lack the
/// past. The projector says so, and `matinee rebuild` fills it.
async fn create_missing_models(tx: &Transaction<'_>) -> Result<(), tokio_postgres::Error> {
    let in_use = "SELECT EXISTS (SELECT FROM matinee.checkpoint WHERE 0 < seq)";
    if tx.query_one(in_use, &[]).await?.get(0) {
        return Ok(());
    }
    for model in MODELS {
        let insert = "INSERT INTO matinee.read_model (name, version) VALUES ($1, $2)
            ON CONFLICT (name) DO NOTHING";
        if tx.execute(insert, &[&model.name, &model.version]).await? == 1 {
            create_tables(tx, model, "matinee").await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_listed_under_its_number_without_a_gap() {
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/sql")).unwrap();
        let mut files: Vec<String> = files
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with(|first: char| first.is_ascii_digit()))
            .collect();
        files.sort();

        let listed: Vec<&str> = MIGRATIONS.iter().map(|migration| migration.name).collect();
        assert_eq!(files, listed);
        for (migration, number) in MIGRATIONS.iter().zip(1..) {
            assert_eq!(migration.number, number);
            assert!(migration.name.starts_with(&format!("{number:04}_")), "{}", migration.name);
            assert!(migration.sql.starts_with("-- "), "{} begins with its purpose", migration.name);
        }
    }
}
