//! Who is met, in steps of their own: one meeting of each kind, and a step in which none is set yet.

use chrono::TimeDelta;
use vacantia::actions::interview::{self, Cancel, NoShow, Schedule, Update};
use vacantia::actions::slot;
use vacantia::actions::step::{self, Which};
use vacantia::domain::Viewer;
use vacantia::domain::application::Application;
use vacantia::domain::id::{InterviewId, SlotsId, StepId, UserId};
use vacantia::domain::interview::{Invitee, Missing, Setting};
use vacantia::domain::plan::{Participant, PlanStep, StepKind};
use vacantia::domain::plan_reference;
use vacantia::storage;

use super::{Founder, Who};

impl Founder {
    /// Meetings with these people, and with one more who is removed again.
    pub(super) async fn interviews(&mut self, record: &str, people: &[UserId], removed: UserId) {
        self.pass();
        let first = self.talk(record).await;
        let called_off = self.met(first, people).await;
        let reason = Some(self.word(&format!("{record} interview reason")));
        let cancel = Cancel { interview: called_off, revision: None, reason };
        interview::cancel(self.recruiting(), cancel).await.unwrap();
        self.pass();
        let missed = self.met(first, people).await;
        self.begin(missed).await;
        let missed = NoShow { interview: missed, revision: None, missing: Missing::Candidate };
        interview::no_show(self.recruiting(), missed).await.unwrap();
        self.pass();
        let over = self.met(first, people).await;
        self.begin(over).await;
        self.call(&format!("{record} past interview"), over);
        self.pass();
        let second = self.talk(record).await;
        let together: Vec<_> = people.iter().copied().chain([removed]).collect();
        let ahead = self.met(second, &together).await;
        let participants = Some(invited(people));
        let update = Update { interview: ahead, revision: None, participants, video_link: None };
        interview::update(self.recruiting(), update).await.unwrap();
        self.call(&format!("{record} interview"), ahead);
        let third = self.talk(record).await;
        self.call(&format!("{record} talk"), third);
        let chosen = self.offered(self.talk(record).await, people, 4).await;
        self.call(&format!("{record} slots"), chosen);
        let time = storage::slot::times_of(&self.app.store, chosen).await.unwrap()[0].id;
        self.call(&format!("{record} slot"), time);
        let refused = self.offered(self.talk(record).await, people, 5).await;
        let wish = self.word(&format!("{record} slots wish"));
        slot::decline(self.recruiting(), refused, Some(&wish)).await.unwrap();
        self.call(&format!("{record} declined slots"), refused);
    }

    async fn offered(&self, step: StepId, people: &[UserId], days: i64) -> SlotsId {
        let setting = Setting {
            minutes: Some(45),
            zone: None,
            place: Some("The small room".into()),
            video_link: Some("https://meet.example.com/talk".into()),
        };
        let (which, day) = (Which { step, revision: None }, self.app.now() + TimeDelta::days(days));
        let starts_at = vec![day, day + TimeDelta::hours(2)];
        let offer = slot::Offer { which, starts_at, setting, participants: invited(people) };
        slot::offer(self.recruiting(), offer).await.unwrap().id
    }

    /// Who holds the link to the times that nobody declined.
    pub(super) fn choosing(&mut self, record: &str, of: &Application) {
        let (application, candidate) = (of.id, of.candidate);
        let slots = self.scene.id(&format!("{record} slots")).parse().unwrap();
        self.scene.viewers.push((Who::Chooser, Viewer::Chooser { slots, application, candidate }));
    }

    async fn talk(&self, record: &str) -> StepId {
        let like = plan_reference::stages()[0].steps[0].clone();
        let title = "A talk".to_owned();
        let participant = Participant::Recruiting;
        let talk = PlanStep { title, kind: StepKind::Interview, required: false, participant, ..like };
        let application = self.scene.id(record).parse().unwrap();
        let add = step::Add { application, revision: None, stage: None, step: talk };
        step::add(self.recruiting(), add).await.unwrap().step.id
    }

    async fn met(&self, step: StepId, people: &[UserId]) -> InterviewId {
        let setting = Setting {
            minutes: Some(45),
            zone: None,
            place: Some("The small room".into()),
            video_link: Some("https://meet.example.com/talk".into()),
        };
        let (which, starts_at) = (Which { step, revision: None }, self.app.now() + TimeDelta::days(2));
        let schedule = Schedule { which, starts_at, setting, participants: invited(people) };
        interview::schedule(self.recruiting(), schedule).await.unwrap().id
    }

    /// Its time has come, though the world's clock stands nearly still.
    async fn begin(&self, interview: InterviewId) {
        let (from, to) = (self.app.now() - TimeDelta::hours(1), self.app.now() - TimeDelta::minutes(15));
        let (from, to) = (from.to_rfc3339(), to.to_rfc3339());
        let sql =
            format!("UPDATE interview SET starts_at = '{from}', ends_at = '{to}' WHERE id = '{interview}'");
        self.app.beside(&sql).await;
        interview::hold_due(self.app.system(), 10).await.unwrap();
    }

    fn recruiting(&self) -> vacantia::actions::Act<'_> {
        self.app.act(self.scene.viewer(Who::Recruiter))
    }
}

fn invited(people: &[UserId]) -> Vec<Invitee> {
    people.iter().map(|user| Invitee { user: *user, shadow: false }).collect()
}
