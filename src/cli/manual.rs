//! `dplab completions` and `dplab man`: made from the command line's own types.

use std::fs;

use anyhow::Context as _;
use clap::CommandFactory as _;

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::error::Usage;
use super::term::Term;
use crate::exit::Exit;

pub(super) fn completions(args: &CompletionsArgs, term: &Term) -> anyhow::Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "dplab", &mut text);
    term.payload(&String::from_utf8(text)?)?;
    Ok(Exit::Fine)
}

/// One page for the program, one for each command: `dplab.1`, `dplab-diff.1`.
pub(super) fn man(args: &ManArgs, term: &Term) -> anyhow::Result<Exit> {
    let folder = &args.folder;
    if folder.as_str().is_empty() {
        return Err(Usage("name a folder for the pages".to_owned()).into());
    }
    fs::create_dir_all(folder).with_context(|| format!("can't make the folder `{folder}`"))?;
    let command = Cli::command().disable_help_subcommand(true);
    clap_mangen::generate_to(command, folder)
        .with_context(|| format!("can't write the pages into `{folder}`"))?;
    term.say(&format!("{folder}: written"));
    Ok(Exit::Fine)
}
