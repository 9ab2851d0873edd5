//! The fields of forms that people fill in, with what was typed and what is said beside them.

use crate::domain::feed::Advertised;
use crate::domain::question::{Given, Question, QuestionType};
use crate::domain::reference::{Recommendation, Relation};
use crate::web::fields::{Fault, Fields};

/// How many teams somebody may say they would prefer.
pub const CHOICES: [&str; 3] = ["First choice", "Second choice", "Third choice"];

/// A field as the page shows it.
pub struct Field {
    pub name: String,
    pub label: String,
    pub hint: Option<&'static str>,
    pub value: String,
    pub fault: Option<String>,
    pub required: bool,
    pub kind: &'static str,
    pub autocomplete: &'static str,
    pub options: Vec<Choice>,
}

/// One of the choices of a field.
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// What was typed, and what is wrong with it.
pub struct Sheet<'a> {
    pub fields: &'a Fields,
    pub faults: &'a [Fault],
}

impl Sheet<'_> {
    /// A field with what was typed in it.
    pub fn field(&self, name: &str, label: &str, kind: &'static str, required: bool) -> Field {
        Field {
            name: name.to_owned(),
            label: label.to_owned(),
            hint: None,
            value: self.fields.shown(name),
            fault: Fault::at(self.faults, name),
            required,
            kind,
            autocomplete: "off",
            options: Vec::new(),
        }
    }

    /// Who applies.
    pub fn person(&self) -> Vec<Field> {
        let (name, email) =
            (self.field("name", "Name", "text", true), self.field("email", "E-mail address", "email", true));
        let phone = self.field("phone", "Telephone number", "tel", false);
        let link = "We send a link there, under which you can follow your application.";
        vec![
            Field { hint: Some("As you would like us to address you."), autocomplete: "name", ..name },
            Field { hint: Some(link), autocomplete: "email", ..email },
            Field { autocomplete: "tel", ..phone },
        ]
    }

    /// What is asked.
    pub fn answers(&self, questions: &[Question]) -> Vec<Field> {
        let answer = |question: &Question| {
            let name = answer_name(question);
            let base = self.field(&name, &question.label, kind(question.kind), question.required);
            Field { options: options(question, &base.value), ..base }
        };
        questions.iter().map(answer).collect()
    }

    /// People who may be asked, in so many rows.
    pub fn referees(&self, rows: usize) -> Vec<Vec<Field>> {
        let row = |place: usize| {
            let field =
                |part: &str, label: &str, kind| self.field(&referee_name(place, part), label, kind, true);
            let relation = field("relation", "How do they know you?", "choice");
            let relations = [
                (Relation::Manager, "They managed me"),
                (Relation::Peer, "We worked side by side"),
                (Relation::Report, "I managed them"),
            ];
            let offered = relations.map(|(value, label)| choice(value.as_str(), label, &relation.value));
            vec![
                field("name", "Name", "text"),
                field("email", "E-mail address", "email"),
                Field { options: offered.into(), ..relation },
            ]
        };
        (0..rows).map(row).collect()
    }

    /// What a referee says overall.
    pub fn recommendation(&self) -> Field {
        let base = self.field(
            "recommendation",
            "All in all, would you recommend working with them?",
            "radio",
            false,
        );
        let offered = [
            (Recommendation::Yes, "Yes"),
            (Recommendation::WithReservations, "Yes, with reservations"),
            (Recommendation::No, "No"),
        ];
        let offered = offered.map(|(value, label)| choice(value.as_str(), label, &base.value));
        Field { options: offered.into(), ..base }
    }

    /// Which teams would be preferred, where there are several.
    pub fn teams(&self, job: &Advertised) -> Vec<Field> {
        let hiring = job.teams.iter().filter(|team| team.vacancies > 0);
        let hiring: Vec<_> = hiring.map(|team| (team.team.to_string(), team.name.as_str())).collect();
        if hiring.len() < 2 { Vec::new() } else { self.preferences(&hiring, CHOICES.len()) }
    }

    /// So many choices of these teams, each with its id and its name, the best one first.
    pub fn preferences(&self, teams: &[(String, &str)], places: usize) -> Vec<Field> {
        let field = |place: usize| {
            let label =
                CHOICES.get(place).map_or_else(|| format!("Choice {}", place + 1), ToString::to_string);
            let base = self.field(&team_name(place), &label, "choice", false);
            let offered = |(id, name): &(String, &str)| choice(id, name, &base.value);
            Field { options: teams.iter().map(offered).collect(), ..base }
        };
        (0..places).map(field).collect()
    }
}

/// What was answered to these questions.
pub fn given(questions: &[Question], fields: &Fields) -> Vec<Given> {
    let answer = |question: &Question| {
        let value = fields.stated(&answer_name(question))?;
        Some(Given { key: question.key.clone(), value })
    };
    questions.iter().filter_map(answer).collect()
}

/// What the answer to a question is called in the form: as refusals call it.
fn answer_name(question: &Question) -> String {
    format!("answers.{}", question.key)
}

/// What a part of a row of people is called in the form: as refusals call it.
pub fn referee_name(place: usize, part: &str) -> String {
    format!("referees.{place}.{part}")
}

/// What the choice of a team is called in the form.
pub fn team_name(place: usize) -> String {
    format!("preferredTeams.{place}")
}

const fn kind(kind: QuestionType) -> &'static str {
    match kind {
        QuestionType::Line => "text",
        QuestionType::Prose => "prose",
        QuestionType::YesNo => "radio",
        QuestionType::Choice => "choice",
        QuestionType::Url => "url",
    }
}

fn options(question: &Question, chosen: &str) -> Vec<Choice> {
    match question.kind {
        QuestionType::YesNo => vec![choice("yes", "Yes", chosen), choice("no", "No", chosen)],
        QuestionType::Choice => {
            question.options.iter().map(|option| choice(option, option, chosen)).collect()
        }
        QuestionType::Line | QuestionType::Prose | QuestionType::Url => Vec::new(),
    }
}

fn choice(value: &str, label: &str, chosen: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), chosen: value == chosen }
}
