//! What is offered, in words of which each is somebody's secret.

use chrono::TimeDelta;
use vacantia::actions::offer::{self, Create, Submit, Update, Wording};
use vacantia::domain::id::{OfferId, UserId};
use vacantia::domain::money::{Currency, Money, PayInterval};
use vacantia::domain::posting::EmploymentType;
use vacantia::domain::terms::{Bonus, BonusKind, Clause, TermsHash};
use vacantia::storage::offer_version;

use super::Founder;

impl Founder {
    fn wording(&mut self, record: &str, version: i32) -> Wording {
        let pay = self.amount(&format!("{record} terms {version} pay"));
        let bonus = self.amount(&format!("{record} terms {version} bonus pay"));
        Wording {
            title: self.word(&format!("{record} terms {version} role")),
            employer: Some(self.word(&format!("{record} terms {version} employer"))),
            pay: Money { minor: pay, currency: Currency::EUR },
            interval: PayInterval::Year,
            bonuses: vec![Bonus {
                kind: BonusKind::Yearly,
                amount: Money { minor: bonus, currency: Currency::EUR },
                words: Some(self.word(&format!("{record} terms {version} bonus"))),
            }],
            equity: Some(self.word(&format!("{record} terms {version} equity"))),
            employment_type: EmploymentType::FullTime,
            start_on: "2027-04-01".parse().unwrap(),
            place: "Remote".into(),
            benefits: vec![self.word(&format!("{record} terms {version} benefit"))],
            clauses: vec![Clause {
                title: self.word(&format!("{record} terms {version} clause")),
                text: self.word(&format!("{record} terms {version} clause text")),
            }],
            remarks: Some(self.word(&format!("{record} terms {version} remarks"))),
        }
    }

    pub(super) async fn drafted(&mut self, record: &str, version: i32) -> OfferId {
        self.pass();
        let application = self.scene.id(record).parse().unwrap();
        let wording = self.wording(record, version);
        let expires_at = self.app.now() + TimeDelta::days(14);
        let drafted =
            offer::create(self.recruiter(), Create { application, wording, expires_at, request: None })
                .await
                .unwrap();
        self.call(&format!("{record} offer"), drafted.id);
        drafted.id
    }

    pub(super) async fn rewritten(&mut self, record: &str, offer: OfferId, version: i32) {
        let wording = self.wording(record, version);
        let update = Update { offer, revision: None, wording, expires_at: None };
        offer::update(self.recruiter(), update).await.unwrap();
    }

    pub(super) async fn submitted(&self, offer: OfferId, approver: UserId) -> TermsHash {
        let submit = Submit { offer, revision: None, approvers: vec![vec![approver]] };
        let number = offer::submit(self.recruiter(), submit).await.unwrap().version;
        offer_version::get(&self.app.store, offer, number).await.unwrap().terms_hash
    }
}
