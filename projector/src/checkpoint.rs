//! How far the tables have come, and whether they are this program's.

use domain::ids::{AppId, LogSeq};
use migrations::model::MODELS;
use tokio_postgres::Client;

use crate::error::{CannotStart, ProjectError};
use crate::write::{Write, bigint};

/// The projector's name in `matinee.checkpoint`.
pub const READER: &str = "projector";

/// A place in an app's log, and the generation of the tables that stand at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub(crate) seq: LogSeq,
    pub(crate) generation: i64,
}

/// The app's checkpoint; 0 for a new app.
pub(crate) async fn read(client: &Client, app: &AppId) -> Result<Checkpoint, ProjectError> {
    let doing = ProjectError::postgres("read the checkpoint");
    let insert = "INSERT INTO matinee.checkpoint (app, reader) VALUES ($1, $2)
        ON CONFLICT (app, reader) DO NOTHING";
    client.execute(insert, &[&app.as_str(), &READER]).await.map_err(&doing)?;
    let select = "SELECT seq, generation FROM matinee.checkpoint WHERE app = $1 AND reader = $2";
    let row = client.query_one(select, &[&app.as_str(), &READER]).await.map_err(&doing)?;
    Ok(Checkpoint { seq: LogSeq(row.get::<_, i64>(0).unsigned_abs()), generation: row.get(1) })
}

// Invariant: moved only from where it is believed to be, in the transaction that writes the rows.
const ADVANCE: &str = "
    UPDATE matinee.checkpoint SET seq = $4
    WHERE app = $1 AND reader = $2 AND seq = $3 AND generation = $5";

/// Moves the checkpoint on. Comes first in its transaction: two that race wait for each other here,
/// and the second changes no row.
pub(crate) fn advance(app: &AppId, from: Checkpoint, to: LogSeq) -> Write {
    Write::new(ADVANCE, app)
        .with(READER)
        .with(bigint(from.seq.0))
        .with(bigint(to.0))
        .with(from.generation)
        .changing(1)
}

/// Refuses tables of another version.
pub(crate) async fn check_versions(client: &Client) -> Result<(), ProjectError> {
    let select = "SELECT name, version FROM matinee.read_model";
    let rows = client.query(select, &[]).await;
    let rows = rows.map_err(ProjectError::postgres("read the versions of the read models"))?;
    for model in MODELS {
        let found = rows.iter().find(|row| row.get::<_, &str>(0) == model.name);
        let found = found.map_or(0, |row| row.get(1));
        if found != model.version {
            let (model, wanted) = (model.name, model.version);
            return Err(ProjectError::CannotStart(CannotStart::Version { model, found, wanted }));
        }
    }
    Ok(())
}
