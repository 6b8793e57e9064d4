//! (b) One command a request, each caller on a connection of its own.

use std::time::Duration;

use anyhow::ensure;
use domain::actor::Role;
use service_kit::clock;

use crate::callers;
use crate::figures::Run;

use crate::stage::{Stage, message, room_id};

pub(super) async fn run(stage: &Stage, count: usize, length: Duration) -> anyhow::Result<Run> {
    let client = reqwest::Client::builder().pool_max_idle_per_host(count).build()?;
    let body = serde_json::to_string(&message())?;
    let mut targets = Vec::with_capacity(count);
    for caller in 0..count {
        let token = stage.token(Role::Viewer, &format!("user-{caller}"))?;
        let room = room_id(caller)?;
        let url = format!("http://{}/v1/apps/{}/rooms/{room}/messages", stage.addr, stage.app);
        targets.push((url, token));
    }
    let targets = std::sync::Arc::new(targets);
    callers::run(count, length, 1, move |caller| {
        let (client, targets, body) = (client.clone(), targets.clone(), body.clone());
        async move {
            let (url, token) = &targets[caller];
            let request = client.post(url).bearer_auth(token).body(body);
            let key = clock::new_command_id().to_string();
            let response = request.header("idempotency-key", key).send().await?;
            ensure!(response.status() == 201, "{}", response.text().await?);
            response.bytes().await?;
            Ok(())
        }
    })
    .await
}
