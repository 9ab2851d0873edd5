//! `vacantia demo`: a world to look around in, with an offer just sent.

mod people;
mod postings;
mod world;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};

use self::world::Key;
use super::{say, serve};
use crate::config::{Addressing, Config, MetricsListen, Secret};
use crate::domain::clock::{Clock, SystemChance, SystemClock};
use crate::domain::feed::Channel;
use crate::domain::site::Site;
use crate::graphql::Shared;
use crate::storage::{Store, StoreOptions, Synchronous};

/// Makes the demo world in a fresh folder, serves it, and prints where everything is. A folder named with `--data-dir`
/// stays; otherwise it is a temporary one that goes when the demo ends.
///
/// # Errors
/// When the named folder holds a database already, or as [`serve::serve`].
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let temporary = tempfile::Builder::new().prefix("vacantia-demo-").tempdir()?;
    let folder = config.named_data_dir().unwrap_or_else(|| temporary.path());
    let config = demo_config(config, folder)?;
    let site = Arc::new(config.site()?);
    let keys = fill(&config, &site).await?;
    let store = super::open(&config).await?;
    let mails = config.relay()?.is_none().then(|| folder.join("mail"));
    let (clock, chance) = (Arc::new(SystemClock), Arc::new(SystemChance));
    let shared = Shared { store, clock, chance, site: site.clone(), shelf: Arc::default() };
    let ready = |address| {
        // Whoever cannot read it has closed the terminal; the demo goes on.
        let _ = say(&welcome(&site, address, &keys, mails.as_deref()));
    };
    serve::serve(&config, shared, ready).await
}

/// The settings as given, but for what makes it a demo.
fn demo_config(given: &Config, folder: &Path) -> anyhow::Result<Config> {
    let mail_from = given.addressing.mail_from.clone();
    let config = Config {
        data_dir: folder.to_owned(),
        database_url: Some(Secret::from(format!("sqlite://{}", folder.join("vacantia.db").display()))),
        database_url_file: None,
        graphiql: true,
        // Who looks at the demo is on this machine and comes from one address.
        rating: given.rating.only_as_set(),
        metrics_listen: Some(given.metrics_listen.unwrap_or(MetricsListen::OFF)),
        org_name: "Example Works".to_owned(),
        org_url: Some("https://www.example.com".to_owned()),
        addressing: Addressing {
            mail_from: Some(mail_from.unwrap_or_else(|| "jobs@example.com".to_owned())),
            ..given.addressing.clone()
        },
        ..given.clone()
    };
    if folder.join("vacantia.db").exists() {
        bail!("{} holds a database already (hint: name an empty folder)", folder.display());
    }
    Ok(config)
}

/// Makes the world. Nothing of it is worth waiting for the disk: it can be made again.
async fn fill(config: &Config, site: &Site) -> anyhow::Result<Vec<Key>> {
    let options = StoreOptions { synchronous: Synchronous::Off, ..StoreOptions::new(config.database()?) };
    let store = Store::open(&options).await?;
    store.migrate().await?;
    let keys = world::make(&store, site, SystemClock.now()).await.context("cannot make the demo world")?;
    store.close().await?;
    Ok(keys)
}

fn welcome(site: &Site, address: SocketAddr, keys: &[Key], mails: Option<&Path>) -> String {
    let at = &site.public_url;
    let mut text = format!("\nVacantia's demo is served on {address}. Press Ctrl-C to end it.\n\n");
    let mut row = |name: &str, what: &str| {
        let _ = writeln!(text, "  {name:<15} {what}");
    };
    row("GraphiQL", &format!("{at}/graphiql"));
    row("GraphQL", &format!("{at}/graphql"));
    row("Careers page", &site.jobs_url());
    row("Feeds", &format!("{at}/feeds"));
    for channel in Channel::ALL {
        row("", &site.feed_url(*channel));
    }
    match mails {
        Some(folder) => row("Mail", &format!("{} (no VACANTIA_SMTP_URL is set)", folder.display())),
        None => row("Mail", "goes to VACANTIA_SMTP_URL"),
    }
    text.push_str("\nAPI tokens, to send as 'Authorization: Bearer ...':\n\n");
    for key in keys {
        let _ = writeln!(text, "  {:<15} {}  {}", key.role.as_str(), key.secret, key.name);
    }
    text.push_str("\nAn offer was just sent; its mail holds the link to accept it.\n\n");
    text
}
