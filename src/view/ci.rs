//! What the pipelines' templates see.

use serde::Serialize;

use crate::lang::shell;

/// A pipeline.
#[derive(Debug, Clone, Serialize)]
pub struct CiView {
    /// The command that installs dplab.
    pub install: String,
    /// The branch that pull requests go to.
    pub branch: String,
    /// The git repository of dplab, where it is installed from one.
    pub git: Option<String>,
    /// The tag or commit of that repository.
    pub rev: Option<String>,
}

/// Where dplab is installed from. There is no release to download, so it is always built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Install {
    /// A git repository, at a tag or a commit.
    Git {
        /// Its address.
        url: String,
        /// The tag or commit; its head if none is named.
        rev: Option<String>,
    },
    /// A folder of the repository that is checked.
    Path(String),
}

impl Install {
    /// The shell command.
    ///
    /// # Errors
    /// A word that no shell can hold.
    pub fn command(&self) -> Result<String, shell::ShellError> {
        let quoted = |text| shell::quote(text);
        Ok(match self {
            Install::Git { url, rev: None } => {
                format!("cargo install --locked --git {} dplab", quoted(url)?)
            }
            Install::Git {
                url,
                rev: Some(rev),
            } => format!(
                "cargo install --locked --git {} --rev {} dplab",
                quoted(url)?,
                quoted(rev)?
            ),
            Install::Path(folder) => format!("cargo install --locked --path {}", quoted(folder)?),
        })
    }
}

/// The view of a pipeline that installs dplab so.
///
/// # Errors
/// A word that no shell can hold.
pub fn ci(install: &Install, branch: &str) -> Result<CiView, shell::ShellError> {
    let (git, rev) = match install {
        Install::Git { url, rev } => (Some(url.clone()), rev.clone()),
        Install::Path(_) => (None, None),
    };
    Ok(CiView {
        install: install.command()?,
        branch: branch.to_owned(),
        rev: rev.or_else(|| git.is_some().then(|| "HEAD".to_owned())),
        git,
    })
}
