//! Offers, from the justification to whatever becomes of them.

use serde_json::{Value, json};

use super::board::text;
use super::calendar::Month;
use super::visits::View;

const FIELDS: &str = "offer { id status }";

fn terms(title: &str, minor: usize) -> Value {
    json!({
        "title": title, "pay": { "amountMinor": minor.to_string(), "currency": "EUR" }, "interval": "YEAR",
        "employmentType": "FULL_TIME", "startOn": "2027-05-01", "place": "Remote",
    })
}

impl Month<'_> {
    /// The next thing to be done about an offer; whether there may be more to do at once.
    pub async fn make_offer(&mut self, application: &str, view: &View) -> bool {
        let by = self.staff.recruiter().clone();
        if view.0["currentTeam"].is_null() {
            self.allot(application).await;
            return true;
        }
        if view.0["justification"].is_null() {
            let input =
                json!({ "applicationId": application, "text": "Asked the best questions of the week." });
            self.office.change(&by, "justificationSave", input, "justification { text }").await;
            return true;
        }
        let offers = view.0["offers"].as_array().unwrap();
        let is_open = |offer: &&Value| {
            matches!(text(offer, "status").as_str(), "DRAFT" | "PENDING_APPROVAL" | "APPROVED" | "SENT")
        };
        match offers.iter().find(is_open) {
            Some(offer) => self.go_on_with(application, offer).await,
            None if offers.len() > 2 => self.decline(application, "We could not agree.").await,
            None => {
                let days = [2, 6, 9][self.dice.one_of(3)];
                let terms = terms("Developer", 6_000_000 + 1_000 * self.dice.one_of(900));
                let key = format!("{application}-{}", offers.len());
                let input = json!({ "applicationId": application, "terms": terms, "expiresAt": self.in_days(days), "idempotencyKey": key });
                let made = self.office.change(&by, "offerCreate", input.clone(), FIELDS).await;
                if self.dice.chance(20) {
                    let again = self.office.change(&by, "offerCreate", input, FIELDS).await;
                    assert_eq!(
                        made["offer"]["id"], again["offer"]["id"],
                        "a repeated request names the same offer"
                    );
                }
                true
            }
        }
    }

    /// An offer that is under way, or its version that is.
    async fn go_on_with(&mut self, application: &str, offer: &Value) -> bool {
        let by = self.staff.recruiter().clone();
        let id = &offer["id"];
        let status = text(offer, "status");
        let newest = offer["versions"]
            .as_array()
            .unwrap()
            .iter()
            .find(|version| version["number"] == offer["version"]);
        let version = newest.map(|version| text(version, "status")).unwrap_or_default();
        let roll = self.dice.one_of(20);
        let (mutation, input) = match (status.as_str(), version.as_str()) {
            ("DRAFT", _) if roll < 3 => (
                "offerUpdate",
                json!({ "offerId": id, "terms": terms("Senior Developer", 7_000_000 + roll) }),
            ),
            ("DRAFT", _) | ("SENT", "DRAFT") => return self.submit(application, id).await,
            (_, "PENDING_APPROVAL") => return self.approve(offer, roll).await,
            ("APPROVED", _) if roll == 0 => {
                ("offerCancel", json!({ "offerId": id, "reason": "A mistake in the terms." }))
            }
            (_, "APPROVED") => return self.send(offer).await,
            ("SENT", _) => return self.while_it_is_out(offer, roll).await,
            other => panic!("an offer is {other:?}"),
        };
        self.office.change(&by, mutation, input, FIELDS).await;
        true
    }

    /// It takes a seat; where there is none, another team may have one.
    async fn submit(&mut self, application: &str, id: &Value) -> bool {
        const CODES: &[&str] =
            &["NO_OPENING", "OFFER_LIVE", "EXPIRED", "ALLOTTED_ELSEWHERE", "DEADLINE_PASSED", "INVALID"];
        let by = self.staff.recruiter().clone();
        let input = json!({ "offerId": id, "approverId": self.staff.approver.id });
        if self.office.attempt(&by, "offerSubmit", input, CODES).await {
            return true;
        }
        let input = json!({ "offerId": id, "reason": "There is no seat." });
        self.office.attempt(&by, "offerCancel", input, &["OFFER_STATUS"]).await;
        if self.dice.chance(50) {
            let teams = &self.jobs[self.candidacies[application].job].teams;
            let team = teams[self.dice.one_of(teams.len())].clone();
            let input = json!({ "applicationId": application, "teamId": team });
            self.office.attempt(&by, "applicationAllot", input, &["OFFER_LIVE"]).await;
        }
        false
    }

    /// The version goes out; with another deadline, if the one it was drafted with is too near by now.
    async fn send(&self, offer: &Value) -> bool {
        let by = self.staff.recruiter();
        let key = format!("{}-{}", text(offer, "id"), offer["version"]);
        let mut input = json!({ "offerId": offer["id"], "idempotencyKey": key });
        match self.office.try_change(by, "offerSend", input.clone(), "").await {
            Err(code) if code == "INVALID" => {
                input["expiresAt"] = self.in_days(6).into();
                self.office.change(by, "offerSend", input, FIELDS).await;
            }
            Err(code) => assert_eq!(code, "EXPIRED", "{input}"),
            Ok(_) => {}
        }
        false
    }

    async fn approve(&mut self, offer: &Value, roll: usize) -> bool {
        let by = self.staff.approver.token.clone();
        let input = json!({ "offerId": offer["id"], "termsHash": offer["termsHash"] });
        let (mutation, input) = if roll < 3 {
            let mut input = input;
            input["reason"] = "The range ends below.".into();
            ("offerReject", input)
        } else {
            ("offerApprove", input)
        };
        self.office.change(&by, mutation, input, FIELDS).await;
        true
    }

    /// The candidate has it. Nobody has to do anything, and sometimes somebody does.
    async fn while_it_is_out(&mut self, offer: &Value, roll: usize) -> bool {
        const LATE: &[&str] = &["EXPIRED"];
        let by = self.staff.recruiter().clone();
        let id = &offer["id"];
        match roll {
            0 | 1 => {
                let input = json!({ "offerId": id, "expiresAt": self.in_days(12) });
                self.office.attempt(&by, "offerExtend", input, &["EXPIRED", "INVALID"]).await;
            }
            2 => {
                let input = json!({ "offerId": id, "reason": "No budget.", "note": "We are sorry." });
                self.office.attempt(&by, "offerRescind", input, LATE).await;
            }
            3 => {
                let input = json!({ "offerId": id, "terms": terms("Principal Developer", 8_000_000) });
                self.office.attempt(&by, "offerUpdate", input, LATE).await;
            }
            _ => {}
        }
        false
    }
}
