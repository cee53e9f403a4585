use super::{args::CiArgs, term::Term};
pub(super) fn run(_: &CiArgs, _: &Term) -> anyhow::Result<crate::exit::Exit> {
    anyhow::bail!("x")
}
