//! What colleagues note for each other.

use vacantia::actions::{note, tag};

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
            tag::set(self.recruiter(), application, &[tag], None).await.unwrap();
        }
        let read = self.scene.id("mine note").parse().unwrap();
        note::read(self.app.act(self.scene.viewer(Who::HiringManager)), read).await.unwrap();
    }
}
