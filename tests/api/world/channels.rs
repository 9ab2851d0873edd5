//! How channels are set there, who fetched their feeds, which letters have words of the organisation's own, and what is kept for
//! writing to candidates.

use vacantia::actions::channel_setting::{Update, create_key, note_fetches, update};
use vacantia::actions::{letter_template, saved_reply};
use vacantia::domain::channel_setting::FeedFetch;
use vacantia::domain::email::LetterKind;
use vacantia::domain::feed::Channel;

use super::{Founder, Who};

impl Founder {
    /// Offers in German, which nobody there reads.
    pub(super) async fn letter_templates(&mut self) {
        let (subject, body) = ("{{ role }}".to_owned(), "[Hier]({{ link }})".to_owned());
        let words = letter_template::Draft { kind: LetterKind::Offer, language: "de".into(), subject, body };
        letter_template::save(self.recruiter(), words, None).await.unwrap();
    }

    /// One for everybody, and one that the hiring manager has for themselves.
    pub(super) async fn saved_replies(&mut self) {
        for (record, who) in [("house reply", Who::Recruiter), ("manager reply", Who::HiringManager)] {
            let (name, subject) =
                (self.word(&format!("{record} name")), self.word(&format!("{record} subject")));
            let text = format!("{} {{{{ role }}}}", self.word(&format!("{record} text")));
            let draft = saved_reply::Draft { name, subject: Some(subject), text };
            let act = self.app.act(self.scene.viewer(who));
            let reply = saved_reply::create(act, draft, who == Who::Recruiter).await.unwrap();
            self.call(record, reply.id);
        }
    }

    /// One with a company and a mark, and one with a key.
    pub(super) async fn channels(&mut self) {
        let set = Update {
            channel: Channel::Linkedin,
            expected_revision: None,
            enabled: None,
            is_private: None,
            company_id: Some(Some("7654321".into())),
            tracking_source: Some(Some("hires".into())),
            idempotency_key: None,
        };
        update(self.app.system(), set).await.unwrap();
        create_key(self.app.system(), Channel::Talent, None).await.unwrap();
        self.pass();
        let fetched = |channel, key_used_at| {
            let fetch = FeedFetch { at: self.app.now(), who: "Robot/1".into(), status: 200, key_used_at };
            (channel, fetch)
        };
        let fetches = [fetched(Channel::Indeed, None), fetched(Channel::Talent, Some(self.app.now()))];
        note_fetches(&self.app.store, &fetches).await.unwrap();
    }
}
