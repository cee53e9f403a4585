//! Errors that end a run with another code than 1.

use crate::exit::Exit;

/// A command line that clap takes, and that still can't be meant.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Usage(pub(super) String);

/// How a run ends that failed so.
pub(super) fn exit(error: &anyhow::Error) -> Exit {
    match error.is::<Usage>() {
        true => Exit::Usage,
        false => Exit::Broken,
    }
}
