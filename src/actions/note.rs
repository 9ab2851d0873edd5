//! Notes about applications: written once, and read by those whom they mention.

use url::Url;

use super::application::{event, held};
use super::letter::{self, About};
use super::{Act, email};
use crate::domain::Refusal;
use crate::domain::application::Application;
use crate::domain::email::NewEmail;
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{ApplicationId, NoteId, UserId};
use crate::domain::note::{Note, body, check_mentions, unfit};
use crate::domain::policy::allow;
use crate::domain::policy::application::{applications, notes, noting, reads_notes};
use crate::domain::viewer::Viewer;
use crate::mail::letter::{NoteMentioned, Reader};
use crate::mail::line::Line;
use crate::storage::idempotency::{self, Request};
use crate::storage::posting::Sight;
use crate::storage::{Failure, Fault, Tx, application as kept, note as kept_note, posting, user};

/// A note to be added.
#[derive(Debug, Clone)]
pub struct Add {
    /// About which application.
    pub application: ApplicationId,
    /// What it says.
    pub text: String,
    /// Colleagues who are to read it.
    pub mentions: Vec<UserId>,
    /// By which a repeated request is known.
    pub idempotency_key: Option<String>,
}

/// Adds a note to an application. Each colleague it mentions gets a mail that says so, and has it to read.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `IDEMPOTENCY_MISMATCH`; `REQUIRED` or `INVALID` on `text`; `INVALID` on the mention of somebody
/// who may not read it.
pub async fn add(act: Act<'_>, input: Add) -> Result<Note, Failure> {
    let change = &act.change();
    let found = kept::find(act.store, &applications(act.viewer), input.application).await?;
    let found = &found.ok_or(Refusal::NotFound("application"))?;
    // A note is somebody's word: the program itself has none to give.
    let author = act.viewer.user().ok_or(Refusal::Forbidden)?;
    let text = body(&input.text)?;
    check_mentions(author, &input.mentions)?;
    let id = NoteId::new(change.at, act.chance);
    let note = &Note { id, application: found.id, author, text, created_at: change.at };
    let letters = &letters(act, found, note, &input.mentions).await?;
    let (request, input) = (request(act.viewer, &input)?, &input);
    let request = request.as_ref();
    act.store
        .write(|tx| async move {
            let application = held(&tx, act.viewer, &noting(act.viewer), found.id, "application").await?;
            if let Some(before) = done_before(&tx, request, change).await? {
                return Ok(before);
            }
            may_be_mentioned(&tx, &application, &input.mentions).await?;
            kept_note::insert(&tx, note, &input.mentions).await?;
            for letter in letters {
                email::queue(&tx, change, letter).await?;
            }
            let mentions = i64::try_from(input.mentions.len()).unwrap_or_default();
            let added = event(change, EventKind::NoteAdded, &application);
            tx.record(added.word("note", note.id).count("mentions", mentions));
            if let Some(request) = request {
                idempotency::keep(&tx, request, &[note.id.to_string()], change.at).await?;
            }
            Ok(note.clone())
        })
        .await
}

fn request(viewer: &Viewer, input: &Add) -> Result<Option<Request>, Refusal> {
    let Some(key) = input.idempotency_key.as_deref() else { return Ok(None) };
    let application = input.application.to_string();
    let mentions: Vec<String> = input.mentions.iter().map(ToString::to_string).collect();
    let parts = [Some(application.as_str()), Some(&input.text), Some(&mentions.join(" "))];
    Request::new(viewer, "noteAdd", key, &parts).map(Some)
}

/// The note that the same request added before.
async fn done_before(tx: &Tx, request: Option<&Request>, change: &Change) -> Result<Option<Note>, Failure> {
    let Some(request) = request else { return Ok(None) };
    let Some(ids) = idempotency::find(tx, request, change.at).await? else { return Ok(None) };
    let unreadable = || Fault::unfit("an idempotency key names no note");
    let id = ids.first().and_then(|id| id.parse().ok()).ok_or_else(unreadable)?;
    Ok(Some(kept_note::get(tx, id).await?.ok_or_else(|| Fault::missing("note", id))?))
}

/// # Errors
/// `INVALID` on each mention of somebody who may not read the application's notes, or is nobody.
async fn may_be_mentioned(tx: &Tx, application: &Application, users: &[UserId]) -> Result<(), Failure> {
    if users.is_empty() {
        return Ok(());
    }
    let subject = kept::subject(tx, application, None).await?;
    let mut grants = user::grants(tx, users).await?;
    let mut wrong = Vec::new();
    for (place, user) in users.iter().enumerate() {
        if !reads_notes(*user, grants.remove(user).unwrap_or_default(), &subject) {
            wrong.push(unfit(place));
        }
    }
    Ok(Refusal::all(wrong)?)
}

/// What those who are mentioned get by mail: who mentioned them, and where; not what the note says.
async fn letters(
    act: Act<'_>,
    application: &Application,
    note: &Note,
    mentions: &[UserId],
) -> Result<Vec<NewEmail>, Failure> {
    if mentions.is_empty() {
        return Ok(Vec::new());
    }
    let author = user::find(act.store, note.author).await?;
    let author = author.ok_or_else(|| Fault::missing("user", note.author))?;
    let candidate = letter::addressee(act.store, application.candidate, application.id).await?;
    let sight = Sight::of(&Viewer::System, note.created_at);
    let posting = posting::find(act.store, &sight, application.posting).await?;
    let posting = posting.ok_or_else(|| Fault::missing("posting", application.posting))?;
    let page = act.site.posting_url(&posting.slug);
    let facts = NoteMentioned {
        reader: Reader::new(""),
        author: Line::cut(&author.name, 80),
        candidate: Line::cut(&candidate.name, 80),
        role: Line::cut(&posting.content.title, 150),
        posting: Url::parse(&page).map_err(|error| Fault::unfit(format!("the public URL: {error}")))?,
        application: Line::new(&application.id.to_string()),
    };
    let about = About { posting: posting.id, application: application.id, offer: None };
    let mut colleagues =
        letter::colleagues(act.store, application.candidate, application.id, mentions).await?;
    let mut letters = Vec::new();
    for user in mentions {
        // Whoever is nobody is refused by what they may read.
        let Some((to, colleague)) = colleagues.remove(user) else { continue };
        let facts = NoteMentioned { reader: Reader::new(&colleague.name), ..facts.clone() };
        let occasion = format!("note-{}-{}", note.id.short(), user.short());
        letters.push(letter::prepare(act, &to, about, &occasion, &facts)?);
    }
    Ok(letters)
}

/// Says that the viewer, whom the note mentions, has read it. Said again, it changes nothing.
///
/// # Errors
/// `NOT_FOUND`; `FORBIDDEN` for those whom it does not mention.
pub async fn read(act: Act<'_>, id: NoteId) -> Result<Note, Failure> {
    let change = &act.change();
    let viewer = act.viewer;
    act.store
        .write(|tx| async move {
            let note = kept_note::get(&tx, id).await?.ok_or(Refusal::NotFound("note"))?;
            let application = kept::lock(&tx, note.application).await?;
            let application = application.ok_or_else(|| Fault::missing("application", note.application))?;
            let subject = kept::subject(&tx, &application, viewer.user()).await?;
            allow("note", &subject, &notes(viewer), &noting(viewer))?;
            let user = viewer.user().ok_or(Refusal::Forbidden)?;
            let mentions = kept_note::mentions(&tx, &[id]).await?;
            let mention = mentions.iter().find(|mention| mention.user == user).ok_or(Refusal::Forbidden)?;
            if mention.read_at.is_none() {
                kept_note::mark_read(&tx, id, user, change.at).await?;
                tx.record(event(change, EventKind::NoteRead, &application).word("note", id));
            }
            Ok(note)
        })
        .await
}
