//! Mail arrives, and whoever it is for does something about it, at once or later or never.

use serde_json::json;

use super::answers::Answer;
use super::board::{id, text};
use super::calendar::Month;
use super::post::Letter;
use super::staff::Token;
use super::visits::Candidacy;

impl Month<'_> {
    pub async fn read_mail(&mut self) {
        for letter in self.post.deliver().await {
            if let Some((page, secret)) = letter.link.clone() {
                self.read(&letter, &page, secret).await;
            }
        }
    }

    async fn read(&mut self, letter: &Letter, page: &str, secret: Token) {
        let answer = match page {
            "applications" => return self.look_up(letter, secret).await,
            "forms" => Answer::Form(secret),
            "nominations" => Answer::Nomination(secret),
            "references" => Answer::Reference(secret),
            "offers" => Answer::Offer(secret),
            // Colleagues have the list of what awaits them.
            _ => return,
        };
        // A reminder reaches those who would not have answered.
        let days = match self.dice.one_of(20) {
            0..13 => Some(0),
            13..17 => Some(2),
            17 => Some(6),
            _ => None,
        };
        if let Some(days) = days.filter(|_| !self.later.iter().any(|(_, known)| *known == answer)) {
            self.later.push((self.day + 1 + days, answer));
        }
    }

    /// The candidate opens the page of their application for the first time.
    async fn look_up(&mut self, letter: &Letter, secret: Token) {
        let query = "{ applications(first: 2) { nodes { id posting { id } } } }";
        let seen = self.office.read(&secret, query, json!({})).await;
        let [application] = &seen["applications"]["nodes"].as_array().unwrap()[..] else {
            panic!("a link leads to one application: {seen}")
        };
        let posting = text(&application["posting"], "id");
        let job = self.jobs.iter().position(|job| job.id == posting).unwrap();
        let fresh = Candidacy::new(letter.to.clone(), job, secret.clone());
        self.candidacies.entry(id(application)).or_insert(fresh).status = secret;
    }
}
