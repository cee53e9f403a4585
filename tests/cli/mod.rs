//! The program as a process: what it prints, and how it ends.

mod exit_codes;
mod expand;
mod findings;
mod init;
mod logs;
mod reach;
mod run;
