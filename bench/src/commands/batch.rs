//! (c) Many commands a request, as the merchant's servers send them.

use std::time::Duration;

use anyhow::ensure;
use domain::actor::Role;
use serde_json::json;
use service_kit::clock;

use crate::callers;
use crate::figures::Run;

use crate::stage::{Stage, message, room_id};

pub(super) async fn run(
    stage: &Stage,
    count: usize,
    length: Duration,
    lines: usize,
) -> anyhow::Result<Run> {
    let client = reqwest::Client::builder().pool_max_idle_per_host(count).build()?;
    let url = format!("http://{}/v1/apps/{}/batch", stage.addr, stage.app);
    let token = stage.token(Role::Admin, "server")?;
    let weight = u32::try_from(lines)?;
    callers::run(count, length, weight, move |caller| {
        let (client, url, token) = (client.clone(), url.clone(), token.clone());
        async move {
            let body = body(caller, lines)?;
            let request = client.post(url).bearer_auth(token);
            let request = request.header("content-type", "application/x-ndjson");
            let answer = request.body(body).send().await?.error_for_status()?.text().await?;
            let accepted = answer.lines().filter(|line| line.contains(r#""status":201"#)).count();
            ensure!(accepted == lines, "{accepted} of {lines} accepted");
            Ok(())
        }
    })
    .await
}

fn body(caller: usize, lines: usize) -> anyhow::Result<String> {
    let mut body = String::with_capacity(lines * 256);
    for line in 0..lines {
        let mut command = serde_json::to_value(message())?;
        command["type"] = "send_message".into();
        let action =
            json!({"room": {"room_id": room_id(caller * lines + line)?, "command": command}});
        let user = format!("user-{}", (caller * lines + line) % 10_000);
        let id = clock::new_command_id();
        body.push_str(&json!({"id": id, "user_id": user, "action": action}).to_string());
        body.push('\n');
    }
    Ok(body)
}
