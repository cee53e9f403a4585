//! The `dplab` program: everything happens in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    dplab::run(std::env::args_os()).into()
}
