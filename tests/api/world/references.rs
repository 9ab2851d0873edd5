//! People who were named, asked, and heard.

use vacantia::actions::reference::{self, Answered, Nominate, Request};
use vacantia::actions::step::{self, Which};
use vacantia::domain::Viewer;
use vacantia::domain::application::Application;
use vacantia::domain::id::StepId;
use vacantia::domain::plan::{Participant, PlanStep, StepKind};
use vacantia::domain::plan_reference;
use vacantia::domain::policy::application::references;
use vacantia::domain::question::Given;
use vacantia::domain::reference::{AGREEMENT, CONSENT, Named, Recommendation, Relation};
use vacantia::storage;

use super::{Founder, Who};

impl Founder {
    /// In a step of its own: asked for names twice, three people named; one answered, one was taken back, one is awaited.
    /// Tells the step.
    pub(super) async fn refers(&mut self, record: &str, of: &Application) -> StepId {
        let title = "References".to_owned();
        let asked = plan_reference::step("", "", StepKind::Reference, Participant::Referee);
        let add = step::Add {
            application: of.id,
            revision: None,
            stage: None,
            step: PlanStep { title, required: false, ..asked },
        };
        let step = step::add(self.recruiter(), add).await.unwrap().step.id;
        for number in 1..=2 {
            self.pass();
            let note = Some(self.word(&format!("{record} reference note {number}")));
            let which = Which { step, revision: None };
            reference::request(self.recruiter(), Request { which, count: None, note, due_at: None })
                .await
                .unwrap();
        }
        let referees: Vec<Named> = ["answering", "withdrawn", "awaited"]
            .map(|who| Named {
                name: self.word(&format!("{record} {who} name")),
                email: self.email(&format!("{record} {who} email")),
                relation: Some(Relation::Manager),
            })
            .into();
        let agreement = AGREEMENT.id.to_owned();
        reference::nominate(self.recruiter(), Nominate { step, referees, agreement }).await.unwrap();
        self.heard(record, step).await;
        step
    }

    async fn heard(&mut self, record: &str, step: StepId) {
        let all = references(&Viewer::System);
        let found = storage::reference::of_steps(&self.app.store, &all, &[step]).await.unwrap();
        let [answering, withdrawn, awaited] = &found[&step][..] else { panic!("three were named") };
        for (who, one) in [("answering", answering), ("withdrawn", withdrawn), ("awaited", awaited)] {
            self.call(&format!("{record} {who} reference"), one.id);
        }
        let answer = self.word(&format!("{record} reference answer"));
        let given = |key: &str| Given { key: key.into(), value: answer.clone() };
        let mut answers: Vec<Given> = ["together", "strengths", "growth"].map(given).into();
        answers.push(Given { key: "again".into(), value: "yes".into() });
        let (reference, recommendation) = (answering.id, Some(Recommendation::Yes));
        let input = Answered { reference, answers, recommendation, consent: CONSENT.id.into() };
        let referee = Viewer::Referee { reference, application: answering.application };
        reference::answer(self.app.act(&referee), input).await.unwrap();
        let reason = self.word(&format!("{record} reference reason"));
        reference::cancel(self.recruiter(), withdrawn.id, &reason).await.unwrap();
    }

    /// Who holds the links to naming people and to the reference that is awaited.
    pub(super) fn referred(&mut self, record: &str, of: &Application, step: StepId) {
        let (application, candidate) = (of.id, of.candidate);
        let reference = self.scene.id(&format!("{record} awaited reference")).parse().unwrap();
        let nominator = Viewer::Nominator { step, application, candidate };
        let referee = Viewer::Referee { reference, application };
        self.scene.viewers.extend([(Who::Nominator, nominator), (Who::Referee, referee)]);
    }
}
