//! What the candidate asks before deciding: a question, or for other terms. It is kept with what they write by mail.

use super::decide::{decides, told};
use super::{Held, seen};
use crate::actions::Act;
use crate::actions::application::event;
use crate::domain::event::EventKind;
use crate::domain::faults::Faults;
use crate::domain::id::{MessageId, OfferId};
use crate::domain::message::{Asked, Message, QuestionKind};
use crate::domain::offer::Offer;
use crate::domain::{Refusal, text};
use crate::storage::digest::sha256;
use crate::storage::{Failure, message};

/// The most characters of what a candidate asks.
const MOST: usize = 4_000;
/// The most questions about one version of an offer.
const MOST_QUESTIONS: usize = 20;

/// A question about an offer.
#[derive(Debug, Clone)]
pub struct Question {
    /// About which offer.
    pub offer: OfferId,
    /// Whether something is asked, or other terms are asked for.
    pub kind: QuestionKind,
    /// What is asked.
    pub text: String,
    /// The page's own number: the same page sent twice asks once.
    pub nonce: String,
}

/// Keeps what a candidate asks about the version they hold; it awaits whoever reads candidates' mail. It changes nothing
/// about the offer: other terms are another version, which only colleagues can make.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` for staff, `REQUIRED` or `INVALID` on `text` or `nonce`, `TERMS_CHANGED`, `EXPIRED`,
/// `ALREADY_DECIDED`, or `TOO_OFTEN`.
pub async fn question(act: Act<'_>, input: Question) -> Result<Offer, Failure> {
    let change = &act.change();
    let found = &seen(act, input.offer).await?;
    let number = decides(act.viewer, found.id)?;
    let mut faults = Faults::default();
    let nonce = faults.keep(text::line("nonce", &input.nonce, 100));
    let text = faults.keep(text::prose("text", &input.text, MOST));
    faults.end()?;
    let name = &sha256(format!("offer/{}/v{number}/{nonce}", found.id));
    let asked = &Message {
        id: MessageId::new(change.at, act.chance),
        application: found.application,
        message_id: None,
        sender: None,
        from_candidate: true,
        automatic: false,
        subject: input.kind.subject().to_owned(),
        text,
        attachments: Vec::new(),
        attachment_count: 0,
        answer: None,
        received_at: change.at,
        read_at: None,
        read_by: None,
        sent: None,
        asked: Some(Asked { offer: found.id, version: number, kind: input.kind }),
    };
    act.store
        .write(|tx| async move {
            let held = Held::lock(&tx, found).await?;
            if message::is_kept(&tx, name).await? {
                return Ok(told(held.offer));
            }
            held.offer.may_be_decided(number, change.at)?;
            if message::count_asked(&tx, found.id, number).await? >= MOST_QUESTIONS {
                return Err(Refusal::TooOften.into());
            }
            message::insert(&tx, asked, name).await?;
            let event = event(change, EventKind::MessageReceived, &held.application).offer(found.id);
            let event =
                event.word("message", asked.id).word("from", "candidate").word("question", input.kind);
            tx.record(event.count("version", number.into()));
            Ok(told(held.offer))
        })
        .await
}
