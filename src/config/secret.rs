//! Settings that hold a password: never printed, and readable from a file.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::Mistake;

/// A text that holds a password. It can be read but not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.trim().to_owned()))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// The secret as given, or as its file holds it. An empty one counts as none, as an unset variable does.
pub(super) fn given(
    direct: Option<&Secret>,
    name: &'static str,
    file: Option<&Path>,
) -> Result<Option<String>, Mistake> {
    let text = match (direct, file) {
        (Some(secret), _) => secret.reveal().to_owned(),
        (None, Some(file)) => std::fs::read_to_string(file)
            .map_err(|error| Mistake::new(name, format!("cannot read {}: {error}", file.display())))?
            .trim()
            .to_owned(),
        (None, None) => return Ok(None),
    };
    Ok(Some(text).filter(|text| !text.is_empty()))
}
