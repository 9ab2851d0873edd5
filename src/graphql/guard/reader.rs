//! One pass over the tokens of a document: what each definition holds, as its text has it.

use super::expand::Part;
use super::lexer::{Bracket, Lexer, Token, Unreadable};
use super::{Cost, GuardRefusal, Limits, Measure};

/// Walks the definitions of a document and counts; it checks only as much grammar as makes sure
/// that the parser behind it sees the same fields, spreads and fragments.
pub(super) struct Reader<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    peeked: Option<Token<'a>>,
    limits: &'a Limits,
    pub cost: Cost,
    variables: usize,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, limits: &'a Limits) -> Self {
        Self { text, lexer: Lexer::new(text), peeked: None, limits, cost: Cost::default(), variables: 0 }
    }

    /// One operation or fragment; nothing at the end of the text.
    pub fn definition(&mut self) -> Result<Option<Part<'a>>, GuardRefusal> {
        let tokens_before = self.cost.tokens;
        let fragment = match self.next()? {
            None => return Ok(None),
            Some(Token::Open(Bracket::Curly)) => None,
            Some(Token::Name("query" | "mutation" | "subscription")) => {
                self.operation_head()?;
                None
            }
            Some(Token::Name("fragment")) => Some(self.fragment_head()?),
            Some(_) => return Err(self.syntax("expected an operation or a fragment")),
        };
        // Naming a variable in the head of an operation copies nothing.
        self.variables = 0;
        let mut part = Part { fragment, ..Part::default() };
        self.selections(&mut part)?;
        part.own.tokens = self.cost.tokens - tokens_before;
        part.own.variables = self.variables;
        Ok(Some(part))
    }

    fn operation_head(&mut self) -> Result<(), GuardRefusal> {
        if let Some(Token::Name(_)) = self.peek()? {
            self.next()?;
        }
        if self.take(Token::Open(Bracket::Round))? {
            self.skip_group(0)?;
        }
        self.directives(0)?;
        self.expect(Token::Open(Bracket::Curly), "expected a selection set")
    }

    /// A fragment may not be called `on`: the parser reads `...on` before a comment as its spread.
    fn fragment_head(&mut self) -> Result<&'a str, GuardRefusal> {
        let name = self.name()?;
        if name == "on" {
            return Err(self.syntax("a fragment may not be called \"on\""));
        }
        self.expect(Token::Name("on"), "expected \"on\"")?;
        self.name()?;
        self.directives(0)?;
        self.expect(Token::Open(Bracket::Curly), "expected a selection set")?;
        Ok(name)
    }

    /// Reads up to the bracket that closes the definition; its opening one has been read.
    fn selections(&mut self, part: &mut Part<'a>) -> Result<(), GuardRefusal> {
        let mut level = 1;
        while level > 0 {
            part.depth = part.depth.max(level);
            Measure::Depth.within(level, self.limits.depth)?;
            self.nested(level)?;
            let opens = match self.next()? {
                Some(Token::Close(Bracket::Curly)) => {
                    level -= 1;
                    continue;
                }
                Some(Token::Name(_)) => self.field(level)?,
                Some(Token::Spread) => self.spread(level, part)?,
                _ => return Err(self.syntax("expected a field, a fragment or \"}\"")),
            };
            part.own.fields += 1;
            level += usize::from(opens);
        }
        Ok(())
    }

    /// What follows the first name of a field; true if a selection set follows in turn.
    fn field(&mut self, level: usize) -> Result<bool, GuardRefusal> {
        if self.take(Token::Colon)? {
            self.cost.aliases += 1;
            Measure::Aliases.within(self.cost.aliases, self.limits.aliases)?;
            self.name()?;
        }
        if self.take(Token::Open(Bracket::Round))? {
            self.skip_group(level)?;
        }
        self.directives(level)?;
        self.take(Token::Open(Bracket::Curly))
    }

    /// What follows three dots; true if it is an inline fragment, whose selection set follows.
    fn spread(&mut self, level: usize, part: &mut Part<'a>) -> Result<bool, GuardRefusal> {
        if let Some(Token::Name(name)) = self.peek()? {
            self.next()?;
            if name != "on" {
                part.spreads.push((name, level));
                self.directives(level)?;
                return Ok(false);
            }
            self.type_after_on()?;
        }
        self.directives(level)?;
        self.expect(Token::Open(Bracket::Curly), "expected a selection set")?;
        Ok(true)
    }

    /// With a comment in between, the parser would read a spread of a fragment called `on`.
    fn type_after_on(&mut self) -> Result<(), GuardRefusal> {
        let after_on = self.lexer.at();
        let name = self.name()?;
        let gap = &self.text[after_on..self.lexer.at() - name.len()];
        if gap.contains('#') {
            return Err(self.syntax("no comment may stand between \"on\" and a type"));
        }
        Ok(())
    }

    fn directives(&mut self, level: usize) -> Result<(), GuardRefusal> {
        while self.take(Token::At)? {
            self.name()?;
            if self.take(Token::Open(Bracket::Round))? {
                self.skip_group(level)?;
            }
        }
        Ok(())
    }

    /// Reads variables or arguments up to their closing bracket; the opening one has been read.
    fn skip_group(&mut self, level: usize) -> Result<(), GuardRefusal> {
        let mut open = vec![Bracket::Round];
        while let Some(&innermost) = open.last() {
            self.nested(level + open.len())?;
            match self.next()? {
                Some(Token::Open(bracket)) => open.push(bracket),
                Some(Token::Close(bracket)) if bracket == innermost => {
                    open.pop();
                }
                None | Some(Token::Close(_) | Token::Spread) => {
                    return Err(self.syntax("brackets do not match"));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn nested(&mut self, brackets: usize) -> Result<(), GuardRefusal> {
        self.cost.nesting = self.cost.nesting.max(brackets);
        Measure::Nesting.within(brackets, self.limits.nesting)
    }

    fn peek(&mut self) -> Result<Option<Token<'a>>, GuardRefusal> {
        if self.peeked.is_none() {
            self.peeked = self.read()?;
        }
        Ok(self.peeked)
    }

    fn next(&mut self) -> Result<Option<Token<'a>>, GuardRefusal> {
        match self.peeked.take() {
            Some(token) => Ok(Some(token)),
            None => self.read(),
        }
    }

    /// The next token of the text, counted.
    fn read(&mut self) -> Result<Option<Token<'a>>, GuardRefusal> {
        let token = match self.lexer.next() {
            Ok(token) => token,
            Err(Unreadable { at, what }) => return Err(self.syntax_at(at, what)),
        };
        match token {
            None => return Ok(None),
            Some(Token::Dollar) => self.variables += 1,
            Some(Token::At) => self.cost.directives += 1,
            Some(_) => {}
        }
        self.cost.tokens += 1;
        Measure::Tokens.within(self.cost.tokens, self.limits.tokens)?;
        Measure::Directives.within(self.cost.directives, self.limits.directives)?;
        Ok(token)
    }

    fn take(&mut self, wanted: Token<'a>) -> Result<bool, GuardRefusal> {
        let found = self.peek()? == Some(wanted);
        if found {
            self.peeked = None;
        }
        Ok(found)
    }

    fn expect(&mut self, wanted: Token<'a>, what: &'static str) -> Result<(), GuardRefusal> {
        if self.take(wanted)? { Ok(()) } else { Err(self.syntax(what)) }
    }

    fn name(&mut self) -> Result<&'a str, GuardRefusal> {
        match self.next()? {
            Some(Token::Name(name)) => Ok(name),
            _ => Err(self.syntax("expected a name")),
        }
    }

    fn syntax(&self, what: &'static str) -> GuardRefusal {
        self.syntax_at(self.lexer.at(), what)
    }

    fn syntax_at(&self, at: usize, what: &'static str) -> GuardRefusal {
        let before = &self.text[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        GuardRefusal::Syntax {
            what,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}
