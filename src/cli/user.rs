//! `vacantia user`: staff accounts, made by the operator.

use std::str::FromStr;

use clap::{Args, Subcommand};

use super::{open, say};
use crate::actions::{Act, user};
use crate::config::Config;
use crate::domain::Viewer;
use crate::domain::clock::{SystemChance, SystemClock};
use crate::domain::text::EmailAddress;
use crate::domain::viewer::{Grant, Reach, Role};
use crate::storage;

/// What to do with users.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add a member of staff.
    Create(Creating),
    /// Take roles from a member of staff.
    Revoke(Revoking),
}

#[derive(Debug, Args)]
struct Revoking {
    /// Their address.
    email: String,
    /// What they are to be no more, as it was given. May be given several times.
    #[arg(long = "role", value_name = "ROLE[@ID]", required = true)]
    roles: Vec<Given>,
}

#[derive(Debug, Args)]
struct Creating {
    /// Their address.
    email: String,
    /// What they are: admin, recruiter, hiringManager, interviewer or approver; with @ID only on that posting or team.
    /// May be given several times.
    #[arg(long = "role", value_name = "ROLE[@ID]", required = true)]
    roles: Vec<Given>,
    /// What they are called; what stands before the @ when nothing is said.
    #[arg(long)]
    name: Option<String>,
    /// Their job title; candidates see it beside the name.
    #[arg(long)]
    title: Option<String>,
}

/// A grant as it is written on the command line.
#[derive(Debug, Clone, Copy)]
struct Given(Grant);

impl FromStr for Given {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (role, place) = text.split_once('@').map_or((text, None), |(role, place)| (role, Some(place)));
        let known = || Role::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
        let role = role.parse().map_err(|_| format!("write one of: {}", known()))?;
        let reach = match place {
            None => Reach::Organisation,
            Some(id) => id
                .parse()
                .map(Reach::Posting)
                .or_else(|_| id.parse().map(Reach::Team))
                .map_err(|_| "write the id of a posting or a team behind the @".to_owned())?,
        };
        Ok(Self(Grant { role, reach }))
    }
}

/// Runs the command.
///
/// # Errors
/// When the database cannot be used, the address is taken or is none, or there is no such posting or team.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let (store, site) = (open(config).await?, config.site()?);
    let (clock, chance, viewer) = (SystemClock, SystemChance, Viewer::System);
    let act = Act { store: &store, clock: &clock, chance: &chance, site: &site, viewer: &viewer };
    let creating = match &options.what {
        What::Create(creating) => creating,
        What::Revoke(revoking) => return revoke(act, revoking).await,
    };
    let mailbox = creating.email.split('@').next().unwrap_or_default();
    let input = user::Create {
        email: creating.email.clone(),
        name: creating.name.clone().unwrap_or_else(|| mailbox.to_owned()),
        title: creating.title.clone(),
        grants: creating.roles.iter().map(|given| given.0).collect(),
    };
    let made = user::create(act, input).await?;
    eprintln!("{} (hint: vacantia token create --user {})", made.name, made.email);
    say(&format!("{}\n", made.id))
}

async fn revoke(act: Act<'_>, revoking: &Revoking) -> anyhow::Result<()> {
    let email = EmailAddress::parse("email", &revoking.email)?;
    let found = storage::user::find_by_email(act.store, &email).await?;
    let user = found.ok_or_else(|| {
        anyhow::anyhow!("nobody has the address {email} (hint: see the case and the domain)")
    })?;
    for given in &revoking.roles {
        user::revoke(act, user.id, given.0).await?;
    }
    let left = storage::user::grants_of(act.store, user.id).await?;
    let left: Vec<_> = left.iter().map(|grant| grant.role.as_str()).collect();
    say(&format!(
        "{} is now: {}\n",
        user.email,
        if left.is_empty() { "nothing".to_owned() } else { left.join(", ") }
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_holds_everywhere_or_somewhere() {
        let team = "team_01hzzzzzzzzzzzzzzzzzzzzzzz";
        let read = |text: &str| text.parse::<Given>().map(|given| given.0);
        let everywhere = Grant { role: Role::HiringManager, reach: Reach::Organisation };
        assert_eq!(read("hiringManager"), Ok(everywhere));
        let there = Grant { role: Role::Interviewer, reach: Reach::Team(team.parse().unwrap()) };
        assert_eq!(read(&format!("interviewer@{team}")), Ok(there));
        for bad in ["", "boss", "admin@", "admin@user_01hzzzzzzzzzzzzzzzzzzzzzzz", "recruiter@x"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
