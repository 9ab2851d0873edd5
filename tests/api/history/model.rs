//! What ought to be so: a small picture of hiring that knows nothing of the program. It is told each move, says what the
//! answer has to be, and is then compared with the tables.

use std::collections::BTreeMap;

use super::moves::{Age, Deed, Move, Turn};

pub const DAY: i64 = 24 * 60;
/// Postings hire for the first two.
pub const TEAMS: [&str; 3] = ["Create", "Plan", "Share"];
pub const PEOPLE: [&str; 4] = ["Ada", "Bo", "Cy", "Di"];
pub const STAGES: [&str; 4] = ["review", "team", "ceo", "offer"];
/// Key, stage, whether required.
pub const STEPS: [(&str, usize, bool); 6] = [
    ("review", 0, true),
    ("interview", 1, true),
    ("references", 1, true),
    ("puzzle", 1, false),
    ("ceo", 2, true),
    ("offer", 3, true),
];
pub const REFERENCES: usize = 2;
pub const OFFER_STEP: usize = 5;
pub const CEO: usize = 2;
pub const LAST_STAGE: usize = 3;

#[derive(Debug, Clone, Default)]
pub struct Seats {
    pub open: u32,
    pub held: u32,
    pub filled: u32,
    pub cancelled: u32,
}

#[derive(Debug, Clone)]
pub struct Posting {
    pub status: &'static str,
    pub until: Option<i64>,
    pub seats: [Seats; 2],
}

#[derive(Debug, Clone)]
pub struct App {
    pub posting: usize,
    pub person: usize,
    pub status: &'static str,
    pub stage: usize,
    pub undecided: bool,
    pub team: Option<usize>,
    pub steps: Vec<(&'static str, u32)>,
    pub justified: bool,
}

#[derive(Debug, Clone)]
pub struct Version {
    pub status: &'static str,
    pub asked: bool,
}

#[derive(Debug, Clone)]
pub struct Offer {
    pub app: usize,
    pub team: usize,
    pub status: &'static str,
    pub versions: Vec<Version>,
    /// Numbers of the versions that were sent, from 1; the last one counts.
    pub sent: Vec<usize>,
    pub expires: i64,
    pub viewed: bool,
    /// The page that decided, and whether it said yes.
    pub decided: Option<(u8, bool)>,
    pub undone: bool,
    pub ever_asked: bool,
    /// Since when the approver is asked who was not reminded yet.
    pub asked_since: Option<i64>,
    /// When the candidate is to be reminded.
    pub remind_at: Option<i64>,
}

/// What the answer to a move is: a refusal's code, or what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Done,
    /// Accepted, but there was nothing to do.
    Nothing,
    No(&'static str),
}

pub type Said = Result<Answer, &'static str>;

#[derive(Debug, Clone, Default)]
pub struct Model {
    /// Minutes since it began.
    pub now: i64,
    pub postings: Vec<Posting>,
    pub apps: Vec<App>,
    pub offers: Vec<Offer>,
    pub mails: BTreeMap<&'static str, u32>,
    /// Hours in which the owner of an application was told that they had applied before.
    pub reminded: Vec<(usize, i64)>,
    /// What was done under a key: the request, the record it made or named, when.
    pub keys: BTreeMap<(&'static str, u8), (String, usize, i64)>,
    /// The answer to the last move, and the record it names where a key decides.
    pub answer: Option<Answer>,
    pub names: Option<usize>,
    /// What has happened before anything is left to chance.
    pub prelude: Vec<Move>,
    /// Whether the plan lets offers go out without an approval.
    pub asks_nobody: bool,
}

pub fn live(status: &str) -> bool {
    matches!(status, "pendingApproval" | "approved" | "sent")
}

pub fn unended(status: &str) -> bool {
    status == "draft" || live(status)
}

pub fn check(holds: bool, code: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(code) }
}

pub fn fresh(age: Age) -> Result<(), &'static str> {
    check(age != Age::Stale, "STALE")
}

impl Posting {
    pub fn vacancies(&self) -> u32 {
        self.seats.iter().map(|seats| seats.open + seats.held).sum()
    }

    pub fn over(&self, now: i64) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

impl App {
    pub fn active(&self) -> Result<(), &'static str> {
        check(self.status == "active", "NOT_ACTIVE")
    }

    /// The first required step of its stage that is not done.
    pub fn blocking(&self) -> Option<usize> {
        (0..STEPS.len()).find(|&step| {
            let (_, stage, required) = STEPS[step];
            let done = matches!(self.steps[step].0, "passed" | "waived")
                || (self.steps[step].0 == "skipped" && stage == CEO);
            stage == self.stage && required && !done
        })
    }
}

impl Offer {
    pub fn newest(&mut self) -> &mut Version {
        self.versions.last_mut().expect("an offer has a version")
    }

    pub fn overdue(&self, now: i64) -> bool {
        self.status == "sent" && self.expires <= now
    }
}

impl Model {
    /// Takes a move in; afterwards `answer` is what the program has to say. A refused move changes nothing but the time.
    pub fn take(&mut self, step: &Move) {
        self.now += 1;
        self.names = None;
        let before = self.clone();
        let said = self.told(step);
        if let Err(code) = said {
            *self = before;
            self.answer = Some(Answer::No(code));
        } else {
            self.answer = said.ok();
        }
    }

    /// Takes a move in as one of the prelude.
    pub fn begins(&mut self, step: Move) {
        self.take(&step);
        self.prelude.push(step);
    }

    fn told(&mut self, step: &Move) -> Said {
        match step {
            Move::Create { seats, days } => {
                let seats = seats.map(|open| Seats { open, ..Seats::default() });
                let until = days.map(|days| self.now + days * DAY);
                self.postings.push(Posting { status: "draft", until, seats });
                Ok(Answer::Done)
            }
            Move::Wait { hours } => {
                self.now += hours * 60;
                Ok(Answer::Nothing)
            }
            Move::Sweep => Ok(self.sweep()),
            Move::Turn { .. } | Move::Prolong { .. } | Move::Seats { .. } => self.told_of_posting(step),
            Move::Apply { .. }
            | Move::Advance { .. }
            | Move::Back { .. }
            | Move::Decline { .. }
            | Move::Withdraw { .. }
            | Move::Reinstate { .. }
            | Move::Step { .. }
            | Move::Allot { .. }
            | Move::Prefer { .. }
            | Move::Justify { .. } => self.told_of_application(step),
            _ => self.told_of_offer(step),
        }
    }

    pub fn mail(&mut self, kind: &'static str) {
        *self.mails.entry(kind).or_default() += 1;
    }

    /// What was done under this key, if it was used within 30 days.
    pub fn done_before(
        &self,
        mutation: &'static str,
        key: Option<u8>,
        request: &str,
    ) -> Result<Option<usize>, &'static str> {
        let found = key.and_then(|key| self.keys.get(&(mutation, key)));
        let Some((before, record, at)) = found else { return Ok(None) };
        if *at <= self.now - 30 * DAY {
            return Ok(None);
        }
        check(before == request, "IDEMPOTENCY_MISMATCH")?;
        Ok(Some(*record))
    }

    pub fn keep(&mut self, mutation: &'static str, key: Option<u8>, request: String, record: usize) {
        if let Some(key) = key {
            self.keys.insert((mutation, key), (request, record, self.now));
        }
        self.names = Some(record);
    }

    pub fn live_offer(&self, app: usize) -> bool {
        self.offers.iter().any(|offer| offer.app == app && live(offer.status))
    }

    pub fn current(&self, posting: usize, person: usize) -> Option<usize> {
        self.apps.iter().position(|app| {
            app.posting == posting && app.person == person && matches!(app.status, "active" | "hired")
        })
    }

    /// The records a move names are there.
    pub fn knows(&self, step: &Move) -> bool {
        match step {
            Move::Create { .. } => self.postings.len() < 3,
            Move::Turn { posting, .. } | Move::Prolong { posting, .. } | Move::Seats { posting, .. } => {
                *posting < self.postings.len()
            }
            Move::Apply { posting, .. } => *posting < self.postings.len() && self.apps.len() < 8,
            Move::Advance { app, .. }
            | Move::Back { app, .. }
            | Move::Decline { app, .. }
            | Move::Withdraw { app, .. }
            | Move::Reinstate { app, .. }
            | Move::Step { app, .. }
            | Move::Allot { app, .. }
            | Move::Prefer { app, .. }
            | Move::Justify { app }
            | Move::Draft { app, .. }
            | Move::Undo { app, .. } => *app < self.apps.len(),
            Move::Revise { offer, .. }
            | Move::Submit { offer, .. }
            | Move::Approve { offer, .. }
            | Move::Reject { offer, .. }
            | Move::Send { offer, .. }
            | Move::Extend { offer, .. }
            | Move::Cancel { offer, .. }
            | Move::Rescind { offer, .. } => *offer < self.offers.len(),
            Move::View { offer } | Move::Accept { offer, .. } | Move::Refuse { offer, .. } => {
                self.offers.get(*offer).is_some_and(|offer| !offer.sent.is_empty())
            }
            Move::Wait { .. } | Move::Sweep => true,
        }
    }

    /// What somebody who wants to hire would do next.
    pub fn sensible(&self) -> Vec<Move> {
        let age = Age::Current;
        let mut moves = Vec::new();
        for (posting, now) in self.postings.iter().enumerate() {
            match now.status {
                "draft" => moves.push(Move::Turn { posting, turn: Turn::Publish, age }),
                "paused" => moves.push(Move::Turn { posting, turn: Turn::Resume, age }),
                "open" => {
                    let free = (0..PEOPLE.len()).find(|&person| self.current(posting, person).is_none());
                    let apply = |person| Move::Apply { posting, person, by_staff: false, key: None };
                    moves.extend(free.map(apply));
                    let now = now.seats[0].open + now.seats[0].held;
                    let seats = |people| Move::Seats { posting, wanted: vec![(0, people)], age };
                    moves.extend([seats(now + 1), seats(now.saturating_sub(1))]);
                }
                _ => {}
            }
        }
        for app in (0..self.apps.len()).filter(|&app| self.apps[app].status == "active") {
            moves.extend(self.sensible_for(app));
        }
        for (offer, now) in self.offers.iter().enumerate() {
            if now.status == "sent" && now.expires > self.now {
                moves.push(Move::Wait { hours: (now.expires - self.now) / 60 + 1 });
            }
            let newest = now.versions.last().map(|version| version.status);
            match newest {
                Some("draft") => moves.push(Move::Submit { offer, asked: true, age }),
                Some("pendingApproval") => moves.push(Move::Approve { offer, other_terms: false }),
                Some("approved") => moves.push(Move::Send { offer, days: None, key: None, age }),
                Some("sent") if now.status == "sent" => {
                    moves.push(Move::Accept { offer, page: 0, first_version: now.sent.len() > 1 });
                    moves.push(Move::Accept { offer, page: 0, first_version: false });
                    moves.push(Move::Refuse { offer, page: 0, first_version: false });
                    moves.push(Move::Revise { offer, age });
                }
                _ => {}
            }
        }
        moves
    }

    fn sensible_for(&self, app: usize) -> Vec<Move> {
        let (now, age) = (&self.apps[app], Age::Current);
        let mut moves = Vec::new();
        if now.team.is_none() {
            moves.push(Move::Allot { app, team: app % 2, age });
        }
        if !now.justified {
            moves.push(Move::Justify { app });
        }
        if let Some(step) = now.blocking() {
            moves.push(Move::Step { app, step, deed: settling(step), age });
        } else if now.stage < LAST_STAGE {
            moves.push(Move::Advance { app, pass_over: now.stage + 1 == CEO, from: now.stage, age });
        }
        let has_offer = self.offers.iter().any(|offer| offer.app == app && unended(offer.status));
        if now.stage == LAST_STAGE && !has_offer {
            moves.push(Move::Draft { app, days: 14, key: None });
        }
        moves
    }
}

/// How a step is got over: passing the one with the references by hand would make none.
pub const fn settling(step: usize) -> Deed {
    if step == REFERENCES { Deed::Waive } else { Deed::Pass }
}
