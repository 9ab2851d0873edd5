//! What candidates and colleagues write each other by mail.

use super::application::{event, held};
use super::letter::{self, About};
use super::{Act, email};
use crate::domain::application::Application;
use crate::domain::email::NewEmail;
use crate::domain::event::{Change, EventKind};
use crate::domain::faults::Faults;
use crate::domain::id::{ApplicationId, MessageId, UserId};
use crate::domain::letter_template::Variable;
use crate::domain::message::{Message, Wording};
use crate::domain::policy::allow;
use crate::domain::policy::application::{applications, corresponding, messages};
use crate::domain::text;
use crate::domain::{Refusal, Viewer};
use crate::mail::letter::{MessageSent, Reader};
use crate::mail::line::{Line, Words};
use crate::storage::digest::sha256;
use crate::storage::idempotency::{self, Request};
use crate::storage::{Failure, Fault, Tx, application, message as kept, user};

/// The most characters of the key that names a request: what it names for each application has to fit beside it.
const MOST_OF_KEY: usize = 160;

/// What is to be said to candidates.
#[derive(Debug, Clone)]
pub struct Written {
    /// What it is about; the letter says which role, if absent.
    pub subject: Option<String>,
    /// What is said.
    pub text: String,
    /// By what a repeat of this request is known, for each application by itself.
    pub idempotency_key: Option<String>,
}

/// What became of the message to each candidate, at the place where their application was named.
pub type Each = Vec<Result<Message, Failure>>;

/// Writes to the candidate of each of these applications, by a mail of their own that they can answer. One that cannot be written
/// to holds up no other.
///
/// # Errors
/// `REQUIRED` or `INVALID` on `subject`, `text` or `idempotencyKey`: nothing was done then. Of each: `NOT_FOUND`, `FORBIDDEN`,
/// `EMAIL_UNDELIVERABLE`, or `IDEMPOTENCY_MISMATCH`.
pub async fn send(act: Act<'_>, to: &[ApplicationId], written: Written) -> Result<Each, Refusal> {
    let change = &act.change();
    let mut faults = Faults::default();
    let key = written.idempotency_key.as_deref();
    let key = faults.keep(key.map(|key| text::line("idempotencyKey", key, MOST_OF_KEY)).transpose());
    let wording = faults.keep(Wording::parse(written.subject.as_deref(), &written.text));
    faults.end()?;
    let said = &Said { wording, key };
    let mut ended = Vec::with_capacity(to.len());
    for id in to {
        ended.push(said.to(act, change, *id).await);
    }
    Ok(ended)
}

/// What is said to each, checked.
struct Said {
    wording: Wording,
    key: Option<String>,
}

impl Said {
    async fn to(&self, act: Act<'_>, change: &Change, id: ApplicationId) -> Result<Message, Failure> {
        let found = application::find(act.store, &applications(act.viewer), id).await?;
        let found = &found.ok_or(Refusal::NotFound("application"))?;
        let author = act.viewer.user().ok_or(Refusal::Forbidden)?;
        let message = MessageId::new(change.at, act.chance);
        let (letter, wording) = &self.letter(act, found, (message, author)).await?;
        let message = &written(change, (message, author), letter, wording);
        let request = &self.request(act.viewer, id)?;
        act.store
            .write(|tx| async move {
                let about = held(&tx, act.viewer, &corresponding(act.viewer), id, "application").await?;
                if let Some(before) = done_before(&tx, request.as_ref(), change).await? {
                    return Ok(before);
                }
                if email::is_in_vain(&tx, letter).await? {
                    return Err(Refusal::EmailUndeliverable.into());
                }
                email::queue(&tx, change, letter).await?;
                kept::insert(&tx, message, &sha256(&letter.raw)).await?;
                tx.record(event(change, EventKind::MessageSent, &about).word("message", message.id));
                if let Some(request) = request {
                    idempotency::keep(&tx, request, &[message.id.to_string()], change.at).await?;
                }
                Ok(message.clone())
            })
            .await
    }

    /// The mail to this candidate, and what it says.
    async fn letter(
        &self,
        act: Act<'_>,
        about: &Application,
        (message, author): (MessageId, UserId),
    ) -> Result<(NewEmail, Wording), Failure> {
        let to = letter::addressee(act.store, about.candidate, about.id).await?;
        let author = user::find(act.store, author).await?.ok_or_else(|| Fault::missing("user", author))?;
        let (reader, role) = (Reader::new(&to.name), letter::role(act, about.posting).await?);
        let wording = self.wording.filled(&[
            (Variable::Name, reader.name().to_owned()),
            (Variable::Role, role.to_string()),
            (Variable::Organisation, act.site.name.clone()),
            (Variable::Author, author.name),
        ]);
        let subject = wording.subject.as_deref().map(Line::new);
        let facts = MessageSent { reader, subject, role, words: Words::new(&wording.text) };
        let about = About { posting: about.posting, application: about.id, offer: None };
        let letter = letter::prepare(act, &to, about, &format!("message-{}", message.short()), &facts)?;
        Ok((letter, wording))
    }

    fn request(&self, viewer: &Viewer, id: ApplicationId) -> Result<Option<Request>, Refusal> {
        let Some(key) = &self.key else { return Ok(None) };
        let id = id.to_string();
        let parts = [Some(id.as_str()), self.wording.subject.as_deref(), Some(&self.wording.text)];
        Request::new(viewer, "messageSend", &format!("{} {id}", key.trim()), &parts).map(Some)
    }
}

fn written(
    change: &Change,
    (id, author): (MessageId, UserId),
    letter: &NewEmail,
    wording: &Wording,
) -> Message {
    Message {
        id,
        application: letter.application,
        message_id: Some(letter.message_id.clone()),
        sender: None,
        from_candidate: false,
        automatic: false,
        subject: wording.subject.clone().unwrap_or_default(),
        text: wording.text.clone(),
        attachments: Vec::new(),
        attachment_count: 0,
        answer: None,
        received_at: change.at,
        read_at: Some(change.at),
        read_by: Some(author),
        sent: Some((author, letter.id)),
        asked: None,
    }
}

/// The message that the same request wrote before.
async fn done_before(
    tx: &Tx,
    request: Option<&Request>,
    change: &Change,
) -> Result<Option<Message>, Failure> {
    let Some(request) = request else { return Ok(None) };
    let Some(ids) = idempotency::find(tx, request, change.at).await? else { return Ok(None) };
    let unreadable = || Fault::unfit("an idempotency key names no message");
    let id = ids.first().and_then(|id| id.parse().ok()).ok_or_else(unreadable)?;
    Ok(Some(kept::get(tx, id).await?.ok_or_else(|| Fault::missing("message", id))?))
}

/// Says that somebody has read a mail that came in. Said again, it changes nothing.
///
/// # Errors
/// `NOT_FOUND` or `FORBIDDEN`.
pub async fn read(act: Act<'_>, id: MessageId) -> Result<Message, Failure> {
    let change = &act.change();
    let viewer = act.viewer;
    act.store
        .write(|tx| async move {
            let message = kept::get(&tx, id).await?.ok_or(Refusal::NotFound("message"))?;
            let about = application::lock(&tx, message.application).await?;
            let about = about.ok_or_else(|| Fault::missing("application", message.application))?;
            let subject = application::subject(&tx, &about, viewer.user()).await?;
            allow("message", &subject, &messages(viewer), &corresponding(viewer))?;
            let user = viewer.user().ok_or(Refusal::Forbidden)?;
            // Read under the lock: of two who say so at once, one was first.
            let message = kept::get(&tx, id).await?.ok_or(Refusal::NotFound("message"))?;
            if message.read_at.is_some() {
                return Ok(message);
            }
            kept::mark_read(&tx, id, user, change.at).await?;
            tx.record(event(change, EventKind::MessageRead, &about).word("message", id));
            Ok(Message { read_at: Some(change.at), read_by: Some(user), ..message })
        })
        .await
}
