//! Tells Cargo what the binary holds beside code: `include_dir` doesn't see files come and go.

fn main() {
    for folder in ["templates", "profiles"] {
        #[expect(
            clippy::print_stdout,
            reason = "this is how a build script talks to Cargo"
        )]
        {
            println!("cargo::rerun-if-changed={folder}");
        }
    }
}
