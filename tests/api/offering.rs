//! Offers for tests, told in the words of recruiting: `app.desk().await.sent(&posting, "Ada").await`.

use chrono::{DateTime, TimeDelta, Utc};
use vacantia::actions::offer::{self, Accept, Approve, Create, Page, Send, Submit, Wording};
use vacantia::actions::{allotment, application, justification};
use vacantia::domain::Viewer;
use vacantia::domain::application::Application;
use vacantia::domain::decision::CONSENT;
use vacantia::domain::id::{OfferId, TeamId, UserId};
use vacantia::domain::money::{Currency, Money, PayInterval};
use vacantia::domain::offer::{Offer, OfferVersion};
use vacantia::domain::plan::{Stage, StepKind};
use vacantia::domain::plan_reference;
use vacantia::domain::policy::offer::offers;
use vacantia::domain::posting::EmploymentType;
use vacantia::domain::terms::{Bonus, BonusKind, Clause};
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage::{self, Failure, offer_version};

use crate::app::TestApp;
use crate::seed::Posted;

/// What no event, log or stranger may ever show.
pub const SECRET_CLAUSE: &str = "31 days a year.\n</dd><b>clause:3:4:</b>";
/// As [`SECRET_CLAUSE`].
pub const SECRET_REMARKS: &str = "A relocation grant.\n<script>alert('terms')</script>\npayMinor:1:9";

/// The first and the last stage of the reference process: the quickest way to an offer.
pub fn short() -> Vec<Stage> {
    let wanted = |stage: &Stage| matches!(stage.key.as_str(), "review" | "offer");
    plan_reference::stages().into_iter().filter(wanted).collect()
}

pub fn wording(title: &str) -> Wording {
    Wording {
        title: title.into(),
        employer: Some("Hollow Oak Ltd".into()),
        pay: Money { minor: 7_200_000, currency: Currency::EUR },
        interval: PayInterval::Year,
        bonuses: vec![Bonus {
            kind: BonusKind::Signing,
            amount: Money { minor: 300_000, currency: Currency::EUR },
            words: Some("with the first pay".into()),
        }],
        equity: Some("400 options over four years.".into()),
        employment_type: EmploymentType::FullTime,
        start_on: "2027-04-01".parse().unwrap(),
        place: "Remote, Portugal".into(),
        benefits: vec!["A train card".into()],
        clauses: vec![Clause { title: "Paid leave".into(), text: SECRET_CLAUSE.into() }],
        remarks: Some(SECRET_REMARKS.into()),
    }
}

/// Those who make an offer.
pub struct Desk<'a> {
    pub app: &'a TestApp,
    pub recruiter: Viewer,
    pub approver: Viewer,
}

impl TestApp {
    pub async fn desk(&self) -> Desk<'_> {
        let recruiter = self.recruiter().await;
        let approver = self.staff(Role::Approver, Reach::Organisation).await;
        Desk { app: self, recruiter, approver }
    }

    pub async fn offer(&self, id: OfferId) -> Offer {
        storage::offer::find(&self.store, &offers(&Viewer::System), id).await.unwrap().unwrap()
    }

    pub async fn newest(&self, id: OfferId) -> OfferVersion {
        let number = self.offer(id).await.version;
        offer_version::get(&self.store, id, number).await.unwrap()
    }
}

impl Desk<'_> {
    pub fn in_days(&self, days: i64) -> DateTime<Utc> {
        self.app.now() + TimeDelta::days(days)
    }

    pub fn asked(&self) -> Vec<Vec<UserId>> {
        vec![self.approver.user().into_iter().collect()]
    }

    /// Somebody applies, is allotted to the posting's first team, and settles every step up to the offer.
    pub async fn ready(&self, posted: &Posted, name: &str) -> Application {
        self.ready_for(posted, posted.team(), name).await
    }

    pub async fn ready_for(&self, posted: &Posted, team: TeamId, name: &str) -> Application {
        let id = self.app.apply(posted.id, name).await.id;
        let act = self.app.act(&self.recruiter);
        allotment::allot(act, id, team, None).await.unwrap();
        for one in self.app.steps(id).await.iter().filter(|one| one.kind != StepKind::Offer) {
            let now = self.app.application(id).await;
            if one.stage > now.stage {
                self.advance(posted, &now).await;
            }
            self.app.settle(&self.recruiter, one).await;
        }
        let now = self.app.application(id).await;
        if posted.plan.stages.len() > 1 {
            self.advance(posted, &now).await;
        }
        justification::save(act, id, "Wrote the clearest review of the week.").await.unwrap();
        self.app.application(id).await
    }

    pub async fn advance(&self, posted: &Posted, application: &Application) {
        let stage = &posted.plan.stages[usize::try_from(application.stage).unwrap()];
        let (id, revision) = (application.id, application.revision);
        let input =
            application::Advance { application: id, stage: stage.key.clone(), revision, pass_over: false };
        application::advance(self.app.act(&self.recruiter), input).await.unwrap();
    }

    pub async fn draft(&self, application: &Application) -> Offer {
        self.try_draft(application).await.unwrap()
    }

    pub async fn try_draft(&self, application: &Application) -> Result<Offer, Failure> {
        let (application, expires_at) = (application.id, self.in_days(14));
        let wording = wording("Backend Developer");
        let input = Create { application, wording, expires_at, request: None };
        offer::create(self.app.act(&self.recruiter), input).await
    }

    pub async fn submit(&self, id: OfferId) -> Result<Offer, Failure> {
        let input = Submit { offer: id, revision: None, approvers: self.asked() };
        offer::submit(self.app.act(&self.recruiter), input).await
    }

    pub async fn approve(&self, id: OfferId) -> Result<Offer, Failure> {
        let terms_hash = self.app.newest(id).await.terms_hash;
        offer::approve(self.app.act(&self.approver), Approve { offer: id, terms_hash }).await
    }

    pub async fn send(&self, id: OfferId) -> Result<Offer, Failure> {
        let input = Send { offer: id, revision: None, expires_at: None, request: None };
        offer::send(self.app.act(&self.recruiter), input).await
    }

    /// An offer that waits for its approver.
    pub async fn submitted(&self, posted: &Posted, name: &str) -> Offer {
        let application = self.ready(posted, name).await;
        let id = self.draft(&application).await.id;
        self.submit(id).await.unwrap()
    }

    /// An offer that is out with its candidate.
    pub async fn sent(&self, posted: &Posted, name: &str) -> Offer {
        let id = self.submitted(posted, name).await.id;
        self.approve(id).await.unwrap();
        self.send(id).await.unwrap()
    }

    /// The next version of a sent offer, approved beside it.
    pub async fn approved_beside(&self, sent: &Offer) -> Offer {
        let input = offer::Update {
            offer: sent.id,
            revision: None,
            wording: wording("Senior Backend Developer"),
            expires_at: None,
        };
        offer::update(self.app.act(&self.recruiter), input).await.unwrap();
        self.submit(sent.id).await.unwrap();
        self.approve(sent.id).await.unwrap()
    }

    /// The offer, accepted by its candidate.
    pub async fn hired(&self, posted: &Posted, name: &str) -> Offer {
        let sent = self.sent(posted, name).await;
        self.accept(&sent, "page-1").await.unwrap()
    }

    /// The candidate accepts what is out, by a page with this nonce.
    pub async fn accept(&self, offer: &Offer, nonce: &str) -> Result<Offer, Failure> {
        let page = self.page(offer, nonce).await;
        offer::accept(self.app.act(&offeree(offer)), accepting(page)).await
    }

    /// The page that shows the version which is out.
    pub async fn page(&self, offer: &Offer, nonce: &str) -> Page {
        let number = offer.sent_version.unwrap();
        let version = offer_version::get(&self.app.store, offer.id, number).await.unwrap();
        Page {
            offer: offer.id,
            terms_hash: version.terms_hash,
            nonce: nonce.into(),
            link: None,
            ip: Some("203.0.113.9".into()),
            user_agent: Some("Test/1.0 \r\n(hostile)".into()),
        }
    }
}

/// Whoever holds the link to the version that is out.
pub fn offeree(offer: &Offer) -> Viewer {
    Viewer::Offeree {
        offer: offer.id,
        version: offer.sent_version.unwrap(),
        application: offer.application,
        candidate: offer.candidate,
    }
}

pub fn accepting(page: Page) -> Accept {
    Accept { page, typed_name: "  Zoë  O'Hara ".into(), consent: CONSENT.id.into(), code: String::new() }
}

/// The code of what was refused.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> &'static str {
    match outcome {
        Err(Failure::Refused(refusal)) => refusal.code(),
        other => panic!("not refused: {other:?}"),
    }
}
