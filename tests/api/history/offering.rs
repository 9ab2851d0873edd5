//! What ought to follow from what is done to offers.

use super::model::{
    Answer, DAY, LAST_STAGE, Model, OFFER_STEP, Offer, REFERENCES, Said, Version, check, fresh, live, unended,
};
use super::moves::Move;

impl Model {
    pub fn told_of_offer(&mut self, step: &Move) -> Said {
        match step {
            Move::Draft { app, days, key } => self.draft(*app, *days, *key),
            Move::Revise { offer, age } => {
                fresh(*age)?;
                self.revise(*offer)
            }
            Move::Submit { offer, asked, age } => {
                fresh(*age)?;
                self.submit(*offer, *asked)
            }
            Move::Approve { offer, other_terms } => {
                self.asked(*offer, *other_terms)?;
                self.set_newest(*offer, "approved");
                self.mail("approvalGiven");
                Ok(Answer::Done)
            }
            Move::Reject { offer, other_terms } => {
                self.asked(*offer, *other_terms)?;
                self.free_unsent(*offer);
                self.set_newest(*offer, "draft");
                self.mail("approvalRefused");
                Ok(Answer::Done)
            }
            Move::Send { offer, days, key, age } => self.send(*offer, *days, *key, fresh(*age)),
            Move::Extend { offer, days, age } => {
                fresh(*age)?;
                let (to, now) = (self.now + days * DAY, self.now);
                let offer = &mut self.offers[*offer];
                check(offer.status == "sent", "OFFER_STATUS")?;
                check(!offer.overdue(now), "EXPIRED")?;
                check(to > offer.expires && ahead(now, to), "INVALID")?;
                offer.expires = to;
                offer.remind_at = Some(to - DAY.min((to - now) / 2));
                self.mail("offerExtended");
                Ok(Answer::Done)
            }
            Move::Cancel { offer, age } => {
                fresh(*age)?;
                self.cancel(*offer)
            }
            Move::Rescind { offer, age } => {
                fresh(*age)?;
                let now = &self.offers[*offer];
                check(!now.overdue(self.now), "EXPIRED")?;
                check(now.status == "sent", "OFFER_STATUS")?;
                // No letter leaves in these histories: only who has read the offer needs to hear that it is gone.
                if now.viewed {
                    self.mail("offerRescinded");
                }
                self.end_offer(*offer, "rescinded");
                Ok(Answer::Done)
            }
            Move::View { offer } => {
                let offer = &mut self.offers[*offer];
                if offer.viewed || offer.status != "sent" {
                    return Ok(Answer::Nothing);
                }
                offer.viewed = true;
                Ok(Answer::Done)
            }
            Move::Accept { offer, page, first_version } => self.decide(*offer, *page, *first_version, true),
            Move::Refuse { offer, page, first_version } => self.decide(*offer, *page, *first_version, false),
            Move::Undo { app, age } => {
                fresh(*age)?;
                self.undo(*app)
            }
            other => unreachable!("{other}"),
        }
    }

    fn draft(&mut self, app: usize, days: i64, key: Option<u8>) -> Said {
        let request = format!("{app} {days}");
        if let Some(before) = self.done_before("draft", key, &request)? {
            self.names = Some(before);
            return Ok(Answer::Nothing);
        }
        let to = &self.apps[app];
        to.active()?;
        check(!self.live_offer(app), "OFFER_LIVE")?;
        let expires = self.now + days * DAY;
        check(ahead(self.now, expires), "INVALID")?;
        let team = to.team.ok_or("NO_ALLOTMENT")?;
        self.offers.push(Offer {
            app,
            team,
            status: "draft",
            versions: vec![Version { status: "draft", asked: false }],
            sent: Vec::new(),
            expires,
            viewed: false,
            decided: None,
            undone: false,
            ever_asked: false,
            asked_since: None,
            remind_at: None,
        });
        self.keep("draft", key, request, self.offers.len() - 1);
        Ok(Answer::Done)
    }

    fn revise(&mut self, id: usize) -> Said {
        let offer = &self.offers[id];
        check(!offer.overdue(self.now), "EXPIRED")?;
        self.apps[offer.app].active()?;
        let team = self.apps[offer.app].team.ok_or("NO_ALLOTMENT")?;
        let newest = self.offers[id].newest().status;
        if self.offers[id].status == "sent" && matches!(newest, "sent" | "cancelled") {
            self.offers[id].versions.push(Version { status: "draft", asked: false });
            return Ok(Answer::Done);
        }
        check(matches!(newest, "draft" | "pendingApproval" | "approved"), "OFFER_STATUS")?;
        self.free_unsent(id);
        self.set_newest(id, "draft");
        if self.offers[id].status != "sent" {
            self.offers[id].team = team;
        }
        Ok(Answer::Done)
    }

    fn submit(&mut self, id: usize, asked: bool) -> Said {
        check(!self.offers[id].overdue(self.now), "EXPIRED")?;
        let app = self.offers[id].app;
        self.apps[app].active()?;
        check(self.offers[id].newest().status == "draft", "OFFER_STATUS")?;
        check(asked || self.asks_nobody, "APPROVER_REQUIRED")?;
        let to = &self.apps[app];
        check(to.stage == LAST_STAGE, "STEP_NOT_REACHED")?;
        check(to.justified, "NO_JUSTIFICATION")?;
        // Nobody in a history answers as a referee, and passing the step by hand is no reference.
        check(to.steps[REFERENCES].0 == "waived", "REFERENCES_MISSING")?;
        check(to.team == Some(self.offers[id].team), "ALLOTTED_ELSEWHERE")?;
        let (posting, person) = (to.posting, to.person);
        if self.offers[id].status != "sent" {
            let seats = &mut self.postings[posting].seats[self.offers[id].team];
            check(seats.open > 0, "NO_OPENING")?;
            seats.open -= 1;
            seats.held += 1;
            let of_person = |offer: &Offer| self.apps[offer.app].person == person && live(offer.status);
            check(!self.offers.iter().any(of_person), "OFFER_LIVE")?;
        }
        self.set_newest(id, if self.asks_nobody { "approved" } else { "pendingApproval" });
        self.offers[id].newest().asked = !self.asks_nobody;
        self.offers[id].ever_asked |= !self.asks_nobody;
        if !self.asks_nobody {
            self.mail("approvalRequested");
            self.offers[id].asked_since = Some(self.now);
        }
        Ok(Answer::Done)
    }

    fn asked(&mut self, id: usize, other_terms: bool) -> Result<(), &'static str> {
        let offer = &mut self.offers[id];
        check(offer.ever_asked, "NOT_FOUND")?;
        check(offer.newest().asked, "FORBIDDEN")?;
        check(offer.newest().status == "pendingApproval", "OFFER_STATUS")?;
        check(!other_terms, "TERMS_CHANGED")
    }

    fn send(
        &mut self,
        id: usize,
        days: Option<i64>,
        key: Option<u8>,
        fresh: Result<(), &'static str>,
    ) -> Said {
        let request = format!("{id} {days:?}");
        if let Some(before) = self.done_before("send", key, &request)? {
            self.names = Some(before);
            return Ok(Answer::Nothing);
        }
        fresh?;
        check(!self.offers[id].overdue(self.now), "EXPIRED")?;
        self.apps[self.offers[id].app].active()?;
        let now = self.now;
        let offer = &mut self.offers[id];
        match offer.newest().status {
            "approved" => {}
            "draft" | "pendingApproval" => return Err("NOT_APPROVED"),
            _ => return Err("OFFER_STATUS"),
        }
        let expires = days.map_or(offer.expires, |days| now + days * DAY);
        check(ahead(now, expires), "INVALID")?;
        if let Some(old) = offer.sent.last() {
            offer.versions[old - 1].status = "superseded";
        }
        offer.sent.push(offer.versions.len());
        offer.newest().status = "sent";
        offer.status = "sent";
        offer.expires = expires;
        offer.remind_at = Some(expires - DAY.min((expires - now) / 2));
        offer.viewed = false;
        self.mail("offer");
        self.keep("send", key, request, id);
        Ok(Answer::Done)
    }

    fn cancel(&mut self, id: usize) -> Said {
        let newest = self.offers[id].newest().status;
        if self.offers[id].status == "sent" {
            check(unended(newest) && newest != "sent", "OFFER_STATUS")?;
            self.offers[id].newest().status = "cancelled";
            return Ok(Answer::Done);
        }
        check(unended(self.offers[id].status), "OFFER_STATUS")?;
        self.end_offer(id, "cancelled");
        Ok(Answer::Done)
    }

    fn decide(&mut self, id: usize, page: u8, first_version: bool, yes: bool) -> Said {
        let offer = &self.offers[id];
        if offer.decided == Some((page, yes)) {
            return Ok(Answer::Nothing);
        }
        let version = if first_version { offer.sent.first() } else { offer.sent.last() };
        match offer.status {
            "sent" => check(version == offer.sent.last(), "TERMS_CHANGED")?,
            "expired" => return Err("EXPIRED"),
            _ => return Err("ALREADY_DECIDED"),
        }
        check(!offer.overdue(self.now), "EXPIRED")?;
        self.offers[id].decided = Some((page, yes));
        self.offers[id].viewed = true;
        if yes {
            self.mail("offerAccepted");
            self.mail("offerEnded");
            self.hire(id);
        } else {
            self.mail("offerDeclined");
            self.mail("offerEnded");
            self.end_offer(id, "declined");
        }
        Ok(Answer::Done)
    }

    fn hire(&mut self, id: usize) {
        self.end_offer(id, "accepted");
        let (app, team) = (self.offers[id].app, self.offers[id].team);
        for draft in 0..self.offers.len() {
            if self.offers[draft].app == app && unended(self.offers[draft].status) {
                self.end_offer(draft, "cancelled");
            }
        }
        let (posting, person) = (self.apps[app].posting, self.apps[app].person);
        let seats = &mut self.postings[posting].seats[team];
        seats.held -= 1;
        seats.filled += 1;
        let step = &mut self.apps[app].steps[OFFER_STEP];
        if step.0 == "pending" {
            step.0 = "passed";
        }
        self.apps[app].end("hired");
        self.pause_if_filled(posting);
        for other in self.apps.iter_mut().filter(|other| other.person == person && other.status == "active") {
            other.undecided = true;
        }
    }

    fn undo(&mut self, app: usize) -> Said {
        check(self.apps[app].status == "hired", "APPLICATION_STATUS")?;
        let posting = self.apps[app].posting;
        check(self.postings[posting].status != "archived", "POSTING_STATUS")?;
        let accepted = |offer: &&mut Offer| offer.app == app && offer.status == "accepted" && !offer.undone;
        let offer = self.offers.iter_mut().find(accepted).expect("a hire has its offer");
        offer.undone = true;
        let team = offer.team;
        let closed = self.postings[posting].status == "closed";
        let seats = &mut self.postings[posting].seats[team];
        seats.filled -= 1;
        seats.cancelled += u32::from(closed);
        seats.open += u32::from(!closed);
        self.apps[app].revive();
        let step = &mut self.apps[app].steps[OFFER_STEP];
        if step.0 == "passed" {
            *step = ("pending", step.1 + 1);
        }
        self.pause_if_filled(posting);
        Ok(Answer::Done)
    }

    /// The offer is over; its seat is free again unless it is about to be filled.
    pub fn end_offer(&mut self, id: usize, status: &'static str) {
        let offer = &mut self.offers[id];
        let held = live(offer.status);
        offer.status = status;
        if unended(offer.newest().status) && offer.newest().status != "sent" {
            offer.newest().status = "cancelled";
        }
        if held && status != "accepted" {
            self.give_back(id);
        }
    }

    fn give_back(&mut self, id: usize) {
        let posting = self.apps[self.offers[id].app].posting;
        let seats = &mut self.postings[posting].seats[self.offers[id].team];
        seats.held -= 1;
        seats.open += 1;
    }

    /// An offer that goes back to its desk before anybody outside saw it gives its seat back.
    fn free_unsent(&mut self, id: usize) {
        if matches!(self.offers[id].status, "pendingApproval" | "approved") {
            self.give_back(id);
        }
    }

    fn set_newest(&mut self, id: usize, status: &'static str) {
        let offer = &mut self.offers[id];
        offer.newest().status = status;
        if offer.status != "sent" {
            offer.status = status;
        }
    }
}

/// An offer's deadline lies ahead, within 90 days.
fn ahead(now: i64, deadline: i64) -> bool {
    (now + 1..=now + 90 * DAY).contains(&deadline)
}
