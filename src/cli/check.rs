use super::{args::CheckArgs, term::Term};
pub(super) fn run(_: &CheckArgs, _: &Term) -> anyhow::Result<crate::exit::Exit> {
    anyhow::bail!("x")
}
