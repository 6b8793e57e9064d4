//! Parses the arguments, runs the subcommand, prints what went wrong with all its causes.

use std::process::ExitCode;

use clap::Parser;
use matinee::commands::Arguments;
use matinee::terminal::{Colour, paint};
use service_kit::error_chain::ErrorChain;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.run().await {
        Ok(code) => code,
        Err(error) => {
            let chain = ErrorChain(error.as_ref()).to_string();
            let text = format!("{} {chain}\n", paint(Colour::Red, "error:"));
            // Standard error may be closed; the exit code says it too.
            std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).ok();
            ExitCode::FAILURE
        }
    }
}
