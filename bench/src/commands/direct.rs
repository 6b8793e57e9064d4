//! (a) Into the sequencer, without HTTP.

use std::time::Duration;

use crate::callers;
use crate::figures::Run;

use crate::stage::{Stage, room_id, say};

pub(super) async fn run(stage: &Stage, count: usize, length: Duration) -> anyhow::Result<Run> {
    let (submitter, app) = (stage.submitter.clone(), stage.app.clone());
    callers::run(count, length, 1, move |caller| {
        let (submitter, app) = (submitter.clone(), app.clone());
        async move {
            let command = say(caller, &room_id(caller)?)?;
            submitter.submit(&app, vec![command]).await?;
            Ok(())
        }
    })
    .await
}
