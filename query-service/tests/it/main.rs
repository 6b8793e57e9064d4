//! The query service as its clients see it, on a real nats-server and a real Postgres. Commits are
//! appended as the sequencer would, rows are inserted as the projector would.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::panic, reason = "a test fails by panicking")]

mod answers;
mod busy;
mod commands;
mod drain;
mod echo;
mod endings;
mod facts;
mod fields;
mod follows;
mod gifts;
mod harness;
mod hostile;
mod http2;
mod insight;
mod leaving;
mod live;
mod members;
mod notices;
mod openapi;
mod outages;
mod presence;
mod products;
mod profiles;
mod recall;
mod replay;
mod resume;
mod rooms;
mod sent_away;
mod shaping;
mod storm;
mod websocket;
mod withheld;
mod word_lists;
