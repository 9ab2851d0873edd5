//! The organisation this installation serves, and where on the web it stands.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::channel_setting::ChannelSetting;
use super::feed::Channel;
use super::id::OfferId;
use super::mailing::{MailGroup, Mailing};
use super::ping::Pings;
use super::posting::Posting;
use super::text::EmailAddress;

/// The organisation and its web addresses. One installation serves one organisation.
#[derive(Debug, Clone)]
pub struct Site {
    /// What the organisation is called.
    pub name: String,
    /// Its own web site.
    pub url: String,
    /// Where this program is reached from outside, without a slash at the end.
    pub public_url: String,
    /// The zone its dates are shown in.
    pub zone: Tz,
    /// Whom its mail is from, unless a letter has a sender of its own.
    pub mail_from: EmailAddress,
    /// How its mail is addressed beside that.
    pub mailing: Mailing,
    /// Where boards and candidates reach a person.
    pub contact_email: EmailAddress,
    /// The number of the organisation's page on LinkedIn.
    pub linkedin_company: Option<String>,
    /// Whom it tells of what is new.
    pub pings: Pings,
}

impl Site {
    /// Whom letters of a group are from.
    #[must_use]
    pub fn sender(&self, group: MailGroup) -> &EmailAddress {
        self.mailing.sender(group).unwrap_or(&self.mail_from)
    }

    /// The day of an instant, as the organisation sees it: the same on page, feed and JSON-LD.
    #[must_use]
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// The page of all jobs.
    #[must_use]
    pub fn jobs_url(&self) -> String {
        format!("{}/jobs", self.public_url)
    }

    /// The page of a posting.
    #[must_use]
    pub fn posting_url(&self, slug: &str) -> String {
        format!("{}/jobs/{slug}", self.public_url)
    }

    /// The page where somebody applies to a posting.
    #[must_use]
    pub fn apply_url(&self, slug: &str) -> String {
        format!("{}/jobs/{slug}/apply", self.public_url)
    }

    /// Where somebody applies to a posting, here or elsewhere.
    #[must_use]
    pub fn applying_at(&self, posting: &Posting) -> String {
        posting.apply_url.clone().unwrap_or_else(|| self.apply_url(&posting.slug))
    }

    /// The feed of a channel.
    #[must_use]
    pub fn feed_url(&self, channel: Channel) -> String {
        format!("{}/feeds/{}", self.public_url, channel.file())
    }

    /// The hub by which readers of a channel's feed learn of news, if there is one. A feed that is private has none: a hub
    /// could not fetch it, and it is nobody's business that there is one.
    #[must_use]
    pub fn hub_of(&self, channel: Channel, setting: &ChannelSetting) -> Option<&str> {
        self.pings.hub.as_deref().filter(|_| channel.has_hub() && setting.is_public())
    }

    /// A part of the sitemap, counted from 1.
    #[must_use]
    pub fn sitemap_url(&self, number: i64) -> String {
        format!("{}/sitemaps/{number}.xml", self.public_url)
    }

    /// How each posting fared in a channel.
    #[must_use]
    pub fn feed_report_url(&self, channel: Channel) -> String {
        format!("{}/feeds/{channel}/report.json", self.public_url)
    }

    /// The page of an application, for whoever holds its link's secret.
    #[must_use]
    pub fn application_url(&self, secret: &str) -> String {
        format!("{}/applications/{secret}", self.public_url)
    }

    /// The page of an offer, for whoever holds its link's secret.
    #[must_use]
    pub fn offer_url(&self, secret: &str) -> String {
        format!("{}/offers/{secret}", self.public_url)
    }

    /// The document of an offer's version, for whoever sees the version.
    #[must_use]
    pub fn offer_document_url(&self, offer: OfferId, version: i32) -> String {
        format!("{}/offers/{offer}/{version}.pdf", self.public_url)
    }

    /// The page of a scorecard, for whoever holds its link's secret.
    #[must_use]
    pub fn scorecard_url(&self, secret: &str) -> String {
        format!("{}/scorecards/{secret}", self.public_url)
    }

    /// The page of what an approver decides, for whoever holds its link's secret.
    #[must_use]
    pub fn approval_url(&self, secret: &str) -> String {
        format!("{}/approvals/{secret}", self.public_url)
    }

    /// The page of the questions of a step, for whoever holds its link's secret.
    #[must_use]
    pub fn form_url(&self, secret: &str) -> String {
        format!("{}/forms/{secret}", self.public_url)
    }

    /// The page on which a candidate picks a time, for whoever holds its link's secret.
    #[must_use]
    pub fn interview_url(&self, secret: &str) -> String {
        format!("{}/interviews/{secret}", self.public_url)
    }

    /// The page on which a candidate names people, for whoever holds its link's secret.
    #[must_use]
    pub fn nomination_url(&self, secret: &str) -> String {
        format!("{}/nominations/{secret}", self.public_url)
    }

    /// The page on which a referee answers, for whoever holds its link's secret.
    #[must_use]
    pub fn reference_url(&self, secret: &str) -> String {
        format!("{}/references/{secret}", self.public_url)
    }
}
