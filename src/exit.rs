//! The exit-code contract, each code pinned by a test of a real process.

use std::process::ExitCode;

/// How a run ended. The order of the variants is the order of precedence, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// Fine, no differences.
    Fine,
    /// Differences were found.
    Differs,
    /// An expectation or a verification failed.
    Failed,
    /// Hand-edited or foreign files would have been lost.
    Refused,
    /// A profile is invalid.
    Invalid,
    /// Internal, I/O or render error.
    Broken,
    /// The command line was not understood.
    Usage,
    /// Interrupted; nothing half-written.
    Interrupted,
}

impl Exit {
    /// The process code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::Broken => 1,
            Exit::Differs => 2,
            Exit::Invalid => 3,
            Exit::Failed => 4,
            Exit::Refused => 5,
            Exit::Usage => 64,
            Exit::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}
