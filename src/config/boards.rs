//! What job boards know the organisation by.

use super::{Mistake, stated};

/// What job boards know the organisation by.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Organisation")]
pub struct Boards {
    /// The number of the organisation's page on LinkedIn, as the address of the page shows it to those who run it.
    /// `linkedin.xml` names it; without it LinkedIn may not know whose jobs they are.
    #[arg(long, env = "VACANTIA_LINKEDIN_COMPANY_ID", global = true, value_name = "NUMBER")]
    pub linkedin_company_id: Option<String>,
}

impl Boards {
    /// # Errors
    /// When it is not a number.
    pub(super) fn linkedin_company(&self) -> Result<Option<String>, Mistake> {
        let Some(given) = stated(self.linkedin_company_id.as_ref()) else { return Ok(None) };
        if given.len() <= 20 && given.chars().all(|c| c.is_ascii_digit()) {
            return Ok(Some(given.to_owned()));
        }
        Err(Mistake::new("VACANTIA_LINKEDIN_COMPANY_ID", "write the number alone, like 1234567"))
    }
}
