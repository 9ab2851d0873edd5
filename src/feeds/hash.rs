//! What tells documents, and runs of their bytes, from one another.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

/// 128 bits of SHA-256: enough that no two documents ever share them. It is written in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hash(u128);

impl Hash {
    /// Of bytes, or of several in a row.
    pub(super) fn of<T: AsRef<[u8]>>(runs: impl IntoIterator<Item = T>) -> Self {
        let hash = runs.into_iter().fold(Sha256::new(), Digest::chain_update).finalize();
        Self(hash.iter().take(16).fold(0, |hash, byte| hash << 8 | u128::from(*byte)))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'a> Deserialize<'a> for Hash {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u128::from_str_radix(&text, 16).map(Self).map_err(de::Error::custom)
    }
}
