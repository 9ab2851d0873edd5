//! What a posting asks its applicants, and what they answer.

use super::Refusal;
use super::faults::{Faults, each};
use super::id::AnswerId;
use super::text;

text_enum! {
    /// What kind of answer a question takes.
    QuestionType {
        /// One line.
        Line = "line",
        /// Several lines.
        Prose = "prose",
        /// `yes` or `no`.
        YesNo = "yesNo",
        /// One of the given options.
        Choice = "choice",
        /// A web address.
        Url = "url",
    }
}

/// A question of a posting. Its key never changes meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Names the question within its posting.
    pub key: String,
    /// What the candidate reads.
    pub label: String,
    /// What kind of answer it takes.
    pub kind: QuestionType,
    /// Whether an application needs an answer.
    pub required: bool,
    /// What may be chosen, for a choice.
    pub options: Vec<String>,
}

/// An answer with the question as it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its id.
    pub id: AnswerId,
    /// The question's key then.
    pub key: String,
    /// The question's label then.
    pub label: String,
    /// The question's type then.
    pub kind: QuestionType,
    /// What was answered.
    pub value: String,
}

/// An answer as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The question's key.
    pub key: String,
    /// The answer.
    pub value: String,
}

/// Questions to be asked, cleaned and checked; `at` names the one in each place in faults, as in `questions.0`.
pub(super) fn checked(
    faults: &mut Faults,
    at: impl Fn(usize) -> String,
    questions: Vec<Question>,
) -> Vec<Question> {
    let keys: Vec<_> = questions.iter().map(|question| question.key.as_str()).collect();
    faults.twice(&keys, |place| format!("{}.key", at(place)), "a key no other question has");
    each(questions, |place, question| checked_one(faults, &at(place), question))
}

fn checked_one(faults: &mut Faults, at: &str, question: Question) -> Question {
    let field = |name: &str| format!("{at}.{name}");
    let is_choice = question.kind == QuestionType::Choice;
    if is_choice && question.options.len() < 2 {
        faults.push(Refusal::invalid(&field("options"), "at least two options"));
    }
    if !is_choice && !question.options.is_empty() {
        faults.push(Refusal::invalid(&field("options"), "options only for a choice"));
    }
    faults.most(&field("options"), &question.options, 50);
    let option = |place: usize| field(&format!("options.{place}"));
    faults.twice(&question.options, option, "each option once");
    Question {
        key: faults.keep(text::key(&field("key"), &question.key)),
        label: faults.keep(text::line(&field("label"), &question.label, 300)),
        options: each(question.options, |place, it| faults.keep(text::line(&option(place), &it, 200))),
        ..question
    }
}

/// Checks what was given against what was asked; the result is in the questions' order.
///
/// # Errors
/// `REQUIRED` or `INVALID` on each `answers.<key>` at fault: an unknown key, a second answer, a missing or malformed one.
pub fn check(questions: &[Question], given: &[Given]) -> Result<Vec<(Question, String)>, Refusal> {
    let mut faults: Vec<Refusal> = given
        .iter()
        .enumerate()
        .filter_map(|(place, answer)| stray(questions, &given[..place], answer))
        .collect();
    let mut answers = Vec::new();
    for question in questions {
        match answered(question, given) {
            Ok(answer) => answers.extend(answer.map(|value| (question.clone(), value))),
            Err(fault) => faults.push(fault),
        }
    }
    Refusal::all(faults)?;
    Ok(answers)
}

/// What is wrong with an answer that belongs to no question, or to one that was answered before.
fn stray(questions: &[Question], earlier: &[Given], answer: &Given) -> Option<Refusal> {
    let expected = if !questions.iter().any(|question| question.key == answer.key) {
        "the key of a question of this posting"
    } else if earlier.iter().any(|other| other.key == answer.key) {
        "one answer to each question"
    } else {
        return None;
    };
    Some(Refusal::invalid(&format!("answers.{}", answer.key), expected))
}

fn answered(question: &Question, given: &[Given]) -> Result<Option<String>, Refusal> {
    let value =
        given.iter().find(|answer| answer.key == question.key).map_or("", |answer| answer.value.as_str());
    let field = format!("answers.{}", question.key);
    match (value.trim().is_empty(), question.required) {
        (true, true) => Err(Refusal::required(&field)),
        (true, false) => Ok(None),
        (false, _) => fitting(question, &field, value).map(Some),
    }
}

fn fitting(question: &Question, field: &str, value: &str) -> Result<String, Refusal> {
    match question.kind {
        QuestionType::Line => text::line(field, value, 500),
        QuestionType::Prose => text::prose(field, value, 10_000),
        QuestionType::Url => text::web_address(field, value),
        QuestionType::YesNo => among(&["yes", "no"], field, value),
        QuestionType::Choice => {
            among(&question.options.iter().map(String::as_str).collect::<Vec<_>>(), field, value)
        }
    }
}

fn among(options: &[&str], field: &str, value: &str) -> Result<String, Refusal> {
    let value = text::line(field, value, 200)?;
    if options.contains(&value.as_str()) {
        return Ok(value);
    }
    Err(Refusal::invalid(field, &format!("one of: {}", options.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(key: &str, kind: QuestionType, required: bool) -> Question {
        Question { key: key.into(), label: key.into(), kind, required, options: vec!["a".into(), "b".into()] }
    }

    fn given(key: &str, value: &str) -> Given {
        Given { key: key.into(), value: value.into() }
    }

    #[test]
    fn answers_fit_their_questions() {
        let asked =
            [question("why", QuestionType::Prose, true), question("pick", QuestionType::Choice, false)];
        assert_eq!(check(&asked, &[given("pick", "a"), given("why", "so")]).unwrap().len(), 2);
        for (bad, field) in [
            (vec![], "answers.why"),
            (vec![given("why", " ")], "answers.why"),
            (vec![given("why", "x"), given("pick", "c")], "answers.pick"),
            (vec![given("why", "x"), given("why", "y")], "answers.why"),
            (vec![given("why", "x"), given("other", "y")], "answers.other"),
        ] {
            assert_eq!(check(&asked, &bad).unwrap_err().field(), Some(field), "{bad:?}");
        }
    }
}
