//! People who apply, some twice, some again.

use serde_json::json;

use super::board::text;
use super::calendar::{DAYS, Month};
use super::dice::person;
use super::staff::Token;

/// Somebody outside.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    pub email: String,
}

const CLOSED: &[&str] = &["NOT_TAKING_APPLICATIONS"];

impl Month<'_> {
    /// Most apply in the first three weeks; whoever comes later is not seen through to the end.
    pub async fn apply_today(&mut self) {
        let until = usize::try_from(DAYS * 2 / 3).unwrap();
        let day = usize::try_from(self.day).unwrap() + 1;
        let by_now = (self.size.applications * day / until).min(self.size.applications);
        if day <= until {
            self.apply_again().await;
        }
        let open = self.open_jobs().await;
        while self.sent < by_now && !open.is_empty() {
            let job = open[self.dice.one_of(open.len())];
            // Some of those who are known look at another role as well.
            let known = !self.people.is_empty() && self.dice.chance(5);
            let number = if known { self.dice.one_of(self.people.len()) } else { self.newcomer() };
            self.apply(number, job).await;
            if self.dice.chance(3) {
                self.apply(number, job).await;
            }
        }
    }

    fn newcomer(&mut self) -> usize {
        let (name, email) = person(self.people.len());
        self.people.push(Person { name, email });
        self.people.len() - 1
    }

    /// What anybody can see on the careers page.
    async fn open_jobs(&self) -> Vec<usize> {
        let seen = self.listed(&Token::NONE, "OPEN").await;
        (0..self.jobs.len())
            .filter(|job| seen.iter().any(|posting| text(posting, "id") == self.jobs[*job].id))
            .collect()
    }

    async fn apply(&mut self, number: usize, job: usize) {
        let Person { name, email } = self.people[number].clone();
        let job = &self.jobs[job];
        let mut teams = job.teams.clone();
        teams.truncate(self.dice.one_of(3));
        let answers = json!([{ "key": "why", "value": "I have done this for years and like it." }]);
        let input = json!({ "postingId": job.id, "name": name, "email": email, "answers": answers, "preferredTeams": teams });
        if self.office.attempt(&Token::NONE, "applicationSubmit", input, CLOSED).await {
            self.sent += 1;
        }
    }

    /// A few of those who withdrew come back.
    async fn apply_again(&mut self) {
        let gone = self.candidacies.values().filter(|one| one.left_on == Some(self.day - 3));
        let gone: Vec<(String, usize)> = gone.map(|one| (one.email.clone(), one.job)).collect();
        for (email, job) in gone {
            if self.dice.chance(30) {
                let number = self.people.iter().position(|person| person.email == email).unwrap();
                self.apply(number, job).await;
            }
        }
    }
}
