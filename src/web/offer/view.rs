//! What a candidate sees of an offer. Pure: no reads, no clock.

use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};

use crate::domain::certificate::{Certificate, Proof};
use crate::domain::decision::CONSENT;
use crate::domain::message::QuestionKind;
use crate::domain::offer::{Offer, OfferStatus, OfferVersion};
use crate::domain::site::Site;
use crate::domain::terms::Terms;
use crate::web::fields::{Fault, Fields};
use crate::web::page::{Day, Frame, moment};

/// How an offer stands for the holder of a link to one of its versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It can be decided.
    Open,
    /// A newer version was sent.
    Superseded,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Rescinded,
    /// The candidate said yes.
    Accepted,
    /// The candidate said no.
    Declined,
    /// It ended some other way.
    Over,
}

impl State {
    pub fn of(offer: &Offer, version: i32, revoked: bool, now: DateTime<Utc>) -> Self {
        match offer.status {
            OfferStatus::Sent if offer.sent_version != Some(version) => Self::Superseded,
            OfferStatus::Sent if offer.is_past_deadline(now) => Self::Expired,
            OfferStatus::Sent if !revoked => Self::Open,
            OfferStatus::Accepted if offer.undone_at.is_none() => Self::Accepted,
            OfferStatus::Declined => Self::Declined,
            OfferStatus::Expired => Self::Expired,
            OfferStatus::Rescinded => Self::Rescinded,
            _ => Self::Over,
        }
    }

    pub fn status(self) -> StatusCode {
        match self {
            Self::Open | Self::Accepted | Self::Declined => StatusCode::OK,
            Self::Superseded | Self::Expired | Self::Rescinded | Self::Over => StatusCode::GONE,
        }
    }
}

#[derive(Template)]
#[template(path = "pages/offer_cover.html")]
pub struct CoverPage {
    pub frame: Frame,
    pub address: String,
    pub until: String,
}

impl CoverPage {
    pub fn of(site: &Site, secret: &str, offer: &Offer) -> Self {
        Self {
            frame: Frame::of(site, "Your offer"),
            address: format!("/offers/{secret}"),
            until: moment(site, offer.expires_at),
        }
    }
}

#[derive(Template)]
#[template(path = "pages/offer_closed.html")]
pub struct ClosedPage {
    pub frame: Frame,
    pub address: String,
    pub heading: &'static str,
    pub said: String,
    pub accepted: bool,
}

impl ClosedPage {
    pub fn of(site: &Site, secret: &str, offer: &Offer, state: State) -> Self {
        let day = offer.decided_at.map(|at| Day::of(site, at).words).unwrap_or_default();
        let (heading, said) = match state {
            State::Accepted => (
                "You have accepted our offer",
                format!(
                    "We have had your yes since {day}. A confirmation is on its way to you by mail, and we will be in touch about everything else."
                ),
            ),
            State::Declined => (
                "You have declined our offer",
                format!(
                    "We have had your answer since {day}. Thank you for telling us. If that was a mistake, write to us."
                ),
            ),
            State::Expired => (
                "This offer has expired",
                format!(
                    "It stood until {}. If you would still like to come, write to us.",
                    moment(site, offer.expires_at)
                ),
            ),
            State::Rescinded => (
                "This offer was taken back",
                format!("We took it back on {day}, and have written to you about it."),
            ),
            State::Superseded => (
                "There is a newer version of this offer",
                "We have sent it to you by mail, with a link of its own.".to_owned(),
            ),
            State::Open | State::Over => {
                ("This offer is no longer open", "If you do not know why, write to us.".to_owned())
            }
        };
        Self {
            frame: Frame::of(site, heading),
            address: format!("/offers/{secret}"),
            heading,
            said,
            accepted: state == State::Accepted,
        }
    }
}

#[derive(Template)]
#[template(path = "pages/certificate.html")]
pub struct CertificatePage {
    pub frame: Frame,
    pub address: String,
    pub certificate: Certificate,
}

impl CertificatePage {
    pub fn of(site: &Site, secret: &str, terms: &Terms, proof: Proof) -> Self {
        Self {
            frame: Frame::of(site, "Certificate of acceptance"),
            address: format!("/offers/{secret}"),
            certificate: Certificate { organisation: site.name.clone(), terms: terms.clone(), proof },
        }
    }
}

/// What was wrong with the last try, and what was typed.
#[derive(Debug, Default)]
pub struct Tries {
    pub faults: Vec<Fault>,
    pub notice: Option<&'static str>,
    pub told: Option<&'static str>,
    pub typed: String,
    pub reason: String,
    pub question: String,
    pub is_counter_offer: bool,
}

impl Tries {
    /// What was typed. A code is not shown again: it is good once.
    pub fn of(fields: &Fields) -> Self {
        Self {
            typed: fields.shown("typedName"),
            reason: fields.shown("reason"),
            question: fields.shown("text"),
            is_counter_offer: Self::kind(fields) == QuestionKind::CounterOffer,
            ..Self::default()
        }
    }

    /// What the candidate writes to us.
    pub fn kind(fields: &Fields) -> QuestionKind {
        fields.get("kind").parse().unwrap_or(QuestionKind::Question)
    }
}

#[derive(Template)]
#[template(path = "pages/offer.html")]
pub struct TermsPage {
    pub frame: Frame,
    pub address: String,
    pub name: String,
    pub open: bool,
    /// How many kilobytes its document has, if there is one.
    pub document: Option<i32>,
    pub terms: Terms,
    pub until: String,
    pub version: i32,
    pub terms_hash: String,
    pub consent_id: &'static str,
    pub consent: &'static str,
    pub nonce: String,
    pub typed: String,
    pub reason: String,
    pub question: String,
    pub is_counter_offer: bool,
    pub is_code_asked: bool,
    pub notice: Option<&'static str>,
    pub told: Option<&'static str>,
    pub typed_fault: Option<String>,
    pub code_fault: Option<String>,
    pub question_fault: Option<String>,
    pub consent_fault: Option<String>,
    pub reason_fault: Option<String>,
}

impl TermsPage {
    pub fn of(site: &Site, secret: &str, offer: &Offer, version: &OfferVersion, tries: Tries) -> Self {
        let at = |field| Fault::at(&tries.faults, field);
        Self {
            frame: Frame::of(site, "Your offer"),
            address: format!("/offers/{secret}"),
            name: String::new(),
            open: false,
            document: None,
            terms: version.terms.clone(),
            until: moment(site, offer.expires_at),
            version: version.number,
            terms_hash: version.terms_hash.0.clone(),
            consent_id: CONSENT.id,
            consent: CONSENT.text,
            nonce: String::new(),
            typed_fault: at("typedName"),
            consent_fault: at("consent").map(|_| "Please confirm this.".to_owned()),
            reason_fault: at("reason"),
            code_fault: at("code"),
            question_fault: at("text"),
            typed: tries.typed,
            reason: tries.reason,
            question: tries.question,
            is_counter_offer: tries.is_counter_offer,
            is_code_asked: site.mailing.offer_code,
            notice: tries.notice,
            told: tries.told,
        }
    }
}
