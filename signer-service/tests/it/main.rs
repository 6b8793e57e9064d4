//! The signer as its callers meet it: over HTTP, with a query service that is one for real.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod play_urls;
mod push_url;
mod shop;
mod stream_callbacks;
mod vectors;
