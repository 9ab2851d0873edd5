//! What the tables have to tell after a round: told by how far each step came, without a look at the order, but for whether a
//! card was written by the time its meeting was over.

use super::courses::{Course, Far, Standing};
use super::hand::REFEREES;
use super::{Lines, STEPS};

/// Lines for one application.
pub fn lines(standing: Standing, hosts: &[String; 2], course: &Course) -> Lines {
    let mut told = Told::default();
    told.say("event applicationSubmitted");
    told.say("event candidateCreated");
    told.mail("applicationReceived", "candidate");
    for (step, host) in hosts.iter().enumerate() {
        let far = standing.steps[step];
        told.interview(STEPS[step], far, host);
        if matches!(far, Far::Passed | Far::Declined) && !course.has_card_in_time(step) {
            told.say(&format!("event scorecardRequested {}", STEPS[step]));
            told.mail("scorecardRequested", host);
        }
    }
    told.references(standing.steps[2]);
    for step in &STEPS[..course.cards()] {
        told.say(&format!("event scorecardSubmitted {step}"));
    }
    if standing.is_declined() {
        told.say("application declined stage 0");
        told.say("event applicationDeclined");
        told.mail("applicationDeclined", "candidate");
        told.step("offer", "cancelled", &["stepCancelled"]);
    } else {
        told.say("application active stage 1");
        told.say("event applicationAdvanced");
        told.step("offer", "pending", &[]);
    }
    told.0
}

#[derive(Default)]
struct Told(Lines);

impl Told {
    fn say(&mut self, line: &str) {
        *self.0.entry(line.to_owned()).or_default() += 1;
    }

    fn mail(&mut self, kind: &str, to: &str) {
        self.say(&format!("mail {kind} queued to {to}"));
        self.say("event emailQueued");
    }

    fn step(&mut self, key: &str, state: &str, events: &[&str]) {
        self.say(&format!("step {key} {state} round 1"));
        for event in events {
            self.say(&format!("event {event} {key}"));
        }
    }

    /// Who was to meet the candidate hears of it once, and once more if nothing comes of it.
    fn interview(&mut self, key: &str, far: Far, host: &str) {
        if far != Far::Untouched {
            self.say(&format!("event interviewScheduled {key}"));
            self.say(&format!("event stepScheduled {key}"));
            self.mail("interviewScheduled", "candidate");
            self.mail("interviewAssigned", host);
        }
        let meeting = match far {
            Far::Untouched => None,
            Far::Passed | Far::Declined => Some(("held", "interviewHeld")),
            Far::Waived | Far::Begun => Some(("cancelled", "interviewCancelled")),
        };
        if let Some((state, event)) = meeting {
            self.say(&format!("interview {key} {state}"));
            self.say(&format!("event {event} {key}"));
        }
        if matches!(far, Far::Passed | Far::Declined) {
            self.say(&format!("event stepAwaitsFeedback {key}"));
        }
        if matches!(far, Far::Waived | Far::Begun) {
            self.mail("interviewUnassigned", host);
        }
        if far == Far::Waived {
            self.mail("interviewCancelled", "candidate");
        }
        self.ended(key, far);
    }

    fn references(&mut self, far: Far) {
        let key = STEPS[2];
        if far != Far::Untouched {
            self.say(&format!("event referencesRequested {key}"));
            self.say(&format!("event stepRequested {key}"));
            self.mail("nominationRequested", "candidate");
            for (_, email, _) in REFEREES {
                self.say(&format!("event referenceRequested {key}"));
                self.mail("referenceRequested", email);
            }
        }
        if far == Far::Passed {
            for _ in REFEREES {
                self.say(&format!("event referenceCompleted {key}"));
            }
            self.say(&format!("event stepAwaitsFeedback {key}"));
        }
        self.ended(key, far);
    }

    fn ended(&mut self, key: &str, far: Far) {
        match far {
            Far::Passed => self.step(key, "passed", &["stepPassed"]),
            Far::Waived => self.step(key, "waived", &["stepWaived"]),
            Far::Untouched | Far::Begun | Far::Declined => self.step(key, "cancelled", &["stepCancelled"]),
        }
    }
}
