//! The peer: `cqrs-es` with `postgres-es` and the same message, on a Postgres with its default
//! durability, the rooms as its aggregates.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use migrations::testing::{Durability, TestPostgres};
use serde::{Deserialize, Serialize};

use crate::callers;
use crate::figures::Run;

use crate::stage::{ROOMS, message};

/// The table that `postgres-es` documents.
const EVENTS: &str = "CREATE TABLE events (
    aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint NOT NULL,
    event_type text NOT NULL, event_version text NOT NULL, payload json NOT NULL,
    metadata json NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence))";

#[derive(Debug, Default, Serialize, Deserialize)]
struct PeerRoom {
    messages: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PeerMessageSent {
    user: String,
    text: String,
}

impl DomainEvent for PeerMessageSent {
    fn event_type(&self) -> String {
        "message_sent".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for PeerRoom {
    const TYPE: &'static str = "room";
    type Command = PeerMessageSent;
    type Event = PeerMessageSent;
    type Error = Infallible;
    type Services = ();

    async fn handle(
        &mut self,
        command: PeerMessageSent,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Infallible> {
        sink.write(command, self).await;
        Ok(())
    }

    fn apply(&mut self, _event: PeerMessageSent) {
        self.messages += 1;
    }
}

pub(super) async fn run(count: usize, length: Duration) -> anyhow::Result<Run> {
    let postgres = TestPostgres::start_with(Durability::Full)?;
    let url = postgres.create_database().await?;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
    let connection = tokio::spawn(connection);
    client.batch_execute(EVENTS).await?;
    let pool = postgres_es::default_postgress_pool(&url).await;
    let cqrs = Arc::new(postgres_es::postgres_cqrs::<PeerRoom>(pool, vec![], ()));
    let run = callers::run(count, length, 1, move |caller| {
        let cqrs = cqrs.clone();
        async move {
            // One room for each caller as far as there are rooms: nobody conflicts with another.
            let room = format!("room-{}", caller % ROOMS);
            let text = message().text.to_string();
            let command = PeerMessageSent { user: format!("user-{caller}"), text };
            cqrs.execute(&room, command).await.map_err(|error| anyhow!("{error:?}"))
        }
    })
    .await;
    connection.abort();
    run
}
