//! Whom to tell of what is new.

use std::path::PathBuf;

use url::Url;

use super::secret::{self, Secret};
use super::{Mistake, alone, stated};
use crate::domain::ping::{IndexNow, IndexNowKey, Pings};
use crate::mail::relay::is_loopback;

const HUB: &str = "VACANTIA_WEBSUB_HUB";
const ENGINES: &str = "VACANTIA_INDEXNOW_URL";
const KEY: &str = "VACANTIA_INDEXNOW_KEY";

/// Whom to tell of what is new.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Telling others")]
pub struct Pinging {
    /// A WebSub hub to tell when `rss.xml`, `atom.xml` or `feed.json` says something new: `https://hub.example.com/`. The
    /// feeds name it, so that readers can subscribe there. Nobody is told without it.
    #[arg(long, env = "VACANTIA_WEBSUB_HUB", global = true, value_name = "URL")]
    pub websub_hub: Option<String>,

    /// Where search engines are told, by IndexNow, of pages of postings that came, changed or went:
    /// `https://api.indexnow.org/indexnow`. Nobody is told without it.
    #[arg(long, env = "VACANTIA_INDEXNOW_URL", global = true, value_name = "URL")]
    pub indexnow_url: Option<String>,

    /// What shows search engines that it is this site that speaks: 8 to 128 letters, digits and dashes of your choice, hard to
    /// guess. It is served as `/KEY.txt`.
    #[arg(long, env = "VACANTIA_INDEXNOW_KEY", global = true, value_name = "KEY", hide_env_values = true)]
    pub indexnow_key: Option<Secret>,

    /// A file to read the key from.
    #[arg(long, env = "VACANTIA_INDEXNOW_KEY_FILE", global = true, value_name = "FILE")]
    #[arg(conflicts_with = "indexnow_key")]
    pub indexnow_key_file: Option<PathBuf>,
}

impl Pinging {
    /// # Errors
    /// When an address is none that may be told, the key is none, or one of the two that belong together is missing.
    pub(super) fn pings(&self) -> Result<Pings, Mistake> {
        let hub = target(HUB, self.websub_hub.as_ref())?;
        let url = target(ENGINES, self.indexnow_url.as_ref())?;
        let file = self.indexnow_key_file.as_deref();
        let key = secret::given(self.indexnow_key.as_ref(), "VACANTIA_INDEXNOW_KEY_FILE", file)?;
        let index_now = match (url, key) {
            (None, None) => None,
            (Some(url), Some(key)) => {
                let wrong = || Mistake::new(KEY, "write 8 to 128 letters (a-z, A-Z), digits and dashes");
                Some(IndexNow { url, key: IndexNowKey::parse(&key).ok_or_else(wrong)? })
            }
            (Some(_), None) => return Err(alone(KEY, ENGINES)),
            (None, Some(_)) => return Err(alone(ENGINES, KEY)),
        };
        Ok(Pings { hub, index_now })
    }
}

/// Encrypted, unless it stays on this machine.
fn target(name: &'static str, given: Option<&String>) -> Result<Option<String>, Mistake> {
    let Some(given) = stated(given) else { return Ok(None) };
    let wrong = || {
        let what = "write it like https://example.com/path, without a name or password; http:// is for this machine only";
        Mistake::new(name, what)
    };
    let url = Url::parse(given).map_err(|_| wrong())?;
    let host = url.host().ok_or_else(wrong)?.to_owned();
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&host));
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if safe && bare { Ok(Some(url.to_string())) } else { Err(wrong()) }
}
