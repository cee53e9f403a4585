//! What a file holds. Labs have most of their files in common, and a folder mostly holds what was
//! generated: equal contents are kept once, and hashed once.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::lock::sha256;

/// The content of a file. A copy costs nothing.
#[derive(Debug, Clone)]
pub struct Content(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bytes: Box<[u8]>,
    sha256: OnceLock<String>,
}

impl Content {
    /// These bytes.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(Arc::new(Shared {
            bytes: bytes.into(),
            sha256: OnceLock::new(),
        }))
    }

    /// SHA-256 in lower-case hexadecimal.
    pub fn sha256(&self) -> &str {
        self.0.sha256.get_or_init(|| sha256(&self.0.bytes))
    }
}

impl Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0.bytes
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.bytes == other.0.bytes
    }
}

impl Eq for Content {}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::new(text.into_bytes())
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes())
    }
}
