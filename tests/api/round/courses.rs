//! The moves of a round, the orders they can come in, and what a round ought to come to: rules of their own, which ask
//! the program nothing.

use std::fmt;

use super::STEPS;

/// How a step ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finish {
    Pass,
    Waive,
    /// The application is declined in it.
    Decline,
}

const FINISHES: [Finish; 3] = [Finish::Pass, Finish::Waive, Finish::Decline];

/// One move, in the step of this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// The meeting is set, or people are asked.
    Begin(usize),
    /// Whoever met the candidate says what they think.
    Card(usize),
    Finish(usize),
}

impl Move {
    fn step(self) -> usize {
        match self {
            Self::Begin(step) | Self::Card(step) | Self::Finish(step) => step,
        }
    }

    /// Whether it can come now.
    fn may_follow(self, before: &[Self]) -> bool {
        let begun = before.contains(&Self::Begin(self.step()));
        !before.contains(&self) && begun != matches!(self, Self::Begin(_))
    }
}

/// One way through the round.
#[derive(Debug, Clone)]
pub struct Course {
    pub order: Vec<Move>,
    pub finishes: [Finish; 3],
}

impl Course {
    /// At which place of the order this move comes.
    pub fn place(&self, of: Move) -> usize {
        self.order.iter().position(|step| *step == of).unwrap()
    }

    pub fn cards(&self) -> usize {
        self.order.iter().filter(|step| matches!(step, Move::Card(_))).count()
    }

    /// Whether the interviewer wrote their card before the meeting was over.
    pub fn has_card_in_time(&self, step: usize) -> bool {
        let place = self.order.iter().position(|one| *one == Move::Card(step));
        place.is_some_and(|place| place < self.place(Move::Finish(step)))
    }

    /// Where all of its moves lead.
    pub fn outcome(&self) -> Standing {
        let mut standing = Standing::default();
        for step in &self.order {
            standing.take(*step, self.finishes);
        }
        standing
    }
}

impl fmt::Display for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.order {
            let name = STEPS[step.step()];
            match step {
                Move::Begin(_) => write!(f, "begin {name}; ")?,
                Move::Card(_) => write!(f, "card for {name}; ")?,
                Move::Finish(step) => write!(f, "{:?} {name}; ", self.finishes[*step])?,
            }
        }
        Ok(())
    }
}

/// All orders of these moves in which each can come when it does.
fn orders(moves: &[Move]) -> Vec<Vec<Move>> {
    let mut orders = vec![Vec::new()];
    for _ in moves {
        let longer = |before: Vec<Move>| {
            let next: Vec<Move> = moves.iter().copied().filter(|step| step.may_follow(&before)).collect();
            next.into_iter().map(move |step| [before.as_slice(), &[step]].concat())
        };
        orders = orders.into_iter().flat_map(longer).collect();
    }
    orders
}

fn plain() -> Vec<Move> {
    (0..STEPS.len()).flat_map(|step| [Move::Begin(step), Move::Finish(step)]).collect()
}

/// Every order of the six moves, each with every way to finish.
pub fn courses() -> Vec<Course> {
    let mut all = Vec::new();
    for order in orders(&plain()) {
        for one in FINISHES {
            for other in FINISHES {
                let finishes = FINISHES.map(|last| [one, other, last]);
                all.extend(finishes.map(|finishes| Course { order: order.clone(), finishes }));
            }
        }
    }
    all
}

/// Every order in which all is passed and both interviewers write a card.
pub fn with_cards() -> Vec<Course> {
    let moves = [plain(), vec![Move::Card(0), Move::Card(1)]].concat();
    let course = |order| Course { order, finishes: [Finish::Pass; 3] };
    orders(&moves).into_iter().map(course).collect()
}

/// How far a step has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Far {
    #[default]
    Untouched,
    Begun,
    Passed,
    Waived,
    /// The application was declined in it.
    Declined,
}

/// How far an application has come, by step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    pub steps: [Far; 3],
    /// It stands in the next stage.
    pub advanced: bool,
}

impl Standing {
    pub fn is_declined(self) -> bool {
        self.steps.contains(&Far::Declined)
    }

    /// Makes the move, and says what its answer has to be.
    pub fn take(&mut self, step: Move, finishes: [Finish; 3]) -> &'static str {
        if self.is_declined() {
            return "NOT_ACTIVE";
        }
        match step {
            Move::Begin(step) => self.steps[step] = Far::Begun,
            Move::Card(_) => {}
            Move::Finish(step) => {
                self.steps[step] = match finishes[step] {
                    Finish::Pass => Far::Passed,
                    Finish::Waive => Far::Waived,
                    Finish::Decline => Far::Declined,
                };
            }
        }
        self.advanced |= self.steps.iter().all(|far| matches!(far, Far::Passed | Far::Waived));
        "ok"
    }

    /// What whoever wants to move the application on has to be answered.
    pub fn gate(self) -> &'static str {
        match (self.is_declined(), self.advanced) {
            (true, _) => "NOT_ACTIVE",
            (false, true) => "ok",
            (false, false) => "GATE_INCOMPLETE",
        }
    }
}
