//! What changes of applications take and answer.

use async_graphql::{Enum, ID, InputObject, SimpleObject};

use super::application::{Application, ApplicationSource};
use super::application_parts::Justification;
use super::error::{bounded, id};
use super::payload::payload;
use super::scalar::DateTime;
use crate::actions::application::{Notice, Submission};
use crate::domain::Refusal;
use crate::domain::email::Omission;
use crate::domain::id::TeamId;
use crate::domain::question::Given;

/// Why a candidate is not written to.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::email::Omission")]
pub enum MailOmission {
    /// They were told in another way.
    ToldOtherwise,
    /// They asked not to be written to.
    AskedNotTo,
    /// The address is known not to work.
    AddressDead,
    /// It was no application of a person.
    NotAPerson,
}

/// Silence has to be chosen: without a reason the candidate gets a mail.
pub(super) fn notice(omitted: Option<MailOmission>) -> Notice {
    omitted.map_or(Notice::Mail, |reason| Notice::Omitted(Omission::from(reason)))
}

/// As [`notice`], where the mail may also leave at a later hour.
///
/// # Errors
/// `INVALID` on `mailAt` where no mail is sent.
pub(super) fn notice_at(omitted: Option<MailOmission>, mail_at: Option<DateTime>) -> Result<Notice, Refusal> {
    match (omitted, mail_at) {
        (Some(_), Some(_)) => Err(Refusal::invalid("mailAt", "nothing where no mail is sent")),
        (None, Some(at)) => Ok(Notice::MailAt(at.0)),
        (omitted, None) => Ok(notice(omitted)),
    }
}

/// An answer to a question of the posting.
#[derive(InputObject, Debug)]
pub struct AnswerInput {
    /// Key of the question.
    pub(super) key: String,
    /// The answer: `yes` or `no`, one of the options, a web address, or text.
    pub(super) value: String,
}

impl From<AnswerInput> for Given {
    fn from(answer: AnswerInput) -> Self {
        Self { key: answer.key, value: answer.value }
    }
}

/// What `applicationSubmit` takes.
#[derive(InputObject, Debug)]
pub struct ApplicationSubmitInput {
    /// Id of the posting.
    pub(super) posting_id: ID,
    /// Name of the person: at most 100 characters.
    pub(super) name: String,
    /// E-mail address of the person.
    pub(super) email: String,
    /// Telephone number of the person.
    pub(super) phone: Option<String>,
    /// Answers to the posting's questions; the required ones have to be there.
    #[graphql(default)]
    pub(super) answers: Vec<AnswerInput>,
    /// Ids of the teams that the person would prefer, best first.
    #[graphql(default)]
    pub(super) preferred_teams: Vec<ID>,
    /// Where the application comes from, as staff enter it.
    pub(super) source: Option<ApplicationSource>,
    /// Word that the address was marked with by which the person came: what follows `source=` in a feed's link. It says
    /// which feed led here, unless `source` says something else; a word that no feed has is passed over.
    pub(super) tracking_source: Option<String>,
    /// Language in which the person would be written to (BCP 47): `de`, `pt-BR`. Letters are in it where the organisation has words
    /// in it, else in English.
    pub(super) language: Option<String>,
    /// Id of the member of staff who referred the person, as staff enter it: nobody interviews whom they referred.
    pub(super) referrer_id: Option<ID>,
    /// Names this request: repeated, it has the same effect once and the same answer. Kept 30 days.
    pub(super) idempotency_key: Option<String>,
}

impl ApplicationSubmitInput {
    pub(super) fn parse(self) -> Result<Submission, Refusal> {
        bounded("answers", &self.answers)?;
        Ok(Submission {
            posting: id(&self.posting_id, "posting")?,
            name: self.name,
            email: self.email,
            phone: self.phone,
            answers: self.answers.into_iter().map(Into::into).collect(),
            preferred_teams: teams("preferredTeams", &self.preferred_teams)?,
            source: self.source.map(Into::into),
            tracking_source: self.tracking_source,
            language: self.language,
            referrer: self.referrer_id.map(|given| id(&given, "referrer")).transpose()?,
            idempotency_key: self.idempotency_key,
        })
    }
}

pub(super) fn teams(field: &str, ids: &[ID]) -> Result<Vec<TeamId>, Refusal> {
    bounded(field, ids)?;
    ids.iter().map(|given| id(given, "team")).collect()
}

/// What somebody who applied is told: the same whether they had applied before or not.
#[derive(SimpleObject, Debug)]
pub struct ApplicationReceipt {
    /// Timestamp of when the application was taken in.
    pub(super) received_at: DateTime,
    /// Id of the application, for staff who entered it.
    pub(super) application_id: Option<ID>,
}

payload!(
    /// Answer to `applicationSubmit`.
    ApplicationSubmitPayload {
        /// The receipt.
        receipt: ApplicationReceipt
    }
);

/// What `applicationAdvance` takes.
#[derive(InputObject, Debug)]
pub struct ApplicationAdvanceInput {
    /// Id of the application.
    pub(super) application_id: ID,
    /// Key of the stage that the application is in.
    pub(super) stage: String,
    /// Revision of the application that the caller read.
    pub(super) expected_revision: i32,
    /// Indicates whether the optional stages ahead are to be stepped over.
    #[graphql(default)]
    pub(super) pass_over: bool,
}

/// What `applicationKeep` takes.
#[derive(InputObject, Debug)]
pub struct ApplicationKeepInput {
    /// Id of the application.
    pub(super) application_id: ID,
    /// Revision of the application that the caller read.
    pub(super) expected_revision: i32,
}

/// What `applicationReturn` takes.
#[derive(InputObject, Debug)]
pub struct ApplicationReturnInput {
    /// Id of the application.
    pub(super) application_id: ID,
    /// Revision of the application that the caller read.
    pub(super) expected_revision: i32,
    /// Key of the earlier stage to go back to.
    pub(super) to_stage: String,
    /// Why, for colleagues.
    pub(super) reason: String,
}

/// What `applicationDecline` takes.
#[derive(InputObject, Debug)]
pub struct ApplicationDeclineInput {
    /// Id of the application.
    pub(super) application_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
    /// Why, for colleagues; the candidate never reads it.
    pub(super) reason: String,
    /// What the candidate reads beside the decision.
    pub(super) note: Option<String>,
    /// Why the candidate is not written to; without it they get a mail.
    pub(super) omit_mail: Option<MailOmission>,
    /// Timestamp of when the mail is to leave, within 7 days; at once without it. Until then the candidate knows nothing,
    /// and `applicationReinstate` takes mail and decision back.
    pub(super) mail_at: Option<DateTime>,
}

/// What `applicationWithdraw` takes.
#[derive(InputObject, Debug)]
pub struct ApplicationWithdrawInput {
    /// Id of the application.
    pub(super) application_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
    /// Why the candidate withdraws.
    pub(super) reason: Option<String>,
    /// Why the candidate is not written to; without it they get a mail.
    pub(super) omit_mail: Option<MailOmission>,
}

/// What `applicationReinstate` takes.
#[derive(InputObject, Debug)]
pub struct ApplicationReinstateInput {
    /// Id of the application.
    pub(super) application_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
}

/// What `applicationTransfer` takes.
#[derive(InputObject, Debug)]
pub struct ApplicationTransferInput {
    /// Id of the application.
    pub(super) application_id: ID,
    /// Revision of the application that the caller read.
    pub(super) expected_revision: i32,
    /// Id of the posting that it goes on to: one that is open or paused.
    pub(super) posting_id: ID,
    /// Why, for colleagues; the candidate never reads it.
    pub(super) reason: String,
    /// What the candidate reads beside the news.
    pub(super) note: Option<String>,
    /// Why the candidate is not written to; without it they get a mail.
    pub(super) omit_mail: Option<MailOmission>,
}

/// What `applicationAllot` takes.
#[derive(InputObject, Debug)]
pub struct ApplicationAllotInput {
    /// Id of the application.
    pub(super) application_id: ID,
    /// Id of the team, one that the posting hires for.
    pub(super) team_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
}

/// What `applicationPreferTeams` takes.
#[derive(InputObject, Debug)]
pub struct ApplicationPreferTeamsInput {
    /// Id of the application.
    pub(super) application_id: ID,
    /// Ids of the teams, best first; none takes the preference back.
    pub(super) teams: Vec<ID>,
    /// Revision of the application that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
}

/// What `justificationSave` takes.
#[derive(InputObject, Debug)]
pub struct JustificationSaveInput {
    /// Id of the application.
    pub(super) application_id: ID,
    /// Why to hire.
    pub(super) text: String,
}

payload!(
    /// Answer to `applicationAdvance`.
    ApplicationAdvancePayload {
        /// The application, as it stands now.
        application: Application
    }
);
payload!(
    /// Answer to `applicationKeep`.
    ApplicationKeepPayload {
        /// The application, as it stands now.
        application: Application
    }
);
payload!(
    /// Answer to `applicationReturn`.
    ApplicationReturnPayload {
        /// The application, as it stands now.
        application: Application
    }
);
payload!(
    /// Answer to `applicationDecline`.
    ApplicationDeclinePayload {
        /// The application, as it stands now.
        application: Application
    }
);
payload!(
    /// Answer to `applicationWithdraw`.
    ApplicationWithdrawPayload {
        /// The application, as it stands now.
        application: Application
    }
);
payload!(
    /// Answer to `applicationReinstate`.
    ApplicationReinstatePayload {
        /// The application, as it stands now.
        application: Application
    }
);
payload!(
    /// Answer to `applicationTransfer`.
    ApplicationTransferPayload {
        /// The application, as it stands now.
        application: Application
    }
);
payload!(
    /// Answer to `applicationAllot`.
    ApplicationAllotPayload {
        /// The application, as it stands now.
        application: Application
    }
);
payload!(
    /// Answer to `applicationPreferTeams`.
    ApplicationPreferTeamsPayload {
        /// The application, as it stands now.
        application: Application
    }
);
payload!(
    /// Answer to `justificationSave`.
    JustificationSavePayload {
        /// The justification.
        justification: Justification
    }
);
