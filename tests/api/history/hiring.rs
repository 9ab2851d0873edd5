//! What ought to follow from what is done to postings and applications.

use super::model::{Answer, App, CEO, LAST_STAGE, Model, STEPS, Said, Seats, check, fresh, live, unended};
use super::moves::{Deed, Move, Turn};

impl Model {
    pub fn told_of_posting(&mut self, step: &Move) -> Said {
        match step {
            Move::Turn { posting, turn, age } => {
                fresh(*age)?;
                self.turn(*posting, *turn)
            }
            Move::Prolong { posting, days } => {
                let until = days.map(|days| self.now + days * super::model::DAY);
                let posting = &mut self.postings[*posting];
                check(posting.status != "archived", "POSTING_STATUS")?;
                posting.until = until;
                Ok(Answer::Done)
            }
            Move::Seats { posting, wanted, age } => {
                fresh(*age)?;
                self.set_seats(*posting, wanted)
            }
            other => unreachable!("{other}"),
        }
    }

    fn turn(&mut self, posting: usize, turn: Turn) -> Said {
        let busy = self.apps.iter().any(|app| app.posting == posting && app.status == "active")
            || self.offers.iter().any(|offer| self.apps[offer.app].posting == posting && live(offer.status));
        let now = self.now;
        let posting = &mut self.postings[posting];
        let (from, to): (&[&str], _) = match turn {
            Turn::Publish => (&["draft"], "open"),
            Turn::Pause => (&["open"], "paused"),
            Turn::Resume => (&["paused"], "open"),
            Turn::Close => (&["open", "paused"], "closed"),
            Turn::Reopen => (&["closed"], "open"),
            Turn::Archive => (&["draft", "closed"], "archived"),
        };
        check(from.contains(&posting.status), "POSTING_STATUS")?;
        if to == "open" {
            check(!posting.over(now), "DEADLINE_PASSED")?;
            check(posting.vacancies() > 0, "NO_VACANCIES")?;
        }
        check(turn != Turn::Archive || !busy, "ACTIVE_APPLICATIONS")?;
        posting.status = to;
        Ok(Answer::Done)
    }

    fn set_seats(&mut self, id: usize, wanted: &[(usize, u32)]) -> Said {
        let posting = &mut self.postings[id];
        check(posting.status != "archived", "POSTING_STATUS")?;
        let mut answer = Answer::Nothing;
        for (team, people) in wanted {
            let Some(Seats { open, held, cancelled, .. }) = posting.seats.get_mut(*team) else {
                return Err("NOT_FOUND");
            };
            check(people >= held, "BELOW_HELD")?;
            let (before, after) = (*open, people - *held);
            *open = after;
            *cancelled += before.saturating_sub(after);
            if before != after {
                answer = Answer::Done;
            }
        }
        if answer == Answer::Done {
            self.pause_if_filled(id);
        }
        Ok(answer)
    }

    /// A posting that looks for nobody rests, and those still in it wait for a decision.
    pub fn pause_if_filled(&mut self, id: usize) {
        let posting = &mut self.postings[id];
        if posting.vacancies() > 0 {
            return;
        }
        if posting.status == "open" {
            posting.status = "paused";
        }
        for app in self.apps.iter_mut().filter(|app| app.posting == id && app.status == "active") {
            app.undecided = true;
        }
    }

    pub fn sweep(&mut self) -> Answer {
        let mut answer = Answer::Nothing;
        for offer in 0..self.offers.len() {
            if self.offers[offer].overdue(self.now) {
                // As with an offer that is taken back: only who has read it needs to hear that it is over.
                if self.offers[offer].viewed {
                    self.mail("offerExpired");
                }
                self.mail("offerEnded");
                self.end_offer(offer, "expired");
                answer = Answer::Done;
            }
        }
        for offer in 0..self.offers.len() {
            let (now, is_out) = (self.now, self.offers[offer].status == "sent");
            let due = self.offers[offer].remind_at.take_if(|at| is_out && *at <= now);
            if due.is_some() {
                self.mail("offerReminded");
                answer = Answer::Done;
            }
            let waits = self.offers[offer].newest().status == "pendingApproval";
            let due = self.offers[offer].asked_since.take_if(|since| now - *since >= super::model::DAY);
            if waits && due.is_some() {
                self.mail("approvalReminded");
                answer = Answer::Done;
            }
        }
        for posting in &mut self.postings {
            if matches!(posting.status, "open" | "paused") && posting.over(self.now) {
                posting.status = "closed";
                answer = Answer::Done;
            }
        }
        self.keys.retain(|_, (_, _, at)| *at > self.now - 30 * super::model::DAY);
        answer
    }

    pub fn told_of_application(&mut self, step: &Move) -> Said {
        match step {
            Move::Apply { posting, person, by_staff, key } => self.apply(*posting, *person, *by_staff, *key),
            Move::Advance { app, pass_over, from, age } => {
                self.apps[*app].active()?;
                fresh(*age)?;
                check(*from == self.apps[*app].stage, "STALE")?;
                self.apps[*app].advance(*pass_over)
            }
            Move::Back { app, to, age } => {
                let app = &mut self.apps[*app];
                app.active()?;
                fresh(*age)?;
                check(*to < app.stage, "NO_STAGE")?;
                app.stage = *to;
                app.undecided = false;
                Ok(Answer::Done)
            }
            Move::Decline { app, told, age } => {
                self.apps[*app].active()?;
                fresh(*age)?;
                self.end(*app, "declined");
                if *told {
                    self.mail("applicationDeclined");
                }
                Ok(Answer::Done)
            }
            Move::Withdraw { app, age } => {
                self.apps[*app].active()?;
                fresh(*age)?;
                self.end(*app, "withdrawn");
                self.mail("applicationWithdrawn");
                Ok(Answer::Done)
            }
            Move::Reinstate { app, age } => {
                fresh(*age)?;
                let now = &self.apps[*app];
                check(matches!(now.status, "declined" | "withdrawn"), "APPLICATION_STATUS")?;
                check(self.postings[now.posting].status != "archived", "POSTING_STATUS")?;
                check(self.current(now.posting, now.person).is_none(), "ALREADY_APPLIED")?;
                self.apps[*app].revive();
                Ok(Answer::Done)
            }
            Move::Step { app, step, deed, age } => {
                let app = &mut self.apps[*app];
                app.active()?;
                fresh(*age)?;
                app.set_step(*step, *deed)
            }
            Move::Allot { app, team, age } => self.allot(*app, *team, fresh(*age)),
            Move::Prefer { app, team, age } => {
                self.apps[*app].active()?;
                fresh(*age)?;
                check(!self.live_offer(*app), "OFFER_LIVE")?;
                check(*team < 2, "INVALID")?;
                Ok(Answer::Done)
            }
            Move::Justify { app } => {
                self.apps[*app].active()?;
                self.apps[*app].justified = true;
                Ok(Answer::Done)
            }
            other => unreachable!("{other}"),
        }
    }

    fn apply(&mut self, posting: usize, person: usize, by_staff: bool, key: Option<u8>) -> Said {
        let mutation = if by_staff { "apply by staff" } else { "apply" };
        let request = format!("{posting} {person}");
        if let Some(before) = self.done_before(mutation, key, &request)? {
            self.names = Some(before);
            return Ok(Answer::Nothing);
        }
        let to = &self.postings[posting];
        let known = matches!(to.status, "open" | "paused" | "closed");
        check(by_staff || known, "NOT_FOUND")?;
        check(to.status == "open" && !to.over(self.now), "NOT_TAKING_APPLICATIONS")?;
        let mut answer = Answer::Done;
        let app = if let Some(app) = self.current(posting, person) {
            check(!by_staff, "ALREADY_APPLIED")?;
            // The world begins at eight o'clock, so hours turn with its own.
            let hour = (app, self.now / 60);
            if self.reminded.contains(&hour) {
                answer = Answer::Nothing;
            } else {
                self.reminded.push(hour);
                self.mail("applicationRepeated");
            }
            app
        } else {
            self.apps.push(App {
                posting,
                person,
                status: "active",
                stage: 0,
                undecided: false,
                team: None,
                steps: vec![("pending", 1); STEPS.len()],
                justified: false,
            });
            self.mail("applicationReceived");
            self.apps.len() - 1
        };
        self.keep(mutation, key, request, app);
        Ok(answer)
    }

    fn allot(&mut self, app: usize, team: usize, fresh: Result<(), &'static str>) -> Said {
        self.apps[app].active()?;
        fresh?;
        check(!self.live_offer(app), "OFFER_LIVE")?;
        check(team < 2, "INVALID")?;
        let app = &mut self.apps[app];
        if app.team == Some(team) {
            return Ok(Answer::Nothing);
        }
        app.team = Some(team);
        app.undecided = false;
        Ok(Answer::Done)
    }

    fn end(&mut self, app: usize, status: &'static str) {
        for offer in 0..self.offers.len() {
            if self.offers[offer].app == app && unended(self.offers[offer].status) {
                let out = self.offers[offer].status == "sent";
                self.end_offer(offer, if out { "rescinded" } else { "cancelled" });
            }
        }
        self.apps[app].end(status);
    }
}

impl App {
    pub fn end(&mut self, status: &'static str) {
        self.status = status;
        self.undecided = false;
        for step in self.steps.iter_mut().filter(|step| step.0 == "pending") {
            step.0 = "cancelled";
        }
    }

    pub fn revive(&mut self) {
        self.status = "active";
        for step in self.steps.iter_mut().filter(|step| step.0 == "cancelled") {
            step.0 = "pending";
        }
    }

    fn advance(&mut self, pass_over: bool) -> Said {
        check(self.blocking().is_none(), "GATE_INCOMPLETE")?;
        check(self.stage < LAST_STAGE, "NO_STAGE")?;
        let mut to = self.stage + 1;
        if pass_over {
            let untouched = (0..STEPS.len()).filter(|&step| STEPS[step].1 == to);
            let untouched = untouched.into_iter().all(|step| self.steps[step].0 != "passed");
            check(to == CEO && untouched, "CANNOT_PASS_OVER")?;
            to += 1;
        }
        self.stage = to;
        self.undecided = false;
        Ok(Answer::Done)
    }

    fn set_step(&mut self, step: usize, deed: Deed) -> Said {
        let (_, stage, required) = STEPS[step];
        let ahead = stage == CEO && self.stage + 1 == CEO;
        check(stage <= self.stage || ahead, "STEP_NOT_REACHED")?;
        let (state, round) = &mut self.steps[step];
        check(deed != Deed::Skip || !required || stage == CEO, "STEP_REQUIRED")?;
        let wanted = if deed == Deed::Reopen { *state != "pending" } else { *state == "pending" };
        check(wanted, "STEP_STATE")?;
        *state = match deed {
            Deed::Pass => "passed",
            Deed::Waive => "waived",
            Deed::Skip => "skipped",
            Deed::Reopen => "pending",
        };
        *round += u32::from(deed == Deed::Reopen);
        Ok(Answer::Done)
    }
}
