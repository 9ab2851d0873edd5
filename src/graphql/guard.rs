//! The query guard: what a query text may cost, decided before anything parses it.
//!
//! A few kilobytes of nested brackets overflow the parser's stack and end the process, and a chain
//! of fragments that each spread the next one twice takes hours to validate. So the text is measured
//! here first: one pass over its tokens, then one sum over its fragments, both without recursion.

mod expand;
mod lexer;
mod reader;

use reader::Reader;

use crate::domain::viewer::Viewer;

/// What one query may use. The defaults let every query of a person or a client library through;
/// `graphql-js`' own introspection query is 18 levels deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of query text.
    pub bytes: usize,
    /// Tokens of query text; comments and white space are none.
    pub tokens: usize,
    /// Brackets of any kind open at once.
    pub nesting: usize,
    /// Selection sets inside each other, those of spread fragments included.
    pub depth: usize,
    /// Fields, spreads and inline fragments once every spread is replaced by what it stands for.
    pub fields: usize,
    /// Tokens counted the same way: a long argument in a fragment costs each time it is spread.
    pub expanded_tokens: usize,
    /// Aliases in the text.
    pub aliases: usize,
    /// Directives in the text.
    pub directives: usize,
    /// Fields at the root of the chosen operation, when it is a query or a subscription.
    pub query_roots: usize,
    /// Fields at the root of the chosen operation, when it is a mutation.
    pub mutation_roots: usize,
    /// Values copied when each use of a variable receives its value: uses times size of all values.
    pub variable_copies: usize,
    /// Values in the answer to a stranger: fields, each times the sizes of the lists around it.
    pub values: usize,
    /// The same for staff.
    pub staff_values: usize,
}

impl Limits {
    /// How many values the answer to this viewer may hold.
    #[must_use]
    pub fn values_for(&self, viewer: &Viewer) -> usize {
        match viewer {
            Viewer::Staff(_) | Viewer::System => self.staff_values,
            Viewer::Anonymous
            | Viewer::Applicant { .. }
            | Viewer::Offeree { .. }
            | Viewer::Respondent { .. }
            | Viewer::Assessor { .. }
            | Viewer::Approver { .. }
            | Viewer::Nominator { .. }
            | Viewer::Chooser { .. }
            | Viewer::Referee { .. } => self.values,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 10_000,
            tokens: 2_000,
            nesting: 50,
            depth: 20,
            fields: 5_000,
            expanded_tokens: 50_000,
            aliases: 50,
            directives: 50,
            query_roots: 20,
            mutation_roots: 10,
            variable_copies: 500_000,
            values: 100_000,
            staff_values: 1_000_000,
        }
    }
}

/// What a query was measured to use; each field is counted as [`Limits`] says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Bytes of query text.
    pub bytes: usize,
    /// Tokens of query text.
    pub tokens: usize,
    /// Most brackets open at once.
    pub nesting: usize,
    /// Deepest selection set.
    pub depth: usize,
    /// Expanded fields, spreads and inline fragments.
    pub fields: usize,
    /// Expanded tokens.
    pub expanded_tokens: usize,
    /// Expanded uses of variables.
    pub variable_uses: usize,
    /// Aliases in the text.
    pub aliases: usize,
    /// Directives in the text.
    pub directives: usize,
}

/// Why a query text goes no further.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuardRefusal {
    /// It uses more of something than [`Limits`] allows.
    #[error("The query has too many {}: at most {limit} are allowed", .measure.noun())]
    Over {
        /// What there is too much of.
        measure: Measure,
        /// How much would have been allowed.
        limit: usize,
    },
    /// A fragment spreads itself, directly or through others.
    #[error("The fragment {name:?} spreads itself")]
    Cycle {
        /// Name of the fragment.
        name: String,
    },
    /// The text is not GraphQL.
    #[error("Syntax error: {what}")]
    Syntax {
        /// What was met or missed.
        what: &'static str,
        /// Line of the place, from 1.
        line: usize,
        /// Character within the line, from 1.
        column: usize,
    },
}

impl GuardRefusal {
    /// The stable code that clients may rely on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Over { measure, .. } => measure.code(),
            Self::Cycle { .. } => "QUERY_FRAGMENT_CYCLE",
            Self::Syntax { .. } => "GRAPHQL_PARSE_FAILED",
        }
    }
}

/// The measures of a query text that have a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// [`Limits::bytes`].
    Bytes,
    /// [`Limits::tokens`].
    Tokens,
    /// [`Limits::nesting`].
    Nesting,
    /// [`Limits::depth`].
    Depth,
    /// [`Limits::fields`].
    Fields,
    /// [`Limits::expanded_tokens`].
    ExpandedTokens,
    /// [`Limits::aliases`].
    Aliases,
    /// [`Limits::directives`].
    Directives,
}

impl Measure {
    fn noun(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Tokens => "tokens",
            Self::Nesting => "nested brackets",
            Self::Depth => "levels of fields",
            Self::Fields => "fields after its fragments are expanded",
            Self::ExpandedTokens => "tokens after its fragments are expanded",
            Self::Aliases => "aliases",
            Self::Directives => "directives",
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Bytes => "QUERY_TOO_LARGE",
            Self::Tokens => "QUERY_TOO_MANY_TOKENS",
            Self::Nesting => "QUERY_TOO_NESTED",
            Self::Depth => "QUERY_TOO_DEEP",
            Self::Fields | Self::ExpandedTokens => "QUERY_TOO_COMPLEX",
            Self::Aliases => "QUERY_TOO_MANY_ALIASES",
            Self::Directives => "QUERY_TOO_MANY_DIRECTIVES",
        }
    }

    fn within(self, used: usize, limit: usize) -> Result<(), GuardRefusal> {
        if used > limit {
            return Err(GuardRefusal::Over { measure: self, limit });
        }
        Ok(())
    }
}

/// Measures a query text in time linear to its length, and refuses it at the first limit it passes.
pub fn check(text: &str, limits: &Limits) -> Result<Cost, GuardRefusal> {
    Measure::Bytes.within(text.len(), limits.bytes)?;
    let mut reader = Reader::new(text, limits);
    let mut parts = Vec::new();
    while let Some(part) = reader.definition()? {
        parts.push(part);
    }
    let (weight, depth) = expand::expand(&parts, limits)?;
    Ok(Cost {
        bytes: text.len(),
        depth,
        fields: weight.fields,
        expanded_tokens: weight.tokens,
        variable_uses: weight.variables,
        ..reader.cost
    })
}

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod tests;
