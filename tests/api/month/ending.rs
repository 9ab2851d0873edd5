//! What has to be so when the month is over.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::TimeDelta;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use vacantia::domain::feed::Channel;
use vacantia::storage::dialect;

use super::Size;
use super::board::{id, text};
use super::calendar::Month;
use super::staff::Token;
use crate::app::TestApp;
use crate::history::{events, replayed};
use crate::newsstand::Stand;

/// What happened, counted.
pub struct Figures {
    sent: usize,
    mutations: BTreeMap<String, usize>,
    refusals: BTreeMap<String, usize>,
    mails: BTreeMap<String, usize>,
    ends: BTreeMap<String, usize>,
    events: usize,
}

/// What has to happen at least once even in a small month.
const ALWAYS: [&str; 29] = [
    "postingArchive",
    "postingClose",
    "applicationAdvance",
    "applicationAllot",
    "applicationDecline",
    "applicationSubmit",
    "formAnswer",
    "formSend",
    "interviewCancel",
    "interviewNoShow",
    "interviewReschedule",
    "interviewSchedule",
    "justificationSave",
    "offerAccept",
    "offerApprove",
    "offerCreate",
    "offerSend",
    "offerSubmit",
    "planCopy",
    "postingCreate",
    "postingPublish",
    "postingVacanciesSet",
    "referenceAnswer",
    "referenceNominate",
    "referenceRequest",
    "scorecardSubmit",
    "stepPass",
    "stepWaive",
    "teamCreate",
];
/// What has to happen in a whole one as well.
const IN_A_WHOLE_MONTH: [&str; 23] = [
    "applicationKeep",
    "applicationPreferTeams",
    "applicationReinstate",
    "applicationReturn",
    "applicationWithdraw",
    "hireUndo",
    "interviewUpdate",
    "offerCancel",
    "offerDecline",
    "offerExtend",
    "offerReject",
    "offerRescind",
    "offerUpdate",
    "postingPause",
    "postingReopen",
    "postingResume",
    "postingUpdate",
    "referenceCancel",
    "referenceDecline",
    "scorecardSave",
    "stepAdd",
    "stepReopen",
    "stepSkip",
];

impl Figures {
    pub fn check(&self, size: Size) {
        assert!(self.sent >= size.applications, "{} applications were sent", self.sent);
        let whole = size.applications >= super::WHOLE.applications;
        let wanted = ALWAYS.iter().chain(IN_A_WHOLE_MONTH.iter().filter(|_| whole));
        let missing: Vec<_> = wanted.filter(|mutation| !self.mutations.contains_key(**mutation)).collect();
        assert!(missing.is_empty(), "never done: {missing:?}");
        assert!(!whole || self.ends.contains_key("offer expired"), "{:?}", self.ends);
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mutations, refusals): (usize, usize) =
            (self.mutations.values().sum(), self.refusals.values().sum());
        writeln!(f, "mutations {mutations} {:?}", self.mutations)?;
        writeln!(f, "refusals {refusals} {:?}", self.refusals)?;
        writeln!(f, "mails {} {:?}", self.mails.values().sum::<usize>(), self.mails)?;
        writeln!(f, "offers and applications {:?}", self.ends)?;
        write!(f, "events {}", self.events)
    }
}

#[derive(FromQueryResult)]
struct Count {
    word: String,
    number: i64,
}

async fn counts(app: &TestApp, sql: &str) -> BTreeMap<String, usize> {
    let rows = dialect::query_all::<Count>(&app.store, sql, []).await.unwrap();
    rows.into_iter().map(|row| (row.word, usize::try_from(row.number).unwrap())).collect()
}

impl Month<'_> {
    /// Everything agrees; what there was of it.
    pub async fn settle(mut self) -> Figures {
        // What a candidate was to be told later, they have been told by then.
        self.app.clock.pass(TimeDelta::days(3));
        self.sweep().await;
        self.read_mail().await;
        self.app.check_invariants().await;
        self.app.check_report().await;
        let events = events(self.app).await;
        assert_eq!(replayed(self.app, &events).await, None);
        super::promised::check(self.app).await;
        self.check_post().await;
        self.check_feeds().await;
        self.check_seats().await;
        let ends = "SELECT 'offer ' || status AS word, count(*) AS number FROM offer GROUP BY status UNION ALL \
                    SELECT 'application ' || status AS word, count(*) AS number FROM application GROUP BY status";
        Figures {
            sent: self.sent,
            mutations: self.office.done.take(),
            refusals: self.office.refused.take(),
            mails: counts(
                self.app,
                "SELECT kind AS word, count(*) AS number FROM email_message GROUP BY kind",
            )
            .await,
            ends: counts(self.app, ends).await,
            events: events.len(),
        }
    }

    /// Every mail arrived once, or was taken back.
    async fn check_post(&self) {
        let states =
            counts(self.app, "SELECT state AS word, count(*) AS number FROM email_message GROUP BY state")
                .await;
        let left: BTreeSet<&str> = states.keys().map(String::as_str).collect();
        assert!(left.is_subset(&BTreeSet::from(["sent", "cancelled"])), "{states:?}");
        assert_eq!(states.get("sent"), Some(&self.post.arrived), "mails sent and arrived");
    }

    /// Postings of this status, all pages of them.
    pub async fn listed(&self, by: &Token, status: &str) -> Vec<Value> {
        let query = "query($status: PostingStatus!, $after: String) { postings(first: 50, after: $after, filter: { statuses: [$status] }) { \
            nodes { id slug title openVacancies teams { openVacancies openings { open held filled } } } pageInfo { endCursor hasNextPage } } }";
        let mut all = Vec::new();
        let mut after = Value::Null;
        loop {
            let page =
                self.office.read(by, query, json!({ "status": status, "after": after })).await["postings"]
                    .take();
            all.extend(page["nodes"].as_array().unwrap().iter().cloned());
            if page["pageInfo"]["hasNextPage"] != true {
                return all;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    /// Each feed lists what anybody can see on the careers page, and nothing else.
    async fn check_feeds(&self) {
        let visible = self.listed(&Token::NONE, "OPEN").await;
        let ids = |name: &str| visible.iter().map(|posting| text(posting, name)).collect::<BTreeSet<_>>();
        let mut stand = Stand::new(self.app);
        stand.built().await;
        let [rss, indeed] = stand.feeds().await;
        let items: BTreeSet<String> =
            between(&rss, "<link>https://jobs.example.com/jobs/", "</link>").collect();
        assert_eq!(items, ids("slug"), "rss.xml");
        let jobs: BTreeSet<String> =
            between(&indeed, "<requisitionid><![CDATA[", "]]></requisitionid>").collect();
        let short = ids("id").iter().map(|id| id.trim_start_matches("post_").to_owned()).collect();
        assert_eq!(jobs, short, "indeed.xml");
        for channel in Channel::ALL {
            let fared = stand.fared(*channel).await;
            assert_eq!(
                fared.into_keys().collect::<BTreeSet<_>>(),
                ids("id"),
                "{channel}: listed and withheld"
            );
        }
    }

    /// Each posting looks for as many as it has seats that are not filled, and has filled as many as were hired.
    async fn check_seats(&self) {
        let hired = "SELECT posting_id AS word, count(*) AS number FROM application WHERE status = 'hired' GROUP BY posting_id";
        let hired = counts(self.app, hired).await;
        let seats = "SELECT t.posting_id AS word, count(*) AS number FROM opening o JOIN posting_team t ON t.id = o.posting_team_id \
            WHERE o.state IN ('open', 'held') GROUP BY t.posting_id";
        let seats = counts(self.app, seats).await;
        let mut seen = 0;
        for status in ["OPEN", "PAUSED", "CLOSED", "ARCHIVED"] {
            for posting in self.listed(self.staff.recruiter(), status).await {
                let teams = posting["teams"].as_array().unwrap().iter();
                let sum = |parts: &[&str]| {
                    let of = |team: &Value| {
                        parts.iter().map(|part| team["openings"][part].as_u64().unwrap()).sum::<u64>()
                    };
                    usize::try_from(teams.clone().map(of).sum::<u64>()).unwrap()
                };
                let of =
                    |counts: &BTreeMap<String, usize>| counts.get(&id(&posting)).copied().unwrap_or_default();
                assert_eq!((sum(&["open", "held"]), sum(&["filled"])), (of(&seats), of(&hired)), "{posting}");
                assert_eq!(posting["openVacancies"], sum(&["open", "held"]), "{posting}");
                seen += 1;
            }
        }
        assert_eq!(seen, self.jobs.len());
    }
}

/// What stands between these in a text, each time.
fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = String> + 'a {
    text.split(start).skip(1).map(move |rest| rest.split(end).next().unwrap().to_owned())
}
