//! The program as a process: what it prints, and how it ends.

mod exit_codes;
mod expand;
mod explain;
mod findings;
mod formats;
mod grade;
mod import;
mod init;
mod logs;
mod manual;
mod pipelines;
mod provenance;
mod reach;
mod repo;
mod run;
mod writing;
