//! What a test looks at when it is done.

use vacantia::domain::Refusal;
use vacantia::domain::Viewer;
use vacantia::domain::email::LetterKind;
use vacantia::domain::event::EventKind;
use vacantia::domain::id::ApplicationId;
use vacantia::domain::policy::application::emails;
use vacantia::storage::{self, Failure, Page, email_message, event};

use crate::app::TestApp;

/// Why it was refused.
pub fn refused<T: std::fmt::Debug>(done: Result<T, Failure>) -> Refusal {
    match done {
        Err(Failure::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

impl TestApp {
    /// What was written about an application, oldest first; what was taken back as well.
    pub async fn letters(&self, id: ApplicationId) -> Vec<LetterKind> {
        let wanted = email_message::Wanted { application: Some(id), ..Default::default() };
        let page = &Page { newest_first: false, ..Page::newest(100) };
        let found = email_message::listed(&self.store, &emails(&Viewer::System), wanted, page).await;
        found.unwrap().items.into_iter().map(|email| email.kind).collect()
    }

    /// What happened, in order.
    pub async fn kinds(&self) -> Vec<EventKind> {
        event::after(&self.store, 0, 1000).await.unwrap().into_iter().map(|event| event.kind).collect()
    }

    /// How many rows a table has, or those of it that are meant: `opening WHERE state = 'held'`.
    pub async fn rows(&self, table: &str) -> i64 {
        #[derive(sea_orm::FromQueryResult)]
        struct Row {
            number: i64,
        }
        let sql = format!("SELECT count(*) AS number FROM {table}");
        let row = storage::dialect::query_one::<Row>(&self.store, &sql, []).await.unwrap();
        row.unwrap().number
    }
}
