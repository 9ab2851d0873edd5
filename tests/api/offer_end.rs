//! How offers end other than by a hire, and who sees what of them.

use chrono::TimeDelta;
use vacantia::actions::offer::{self, Cancel, Decline, Extend, Rescind, Send, Update};
use vacantia::domain::Viewer;
use vacantia::domain::application::ApplicationStatus;
use vacantia::domain::id::OfferId;
use vacantia::domain::link::Purpose;
use vacantia::domain::offer::{OfferStatus, VersionStatus};
use vacantia::domain::policy::offer::offers;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage::offer::Wanted;
use vacantia::storage::{self, Page, approval, link, offer_version};

use crate::app::TestApp;
use crate::offering::{offeree, refused, short, wording};

fn rescind(offer: OfferId) -> Rescind {
    Rescind { offer, revision: None, reason: "The budget is gone.".into(), note: Some("Sorry.".into()) }
}

/// The offer's mail is taken by its relay.
async fn deliver(app: &TestApp, offer: OfferId) {
    let now = app.now();
    app.put(|tx| async move {
        let sql = "UPDATE email_message SET state = 'sent', raw = NULL, sent_at = $2 WHERE offer_id = $1";
        storage::dialect::execute(&tx, sql, [offer.into(), now.into()]).await?;
        storage::delivery::offer_delivered(&tx, (offer, 1), now).await?;
        Ok(())
    })
    .await;
}

both! {
    async fn a_rescinded_offer_can_no_longer_be_opened_and_its_candidate_is_told(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        deliver(&app, offer.id).await;
        let over = offer::rescind(app.act(&desk.recruiter), rescind(offer.id)).await.unwrap();
        assert_eq!((over.status, over.opening), (OfferStatus::Rescinded, None));
        assert_eq!(app.count("email_message WHERE kind = 'offerRescinded' AND state = 'queued'").await, 1);
        assert_eq!(app.count("link WHERE offer_id IS NOT NULL AND revoked_at IS NULL").await, 0);
        assert_eq!(refused(desk.accept(&offer, "page-1").await), "ALREADY_DECIDED");
        let again = offer::rescind(app.act(&desk.recruiter), rescind(offer.id)).await;
        assert_eq!(refused(again), "OFFER_STATUS");
        app.check_invariants().await;
    }

    async fn an_offer_that_never_left_is_rescinded_in_silence(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        offer::rescind(app.act(&desk.recruiter), rescind(offer.id)).await.unwrap();
        assert_eq!(app.count("email_message WHERE kind = 'offerRescinded'").await, 0);
        let taken_back = "email_message WHERE kind = 'offer' AND state = 'cancelled' AND raw IS NULL";
        assert_eq!(app.count(taken_back).await, 1);
        assert_eq!(app.count("event WHERE kind = 'emailOmitted' AND facts LIKE '%offerNeverLeft%'").await, 1);
        app.check_invariants().await;
    }

    async fn a_declined_offer_frees_its_seat_and_leaves_the_application_active(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        let page = desk.page(&offer, "page-1").await;
        let no = Decline { page, reason: Some("Too far.".into()) };
        let over = offer::decline(app.act(&offeree(&offer)), no.clone()).await.unwrap();
        assert_eq!((over.status, over.opening), (OfferStatus::Declined, None));
        assert_eq!(offer::decline(app.act(&offeree(&offer)), no).await.unwrap(), over);
        assert_eq!(app.application(offer.application).await.status, ApplicationStatus::Active);
        assert_eq!(app.count("email_message WHERE kind = 'offerDeclined'").await, 1);
        assert_eq!(app.count("opening WHERE state = 'open'").await, 1);
        let next = desk.draft(&app.application(offer.application).await).await;
        desk.submit(next.id).await.unwrap();
        app.check_invariants().await;
    }

    async fn a_cancelled_offer_frees_its_seat_and_a_cancelled_version_does_not(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let cancel = |offer| {
            let input = Cancel { offer, revision: None, reason: Some("A slip.".into()) };
            offer::cancel(app.act(&desk.recruiter), input)
        };
        let unsent = desk.submitted(&posted, "Ada").await;
        let over = cancel(unsent.id).await.unwrap();
        assert_eq!((over.status, over.opening), (OfferStatus::Cancelled, None));
        assert_eq!(refused(cancel(unsent.id).await), "OFFER_STATUS");
        let sent = desk.sent(&posted, "Bea").await;
        assert_eq!(refused(cancel(sent.id).await), "OFFER_STATUS");
        desk.approved_beside(&sent).await;
        let still = cancel(sent.id).await.unwrap();
        assert_eq!((still.status, still.opening), (OfferStatus::Sent, sent.opening));
        assert_eq!(app.newest(sent.id).await.status, VersionStatus::Cancelled);
        app.check_invariants().await;
        let third = desk.approved_beside(&still).await;
        assert_eq!(third.version, 3);
        assert_eq!(desk.send(sent.id).await.unwrap().sent_version, Some(3));
        app.check_invariants().await;
    }

    async fn more_time_is_told_by_mail_and_needs_no_approval(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        let extend = |days| {
            let input = Extend { offer: offer.id, revision: None, expires_at: desk.in_days(days) };
            offer::extend(app.act(&desk.recruiter), input)
        };
        assert_eq!(refused(extend(7).await), "INVALID");
        assert_eq!(refused(extend(200).await), "INVALID");
        let longer = extend(21).await.unwrap();
        assert_eq!(longer.expires_at, desk.in_days(21));
        assert_eq!(app.count("email_message WHERE kind = 'offerExtended' AND state = 'queued'").await, 1);
        app.clock.pass(TimeDelta::days(20));
        desk.accept(&offer, "page-1").await.unwrap();
        app.check_invariants().await;
    }

    async fn the_deadline_can_be_set_on_sending_but_not_in_the_past(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.submitted(&posted, "Ada").await;
        desk.approve(offer.id).await.unwrap();
        app.clock.pass(TimeDelta::days(30));
        assert_eq!(refused(desk.send(offer.id).await), "INVALID");
        let expires_at = desk.in_days(5);
        let input = Send { offer: offer.id, revision: None, expires_at: Some(expires_at), request: None };
        let sent = offer::send(app.act(&desk.recruiter), input).await.unwrap();
        assert_eq!(sent.expires_at, expires_at);
        let update = Update {
            offer: offer.id,
            revision: None,
            wording: wording("Backend Developer"),
            expires_at: Some(desk.in_days(9)),
        };
        assert_eq!(refused(offer::update(app.act(&desk.recruiter), update).await), "INVALID");
        app.check_invariants().await;
    }

    async fn stale_revisions_are_refused(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        let stale = Some(offer.revision - 1);
        let act = app.act(&desk.recruiter);
        let late = Rescind { revision: stale, ..rescind(offer.id) };
        assert_eq!(refused(offer::rescind(act, late).await), "STALE");
        let late = Extend { offer: offer.id, revision: stale, expires_at: desk.in_days(20) };
        assert_eq!(refused(offer::extend(act, late).await), "STALE");
        let late = Cancel { offer: offer.id, revision: stale, reason: None };
        assert_eq!(refused(offer::cancel(act, late).await), "STALE");
        let late = Send { offer: offer.id, revision: stale, expires_at: None, request: None };
        assert_eq!(refused(offer::send(act, late).await), "STALE");
        app.check_invariants().await;
    }

    async fn opening_the_offer_is_noted_once_and_settles_a_doubt_about_its_mail(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        app.put(|tx| async move {
            let sql = "UPDATE email_message SET state = 'unknown' WHERE kind = 'offer'";
            storage::dialect::execute(&tx, sql, []).await?;
            Ok(())
        }).await;
        let me = offeree(&offer);
        let first = offer::view(app.act(&me), offer.id).await.unwrap();
        assert_eq!(first.first_viewed_at, Some(app.now()));
        app.clock.pass(TimeDelta::hours(1));
        assert_eq!(offer::view(app.act(&me), offer.id).await.unwrap().first_viewed_at, first.first_viewed_at);
        assert_eq!(app.count("event WHERE kind = 'offerViewed'").await, 1);
        assert_eq!(app.count("email_message WHERE kind = 'offer' AND state = 'sent'").await, 1);
        assert_eq!(refused(offer::view(app.act(&desk.recruiter), offer.id).await), "FORBIDDEN");
        let unchanged = app.offer(offer.id).await;
        assert_eq!(unchanged.revision, offer.revision, "nobody's change goes stale by it");
        app.check_invariants().await;
    }

    async fn a_candidate_sees_only_what_was_sent(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let (offer, other) = (desk.sent(&posted, "Ada").await, desk.sent(&posted, "Bea").await);
        desk.approved_beside(&offer).await;
        let scope = offers(&offeree(&offer));
        let shown = storage::offer::find(&app.store, &scope, offer.id).await.unwrap().unwrap();
        assert_eq!(shown.version, 1);
        assert!(storage::offer::find(&app.store, &scope, other.id).await.unwrap().is_none());
        let versions = offer_version::of_offers(&app.store, &scope, &[offer.id, other.id]).await.unwrap();
        let named: Vec<_> = versions.iter().map(|version| (version.offer, version.number)).collect();
        assert_eq!(named, [(offer.id, 1)]);
        assert!(approval::of_offers(&app.store, &scope, &[offer.id]).await.unwrap().is_empty());
        let accepted = desk.accept(&offer, "page-1").await.unwrap();
        assert_eq!(accepted.version, 1);
        app.check_invariants().await;
    }

    async fn invariant_23_offers_are_hidden_from_all_who_have_no_part_in_them(app: TestApp) {
        let desk = app.desk().await;
        let draft = app.posting("Backend").hiring("Create", 1).hiring("Plan", 1).with_stages(short());
        let posted = draft.open().await;
        let elsewhere = app.posting("Frontend").hiring("Share", 1).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        let [create, plan] = [posted.teams[0].team, posted.teams[1].team];
        let sees = [
            (Viewer::Anonymous, 0),
            (TestApp::applicant(offer.application, offer.candidate), 0),
            (app.staff(Role::Admin, Reach::Organisation).await, 0),
            (app.staff(Role::Interviewer, Reach::Organisation).await, 0),
            (app.staff(Role::Approver, Reach::Organisation).await, 0),
            (app.staff(Role::Recruiter, Reach::Posting(elsewhere.id)).await, 0),
            (app.staff(Role::HiringManager, Reach::Team(plan)).await, 0),
            (app.staff(Role::HiringManager, Reach::Team(create)).await, 1),
            (app.staff(Role::Recruiter, Reach::Posting(posted.id)).await, 1),
            (desk.approver.clone(), 1),
            (desk.recruiter.clone(), 1),
        ];
        let (any, page) = (Wanted::default(), Page::newest(10));
        for (viewer, count) in sees {
            let scope = offers(&viewer);
            let listed = storage::offer::listed(&app.store, &scope, &any, &page);
            assert_eq!(listed.await.unwrap().items.len(), count, "{viewer:?}");
            let of = storage::offer::of_applications(&app.store, &scope, &[offer.application]).await.unwrap();
            assert_eq!(of.len(), count, "{viewer:?}");
            let versions = offer_version::of_offers(&app.store, &scope, &[offer.id]).await.unwrap();
            assert_eq!(versions.len(), count, "{viewer:?}");
            let rescinding = offer::rescind(app.act(&viewer), rescind(offer.id)).await;
            if count == 0 {
                assert_eq!(refused(rescinding), "NOT_FOUND", "{viewer:?}");
            } else if viewer.staff().is_some_and(|staff| !staff.is_somewhere(Role::Recruiter)) {
                assert_eq!(refused(rescinding), "FORBIDDEN", "{viewer:?}");
            } else {
                break;
            }
        }
    }

    async fn a_link_leads_to_its_version_and_its_secret_is_not_kept(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        let letter = app.letter_of(offer.id).await;
        let secret = letter.split("/offers/").nth(1).unwrap()[..52].to_owned();
        let found = link::find(&app.store, &secret).await.unwrap().unwrap();
        let purpose = Purpose::Offer { offer: offer.id, version: 1, application: offer.application };
        assert_eq!((found.purpose, found.candidate, found.revoked_at), (purpose, offer.candidate, None));
        assert_eq!(app.count(&format!("link WHERE secret_hash = '{secret}'")).await, 0);
        assert!(link::find(&app.store, &secret[1..]).await.unwrap().is_none());
        assert!(!letter.contains("72,000") && !letter.contains("7200000"), "terms stand on the page only");
        offer::rescind(app.act(&desk.recruiter), rescind(offer.id)).await.unwrap();
        let found = link::find(&app.store, &secret).await.unwrap().unwrap();
        assert_eq!(found.revoked_at, Some(app.now()));
    }
}

impl TestApp {
    /// The text of the letter that brings an offer, quoted-printable undone as far as links need it.
    pub async fn letter_of(&self, offer: OfferId) -> String {
        #[derive(sea_orm::FromQueryResult)]
        struct Row {
            raw: Vec<u8>,
        }
        let sql = "SELECT raw FROM email_message WHERE offer_id = $1 AND kind = 'offer'";
        let row =
            storage::dialect::query_one::<Row>(&self.store, sql, [offer.into()]).await.unwrap().unwrap();
        String::from_utf8(row.raw).unwrap().replace("=\r\n", "").replace("=3D", "=")
    }
}
