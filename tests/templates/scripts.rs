//! The scripts: clean, runnable again, and harmless whatever is written in a profile.

mod arrive;
mod bench;
mod clean;
mod failure;
mod parser;
mod rendered;
mod shipping;
mod teardown;
mod whole;
mod words;

const RUN: &str = "scripts/run-lab.sh";
const CLEAN_UP: &str = "scripts/90-clean-up.sh";
const VERIFY: &str = "scripts/91-verify-clean-up.sh";
