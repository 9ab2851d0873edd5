//! Times to pick from, told in the words of recruiting: `meet.offered(&[0, 2], &[&bob]).await`.

use chrono::{DateTime, TimeDelta, Utc};
use vacantia::actions::interview;
use vacantia::actions::slot::{Offer, offer};
use vacantia::actions::step::Which;
use vacantia::domain::Viewer;
use vacantia::domain::application::Application;
use vacantia::domain::id::{SlotsId, StepId};
use vacantia::domain::interview::{Invitee, Setting};
use vacantia::domain::policy::application::choices;
use vacantia::domain::slot::{Slot, Slots};
use vacantia::storage;

use crate::app::TestApp;
use crate::meeting::{Meet, coming};

/// Whoever holds the link to these times.
pub fn chooser(slots: &Slots, of: &Application) -> Viewer {
    Viewer::Chooser { slots: slots.id, application: of.id, candidate: of.candidate }
}

impl TestApp {
    pub async fn times(&self, slots: &Slots) -> Vec<Slot> {
        storage::slot::times_of(&self.store, slots.id).await.unwrap()
    }

    pub async fn slots(&self, id: SlotsId) -> Slots {
        storage::slot::find(&self.store, &choices(&Viewer::System), id).await.unwrap().unwrap()
    }

    /// Which of the times can be picked, by their place.
    pub async fn free(&self, slots: &Slots) -> Vec<usize> {
        let times = self.times(slots).await;
        (0..times.len()).filter(|place| times[*place].is_free(self.now())).collect()
    }
}

impl Meet<'_> {
    /// Times so many hours from tomorrow at nine.
    pub fn offering(&self, step: StepId, hours: &[i64], participants: Vec<Invitee>) -> Offer {
        let starts_at = hours.iter().map(|hour| self.tomorrow() + TimeDelta::hours(*hour)).collect();
        let setting =
            Setting { video_link: Some("https://meet.example.com/ada".into()), ..Setting::default() };
        Offer { which: Which { step, revision: None }, starts_at, setting, participants }
    }

    /// Ada may pick one of these times for her talk.
    pub async fn offered(&self, hours: &[i64], people: &[&Viewer]) -> Slots {
        let people = people.iter().map(|one| coming(one)).collect();
        let wanted = self.offering(self.step("talk").await, hours, people);
        offer(self.app.act(&self.recruiter), wanted).await.unwrap()
    }

    /// Somebody else who has applied meets these people at that time.
    pub async fn busy(&self, name: &str, at: DateTime<Utc>, people: Vec<Invitee>) -> interview::Schedule {
        let other = self.app.posting(name).with_stages(crate::meeting::stages()).hiring("Other", 1).open();
        let other = self.app.apply(other.await.id, name).await;
        let wanted = self.wanted(self.app.step(other.id, "talk").await, people);
        interview::Schedule { starts_at: at, ..wanted }
    }
}
