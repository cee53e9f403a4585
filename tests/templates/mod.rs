//! Tests of `templates/`: what comes out, read by the tools that will read it.

mod gateway;
mod kubernetes;
mod quoting;
mod restricted;
mod scripts;
mod terraform;
mod validate;
