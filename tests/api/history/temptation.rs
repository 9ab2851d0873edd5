//! What tempts a rule: moves that mean something only after certain others, so that chance alone would seldom tell them.

use super::model::{CEO, LAST_STAGE, Model, STEPS, live};
use super::moves::{Age, Deed, Move, Turn};

/// Offers of a history after which nobody is tempted to draft another.
const OFFERS: usize = 8;

impl Model {
    /// What somebody would try who wants to see a rule broken.
    pub fn tempting(&self) -> Vec<Move> {
        let hires = (0..self.apps.len()).filter(|&app| self.apps[app].status == "hired");
        let active = (0..self.apps.len()).filter(|&app| self.apps[app].status == "active");
        let after_hires = hires.flat_map(|app| self.after_a_hire(app));
        after_hires.chain(active.flat_map(|app| self.before_an_offer(app))).collect()
    }

    /// The posting is closed, and then it turns out that the person never came.
    fn after_a_hire(&self, app: usize) -> Vec<Move> {
        let (posting, age) = (self.apps[app].posting, Age::Unsaid);
        let undo = Move::Undo { app, age };
        match self.postings[posting].status {
            "open" | "paused" => vec![Move::Turn { posting, turn: Turn::Close, age }, undo],
            _ => vec![undo],
        }
    }

    /// The stage that may be stepped over is begun; one draft is not enough.
    fn before_an_offer(&self, app: usize) -> Vec<Move> {
        let (now, age) = (&self.apps[app], Age::Unsaid);
        let mut moves = Vec::new();
        if now.stage + 1 == CEO {
            let ahead = (0..STEPS.len()).filter(|&step| STEPS[step].1 == CEO);
            for step in ahead {
                match now.steps[step].0 {
                    "pending" => moves.extend([Deed::Pass, Deed::Waive, Deed::Skip].map(|deed| Move::Step {
                        app,
                        step,
                        deed,
                        age,
                    })),
                    _ => moves.push(Move::Advance { app, pass_over: true, from: now.stage, age }),
                }
            }
        }
        let of_app = || self.offers.iter().filter(move |offer| offer.app == app);
        let drafted = of_app().any(|offer| offer.status == "draft");
        let is_free = !of_app().any(|offer| live(offer.status));
        if now.stage == LAST_STAGE && drafted && is_free && self.offers.len() < OFFERS {
            moves.push(Move::Draft { app, days: 20, key: None });
        }
        moves
    }
}
