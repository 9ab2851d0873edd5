//! What people outside answer, by the link in their mail and nothing else.

use serde_json::{Value, json};

use super::board::{id, text};
use super::calendar::Month;
use super::dice::person;
use super::staff::Token;

/// Something to be answered, with the secret that lets one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Form(Token),
    Nomination(Token),
    Reference(Token),
    Offer(Token),
}

/// What a late answer meets.
const OVER: &[&str] = &["NOT_ACTIVE", "STEP_STATE", "STALE", "ALREADY_ANSWERED"];

fn answers(questions: &Value) -> Vec<Value> {
    let required = questions.as_array().unwrap().iter().filter(|question| question["required"] == true);
    required.map(|question| json!({ "key": question["key"], "value": "yes" })).collect()
}

impl Month<'_> {
    pub async fn answer_today(&mut self) {
        let (due, later): (Vec<_>, Vec<_>) = self.later.drain(..).partition(|(day, _)| *day <= self.day);
        self.later = later;
        for (_, answer) in due {
            match answer {
                Answer::Form(link) => self.fill_form(&link).await,
                Answer::Nomination(link) => self.nominate(&link).await,
                Answer::Reference(link) => self.refer(&link).await,
                Answer::Offer(link) => self.decide(&link).await,
            }
        }
    }

    /// What is behind a link; nothing once it was revoked.
    async fn behind(&self, link: &Token, query: &str) -> Option<Value> {
        let known = self.office.knows(link).await;
        if known { Some(self.office.read(link, query, json!({})).await) } else { None }
    }

    async fn fill_form(&mut self, link: &Token) {
        let query = "{ viewer { form { id questions { key required } } } }";
        let Some(seen) = self.behind(link, query).await else { return };
        let form = &seen["viewer"]["form"];
        if !form.is_null() {
            let input = json!({ "formId": form["id"], "answers": answers(&form["questions"]) });
            self.office.attempt(link, "formAnswer", input, OVER).await;
        }
    }

    /// Names two people; when asked again, two others.
    async fn nominate(&mut self, link: &Token) {
        let query = "{ viewer { referenceRequest { stepId consent { key } } } }";
        let Some(seen) = self.behind(link, query).await else { return };
        let asked = &seen["viewer"]["referenceRequest"];
        if asked.is_null() {
            return;
        }
        let step = text(asked, "stepId");
        let named = self.referees;
        self.referees += 2;
        let referee = |number: usize| {
            let (name, email) = person(number);
            let relation = if number.is_multiple_of(2) { "MANAGER" } else { "PEER" };
            json!({ "name": name, "email": format!("referee.{email}"), "relation": relation })
        };
        let referees: Vec<_> = (named..named + 2).map(referee).collect();
        let input = json!({ "stepId": step, "referees": referees, "consent": asked["consent"]["key"] });
        self.office.attempt(link, "referenceNominate", input, OVER).await;
    }

    async fn refer(&mut self, link: &Token) {
        let query = "{ viewer { reference { id awaited questions { key required } consent { key } } } }";
        let Some(seen) = self.behind(link, query).await else { return };
        let sheet = &seen["viewer"]["reference"];
        if sheet.is_null() {
            return;
        }
        if self.dice.chance(8) {
            let input = json!({ "referenceId": sheet["id"] });
            self.office.attempt(link, "referenceDecline", input, OVER).await;
            return;
        }
        let given = answers(&sheet["questions"]);
        let consent = &sheet["consent"]["key"];
        let input = json!({ "referenceId": sheet["id"], "answers": given, "recommendation": "YES", "consent": consent });
        self.office.attempt(link, "referenceAnswer", input, OVER).await;
    }

    /// Opens the offer, and accepts or declines it.
    async fn decide(&mut self, link: &Token) {
        const MISSED: &[&str] = &["EXPIRED", "OFFER_STATUS", "ALREADY_DECIDED", "NOT_FOUND"];
        let query = "{ offers(first: 1) { nodes { id status termsHash consent { key } } } }";
        let Some(seen) = self.behind(link, query).await else { return };
        let offer = &seen["offers"]["nodes"][0];
        let nonce = format!("page-{}-{}", id(offer), self.day);
        if self.dice.chance(75) {
            let consent = &offer["consent"]["key"];
            let input = json!({ "offerId": offer["id"], "termsHash": offer["termsHash"], "typedName": "As above", "consent": consent, "nonce": nonce });
            let accepted = self.office.attempt(link, "offerAccept", input.clone(), MISSED).await;
            // A double click, with the same page.
            if accepted && self.dice.chance(20) {
                self.office.change(link, "offerAccept", input, "offer { status }").await;
            }
        } else {
            let input = json!({ "offerId": offer["id"], "termsHash": offer["termsHash"], "reason": "Another place was closer.", "nonce": nonce });
            self.office.attempt(link, "offerDecline", input, MISSED).await;
        }
    }
}
