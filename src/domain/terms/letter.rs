//! Terms as people read them. Pages and letters take their words from here, so that they say the same.

use super::{Bonus, BonusKind, Terms};

impl Terms {
    /// What is promised in a few words each, with what it is called. Benefits, clauses and remarks stand apart.
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("Role", self.title.clone()), ("Team", self.team.clone())];
        facts.extend(self.employer.clone().map(|employer| ("Employer", employer)));
        facts.push(("Pay", format!("{} per {}", self.pay, self.interval)));
        facts.extend(self.bonuses.iter().map(|bonus| ("Bonus", bonus.in_words())));
        facts.extend(self.equity.clone().map(|equity| ("Equity", equity)));
        facts.push(("Employment", self.employment_type.in_words().to_owned()));
        facts.push(("First day", self.start_on.format("%-d %B %Y").to_string()));
        facts.push(("Place of work", self.place.clone()));
        facts
    }

    /// The terms as text: one promise a line, then what else is promised.
    #[must_use]
    pub fn letter(&self) -> String {
        let mut text = String::new();
        for (name, value) in self.facts() {
            text.extend([name, ": ", &value, "\n"]);
        }
        if !self.benefits.is_empty() {
            text.push_str("\nBenefits\n");
            for benefit in &self.benefits {
                text.extend(["- ", benefit, "\n"]);
            }
        }
        for clause in &self.clauses {
            text.extend(["\n", &clause.title, "\n", &clause.text, "\n"]);
        }
        if let Some(remarks) = &self.remarks {
            text.extend(["\n", remarks, "\n"]);
        }
        text
    }
}

impl Bonus {
    fn in_words(&self) -> String {
        let mut text = self.amount.to_string();
        text.push_str(match self.kind {
            BonusKind::Signing => ", once, on joining",
            BonusKind::Yearly => " per year",
            BonusKind::Other => "",
        });
        if let Some(words) = &self.words {
            text.extend([": ", words]);
        }
        text
    }
}
