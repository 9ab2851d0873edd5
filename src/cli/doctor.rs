//! `vacantia doctor`: is everything there that serving needs?

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use serde::Serialize;

use super::{Cli, open, say};
use crate::config::{self, Config, Mistake};
use crate::domain::clock::{Clock as _, SystemClock};
use crate::domain::site::Site;
use crate::mail::driver::Smtp;
use crate::mail::relay::{Relay, Security, Timeouts};
use crate::storage::event::chain::{self, Chain};

/// How to tell.
#[derive(Debug, Args)]
pub struct Options {
    /// As JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Grade {
    Good,
    Note,
    Bad,
}

#[derive(Debug, Serialize)]
struct Finding {
    about: &'static str,
    grade: Grade,
    what: String,
}

#[derive(Debug, Serialize)]
struct Record {
    name: String,
    kind: &'static str,
    value: String,
}

#[derive(Debug, Default, Serialize)]
struct Report {
    findings: Vec<Finding>,
    /// What a name server has to say so that mail arrives.
    dns: Vec<Record>,
}

impl Report {
    fn add(&mut self, about: &'static str, grade: Grade, what: impl Into<String>) {
        self.findings.push(Finding { about, grade, what: what.into() });
    }

    fn mistake(&mut self, mistake: &Mistake) {
        self.add("configuration", Grade::Bad, mistake.to_string());
    }

    fn is_bad(&self) -> bool {
        self.findings.iter().any(|finding| finding.grade == Grade::Bad)
    }
}

/// Checks everything, prints what was found, and fails if anything is bad.
///
/// # Errors
/// When anything is bad.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let mut report = Report::default();
    let site = settings(config, &mut report);
    database(config, &mut report).await;
    match config.relay() {
        Err(mistake) => report.mistake(&mistake),
        Ok(None) => {
            report.add(
                "mail",
                Grade::Note,
                "no VACANTIA_SMTP_URL: mails are written as .eml files and reach nobody",
            );
        }
        Ok(Some(relay)) => mail(config, relay, site.as_ref(), &mut report).await,
    }
    clock(&mut report);
    say(&if options.json { serde_json::to_string_pretty(&report)? + "\n" } else { in_words(&report) })?;
    if report.is_bad() {
        bail!("something is not right (hint: it is marked with BAD above)");
    }
    Ok(())
}

fn settings(config: &Config, report: &mut Report) -> Option<Site> {
    for stray in config::strays::<Cli>(std::env::vars()) {
        report.add("configuration", Grade::Bad, stray.to_string());
    }
    let site = match config.site() {
        Ok(site) => site,
        Err(mistake) => {
            report.mistake(&mistake);
            return None;
        }
    };
    if config.public_url.is_none() {
        report.add(
            "configuration",
            Grade::Note,
            "no VACANTIA_PUBLIC_URL: links in mails work on this machine only",
        );
    } else if site.public_url.starts_with("http://") {
        report.add(
            "configuration",
            Grade::Note,
            "VACANTIA_PUBLIC_URL is not https: candidates' links travel unprotected",
        );
    } else {
        report.add("configuration", Grade::Good, format!("{} at {}", site.name, site.public_url));
    }
    for mistake in [config.authorities().err(), config.cors().err()].into_iter().flatten() {
        report.mistake(&mistake);
    }
    Some(site)
}

async fn database(config: &Config, report: &mut Report) {
    let store = match open(config).await {
        Ok(store) => store,
        Err(error) => return report.add("database", Grade::Bad, format!("{error:#}")),
    };
    report.add("database", Grade::Good, format!("{:?} answers", store.kind()));
    match store.migrations().await {
        Err(fault) => report.add("schema", Grade::Bad, fault.to_string()),
        Ok(steps) => match steps.iter().filter(|step| !step.applied).count() {
            0 => report.add("schema", Grade::Good, "current"),
            missing if missing == steps.len() => {
                report.add("schema", Grade::Note, "empty: serve or migrate will lay it out");
            }
            missing => {
                let what = format!("{missing} steps are missing (hint: vacantia migrate)");
                report.add("schema", Grade::Bad, what);
            }
        },
    }
    // Of a schema that is not current there is no saying.
    if let Ok(chain) = chain::follow(&store).await {
        history(&chain, report);
    }
}

/// Whether anything that was recorded was changed afterwards.
fn history(chain: &Chain, report: &mut Report) {
    let (grade, what) = match (&chain.broken_at, &chain.newest) {
        (Some(seq), _) => (
            Grade::Bad,
            format!("event {seq} does not follow from those before it: something was changed or removed"),
        ),
        (None, Some(newest)) => {
            let chained = chain.events - chain.unchained;
            (Grade::Good, format!("{chained} events in one unbroken chain, the newest is {newest}"))
        }
        (None, None) => (Grade::Good, "no event has a hash yet".to_owned()),
    };
    report.add("history", grade, what);
}

async fn mail(config: &Config, relay: Relay, site: Option<&Site>, report: &mut Report) {
    let (Some(site), Ok(authorities)) = (site, config.authorities()) else { return };
    let security = match relay.security {
        Security::Implicit => "TLS",
        Security::StartTls => "STARTTLS",
        Security::Plain => "no TLS, this machine only",
    };
    let Ok(hello) = config.hello() else { return };
    let impatient = Timeouts { greeting: Duration::from_secs(15), ..Timeouts::default() };
    let smtp = Smtp { relay, timeouts: impatient, hello, authorities };
    match smtp.check().await {
        Ok(handshake) => {
            let login = if handshake.logged_in { "logged in" } else { "no login" };
            report.add("mail", Grade::Good, format!("{} answers; {security}; {login}", handshake.server));
        }
        Err(delivery) => report.add("mail", Grade::Bad, format!("{:?}: {}", delivery.phase, delivery.reply)),
    }
    report.dns = records(site, &smtp.relay);
}

/// What receivers look up before they trust a mail: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489).
fn records(site: &Site, relay: &Relay) -> Vec<Record> {
    let from = site.mail_from.as_str();
    let domain = from.rsplit_once('@').map_or(from, |(_, domain)| domain);
    let record = |name: String, value: String| Record { name, kind: "TXT", value };
    let spf = format!("v=spf1 a:{} -all  (or what the relay's provider asks for)", relay.host);
    let mut records = vec![
        record(domain.to_owned(), spf.clone()),
        record(
            format!("SELECTOR._domainkey.{domain}"),
            "v=DKIM1; ...  (the key the relay signs with; its provider names selector and key)".to_owned(),
        ),
        record(format!("_dmarc.{domain}"), format!("v=DMARC1; p=reject; rua=mailto:{}", site.contact_email)),
    ];
    if let Some(inbound) = &site.mailing.inbound {
        // Mail has its return path there, so that is where SPF is looked up.
        records.push(record(inbound.domain.clone(), spf));
        let value = "10 HOST  (the server that hands its mail to /inbound/mail)".to_owned();
        records.push(Record { name: inbound.domain.clone(), kind: "MX", value });
    }
    records
}

fn clock(report: &mut Report) {
    let now = SystemClock.now();
    let what = format!("it is {} UTC", now.format("%Y-%m-%d %H:%M:%S"));
    // Before this program was written: a machine that lost its clock.
    let lost = now.timestamp() < 1_790_000_000;
    report.add("clock", if lost { Grade::Bad } else { Grade::Good }, what);
}

fn in_words(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let grade = match finding.grade {
            Grade::Good => "good",
            Grade::Note => "note",
            Grade::Bad => "BAD ",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{grade}  {:13}  {}", finding.about, finding.what);
    }
    if !report.dns.is_empty() {
        text.push_str("\nDNS records that mail needs:\n");
    }
    for record in &report.dns {
        let _ = writeln!(text, "  {}  {}  {}", record.name, record.kind, record.value);
    }
    text
}
