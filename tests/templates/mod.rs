//! What the templates make of labs.

mod terraform;
