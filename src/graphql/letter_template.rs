//! The organisation's own words for letters: what there is, what may stand in it, and how it would look.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::asking::{Asking, asking};
use super::batch::{Load, grouped};
use super::email_message::EmailMessageKind;
use super::error::fault;
use super::payload::{answer, payload};
use super::scalar::DateTime;
use super::user::{User, user};
use crate::actions::letter_template as actions;
use crate::domain::email::LetterKind;
use crate::domain::letter_template::{LetterTemplate as DomainTemplate, Variable};
use crate::domain::policy::organisation::may_set;
use crate::mail::letter::Letter as Written;
use crate::storage::{self, Fault};

/// Versions of the words for a kind of letter in a language.
struct Versions;

impl Load for Versions {
    type Key = (LetterKind, String);
    type Value = Arc<Vec<DomainTemplate>>;

    async fn load(asking: &Asking, keys: Vec<Self::Key>) -> Result<HashMap<Self::Key, Self::Value>, Fault> {
        let found = storage::letter_template::versions_of(asking.store(), &keys).await?;
        Ok(grouped(found.into_iter().map(|template| ((template.kind, template.language.clone()), template))))
    }
}

/// One version of the organisation's own words for a kind of letter in a language. Versions never change.
#[derive(Debug, Clone)]
pub struct LetterTemplate(DomainTemplate);

impl From<DomainTemplate> for LetterTemplate {
    fn from(template: DomainTemplate) -> Self {
        Self(template)
    }
}

/// One version of the organisation's own words for a kind of letter in a language. Versions never change.
#[Object]
impl LetterTemplate {
    /// Kind of letter that is written in them.
    async fn kind(&self) -> EmailMessageKind {
        self.0.kind.into()
    }

    /// Language they are in (BCP 47).
    async fn language(&self) -> &str {
        &self.0.language
    }

    /// Number of the version, from 1.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Subject of the letter; absent where the organisation's own words were taken back.
    async fn subject(&self) -> Option<&str> {
        self.0.wording.as_ref().map(|wording| wording.subject.as_str())
    }

    /// What the letter says, in Markdown with names in braces; absent where the organisation's own words were taken back.
    async fn body(&self) -> Option<&str> {
        self.0.wording.as_ref().map(|wording| wording.body.as_str())
    }

    /// Member of staff who saved the version.
    async fn saved_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.saved_by).await
    }

    /// Timestamp of when the version was saved.
    async fn saved_at(&self) -> DateTime {
        self.0.saved_at.into()
    }

    /// All versions, this one among them, newest first.
    async fn versions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<LetterTemplate>> {
        let key = (self.0.kind, self.0.language.clone());
        let versions = asking(ctx).load_all::<Versions>(key).await?;
        Ok(versions.iter().cloned().map(LetterTemplate).collect())
    }
}

/// Something that words for a letter may name: `{{ role }}`.
#[derive(SimpleObject, Debug)]
pub struct LetterVariable {
    /// Name, as it stands in braces.
    name: &'static str,
    /// What is put in for it.
    about: &'static str,
    /// What is put in when words are tried.
    sample: &'static str,
    /// Indicates whether it is there in every letter: one that is not can be empty, and asked for by `{% if words %}..{% endif %}`.
    always: bool,
    /// Indicates whether words have to name it, or the reader could not go on.
    required: bool,
}

impl From<Variable> for LetterVariable {
    fn from(variable: Variable) -> Self {
        Self {
            name: variable.as_str(),
            about: variable.about(),
            sample: variable.sample(),
            always: variable.is_always_there(),
            required: variable.is_needed(),
        }
    }
}

/// A kind of letter that the organisation may have words of its own for.
#[derive(SimpleObject, Debug)]
pub struct LetterTemplateKind {
    /// Kind of letter.
    kind: EmailMessageKind,
    /// What words for it may name.
    variables: Vec<LetterVariable>,
}

impl From<LetterKind> for LetterTemplateKind {
    fn from(kind: LetterKind) -> Self {
        Self { kind: kind.into(), variables: kind.all_variables().map(Into::into).collect() }
    }
}

/// A letter as somebody would read it.
#[derive(SimpleObject, Debug)]
pub struct Letter {
    /// Subject of the mail.
    subject: String,
    /// The letter as text.
    text: String,
    /// The letter as an HTML page, which loads nothing.
    html: String,
}

impl From<Written> for Letter {
    fn from(Written { subject, text, html }: Written) -> Self {
        Self { subject, text, html }
    }
}

/// Queries about the organisation's own words for letters.
#[derive(Debug, Default)]
pub struct LetterTemplateQuery;

#[Object]
impl LetterTemplateQuery {
    /// The organisation's own words for letters, the newest version of each: for administrators, and recruiters of the whole
    /// organisation.
    async fn letter_templates(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<LetterTemplate>> {
        let asking = asking(ctx);
        if may_set(&asking.viewer).is_err() {
            return Ok(Vec::new());
        }
        let newest =
            storage::letter_template::newest(asking.store()).await.map_err(|broken| fault(&broken))?;
        Ok(newest.into_iter().map(LetterTemplate).collect())
    }

    /// Kinds of letters that the organisation may have words of its own for, and what may stand in them.
    async fn letter_template_kinds(&self) -> Vec<LetterTemplateKind> {
        LetterKind::ALL.iter().copied().filter(|kind| kind.has_own_words()).map(Into::into).collect()
    }
}

/// What `letterTemplateSave` takes.
#[derive(InputObject, Debug)]
pub struct LetterTemplateSaveInput {
    /// Kind of letter that is to be written in them.
    kind: EmailMessageKind,
    /// Language they are in (BCP 47): `en`, `de`, `pt-BR`.
    language: String,
    /// Subject: one line, at most 200 characters.
    subject: String,
    /// What the letter says: at most 10,000 characters of Markdown with paragraphs, headings, lists, quotations, emphasis, and links that
    /// begin with `https://` or `mailto:`. Names in braces are put in, as `letterTemplateKinds` has them; a paragraph that is nothing
    /// but a link to `{{ link }}` becomes a button.
    body: String,
    /// Version that the caller read, 0 where there was none, if it is to matter.
    expected_version: Option<i32>,
}

/// What `letterTemplatePreview` takes.
#[derive(InputObject, Debug)]
pub struct LetterTemplatePreviewInput {
    /// Kind of letter.
    kind: EmailMessageKind,
    /// Language the words are in (BCP 47).
    language: String,
    /// Subject, as in `letterTemplateSave`.
    subject: String,
    /// What the letter says, as in `letterTemplateSave`.
    body: String,
}

/// What `letterTemplateReset` takes.
#[derive(InputObject, Debug)]
pub struct LetterTemplateResetInput {
    /// Kind of letter.
    kind: EmailMessageKind,
    /// Language of the words that are taken back (BCP 47).
    language: String,
    /// Version that the caller read, if it is to matter.
    expected_version: Option<i32>,
}

payload!(
    /// Answer to `letterTemplateSave`.
    LetterTemplateSavePayload {
        /// The new version, or the one before where it says the same.
        letter_template: LetterTemplate
    }
);

payload!(
    /// Answer to `letterTemplateReset`.
    LetterTemplateResetPayload {
        /// The new version, which has no words.
        letter_template: LetterTemplate
    }
);

payload!(
    /// Answer to `letterTemplatePreview`.
    LetterTemplatePreviewPayload {
        /// The letter, to somebody invented.
        letter: Letter
    }
);

/// Changes of the organisation's own words for letters.
#[derive(Debug, Default)]
pub struct LetterTemplateMutation;

#[Object]
impl LetterTemplateMutation {
    /// Saves words: from now on letters of this kind are written in them, to those who read their language. They are tried first, with
    /// everything there and with nothing there that may be empty.
    async fn letter_template_save(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which words.")] input: LetterTemplateSaveInput,
    ) -> async_graphql::Result<Option<LetterTemplateSavePayload>> {
        let LetterTemplateSaveInput { kind, language, subject, body, expected_version } = input;
        let draft = actions::Draft { kind: kind.into(), language, subject, body };
        let ended = async { actions::save(asking(ctx).act(), draft, expected_version).await };
        answer(ended.await)
    }

    /// Takes the organisation's own words back: letters of this kind are written in those of this program, or in those for a wider
    /// language. The versions stay.
    async fn letter_template_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which words.")] input: LetterTemplateResetInput,
    ) -> async_graphql::Result<Option<LetterTemplateResetPayload>> {
        let LetterTemplateResetInput { kind, language, expected_version } = input;
        let ended =
            async { actions::reset(asking(ctx).act(), kind.into(), &language, expected_version).await };
        answer(ended.await)
    }

    /// Shows the letter that words would make, to somebody invented. Nothing is saved.
    async fn letter_template_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which words.")] input: LetterTemplatePreviewInput,
    ) -> async_graphql::Result<Option<LetterTemplatePreviewPayload>> {
        let LetterTemplatePreviewInput { kind, language, subject, body } = input;
        let draft = actions::Draft { kind: kind.into(), language, subject, body };
        let ended = async { actions::preview(asking(ctx).act(), &draft).map_err(Into::into) };
        answer(ended.await)
    }
}
