//! Ctrl-C. Outside of a write the run just ends; in one it ends before the next step, and what was
//! begun is taken back. Either way the folder holds the old tree or the new one.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::exit::Exit;
use crate::tree::{Step, Steps};

/// How many labs are being written.
static WRITING: AtomicUsize = AtomicUsize::new(0);
static ASKED: AtomicBool = AtomicBool::new(false);

/// Begins to listen. Where the system lets nobody listen, Ctrl-C ends the process as it always does.
pub(super) fn listen() {
    let _ = ctrlc::set_handler(|| {
        let again = ASKED.swap(true, Ordering::SeqCst);
        if again || WRITING.load(Ordering::SeqCst) == 0 {
            std::process::exit(Exit::Interrupted.code().into());
        }
    });
}

/// Whether somebody pressed Ctrl-C.
pub(super) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// The steps of a write, the next of which isn't taken once Ctrl-C was pressed.
#[derive(Debug, Default)]
pub(super) struct Stoppable {
    /// The first step was taken.
    writing: bool,
    /// Told once: taking back what was begun needs further steps.
    told: bool,
}

impl Steps for Stoppable {
    fn before(&mut self, _: Step, _: &Path) -> io::Result<()> {
        if !self.writing {
            self.writing = true;
            WRITING.fetch_add(1, Ordering::SeqCst);
        }
        if asked() && !self.told {
            self.told = true;
            return Err(io::Error::other("interrupted"));
        }
        Ok(())
    }
}

impl Drop for Stoppable {
    fn drop(&mut self) {
        if self.writing {
            WRITING.fetch_sub(1, Ordering::SeqCst);
        }
    }
}
