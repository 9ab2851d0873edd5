//! The hire: an offer accepted once and in time, what follows from it, and the undoing of one.

use chrono::TimeDelta;
use sea_orm::ConnectionTrait as _;
use vacantia::actions::application::{self, GoBack};
use vacantia::actions::offer::{self, Decline, Extend, Rescind, Undo, Update};
use vacantia::actions::posting::{self, Close};
use vacantia::domain::Viewer;
use vacantia::domain::application::ApplicationStatus;
use vacantia::domain::offer::{Decision, OfferStatus};
use vacantia::domain::posting::{CloseReason, PostingStatus};
use vacantia::domain::step::StepState;
use vacantia::domain::terms::TermsHash;
use vacantia::storage::decision;
use vacantia::work::expiry_sweep::{ExpirySweep, Settings};

use crate::app::TestApp;
use crate::offering::{accepting, offeree, refused, short, wording};

/// The worker that ends what time has ended.
pub fn sweep(app: &TestApp) -> ExpirySweep {
    let shared = app.shared();
    ExpirySweep::new(shared.store, shared.clock, shared.chance, shared.site, Settings::default())
}

both! {
    async fn invariant_01_a_hire_fills_exactly_one_seat(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let offer = desk.hired(&posted, "Zoe OHara").await;
        assert_eq!(offer.status, OfferStatus::Accepted);
        assert_eq!(app.application(offer.application).await.status, ApplicationStatus::Hired);
        let states: Vec<_> = app.steps(offer.application).await.iter().map(|step| step.state).collect();
        assert_eq!(states, [StepState::Passed, StepState::Passed]);
        assert_eq!(app.count("opening WHERE state = 'filled'").await, 1);
        assert_eq!(app.count("opening WHERE state = 'open'").await, 1);
        assert_eq!(app.count("posting WHERE status = 'open'").await, 1);
        let evidence = decision::find(&app.store, offer.id).await.unwrap().unwrap();
        assert_eq!(evidence.typed_name.as_deref(), Some("Zoë O'Hara"));
        assert_eq!((evidence.decision, evidence.version), (Decision::Accepted, 1));
        assert_eq!(evidence.ip.as_deref(), Some("203.0.113.9"));
        assert_eq!(evidence.user_agent.as_deref(), Some("Test/1.0 (hostile)"));
        assert_eq!(app.count("email_message WHERE kind = 'offerAccepted' AND state = 'queued'").await, 1);
        app.check_invariants().await;
    }

    async fn invariant_10_accepting_asks_only_about_the_offer(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        let application = app.application(offer.application).await;
        let back = GoBack {
            application: application.id,
            revision: application.revision,
            to: "review".into(),
            reason: "A second look.".into(),
        };
        application::go_back(app.act(&desk.recruiter), back).await.unwrap();
        let (posting, reason) = (posted.id, CloseReason::NoLongerNeeded);
        let close = Close { posting, expected_revision: None, reason };
        posting::close(app.act(&desk.recruiter), close).await.unwrap();
        desk.accept(&offer, "page-1").await.unwrap();
        assert_eq!(app.count("posting WHERE status = 'closed'").await, 1);
        app.check_invariants().await;
    }

    async fn invariant_11_the_last_hire_pauses_the_posting_and_asks_for_decisions(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let other = app.posting("Frontend").hiring("Plan", 1).with_stages(short()).open().await;
        let waiting = app.apply(posted.id, "Bea").await;
        let elsewhere = app.apply(other.id, "Ada").await;
        let stranger = app.apply(other.id, "Cleo").await;
        desk.hired(&posted, "Ada").await;
        assert_eq!(app.count("posting WHERE status = 'paused'").await, 1);
        for (id, asked) in [(waiting.id, true), (elsewhere.id, true), (stranger.id, false)] {
            let application = app.application(id).await;
            assert_eq!(application.needs_decision_since.is_some(), asked, "{id}");
            assert_eq!(application.status, ApplicationStatus::Active);
        }
        assert_eq!(app.count("email_message WHERE kind = 'applicationDeclined'").await, 0);
        // Whoever reads that it waits may say that it goes on, once.
        let act = app.act(&desk.recruiter);
        assert_eq!(refused(application::keep(act, waiting.id, 1).await), "STALE");
        let kept = application::keep(act, waiting.id, 2).await.unwrap();
        assert_eq!((kept.status, kept.needs_decision_since), (ApplicationStatus::Active, None));
        assert_eq!(refused(application::keep(act, waiting.id, 3).await), "APPLICATION_STATUS");
        app.check_invariants().await;
    }

    async fn invariant_17_an_offer_is_decided_once(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        let (me, page) = (offeree(&offer), desk.page(&offer, "page-1").await);
        let accept = |page| offer::accept(app.act(&me), accepting(page));
        let changed = offer::Page { terms_hash: TermsHash("00".repeat(32)), ..page.clone() };
        assert_eq!(refused(accept(changed).await), "TERMS_CHANGED");
        for staff in [&desk.recruiter, &desk.approver, &Viewer::System] {
            assert_eq!(refused(offer::accept(app.act(staff), accepting(page.clone())).await), "FORBIDDEN");
        }
        let stranger = desk.sent(&posted, "Bea").await;
        let theirs = offer::accept(app.act(&offeree(&stranger)), accepting(page.clone())).await;
        assert_eq!(refused(theirs), "NOT_FOUND");
        let anybody = offer::accept(app.act(&Viewer::Anonymous), accepting(page.clone())).await;
        assert_eq!(refused(anybody), "NOT_FOUND");
        let unsigned = offer::Accept { typed_name: " ".into(), ..accepting(page.clone()) };
        assert_eq!(refused(offer::accept(app.act(&me), unsigned).await), "REQUIRED");
        let unread = offer::Accept { consent: "accept-0".into(), ..accepting(page.clone()) };
        assert_eq!(refused(offer::accept(app.act(&me), unread).await), "INVALID");
        let first = accept(page.clone()).await.unwrap();
        assert_eq!(accept(page.clone()).await.unwrap(), first);
        let again = offer::Page { nonce: "page-2".into(), ..page.clone() };
        assert_eq!(refused(accept(again).await), "ALREADY_DECIDED");
        let no = Decline { page, reason: None };
        assert_eq!(refused(offer::decline(app.act(&me), no).await), "ALREADY_DECIDED");
        assert_eq!(app.count("event WHERE kind = 'offerAccepted'").await, 1);
        assert_eq!(app.count("email_message WHERE kind = 'offerAccepted'").await, 1);
        app.check_invariants().await;
    }

    async fn invariant_17_an_offer_expires_even_before_the_sweep(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        app.clock.pass(TimeDelta::days(14));
        let (me, page) = (offeree(&offer), desk.page(&offer, "page-1").await);
        assert_eq!(refused(offer::accept(app.act(&me), accepting(page.clone())).await), "EXPIRED");
        let no = Decline { page: page.clone(), reason: None };
        assert_eq!(refused(offer::decline(app.act(&me), no).await), "EXPIRED");
        let act = app.act(&desk.recruiter);
        let back = Rescind { offer: offer.id, revision: None, reason: "No budget.".into(), note: None };
        assert_eq!(refused(offer::rescind(act, back).await), "EXPIRED");
        let other = wording("Staff Developer");
        let change = Update { offer: offer.id, revision: None, wording: other, expires_at: None };
        assert_eq!(refused(offer::update(act, change).await), "EXPIRED");
        let extend = Extend { offer: offer.id, revision: None, expires_at: desk.in_days(3) };
        assert_eq!(refused(offer::extend(act, extend).await), "EXPIRED");
        assert_eq!(app.offer(offer.id).await.status, OfferStatus::Sent);
        assert_eq!(sweep(&app).step().await.unwrap(), 1);
        assert_eq!(sweep(&app).step().await.unwrap(), 0);
        let over = app.offer(offer.id).await;
        assert_eq!((over.status, over.opening), (OfferStatus::Expired, None));
        assert_eq!(refused(offer::accept(app.act(&me), accepting(page)).await), "EXPIRED");
        assert_eq!(app.count("email_message WHERE kind = 'offer' AND state = 'cancelled'").await, 1);
        assert_eq!(app.application(offer.application).await.status, ApplicationStatus::Active);
        app.check_invariants().await;
    }

    async fn an_offer_that_cannot_be_ended_does_not_hold_up_the_others(app: TestApp) {
        let desk = app.desk().await;
        let spoilt = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let sound = app.posting("Frontend").hiring("Plan", 1).with_stages(short()).open().await;
        let (first, second) = (desk.sent(&spoilt, "Ada").await, desk.sent(&sound, "Zoe OHara").await);
        let sql = format!("UPDATE posting SET content = 'no JSON' WHERE id = '{}'", spoilt.id);
        app.database.beside().await.execute_unprepared(&sql).await.unwrap();
        app.clock.pass(TimeDelta::days(14));
        assert_eq!(sweep(&app).step().await.unwrap(), 1);
        assert_eq!(app.offer(first.id).await.status, OfferStatus::Sent);
        assert_eq!(app.offer(second.id).await.status, OfferStatus::Expired);
    }

    async fn the_sweep_closes_postings_past_their_deadline(app: TestApp) {
        let desk = app.desk().await;
        let deadline = desk.in_days(7);
        app.posting("Backend").hiring("Create", 1).until(deadline).open().await;
        app.posting("Frontend").hiring("Plan", 1).until(deadline).in_status(PostingStatus::Paused).await;
        app.posting("Endless").hiring("Share", 1).open().await;
        assert_eq!(sweep(&app).step().await.unwrap(), 0);
        app.clock.pass(TimeDelta::days(7));
        assert_eq!(sweep(&app).step().await.unwrap(), 2);
        assert_eq!(app.count("posting WHERE status = 'closed' AND close_reason = 'deadline'").await, 2);
        assert_eq!(app.count("posting WHERE status = 'open'").await, 1);
    }

    async fn invariant_24_a_hire_is_undone_in_one_step(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.hired(&posted, "Ada").await;
        let hired = app.application(offer.application).await;
        let undo = |by, revision| {
            let reason = "Took another job.".into();
            offer::undo_hire(app.act(by), Undo { application: hired.id, revision, reason })
        };
        assert_eq!(refused(undo(&desk.recruiter, Some(1)).await), "STALE");
        assert_eq!(refused(undo(&desk.approver, None).await), "FORBIDDEN");
        let undone = undo(&desk.recruiter, Some(hired.revision)).await.unwrap();
        assert_eq!((undone.status, undone.undone_at), (OfferStatus::Accepted, Some(app.now())));
        let application = app.application(hired.id).await;
        assert_eq!((application.status, application.stage), (ApplicationStatus::Active, hired.stage));
        let states: Vec<_> = app.steps(hired.id).await.iter().map(|step| (step.state, step.round)).collect();
        assert_eq!(states, [(StepState::Passed, 1), (StepState::Pending, 2)]);
        assert_eq!(app.count("opening WHERE state = 'open'").await, 1);
        assert_eq!(app.count("posting WHERE status = 'paused'").await, 1);
        app.check_invariants().await;
        assert_eq!(refused(undo(&desk.recruiter, None).await), "APPLICATION_STATUS");
        let again = desk.draft(&application).await;
        desk.submit(again.id).await.unwrap();
        desk.approve(again.id).await.unwrap();
        let again = desk.send(again.id).await.unwrap();
        desk.accept(&again, "page-1").await.unwrap();
        assert_eq!(app.count("offer WHERE status = 'accepted'").await, 2);
        app.check_invariants().await;
    }

    async fn an_undone_hire_of_a_closed_posting_leaves_no_seat(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let offer = desk.hired(&posted, "Ada").await;
        let close = Close { posting: posted.id, expected_revision: None, reason: CloseReason::Filled };
        posting::close(app.act(&desk.recruiter), close).await.unwrap();
        let reason = "Took another job.".into();
        let undo = Undo { application: offer.application, revision: None, reason };
        offer::undo_hire(app.act(&desk.recruiter), undo).await.unwrap();
        assert_eq!(app.count("opening WHERE state = 'cancelled'").await, 1);
        app.check_invariants().await;
    }
}
