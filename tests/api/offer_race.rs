//! Two things happen to an offer at once: exactly one wins, and the history tells only that one.

use std::pin::Pin;

use chrono::TimeDelta;
use futures_util::future::join_all;
use vacantia::actions::application::{self, Notice, Withdraw};
use vacantia::actions::offer::{self, Decline, Rescind};
use vacantia::domain::application::ApplicationStatus;
use vacantia::domain::offer::{Offer, OfferStatus};

use crate::app::TestApp;
use crate::hire::sweep;
use crate::offering::{Desk, accepting, offeree, refused, short};
use crate::race::rounds;

/// How often each race is run, unless `VACANTIA_RACE_ROUNDS` says otherwise: who is polled first alternates.
const ROUNDS: usize = 6;

/// A sent offer of a posting with one seat.
async fn sent(desk: &Desk<'_>, round: usize) -> Offer {
    let title = format!("Backend {round}");
    let posted = desk.app.posting(&title).hiring("Create", 1).with_stages(short()).open().await;
    desk.sent(&posted, &format!("Ada {round}")).await
}

/// Runs both at once, the second one first in every other round.
fn race<A, B>(
    round: usize,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> Pin<Box<impl Future<Output = (A, B)>>> {
    Box::pin(async move {
        if round.is_multiple_of(2) {
            return tokio::join!(first, second);
        }
        let (second, first) = tokio::join!(second, first);
        (first, second)
    })
}

/// The application and the offer ended together, in one of two ways.
async fn hired_or(app: &TestApp, offer: &Offer, hired: bool, other: (OfferStatus, ApplicationStatus)) {
    let now = (app.offer(offer.id).await.status, app.application(offer.application).await.status);
    let expected = if hired { (OfferStatus::Accepted, ApplicationStatus::Hired) } else { other };
    assert_eq!(now, expected);
    let kinds = ["offerAccepted", "offerRescinded", "offerExpired", "offerDeclined"];
    let listed = kinds.map(|kind| format!("'{kind}'")).join(", ");
    let ends = app.count(&format!("event WHERE offer_id = '{}' AND kind IN ({listed})", offer.id)).await;
    assert_eq!(ends, 1, "one end is told");
    app.check_invariants().await;
}

both! {
    async fn invariant_05_each_of_several_openings_is_won_once(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 5).with_stages(short()).open().await;
        let mut offers = Vec::new();
        for number in 0..12 {
            let application = desk.ready(&posted, &format!("Ada {number}")).await;
            offers.push(desk.draft(&application).await.id);
        }
        let outcomes = join_all(offers.into_iter().map(|offer| desk.submit(offer))).await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (5, 7));
        for outcome in lost {
            assert_eq!(refused(outcome), "NO_OPENING");
        }
        app.check_invariants().await;
    }

    async fn one_person_gets_one_of_two_offers_submitted_at_once(app: TestApp) {
        let desk = app.desk().await;
        for round in 0..rounds(ROUNDS) {
            let name = format!("Ada {round}");
            let mut drafts = Vec::new();
            for team in ["Create", "Plan"] {
                let title = format!("{team} {round}");
                let posted = app.posting(&title).hiring(team, 2).with_stages(short()).open().await;
                let application = desk.ready(&posted, &name).await;
                drafts.push(desk.draft(&application).await.id);
            }
            let (first, second) = race(round, desk.submit(drafts[0]), desk.submit(drafts[1])).await;
            let lost = if first.is_ok() { second } else { first };
            assert_eq!(refused(lost), "OFFER_LIVE");
            app.check_invariants().await;
        }
    }

    async fn accepting_twice_by_one_page_hires_once(app: TestApp) {
        let desk = app.desk().await;
        for round in 0..rounds(ROUNDS) {
            let offer = sent(&desk, round).await;
            let outcomes = join_all((0..8).map(|_| desk.accept(&offer, "page-1"))).await;
            for outcome in outcomes {
                assert_eq!(outcome.unwrap().status, OfferStatus::Accepted);
            }
            hired_or(&app, &offer, true, (OfferStatus::Sent, ApplicationStatus::Active)).await;
        }
    }

    async fn accepting_by_two_pages_hires_once(app: TestApp) {
        let desk = app.desk().await;
        for round in 0..rounds(ROUNDS) {
            let offer = sent(&desk, round).await;
            let (one, other) = (desk.accept(&offer, "page-1"), desk.accept(&offer, "page-2"));
            let (first, second) = race(round, one, other).await;
            let lost = if first.is_ok() { second } else { first };
            assert_eq!(refused(lost), "ALREADY_DECIDED");
            hired_or(&app, &offer, true, (OfferStatus::Sent, ApplicationStatus::Active)).await;
        }
    }

    async fn accepting_against_declining_it_by_another_page(app: TestApp) {
        let desk = app.desk().await;
        for round in 0..rounds(ROUNDS) {
            let offer = sent(&desk, round).await;
            let (me, page) = (offeree(&offer), desk.page(&offer, "page-2").await);
            let decline = offer::decline(app.act(&me), Decline { page, reason: None });
            let (yes, no) = race(round, desk.accept(&offer, "page-1"), decline).await;
            let hired = yes.is_ok();
            assert_eq!(if hired { refused(no) } else { refused(yes) }, "ALREADY_DECIDED");
            hired_or(&app, &offer, hired, (OfferStatus::Declined, ApplicationStatus::Active)).await;
        }
    }

    async fn accepting_against_rescinding(app: TestApp) {
        let desk = app.desk().await;
        for round in 0..rounds(ROUNDS) {
            let offer = sent(&desk, round).await;
            let input = Rescind { offer: offer.id, revision: None, reason: "No budget.".into(), note: None };
            let rescind = offer::rescind(app.act(&desk.recruiter), input);
            let (yes, back) = race(round, desk.accept(&offer, "page-1"), rescind).await;
            let hired = yes.is_ok();
            let lost = if hired { refused(back) } else { refused(yes) };
            assert_eq!(lost, if hired { "OFFER_STATUS" } else { "ALREADY_DECIDED" });
            hired_or(&app, &offer, hired, (OfferStatus::Rescinded, ApplicationStatus::Active)).await;
        }
    }

    async fn accepting_against_the_deadline(app: TestApp) {
        let desk = app.desk().await;
        for round in 0..rounds(ROUNDS) {
            let offer = sent(&desk, round).await;
            let sweep = sweep(&app);
            let (me, page) = (offeree(&offer), desk.page(&offer, "page-1").await);
            // Whoever accepts does so in time: the clock moves on after they have begun.
            let accept = offer::accept(app.act(&me), accepting(page));
            let over = async {
                app.clock.pass(TimeDelta::days(14));
                sweep.step().await
            };
            let (yes, swept) = tokio::join!(accept, over);
            let hired = yes.is_ok();
            let late = usize::from(!hired);
            let swept = swept.unwrap();
            assert_eq!(swept, late);
            if !hired {
                assert_eq!(refused(yes), "EXPIRED");
            }
            hired_or(&app, &offer, hired, (OfferStatus::Expired, ApplicationStatus::Active)).await;
        }
    }

    async fn accepting_against_declining_the_application(app: TestApp) {
        let desk = app.desk().await;
        for round in 0..rounds(ROUNDS) {
            let offer = sent(&desk, round).await;
            let input = application::Decline {
                application: offer.application,
                revision: None,
                reason: "Others were closer.".into(),
                note: None,
                notice: Notice::Mail,
            };
            let decline = application::decline(app.act(&desk.recruiter), input);
            let (yes, no) = race(round, desk.accept(&offer, "page-1"), decline).await;
            let hired = yes.is_ok();
            let lost = if hired { refused(no) } else { refused(yes) };
            assert_eq!(lost, if hired { "NOT_ACTIVE" } else { "ALREADY_DECIDED" });
            hired_or(&app, &offer, hired, (OfferStatus::Rescinded, ApplicationStatus::Declined)).await;
        }
    }

    async fn accepting_against_withdrawing(app: TestApp) {
        let desk = app.desk().await;
        for round in 0..rounds(ROUNDS) {
            let offer = sent(&desk, round).await;
            let me = TestApp::applicant(offer.application, offer.candidate);
            let input = Withdraw {
                application: offer.application,
                revision: None,
                reason: None,
                notice: Notice::Mail,
            };
            let (yes, no) = race(
                round,
                desk.accept(&offer, "page-1"),
                application::withdraw(app.act(&me), input),
            ).await;
            let hired = yes.is_ok();
            let lost = if hired { refused(no) } else { refused(yes) };
            assert_eq!(lost, if hired { "NOT_ACTIVE" } else { "ALREADY_DECIDED" });
            hired_or(&app, &offer, hired, (OfferStatus::Rescinded, ApplicationStatus::Withdrawn)).await;
        }
    }

    async fn accepting_against_a_newer_version(app: TestApp) {
        let desk = app.desk().await;
        for round in 0..rounds(ROUNDS) {
            let offer = sent(&desk, round).await;
            desk.approved_beside(&offer).await;
            let (yes, newer) = race(round, desk.accept(&offer, "page-1"), desk.send(offer.id)).await;
            let hired = yes.is_ok();
            let lost = if hired { refused(newer) } else { refused(yes) };
            assert_eq!(lost, if hired { "NOT_ACTIVE" } else { "TERMS_CHANGED" });
            let now = app.offer(offer.id).await;
            assert_eq!(now.status, if hired { OfferStatus::Accepted } else { OfferStatus::Sent });
            assert_eq!(now.sent_version, Some(if hired { 1 } else { 2 }));
            app.check_invariants().await;
        }
    }

    async fn a_newer_version_cannot_be_sent_once_the_deadline_has_passed_swept_or_not(app: TestApp) {
        let desk = app.desk().await;
        let offer = sent(&desk, 0).await;
        desk.approved_beside(&offer).await;
        app.clock.pass(TimeDelta::days(14));
        let input = offer::Send {
            offer: offer.id,
            revision: None,
            expires_at: Some(desk.in_days(7)),
            request: None,
        };
        assert_eq!(refused(offer::send(app.act(&desk.recruiter), input).await), "EXPIRED");
        sweep(&app).step().await.unwrap();
        assert_eq!(app.offer(offer.id).await.status, OfferStatus::Expired);
        app.check_invariants().await;
    }

    async fn approving_against_changing_the_terms(app: TestApp) {
        let desk = app.desk().await;
        for round in 0..rounds(ROUNDS) {
            let title = format!("Backend {round}");
            let posted = app.posting(&title).hiring("Create", 1).with_stages(short()).open().await;
            let offer = desk.submitted(&posted, &format!("Ada {round}")).await;
            let update = offer::Update {
                offer: offer.id,
                revision: None,
                wording: crate::offering::wording("Staff Developer"),
                expires_at: None,
            };
            let change = offer::update(app.act(&desk.recruiter), update);
            let (_, changed) = race(round, desk.approve(offer.id), change).await;
            changed.unwrap();
            assert_eq!(app.offer(offer.id).await.status, OfferStatus::Draft, "no approval survives a change");
            assert_eq!(refused(desk.send(offer.id).await), "NOT_APPROVED");
            app.check_invariants().await;
        }
    }

    async fn submitting_against_declining_the_application(app: TestApp) {
        let desk = app.desk().await;
        for round in 0..rounds(ROUNDS) {
            let title = format!("Backend {round}");
            let posted = app.posting(&title).hiring("Create", 1).with_stages(short()).open().await;
            let application = desk.ready(&posted, &format!("Ada {round}")).await;
            let draft = desk.draft(&application).await;
            let input = application::Decline {
                application: application.id,
                revision: None,
                reason: "Others were closer.".into(),
                note: None,
                notice: Notice::Mail,
            };
            let decline = application::decline(app.act(&desk.recruiter), input);
            let (_, declined) = race(round, desk.submit(draft.id), decline).await;
            declined.unwrap();
            assert_eq!(app.offer(draft.id).await.status, OfferStatus::Cancelled);
            assert_eq!(app.count("opening WHERE state = 'held'").await, 0);
            app.check_invariants().await;
        }
    }
}
