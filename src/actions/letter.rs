//! Letters on their way into the outbox: written and frozen before the write that queues them.

mod words;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use url::{Host, Url};

pub(super) use self::words::house;
use self::words::written;
use super::{Act, email};
use crate::domain::email::{LetterKind, NewEmail};
use crate::domain::event::Change;
use crate::domain::id::{
    ApplicationId, CandidateId, EmailMessageId, LinkId, OfferId, PostingId, ReferenceId, UserId,
};
use crate::domain::letter_template::{LANGUAGE, LetterTemplates};
use crate::domain::link::{self, Link, Purpose};
use crate::domain::mailing::MailGroup;
use crate::domain::policy::application::{applications, contacts};
use crate::domain::site::Site;
use crate::domain::text::EmailAddress;
use crate::domain::user::User;
use crate::domain::{Refusal, Viewer};
use crate::mail::invite::{self, Invite, Method};
use crate::mail::letter::Facts;
use crate::mail::line::Line;
use crate::mail::message::{self, Party, Post, Unwritable};
use crate::mail::seal::Sealed;
use crate::storage::posting::Sight;
use crate::storage::{
    Failure, Fault, Source, Tx, candidate, email_message, letter_template, link as kept_link, posting, user,
};

/// Whom a letter goes to.
#[derive(Debug, Clone)]
pub struct Addressee {
    /// The candidate it is about.
    pub candidate: CandidateId,
    /// The member of staff it goes to, if it does not go to the candidate.
    pub user: Option<UserId>,
    /// The reference whose referee it goes to, if it goes to one.
    pub reference: Option<ReferenceId>,
    /// What they are called.
    pub name: String,
    /// Where the mail goes.
    pub email: EmailAddress,
    /// `Message-ID` of the first mail to them about the application, if there was one: later ones go on from it.
    pub thread: Option<String>,
    /// In which language they would be written to, as far as it is known.
    pub language: Option<String>,
    /// The organisation's own words for letters to them.
    pub templates: LetterTemplates,
}

/// How to write to a candidate about an application of theirs, whoever causes the letter: the right to cause it is not the right
/// to read the address.
///
/// # Errors
/// A fault when the candidate cannot be written to.
pub async fn addressee(
    db: &impl Source,
    id: CandidateId,
    application: ApplicationId,
) -> Result<Addressee, Fault> {
    let missing = || Fault::missing("candidate", id);
    let candidate = candidate::find(db, &applications(&Viewer::System), id).await?.ok_or_else(missing)?;
    let mut contacts = candidate::contacts(db, &contacts(&Viewer::System), &[id]).await?;
    let contact = contacts.remove(&id).ok_or_else(missing)?;
    let mut threads = email_message::threads(db, application).await?;
    let thread = threads.remove(&(None, None));
    let (name, email) = (candidate.name, contact.email);
    let language = letter_template::language(db, application).await?;
    let templates = letter_template::in_force(db).await?;
    Ok(Addressee { candidate: id, user: None, reference: None, name, email, thread, language, templates })
}

/// How to write to members of staff about a candidate, and who they are.
///
/// # Errors
/// A fault when an address that is kept is none.
pub async fn colleagues(
    db: &impl Source,
    candidate: CandidateId,
    application: ApplicationId,
    users: &[UserId],
) -> Result<HashMap<UserId, (Addressee, User)>, Fault> {
    let mut threads = email_message::threads(db, application).await?;
    let found = user::of(db, users).await?.into_values();
    let known = found.map(|user| {
        let email = EmailAddress::parse("email", &user.email);
        let email = email.map_err(|_| Fault::unfit(format!("user {} has no address", user.id)))?;
        let (name, thread) = (user.name.clone(), threads.remove(&(Some(user.id), None)));
        // Colleagues read the words of the program, and its language.
        let (language, templates) = (None, LetterTemplates::default());
        let addressee = Addressee {
            candidate,
            user: Some(user.id),
            reference: None,
            name,
            email,
            thread,
            language,
            templates,
        };
        Ok((user.id, (addressee, user)))
    });
    known.collect()
}

impl Addressee {
    /// An invitation, as this person's calendar is told.
    ///
    /// # Errors
    /// `INVALID` on `email` when no mail can be sent to the address.
    pub fn invite(&self, meeting: &invite::Meeting<'_>, method: Method) -> Result<Invite, Failure> {
        let party = Party::new(&self.name, self.email.as_str());
        invite::write(meeting, method, &party).map_err(unwritable)
    }
}

/// What the posting is called, whoever causes the letter.
///
/// # Errors
/// A fault when there is no such posting.
pub async fn role(act: Act<'_>, id: PostingId) -> Result<Line, Fault> {
    let sight = Sight::of(&Viewer::System, act.clock.now());
    let posting = posting::find(act.store, &sight, id).await?.ok_or_else(|| Fault::missing("posting", id))?;
    Ok(Line::cut(&posting.content.title, 150))
}

/// What a letter is about.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The posting.
    pub posting: PostingId,
    /// The application.
    pub application: ApplicationId,
    /// The offer and its version.
    pub offer: Option<(OfferId, i32)>,
}

impl About {
    /// The name of an occasion of what this is about: no two messages have the same.
    fn key(&self, occasion: &str) -> String {
        match self.offer {
            Some((offer, version)) => format!("offer/{offer}/v{version}/{occasion}"),
            None => format!("application/{}/{occasion}", self.application),
        }
    }
}

/// Writes a letter and freezes it, ready to be queued.
///
/// `occasion` tells one message about the same thing from another, such as `received` or `declined-r7`: a second one
/// under the same name is never queued.
///
/// # Errors
/// `INVALID` on `email` when no mail can be sent to the address.
pub fn prepare(
    act: Act<'_>,
    to: &Addressee,
    about: About,
    occasion: &str,
    facts: &(impl Facts + ?Sized),
) -> Result<NewEmail, Failure> {
    prepare_with(act, to, about, occasion, facts, &[])
}

/// As [`prepare`], for a letter that also takes something out of the reader's calendar.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_with(
    act: Act<'_>,
    to: &Addressee,
    about: About,
    occasion: &str,
    facts: &(impl Facts + ?Sized),
    invites: &[Invite],
) -> Result<NewEmail, Failure> {
    let (replies, due) = (replies(act.site, to, about), act.clock.now());
    let bearing = Bearing { name: facts.kind().as_str(), reply_to: Some(&replies), invites, due };
    frozen(act, to, about, occasion, facts, &bearing)
}

/// As [`prepare`], for a letter that leaves, and is dated, from `due` on.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_for(
    act: Act<'_>,
    to: &Addressee,
    about: About,
    occasion: &str,
    facts: &(impl Facts + ?Sized),
    due: DateTime<Utc>,
) -> Result<NewEmail, Failure> {
    let replies = replies(act.site, to, about);
    let bearing = Bearing { name: facts.kind().as_str(), reply_to: Some(&replies), invites: &[], due };
    frozen(act, to, about, occasion, facts, &bearing)
}

/// As [`prepare`], for an invitation: an answer to it goes to whoever invites, which is where the mail is from.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_invitation(
    act: Act<'_>,
    to: &Addressee,
    about: About,
    occasion: &str,
    facts: &impl Facts,
    (name, invite): (&str, Invite),
) -> Result<NewEmail, Failure> {
    let name = &format!("cal.{name}");
    let due = act.clock.now();
    frozen(act, to, about, occasion, facts, &Bearing { name, reply_to: None, invites: &[invite], due })
}

/// Where an answer to a letter goes: a candidate's to their application, where mail is taken in; else to a person.
fn replies(site: &Site, to: &Addressee, about: About) -> Party {
    let inbound = site.mailing.inbound.as_ref().filter(|_| to.user.is_none() && to.reference.is_none());
    let address = inbound.map(|inbound| Sealed::Reply(about.application).address(inbound));
    Party::new(&site.name, address.as_deref().unwrap_or(site.contact_email.as_str()))
}

/// Whom a letter is from. What calendars read is from whoever invites, or they would not believe it.
fn sender<'a>(site: &'a Site, facts: &(impl Facts + ?Sized), invites: &[Invite]) -> &'a EmailAddress {
    site.sender(if invites.is_empty() { facts.kind().group() } else { MailGroup::Interviews })
}

/// What a message bears beside its letter.
struct Bearing<'a> {
    /// What its `Message-ID` begins with.
    name: &'a str,
    reply_to: Option<&'a Party>,
    invites: &'a [Invite],
    /// From when on it may leave.
    due: DateTime<Utc>,
}

fn frozen(
    act: Act<'_>,
    to: &Addressee,
    about: About,
    occasion: &str,
    facts: &(impl Facts + ?Sized),
    bearing: &Bearing<'_>,
) -> Result<NewEmail, Failure> {
    let (site, now) = (act.site, act.clock.now());
    let id = EmailMessageId::new(now, act.chance);
    let kind = facts.kind();
    let message_id = format!("<{}.{}@{}>", bearing.name, id.short(), host(site));
    let (letter, template) = written(site, to, facts)?;
    let language = template.as_ref().map_or(LANGUAGE, |(language, _)| language);
    let from = sender(site, facts, bearing.invites);
    let post = Post {
        from: &Party::new(&site.name, from.as_str()),
        to: &Party::new(&to.name, to.email.as_str()),
        reply_to: bearing.reply_to,
        message_id: &message_id,
        answers: to.thread.as_deref(),
        feedback_id: &feedback_id(site, kind),
        date: bearing.due,
        language,
        letter: &letter,
        invites: bearing.invites,
    };
    let raw = message::freeze(&post).map_err(unwritable)?;
    let inbound = site.mailing.inbound.as_ref();
    let path = inbound.map_or_else(|| from.to_string(), |inbound| Sealed::Bounce(id).address(inbound));
    Ok(NewEmail {
        id,
        kind,
        dedupe_key: about.key(occasion),
        message_id,
        posting: about.posting,
        application: about.application,
        offer: about.offer,
        candidate: to.candidate,
        user: to.user,
        reference: to.reference,
        from: path,
        to: to.email.to_string(),
        raw,
        template,
        created_at: now,
        due_at: bearing.due,
        expires_at: None,
    })
}

/// A new link, and the web address that holds its secret. Only the letter may carry the address.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// What is kept.
    pub link: Link,
    /// The hash it is kept under.
    pub hash: String,
    /// The address, with the secret.
    pub address: Url,
}

/// Makes a link for `candidate` to what `purpose` says.
///
/// # Errors
/// A fault when the site's public address is none.
pub fn link_for(act: Act<'_>, candidate: CandidateId, purpose: Purpose) -> Result<NewLink, Fault> {
    let now = act.clock.now();
    let secret = link::secret(act.chance);
    let address = match purpose {
        Purpose::Application(_) => act.site.application_url(&secret),
        Purpose::Offer { .. } => act.site.offer_url(&secret),
        Purpose::Form { .. } => act.site.form_url(&secret),
        Purpose::Scorecard { .. } => act.site.scorecard_url(&secret),
        Purpose::Approval { .. } => act.site.approval_url(&secret),
        Purpose::Nomination { .. } => act.site.nomination_url(&secret),
        Purpose::Interview { .. } => act.site.interview_url(&secret),
        Purpose::Reference { .. } => act.site.reference_url(&secret),
    };
    Ok(NewLink {
        link: Link {
            id: LinkId::new(now, act.chance),
            purpose,
            candidate,
            created_at: now,
            revoked_at: None,
        },
        hash: kept_link::hash(&secret),
        address: Url::parse(&address).map_err(|error| Fault::unfit(format!("the public URL: {error}")))?,
    })
}

/// A letter that brings a new link.
#[derive(Debug, Clone)]
pub struct WithLink {
    /// The letter.
    pub email: NewEmail,
    /// The link in it.
    pub link: NewLink,
}

impl WithLink {
    /// Queues the letter and keeps the link, in the write that causes them. `false`, and no link, as with [`email::queue`].
    pub(super) async fn queue(&self, tx: &Tx, change: &Change) -> Result<bool, Failure> {
        let queued = email::queue(tx, change, &self.email).await?;
        if queued {
            kept_link::create(tx, &self.link.link, &self.link.hash).await?;
        }
        Ok(queued)
    }
}

/// By what complaints are told apart: the kind of letter, the organisation, the installation's host, the program.
fn feedback_id(site: &Site, kind: LetterKind) -> String {
    let words = site.name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    let name = if name.is_empty() { "organisation" } else { &name };
    format!("{kind}:{name:.30}:{:.60}:vacantia", host(site))
}

/// The domain our `Message-ID`s end in.
pub(super) fn host(site: &Site) -> String {
    match Url::parse(&site.public_url).ok().and_then(|url| url.host().map(|host| host.to_owned())) {
        Some(Host::Domain(name)) => name,
        Some(Host::Ipv4(address)) => address.to_string(),
        // An address in brackets does not fit between `@` and `>`.
        Some(Host::Ipv6(_)) | None => "localhost".to_owned(),
    }
}

fn unwritable(error: Unwritable) -> Failure {
    match error {
        Unwritable::Address(_) => {
            Refusal::invalid("email", "an e-mail address that mail can be sent to").into()
        }
        other => Fault::unfit(format!("a letter cannot be written: {other}")).into(),
    }
}
