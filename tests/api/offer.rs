//! Offers on their way to the candidate: what they promise, whose seat they hold, who approves them.
//!
//! The hire is in [`crate::hire`], other ends in [`crate::offer_end`], races in [`crate::offer_race`].

use chrono::TimeDelta;
use vacantia::actions::application::{self, Notice};
use vacantia::actions::offer::{self, Approve, Cancel, Reject, Send, Submit, Update};
use vacantia::actions::{allotment, justification, step};
use vacantia::domain::Viewer;
use vacantia::domain::application::Application;
use vacantia::domain::id::{ApplicationId, OfferId};
use vacantia::domain::offer::{Decision, OfferStatus, VersionStatus};
use vacantia::domain::plan_reference;
use vacantia::domain::policy::offer::offers;
use vacantia::domain::terms::TermsHash;
use vacantia::storage::idempotency::Request;
use vacantia::storage::{self, approval, offer_version};

use crate::app::TestApp;
use crate::offering::{refused, short, wording};

fn update(offer: OfferId) -> Update {
    Update { offer, revision: None, wording: wording("Staff Developer"), expires_at: None }
}

both! {
    async fn invariant_02_the_versions_of_an_offer_share_one_seat(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let first = desk.sent(&posted, "Ada").await;
        let beside = desk.approved_beside(&first).await;
        assert_eq!((beside.status, beside.version, beside.sent_version), (OfferStatus::Sent, 2, Some(1)));
        assert_eq!(beside.opening, first.opening);
        app.check_invariants().await;
        let second = desk.send(first.id).await.unwrap();
        assert_eq!((second.opening, second.sent_version), (first.opening, Some(2)));
        assert_eq!(app.count("opening WHERE state = 'held'").await, 1);
        let old = offer_version::get(&app.store, first.id, 1).await.unwrap();
        assert_eq!(old.status, VersionStatus::Superseded);
        let taken_back = "email_message WHERE kind = 'offer' AND state = 'cancelled' AND version = 1";
        assert_eq!(app.count(taken_back).await, 1);
        assert_eq!(app.count("link WHERE offer_id IS NOT NULL AND revoked_at IS NULL").await, 1);
        app.check_invariants().await;
        assert_eq!(refused(desk.accept(&first, "page-1").await), "TERMS_CHANGED");
        desk.accept(&second, "page-1").await.unwrap();
        app.check_invariants().await;
    }

    async fn invariant_03_one_live_offer_a_person_over_all_postings(app: TestApp) {
        let desk = app.desk().await;
        let first = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let other = app.posting("Frontend").hiring("Plan", 2).with_stages(short()).open().await;
        let here = desk.submitted(&first, "Ada").await;
        let application = app.application(here.application).await;
        assert_eq!(refused(desk.try_draft(&application).await), "OFFER_LIVE");
        let there = desk.ready(&other, "Ada").await;
        assert_eq!(there.candidate, application.candidate);
        let draft = desk.draft(&there).await;
        assert_eq!(refused(desk.submit(draft.id).await), "OFFER_LIVE");
        assert_eq!(app.count("opening WHERE state = 'held'").await, 1);
        let cancel = Cancel { offer: here.id, revision: None, reason: None };
        offer::cancel(app.act(&desk.recruiter), cancel).await.unwrap();
        desk.submit(draft.id).await.unwrap();
        app.check_invariants().await;
    }

    async fn invariant_04_the_seat_is_of_the_present_team(app: TestApp) {
        let desk = app.desk().await;
        let draft = app.posting("Backend").hiring("Create", 1).hiring("Plan", 1).with_stages(short());
        let posted = draft.open().await;
        let application = desk.ready(&posted, "Ada").await;
        let offer = desk.draft(&application).await;
        let plan = posted.teams[1].team;
        allotment::allot(app.act(&desk.recruiter), application.id, plan, None).await.unwrap();
        assert_eq!(refused(desk.submit(offer.id).await), "ALLOTTED_ELSEWHERE");
        offer::update(app.act(&desk.recruiter), update(offer.id)).await.unwrap();
        let offer = desk.submit(offer.id).await.unwrap();
        assert_eq!(offer.posting_team, posted.teams[1].id);
        assert_eq!(app.newest(offer.id).await.terms.team, "Plan");
        let back = allotment::allot(app.act(&desk.recruiter), application.id, posted.team(), None).await;
        assert_eq!(refused(back), "OFFER_LIVE");
        app.check_invariants().await;
    }

    async fn invariant_08_only_active_applications_get_offers(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let application = desk.ready(&posted, "Ada").await;
        let draft = desk.draft(&application).await;
        decline_application(&app, &desk.recruiter, application.id).await.unwrap();
        assert_eq!(app.offer(draft.id).await.status, OfferStatus::Cancelled);
        assert_eq!(refused(desk.try_draft(&application).await), "NOT_ACTIVE");
        assert_eq!(refused(desk.submit(draft.id).await), "NOT_ACTIVE");
        app.check_invariants().await;
    }

    async fn invariant_09_declining_an_application_takes_its_offer_along(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        desk.approved_beside(&offer).await;
        decline_application(&app, &desk.recruiter, offer.application).await.unwrap();
        let ended = app.offer(offer.id).await;
        assert_eq!((ended.status, ended.opening), (OfferStatus::Rescinded, None));
        assert_eq!(app.newest(offer.id).await.status, VersionStatus::Cancelled);
        assert_eq!(app.count("opening WHERE state = 'open'").await, 1);
        assert_eq!(app.count("email_message WHERE kind = 'applicationDeclined'").await, 1);
        assert_eq!(app.count("email_message WHERE state = 'queued' AND kind LIKE 'offer%'").await, 0);
        assert_eq!(refused(desk.accept(&offer, "page-1").await), "ALREADY_DECIDED");
        app.check_invariants().await;
    }

    async fn invariant_10_submitting_waits_for_gate_justification_and_references(app: TestApp) {
        let desk = app.desk().await;
        let wanted = |key: &str| matches!(key, "review" | "team" | "offer");
        let stages = plan_reference::stages().into_iter().filter(|stage| wanted(&stage.key)).collect();
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(stages).open().await;
        let application = app.apply(posted.id, "Ada").await;
        let act = app.act(&desk.recruiter);
        assert_eq!(refused(desk.try_draft(&application).await), "NO_ALLOTMENT");
        allotment::allot(act, application.id, posted.team(), None).await.unwrap();
        let draft = desk.draft(&application).await;
        assert_eq!(refused(desk.submit(draft.id).await), "STEP_NOT_REACHED");
        let ready = desk.ready(&posted, "Bea").await;
        let offer = desk.draft(&ready).await;
        app.put(|tx| async move {
            storage::dialect::execute(&tx, "DELETE FROM justification", []).await?;
            Ok(())
        }).await;
        assert_eq!(refused(desk.submit(offer.id).await), "NO_JUSTIFICATION");
        justification::save(act, ready.id, "Strong.").await.unwrap();
        let references = step::Which { step: app.step(ready.id, "references").await, revision: None };
        step::reopen(act, references, "A call is missing.").await.unwrap();
        assert_eq!(refused(desk.submit(offer.id).await), "REFERENCES_MISSING");
        step::waive(act, references, "Known to the team.").await.unwrap();
        desk.submit(offer.id).await.unwrap();
        app.check_invariants().await;
    }

    async fn invariant_16_approval_is_of_these_very_terms(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.submitted(&posted, "Ada").await;
        assert_eq!(refused(desk.send(offer.id).await), "NOT_APPROVED");
        let other = Approve { offer: offer.id, terms_hash: TermsHash("00".repeat(32)) };
        assert_eq!(refused(offer::approve(app.act(&desk.approver), other).await), "TERMS_CHANGED");
        assert_eq!(refused(offer::approve(app.act(&desk.recruiter), Approve {
            offer: offer.id,
            terms_hash: app.newest(offer.id).await.terms_hash,
        }).await), "FORBIDDEN");
        desk.approve(offer.id).await.unwrap();
        let changed = offer::update(app.act(&desk.recruiter), update(offer.id)).await.unwrap();
        assert_eq!((changed.status, changed.opening), (OfferStatus::Draft, None));
        assert_eq!(app.count("opening WHERE state = 'held'").await, 0);
        assert_eq!(refused(desk.send(offer.id).await), "NOT_APPROVED");
        app.check_invariants().await;
        desk.submit(offer.id).await.unwrap();
        desk.approve(offer.id).await.unwrap();
        let sent = desk.send(offer.id).await.unwrap();
        let before = app.newest(offer.id).await;
        desk.approved_beside(&sent).await;
        assert_eq!(offer_version::get(&app.store, offer.id, 1).await.unwrap(), before);
        assert_eq!(offer_version::hash(&before.terms), before.terms_hash);
        app.check_invariants().await;
    }

    async fn an_approver_has_to_be_one_and_another_than_the_drafter(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let application = desk.ready(&posted, "Ada").await;
        let offer = desk.draft(&application).await.id;
        for approver in [None, desk.recruiter.user()] {
            let approvers = vec![approver.into_iter().collect()];
            let submit = Submit { offer, revision: None, approvers };
            assert_eq!(refused(offer::submit(app.act(&desk.recruiter), submit).await), "APPROVER_REQUIRED");
        }
        app.check_invariants().await;
    }

    async fn a_rejected_offer_is_a_draft_without_a_seat(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.submitted(&posted, "Ada").await;
        let terms_hash = app.newest(offer.id).await.terms_hash;
        let reject = Reject { offer: offer.id, terms_hash, reason: "Too much.".into() };
        let rejected = offer::reject(app.act(&desk.approver), reject.clone()).await.unwrap();
        assert_eq!((rejected.status, rejected.opening), (OfferStatus::Draft, None));
        assert_eq!(refused(offer::reject(app.act(&desk.approver), reject).await), "OFFER_STATUS");
        let kept = approval::of_offers(&app.store, &offers(&desk.approver), &[offer.id]).await.unwrap();
        let said: Vec<_> = kept.iter().map(|one| (one.decision, one.reason.as_deref())).collect();
        assert_eq!(said, [(Decision::Declined, Some("Too much."))]);
        app.check_invariants().await;
    }

    async fn a_plan_that_asks_nobody_approves_at_once_and_says_so(app: TestApp) {
        let desk = app.desk().await;
        let draft = app.posting("Backend").hiring("Create", 1).with_stages(short());
        let posted = draft.approved_by(Vec::new()).open().await;
        let application = desk.ready(&posted, "Ada").await;
        let offer = desk.draft(&application).await;
        let submit = Submit { offer: offer.id, revision: Some(offer.revision), approvers: Vec::new() };
        let offer = offer::submit(app.act(&desk.recruiter), submit).await.unwrap();
        assert_eq!(offer.status, OfferStatus::Approved);
        let unasked = "event WHERE kind = 'offerApproved' AND facts LIKE '%\"rule\":\"none\"%'";
        assert_eq!(app.count(unasked).await, 1);
        desk.send(offer.id).await.unwrap();
        app.check_invariants().await;
    }

    async fn invariant_18_mail_leaves_only_by_the_write_that_caused_it(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.submitted(&posted, "Ada").await;
        assert_eq!(refused(desk.send(offer.id).await), "NOT_APPROVED");
        assert_eq!(app.count("email_message WHERE kind = 'offer'").await, 0);
        assert_eq!(app.count("link WHERE purpose = 'offer'").await, 0);
        desk.approve(offer.id).await.unwrap();
        desk.send(offer.id).await.unwrap();
        assert_eq!(app.count("email_message WHERE kind = 'offer' AND state = 'queued'").await, 1);
        assert_eq!(app.count("link WHERE purpose = 'offer' AND version = 1").await, 1);
        let sent = app.offer(offer.id).await;
        assert_eq!((sent.status, sent.sent_at), (OfferStatus::Sent, None));
        app.check_invariants().await;
    }

    async fn invariant_20_a_repeated_send_has_one_effect(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.submitted(&posted, "Ada").await;
        let send = |part: &str| {
            let request = Request::new(&desk.recruiter, "offerSend", "key-1", &[Some(part)]).unwrap();
            let input = Send { offer: offer.id, revision: None, expires_at: None, request: Some(request) };
            offer::send(app.act(&desk.recruiter), input)
        };
        assert_eq!(refused(send("a").await), "NOT_APPROVED", "a refusal keeps no key");
        desk.approve(offer.id).await.unwrap();
        let sends = (0..10).map(|_| send("a"));
        for outcome in futures_util::future::join_all(sends).await {
            assert_eq!(outcome.unwrap().status, OfferStatus::Sent);
        }
        assert_eq!(app.count("event WHERE kind = 'offerSent'").await, 1);
        assert_eq!(app.count("email_message WHERE kind = 'offer'").await, 1);
        assert_eq!(refused(send("b").await), "IDEMPOTENCY_MISMATCH");
        app.clock.pass(TimeDelta::days(20));
        assert_eq!(send("a").await.unwrap().id, offer.id, "also when it could not be sent any more");
        app.check_invariants().await;
    }
}

async fn decline_application(
    app: &TestApp,
    by: &Viewer,
    application: ApplicationId,
) -> Result<Application, storage::Failure> {
    let input = application::Decline {
        application,
        revision: None,
        reason: "Others were closer.".into(),
        note: None,
        notice: Notice::Mail,
    };
    application::decline(app.act(by), input).await
}
