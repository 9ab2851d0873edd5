//! Thirty days, hour by hour.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::Size;
use super::answers::Answer;
use super::applicants::Person;
use super::board::Job;
use super::dice::Dice;
use super::office::Office;
use super::post::Post;
use super::staff::Staff;
use super::visits::Candidacy;
use crate::app::TestApp;
use crate::hire::sweep;

/// How many days a month has.
pub const DAYS: i64 = 30;

/// All that is going on.
pub struct Month<'a> {
    pub app: &'a TestApp,
    pub size: Size,
    pub office: Office,
    pub post: Post,
    pub dice: Dice,
    pub staff: Staff,
    pub teams: Vec<String>,
    pub jobs: Vec<Job>,
    pub people: Vec<Person>,
    /// How many applications were sent.
    pub sent: usize,
    /// How many people were named by candidates.
    pub referees: usize,
    /// By the application's id.
    pub candidacies: BTreeMap<String, Candidacy>,
    /// What is answered on a later day.
    pub later: Vec<(i64, Answer)>,
    pub day: i64,
    began_at: DateTime<Utc>,
}

impl<'a> Month<'a> {
    pub async fn new(app: &'a TestApp, size: Size) -> Self {
        Self {
            app,
            size,
            office: Office::open(app).await,
            post: Post::new(app).await,
            dice: Dice::new(20_270_115),
            staff: Staff::new(app).await,
            teams: Vec::new(),
            jobs: Vec::new(),
            people: Vec::new(),
            sent: 0,
            referees: 0,
            candidacies: BTreeMap::new(),
            later: Vec::new(),
            day: 0,
            began_at: app.now(),
        }
    }

    /// The time of this day, or now if that is over.
    fn wait_until(&self, hour: i64) {
        let time = self.began_at + TimeDelta::days(self.day) + TimeDelta::hours(hour - 8);
        self.app.clock.pass((time - self.app.now()).max(TimeDelta::zero()));
    }

    pub async fn live(&mut self) {
        self.advertise().await;
        while self.day < DAYS {
            self.wait_until(8);
            self.sweep().await;
            self.apply_today().await;
            self.read_mail().await;
            self.answer_today().await;
            self.write_cards().await;
            self.wait_until(10);
            self.tend_postings().await;
            self.visit_all().await;
            self.read_mail().await;
            self.wait_until(14);
            self.meet_today().await;
            self.wait_until(19);
            self.sweep().await;
            self.read_mail().await;
            self.day += 1;
        }
        self.put_away().await;
    }

    /// Time does what it does: offers expire, postings close, meetings are over, people are reminded.
    pub async fn sweep(&self) {
        while sweep(self.app).step().await.unwrap() > 0 {}
    }
}
