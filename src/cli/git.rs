//! What a git revision holds, read through git's plumbing: committed blobs, whatever lies in the
//! working tree, and without checking anything out.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

use crate::tree::{Content, Disk, Entry, LOCK, RelPath, Tree};

/// A revision of the repository around a folder.
pub(super) struct Revision {
    /// The commit's own name, so that nothing moves under way.
    commit: String,
    /// What was asked for: `origin/main`.
    shown: String,
    /// The repository's top folder.
    top: Utf8PathBuf,
    /// The output root, below the top.
    root: String,
}

impl Revision {
    /// Finds the repository that an output root lies in, or would lie in, and the revision in it.
    pub(super) fn find(root: &Utf8Path, reference: &str) -> anyhow::Result<Self> {
        let existing = existing(root)?;
        let top = git(&existing, &["rev-parse", "--show-toplevel"]).with_context(|| {
            format!("`{root}` lies in no git repository, so there is no `{reference}`")
        })?;
        let top = Utf8PathBuf::from(top);
        let spec = format!("{reference}^{{commit}}");
        let arguments = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &spec,
        ];
        let commit = git(&top, &arguments)
            .with_context(|| format!("the repository `{top}` has no revision `{reference}`"))?;
        let whole = absolute(root, &existing)?;
        let below = whole.strip_prefix(top.canonicalize_utf8()?);
        let below = below.with_context(|| format!("`{root}` does not lie in `{top}`"))?;
        Ok(Self {
            commit,
            shown: reference.to_owned(),
            root: below.as_str().to_owned(),
            top,
        })
    }

    /// A lab's folder, as far as a comparison with `new` needs it.
    pub(super) fn disk(&self, lab: &RelPath, new: &Tree) -> anyhow::Result<Disk> {
        let folder = match self.root.as_str() {
            "" => lab.to_string(),
            root => format!("{root}/{lab}"),
        };
        let items = self.list(&folder)?;
        let mut blobs = Blobs::open(&self.top)?;
        let lock = items.iter().find(|item| item.path == LOCK);
        let lock = lock.map(|item| blobs.read(&item.id)).transpose()?;
        let lock = lock.map(String::from_utf8).transpose();
        let lock = lock.with_context(|| format!("{folder}/{LOCK} is not UTF-8"))?;
        let shown = &self.shown;
        let mut disk =
            Disk::new(lock).with_context(|| format!("`{folder}/{LOCK}` of `{shown}` is broken"))?;
        for item in items.iter().filter(|item| item.path != LOCK) {
            let Ok(path) = RelPath::parse(&item.path) else {
                continue;
            };
            let wanted = new.contains(&path) || disk.lock().contains(&path);
            let entry = item.entry(|| wanted.then(|| blobs.read(&item.id)).transpose())?;
            disk.insert(path, entry);
        }
        Ok(disk)
    }

    fn list(&self, folder: &str) -> anyhow::Result<Vec<Item>> {
        let tree = format!("{}:{folder}", self.commit);
        if !git_succeeds(&self.top, &["cat-file", "-e", &tree])? {
            return Ok(Vec::new());
        }
        let listing = git_bytes(&self.top, &["ls-tree", "-r", "-z", "--full-tree", &tree])?;
        let lines = listing.split(|byte| *byte == 0).filter(|l| !l.is_empty());
        lines
            .map(|line| {
                let line = String::from_utf8_lossy(line);
                Item::parse(&line).with_context(|| format!("git says `{line}`"))
            })
            .collect()
    }
}

/// One line of `git ls-tree`.
struct Item {
    mode: String,
    id: String,
    path: String,
}

impl Item {
    fn parse(line: &str) -> Option<Self> {
        let (head, path) = line.split_once('\t')?;
        let mut words = head.split(' ');
        let (mode, _kind, id) = (words.next()?, words.next()?, words.next()?);
        Some(Self {
            mode: mode.to_owned(),
            id: id.to_owned(),
            path: path.to_owned(),
        })
    }

    fn entry(
        &self,
        content: impl FnOnce() -> anyhow::Result<Option<Vec<u8>>>,
    ) -> anyhow::Result<Entry> {
        Ok(match self.mode.as_str() {
            "100644" | "100755" => Entry::File {
                content: content()?.map(Content::from),
                executable: Some(self.mode == "100755"),
            },
            "120000" => Entry::Symlink,
            _ => Entry::Other,
        })
    }
}

/// A running `git cat-file --batch`: one process for all blobs.
struct Blobs {
    child: std::process::Child,
    input: std::process::ChildStdin,
    output: BufReader<std::process::ChildStdout>,
}

impl Blobs {
    fn open(top: &Utf8Path) -> anyhow::Result<Self> {
        let mut child = command(top, &["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("git can't be run")?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("git can't be talked to");
        };
        Ok(Self {
            child,
            input,
            output: BufReader::new(output),
        })
    }

    fn read(&mut self, id: &str) -> anyhow::Result<Vec<u8>> {
        writeln!(self.input, "{id}")?;
        self.input.flush()?;
        let mut head = String::new();
        self.output.read_line(&mut head)?;
        let size = head.trim_end().strip_prefix(&format!("{id} blob "));
        let size: usize = size
            .and_then(|size| size.parse().ok())
            .with_context(|| format!("git can't read the blob {id}: {}", head.trim_end()))?;
        let mut bytes = vec![0; size + 1];
        self.output.read_exact(&mut bytes)?;
        bytes.truncate(size);
        Ok(bytes)
    }
}

impl Drop for Blobs {
    fn drop(&mut self) {
        // It waits for the next line that never comes; nothing depends on how it ends.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(folder: &Utf8Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    command
}

fn git_bytes(folder: &Utf8Path, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let output = command(folder, arguments).output();
    let output = output.context("git can't be run; is it installed?")?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        match words.is_empty() {
            true => bail!("git {} failed", arguments.join(" ")),
            false => bail!("{words}"),
        }
    }
    Ok(output.stdout)
}

fn git(folder: &Utf8Path, arguments: &[&str]) -> anyhow::Result<String> {
    let text = String::from_utf8(git_bytes(folder, arguments)?)?;
    Ok(text.trim_end_matches('\n').to_owned())
}

fn git_succeeds(folder: &Utf8Path, arguments: &[&str]) -> anyhow::Result<bool> {
    let output = command(folder, arguments).output();
    Ok(output
        .context("git can't be run; is it installed?")?
        .status
        .success())
}

/// The folder, or the nearest above it that is there: a revision may hold what isn't there now.
fn existing(root: &Utf8Path) -> anyhow::Result<Utf8PathBuf> {
    let here = Utf8PathBuf::try_from(std::env::current_dir()?)?;
    let whole = here.join(root);
    let found = whole.ancestors().find(|folder| folder.is_dir());
    Ok(found.unwrap_or(&here).to_owned())
}

/// The root without links on its way.
fn absolute(root: &Utf8Path, existing: &Utf8Path) -> anyhow::Result<Utf8PathBuf> {
    let here = Utf8PathBuf::try_from(std::env::current_dir()?)?;
    let whole = here.join(root);
    let rest = whole.strip_prefix(existing)?;
    let joined = existing.canonicalize_utf8()?.join(rest);
    Ok(joined.as_str().trim_end_matches('/').into())
}
