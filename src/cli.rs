//! The command line: the one room that prints, and, with `tree`, the one that touches files.
//!
//! Payload goes to stdout, everything about it to stderr. Exit codes are those of [`Exit`].

mod args;
mod check;
mod ci;
mod clean;
mod diff;
mod drifts;
mod error;
mod expand;
mod explain;
mod generate;
mod git;
mod grade;
mod import;
mod init;
mod interrupt;
mod labs;
mod load;
mod logs;
mod manifests;
mod manual;
mod origin;
mod prove;
mod provenance;
mod reach;
mod schema;
mod subject;
mod synth;
mod target;
mod templates;
mod term;
mod validate;

use std::ffi::OsString;

use clap::Parser as _;

use crate::exit::Exit;
use args::{Cli, Command};
use term::Term;

/// Runs the program and says how it ended.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let term = Term::new(&cli.output);
    interrupt::listen();
    match dispatch(&cli, &term) {
        Ok(exit) => exit,
        Err(error) => {
            term.error(&error);
            error::exit(&error)
        }
    }
}

fn dispatch(cli: &Cli, term: &Term) -> anyhow::Result<Exit> {
    match &cli.command {
        Command::Validate(args) => validate::run(args, term),
        Command::Generate(args) => generate::run(args, term),
        Command::Diff(args) => diff::run(args, term),
        Command::Check(args) => check::run(args, term),
        Command::Clean(args) => clean::run(args, term),
        Command::Reach(args) => reach::run(args, term),
        Command::Init(args) => init::run(args, term),
        Command::Expand(args) => expand::run(args, term),
        Command::Schema(args) => schema::run(args, term),
        Command::Logs(args) => logs::run(args, term),
        Command::Grade(args) => grade::run(args, term),
        Command::Import(args) => import::run(args, term),
        Command::Synth(args) => synth::run(args, term),
        Command::Explain(args) => explain::run(args, term),
        Command::Templates(command) => templates::run(command, term),
        Command::Ci(args) => ci::run(args, term),
        Command::Completions(args) => manual::completions(args, term),
        Command::Man(args) => manual::man(args, term),
    }
}

/// Help and version are payload; anything else that clap says is a usage error.
fn usage(error: &clap::Error) -> Exit {
    // If stdout or stderr is closed there is nobody left to tell.
    let _ = error.print();
    if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Fine
    }
}
