//! The floor: the same loop (take all that waits, append with a fence, answer) with no rules, no
//! ledger and no JSON to make: each caller's event is ready bytes of the same size.

use std::time::Duration;

use domain::ids::LogSeq;
use nats::client::Nats;
use nats::log::Log;
use nats::testing::TestServer;
use service_kit::clock;
use tokio::sync::{mpsc, oneshot};

use crate::callers;
use crate::figures::Run;

/// Bytes of the event that the sequencer writes for the benchmark's message.
const EVENT_BYTES: usize = 380;

type Waiting = (Vec<u8>, oneshot::Sender<()>);

pub(super) async fn run(count: usize, length: Duration) -> anyhow::Result<Run> {
    let server = TestServer::start().await;
    let nats = Nats::connect(&server.config()).await?;
    let log = nats.open_log(&"bare".parse()?).await?;
    let (sender, receiver) = mpsc::channel(8_192);
    let writer = tokio::spawn(write(log, receiver));
    let run = callers::run(count, length, 1, move |_| {
        let sender = sender.clone();
        async move {
            let (reply, answer) = oneshot::channel();
            sender.send((vec![b'x'; EVENT_BYTES], reply)).await?;
            answer.await?;
            Ok(())
        }
    })
    .await?;
    writer.await??;
    Ok(run)
}

async fn write(log: Log, mut receiver: mpsc::Receiver<Waiting>) -> anyhow::Result<()> {
    let mut last = LogSeq(0);
    let mut waiting: Vec<Waiting> = Vec::new();
    // The same bound on a pack as the sequencer's.
    let events_max = 512 * 1024 / EVENT_BYTES;
    while receiver.recv_many(&mut waiting, events_max).await != 0 {
        let pack: Vec<u8> = waiting.iter().flat_map(|(bytes, _)| bytes).copied().collect();
        last = log.append(clock::new_command_id(), pack, last).await?;
        for (_, reply) in waiting.drain(..) {
            // A caller whose time is up has gone.
            reply.send(()).ok();
        }
    }
    Ok(())
}
