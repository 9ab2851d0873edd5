//! Parses the command line and calls its command.

use std::process::ExitCode;

use clap::Parser;
use vacantia::cli::{self, Cli};

fn main() -> ExitCode {
    vacantia::mail::tls::install_cryptography();
    cli::main(Cli::parse())
}
