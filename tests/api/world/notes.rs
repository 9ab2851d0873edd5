//! What colleagues note for each other, and what came in by mail.

use vacantia::actions::{inbound, note, tag};
use vacantia::domain::id::ApplicationId;
use vacantia::mail::inbound::Incoming;
use vacantia::mail::seal::Sealed;

use super::staff::Team;
use super::{Founder, Who};

impl Founder {
    /// Of `mine`, one that the manager has read and the recruiter of the posting has not; of `far`, one that mentions nobody.
    pub(super) async fn notes(&mut self, staff: &Team) {
        for (record, mentions) in
            [("mine", vec![staff.manager, staff.posting_recruiter]), ("far", Vec::new())]
        {
            self.pass();
            let application = self.scene.id(record).parse().unwrap();
            let text = self.word(&format!("{record} jotting"));
            let add = note::Add { application, text, mentions, idempotency_key: None };
            let id = note::add(self.recruiter(), add).await.unwrap().id;
            self.call(&format!("{record} note"), id);
            let tag = self.word(&format!("{record} tag"));
            self.mail_in(record, application).await;
            tag::set(self.recruiter(), application, &[tag], None).await.unwrap();
        }
        let read = self.scene.id("mine note").parse().unwrap();
        note::read(self.app.act(self.scene.viewer(Who::HiringManager)), read).await.unwrap();
    }

    /// A mail that came in about the application.
    async fn mail_in(&mut self, record: &str, application: ApplicationId) {
        let mail = Incoming {
            sealed: Some(Sealed::Reply(application)),
            from: Some(self.email(&format!("{record} message sender"))),
            subject: self.word(&format!("{record} message subject")),
            text: self.word(&format!("{record} message text")),
            attachments: vec![self.word(&format!("{record} message attachment"))],
            attachment_count: 1,
            ..Incoming::default()
        };
        inbound::take(self.app.system(), &mail, record).await.unwrap();
        let sql = format!("SELECT id AS text FROM message WHERE application_id = '{application}'");
        let id = self.app.texts(&sql).await.remove(0);
        self.call(&format!("{record} message"), id);
    }
}
