//! Tells Cargo what the binary holds beside code: `include_dir` doesn't see files come and go.

fn main() {
    for folder in ["templates", "profiles"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
