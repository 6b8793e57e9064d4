//! The filter as a service uses it: hard cases, and rates on files of test data.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "rates, and files that are absent")]

mod rates;
mod rules;
mod unicode;
