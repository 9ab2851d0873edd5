//! Who applied, and what became of it.

use vacantia::actions::application::{self, Advance, Decline, GoBack, Notice, Onward, Submission, Withdraw};
use vacantia::actions::offer::{self, Approve, Page, Reject, Rescind, Send, Undo};
use vacantia::actions::step::{self, Which};
use vacantia::actions::{Act, allotment, form, justification, scorecard};
use vacantia::domain::Viewer;
use vacantia::domain::application::Application;
use vacantia::domain::decision::CONSENT;
use vacantia::domain::form::FormQuestion;
use vacantia::domain::id::{ApplicationId, OfferId, PostingId, StepId, TeamId, UserId};
use vacantia::domain::offer::Offer;
use vacantia::domain::plan::{Participant, PlanStep, StepKind};
use vacantia::domain::plan_reference;
use vacantia::domain::question::{Given, Question, QuestionType};
use vacantia::domain::scorecard::{Attribute, Rating, Verdict};
use vacantia::domain::terms::TermsHash;
use vacantia::domain::viewer::Role;

use super::postings::Postings;
use super::staff::{Team, everywhere};
use super::{Founder, Who};

impl Founder {
    pub(super) async fn applications(&mut self, staff: &Team, postings: &Postings) {
        let (open, unlisted, closed) = (postings.open, postings.unlisted, postings.closed);
        let (xenon, yttrium, chief) = (postings.xenon, postings.yttrium, staff.chief);
        self.mine(open, xenon, chief).await;
        let mine = self.scene.id("mine").parse().unwrap();
        self.assessed(mine, staff).await;
        self.ready("ready", open, xenon).await;
        self.declined(open, postings).await;
        self.asked(open, yttrium, staff.approver, chief).await;
        self.fresh(open, postings).await;

        let far = self.ready("far", unlisted, yttrium).await;
        self.asks("far", 1, far.id).await;
        self.refers("far", &far).await;
        self.drafted("far", 1).await;
        self.ready("approved", unlisted, yttrium).await;
        let approved = self.drafted("approved", 1).await;
        self.approved(approved, chief).await;
        self.ready("hired", unlisted, yttrium).await;
        self.hired("hired", chief).await;
        self.ready("undone", unlisted, yttrium).await;
        self.beside_hired(open, closed).await;
        let undone = self.hired("undone", chief).await;
        let reason = self.word("undone offer reason");
        let undo = Undo { application: undone.application, revision: None, reason };
        self.scene.viewers.push((Who::Former, offeree(&undone)));
        offer::undo_hire(self.recruiter(), undo).await.unwrap();

        self.rescinded(closed, yttrium, chief).await;
        self.withdrawn(closed).await;
        self.interviews("mine", &[staff.interviewer, staff.recruiter], staff.chief).await;
        self.interviews("far", &[staff.recruiter], staff.posting_recruiter).await;
        let mine = self.app.application(mine).await;
        self.choosing("mine", &mine);
        self.notes(staff).await;
        self.replies().await;
    }

    pub(super) fn recruiter(&self) -> Act<'_> {
        self.app.act(self.scene.viewer(Who::Recruiter))
    }

    async fn applies(
        &mut self,
        record: &str,
        posting: PostingId,
        preferred_teams: Vec<TeamId>,
    ) -> Application {
        self.pass();
        let submission = Submission {
            posting,
            name: self.word(&format!("{record} name")),
            email: self.email(&format!("{record} email")),
            phone: Some(self.phone(&format!("{record} phone"))),
            answers: vec![Given { key: "why".into(), value: self.word(&format!("{record} answer")) }],
            preferred_teams,
            source: None,
            tracking_source: (record == "mine").then(|| "Indeed".to_owned()),
            language: None,
            referrer: (record == "far").then(|| self.scene.id("user chief").parse().unwrap()),
            idempotency_key: None,
        };
        self.submits(record, submission).await
    }

    async fn submits(&mut self, record: &str, submission: Submission) -> Application {
        // Nobody but staff can apply to what is not listed.
        let by = if submission.posting.to_string() == self.scene.id("unlisted") {
            Who::Recruiter
        } else {
            Who::Anyone
        };
        let act = self.app.act(self.scene.viewer(by));
        let id = application::submit(act, submission).await.unwrap();
        let application = self.app.application(id).await;
        self.call(record, id);
        application
    }

    /// Somebody who stands in the offer stage, allotted and justified; the review was waived.
    async fn ready(&mut self, record: &str, posting: PostingId, team: TeamId) -> Application {
        let id = self.applies(record, posting, vec![team]).await.id;
        self.call(&format!("{record} candidate"), self.app.application(id).await.candidate);
        let reason = self.word(&format!("{record} step reason"));
        let review = Which { step: self.app.step(id, "review").await, revision: None };
        step::waive(self.recruiter(), review, &reason).await.unwrap();
        self.advance(id).await;
        allotment::allot(self.recruiter(), id, team, None).await.unwrap();
        let why = self.word(&format!("{record} justification"));
        justification::save(self.recruiter(), id, &why).await.unwrap();
        self.app.application(id).await
    }

    async fn advance(&self, application: ApplicationId) {
        let revision = self.app.application(application).await.revision;
        let advance = Advance { application, stage: "review".into(), revision, pass_over: false };
        application::advance(self.recruiter(), advance).await.unwrap();
    }

    async fn approved(&self, offer: OfferId, approver: UserId) -> TermsHash {
        let terms_hash = self.submitted(offer, approver).await;
        let by = everywhere(approver, Role::Approver);
        let approve = Approve { offer, terms_hash: terms_hash.clone() };
        offer::approve(self.app.act(&by), approve).await.unwrap();
        terms_hash
    }

    async fn sent(&self, offer: OfferId, approver: UserId) -> (Offer, TermsHash) {
        let terms_hash = self.approved(offer, approver).await;
        let send = Send { offer, revision: None, expires_at: None, request: None };
        (offer::send(self.recruiter(), send).await.unwrap(), terms_hash)
    }

    /// The application whose links are looked through: an offer that was sent and opened, another version beside it.
    async fn mine(&mut self, open: PostingId, team: TeamId, chief: UserId) {
        let mine = self.ready("mine", open, team).await;
        let offer = self.drafted("mine", 1).await;
        let (sent, terms_hash) = self.sent(offer, chief).await;
        self.call("mine terms", terms_hash.0);
        let link = offeree(&sent);
        offer::view(self.app.act(&link), offer).await.unwrap();
        self.rewritten("mine", offer, 2).await;
        let applicant = Viewer::Applicant { application: mine.id, candidate: mine.candidate };
        self.scene.viewers.extend([(Who::Applicant, applicant), (Who::Offeree, link)]);
        let answered = self.asks("mine", 1, mine.id).await;
        let form = self.scene.id("mine form 1").parse().unwrap();
        self.asks("mine", 2, mine.id).await;
        let awaited = self.asks("mine", 3, mine.id).await;
        let (application, candidate) = (mine.id, mine.candidate);
        let respondent = |step| Viewer::Respondent { step, application, candidate };
        let answers = vec![Given { key: "more".into(), value: self.word("mine form answer") }];
        let given = form::Answered { form, answers };
        form::answer(self.app.act(&respondent(answered)), given).await.unwrap();
        self.scene.viewers.push((Who::Respondent, respondent(awaited)));
        let step = self.refers("mine", &mine).await;
        self.referred("mine", &mine, step);
    }

    /// A step that the interviewer has written a card of, corrected, and that the chief is asked about.
    async fn assessed(&mut self, application: ApplicationId, staff: &Team) {
        let title = "Second call".to_owned();
        let call =
            PlanStep { title, ..plan_reference::step("", "", StepKind::Interview, Participant::Recruiting) };
        let add = step::Add { application, revision: None, stage: None, step: call };
        let step = step::add(self.recruiter(), add).await.unwrap().step.id;
        for part in ["first", "last"] {
            let mut text = |what: &str| Some(self.word(&format!("mine card {part} {what}")));
            let attribute =
                Attribute { name: text("attribute").unwrap(), rating: Some(Rating::No), note: text("note") };
            let verdict = Verdict {
                recommendation: Some(Rating::Yes),
                attributes: vec![attribute],
                takeaways: text("takeaways"),
                pros: text("pros"),
                cons: text("cons"),
                note_for_others: text("others"),
                private_note: text("private"),
            };
            let card = scorecard::Save { step, revision: None, verdict };
            scorecard::submit(self.app.act(self.scene.viewer(Who::Interviewer)), card).await.unwrap();
        }
        let ask =
            scorecard::Ask { which: Which { step, revision: None }, users: vec![staff.chief], due_at: None };
        scorecard::ask(self.recruiter(), ask).await.unwrap();
        step::pass(self.recruiter(), Which { step, revision: None }).await.unwrap();
        self.scene.viewers.push((Who::Assessor, Viewer::Assessor { user: staff.chief, step, application }));
    }

    /// Questions in a step of their own; they give way to newer ones at once.
    async fn asks(&mut self, record: &str, number: i32, application: ApplicationId) -> StepId {
        let title = "Questions".to_owned();
        let asked =
            PlanStep { title, ..plan_reference::step("", "", StepKind::Form, Participant::Candidate) };
        let add = step::Add { application, revision: None, stage: None, step: asked };
        let step = step::add(self.recruiter(), add).await.unwrap().step.id;
        let mut sent = None;
        for _ in 0..2 {
            self.pass();
            let label = self.word(&format!("{record} form question {number}"));
            let question = Question {
                key: "more".into(),
                label,
                kind: QuestionType::Line,
                required: true,
                options: Vec::new(),
            };
            let questions = Some(vec![FormQuestion { question, about: Some("why".into()) }]);
            let note = Some(self.word(&format!("{record} form note {number}")));
            let which = Which { step, revision: None };
            let send = form::Send { which, questions, note, due_at: None };
            sent = Some(form::send(self.recruiter(), send).await.unwrap().id);
        }
        self.call(&format!("{record} form {number}"), sent.unwrap());
        step
    }

    /// The one offer the approver is asked about; somebody else has rejected it before.
    async fn asked(&mut self, open: PostingId, team: TeamId, approver: UserId, chief: UserId) {
        self.ready("asked", open, team).await;
        let offer = self.drafted("asked", 1).await;
        let terms_hash = self.submitted(offer, chief).await;
        let by = everywhere(chief, Role::Approver);
        let reason = self.word("asked approval reason");
        offer::reject(self.app.act(&by), Reject { offer, terms_hash, reason }).await.unwrap();
        let terms_hash = self.submitted(offer, approver).await;
        self.call("asked terms", terms_hash.0);
        let application = self.app.offer(offer).await.application;
        let link = Viewer::Approver { user: approver, offer, application };
        self.scene.viewers.push((Who::Approving, link));
    }

    /// Allotted to nobody, moved on and back again.
    async fn fresh(&mut self, open: PostingId, postings: &Postings) {
        let fresh = self.applies("fresh", open, vec![postings.yttrium, postings.xenon]).await;
        self.call("fresh candidate", fresh.candidate);
        let review = Which { step: self.app.step(fresh.id, "review").await, revision: None };
        step::pass(self.recruiter(), review).await.unwrap();
        self.advance(fresh.id).await;
        let reason = self.word("fresh return reason");
        let revision = self.app.application(fresh.id).await.revision;
        let back = GoBack { application: fresh.id, revision, to: "review".into(), reason };
        application::go_back(self.recruiter(), back).await.unwrap();
        let reason = self.word("fresh step reason");
        step::reopen(self.recruiter(), review, &reason).await.unwrap();
        let task = Which { step: self.app.step(fresh.id, "task").await, revision: None };
        let reason = self.word("fresh task reason");
        step::skip(self.recruiter(), task, Some(&reason)).await.unwrap();
    }

    async fn declined(&mut self, open: PostingId, postings: &Postings) {
        let Application { id, candidate, .. } = self.applies("declined", open, Vec::new()).await;
        self.call("declined candidate", candidate);
        self.scene.viewers.push((Who::Rejected, Viewer::Applicant { application: id, candidate }));
        allotment::allot(self.recruiter(), id, postings.yttrium, None).await.unwrap();
        allotment::allot(self.recruiter(), id, postings.xenon, None).await.unwrap();
        let (reason, note) = (self.word("declined reason"), self.word("declined note"));
        let notice = Notice::Mail;
        let decline = Decline { application: id, revision: None, reason, note: Some(note), notice };
        application::decline(self.recruiter(), decline).await.unwrap();
    }

    async fn hired(&mut self, record: &str, chief: UserId) -> Offer {
        let offer = self.drafted(record, 1).await;
        let (sent, terms_hash) = self.sent(offer, chief).await;
        let typed_name = self.word(&format!("{record} typed name"));
        let page = Page {
            offer,
            terms_hash,
            nonce: record.to_owned(),
            link: None,
            ip: Some("203.0.113.9".into()),
            user_agent: Some(self.word(&format!("{record} browser"))),
        };
        let accept = offer::Accept { page, typed_name, consent: CONSENT.id.into(), code: String::new() };
        offer::accept(self.app.act(&offeree(&sent)), accept).await.unwrap()
    }

    /// Whoever is hired has also applied to a posting that few see, and was brought to the one that some see.
    async fn beside_hired(&mut self, open: PostingId, closed: PostingId) {
        let mark = |label: &str| {
            let found = self.scene.canaries.iter().find(|canary| canary.label == label);
            found.unwrap().mark.clone()
        };
        let submission = Submission {
            name: mark("undone name"),
            email: format!("{}@example.com", mark("undone email")),
            answers: vec![],
            ..self.app.submission(closed, "Beside")
        };
        let Application { id, revision, .. } = self.submits("beside", submission).await;
        let (reason, note) = (self.word("beside transfer reason"), Some(self.word("beside transfer note")));
        let onward = Onward { application: id, revision, posting: open, reason, note, omit_mail: None };
        application::transfer(self.recruiter(), onward).await.unwrap();
        let review = Which { step: self.app.step(id, "review").await, revision: None };
        step::pass(self.recruiter(), review).await.unwrap();
    }

    async fn rescinded(&mut self, closed: PostingId, team: TeamId, chief: UserId) {
        self.ready("rescinded", closed, team).await;
        let offer = self.drafted("rescinded", 1).await;
        self.sent(offer, chief).await;
        let (reason, words) = (self.word("rescinded offer reason"), Some(self.word("rescinded words")));
        offer::rescind(self.recruiter(), Rescind { offer, revision: None, reason, note: words })
            .await
            .unwrap();
    }

    async fn withdrawn(&mut self, closed: PostingId) {
        let application = self.applies("withdrawn", closed, Vec::new()).await;
        self.call("withdrawn candidate", application.candidate);
        let link = Viewer::Applicant { application: application.id, candidate: application.candidate };
        let reason = Some(self.word("withdrawn reason"));
        let withdraw = Withdraw { application: application.id, revision: None, reason, notice: Notice::Mail };
        application::withdraw(self.app.act(&link), withdraw).await.unwrap();
    }

    /// What relays said about the first message of some applications: a reply often quotes the address.
    async fn replies(&mut self) {
        for (record, state, code) in
            [("mine", "sent", 250), ("far", "sent", 250), ("ready", "failed", 550), ("asked", "bounced", 550)]
        {
            let (word, id) = (self.word(&format!("{record} reply")), self.scene.id(record).to_owned());
            let now = self.app.now().to_rfc3339();
            let first = format!("SELECT min(id) FROM email_message WHERE application_id = '{id}'");
            let sql = format!(
                "UPDATE email_message SET state = '{state}', attempts = 1, sent_at = '{now}', last_code = {code}, \
                 last_reply = '{code} <{word}@example.com> heard' WHERE id = ({first})"
            );
            self.app.beside(&sql).await;
        }
        let (gone, now) = (self.scene.id("withdrawn candidate"), self.app.now().to_rfc3339());
        let dead = format!(
            "UPDATE candidate_contact SET undeliverable_since = '{now}' WHERE candidate_id = '{gone}'"
        );
        self.app.beside(&dead).await;
        self.app.beside("UPDATE email_message SET held = true WHERE state = 'bounced'").await;
        let (mine, now) = (self.scene.id("mine offer"), self.app.now().to_rfc3339());
        self.app.beside(&format!("UPDATE offer SET sent_at = '{now}' WHERE id = '{mine}'")).await;
    }
}

fn offeree(offer: &Offer) -> Viewer {
    Viewer::Offeree {
        offer: offer.id,
        version: offer.sent_version.unwrap(),
        application: offer.application,
        candidate: offer.candidate,
    }
}
