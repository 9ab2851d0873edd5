//! Query text cut into tokens, byte by byte and without recursion.
//!
//! Rules: <https://spec.graphql.org/September2025/#sec-Language.Source-Text.Lexical-Tokens>.
//! Where the specification refuses a text, so does this; it may take an escape or a number that the
//! parser behind it still refuses, never the reverse.

/// A bracket of either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Round,
    Square,
    Curly,
}

/// As much of a token as counting needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Name(&'a str),
    Spread,
    Colon,
    At,
    Dollar,
    Open(Bracket),
    Close(Bracket),
    /// A number or a string.
    Literal,
    /// One of `! = | &`.
    Mark,
}

/// The text stops being GraphQL here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// Byte offset into the text.
    pub at: usize,
    /// What was met or missed, for the person who wrote the query.
    pub what: &'static str,
}

/// Reads one token after the other.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Byte offset of what is read next.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The next token; nothing at the end of the text.
    pub fn next(&mut self) -> Result<Option<Token<'a>>, Unreadable> {
        self.skip_ignored();
        let Some(byte) = self.byte(0) else {
            return Ok(None);
        };
        let token = match byte {
            b'{' => self.mark(Token::Open(Bracket::Curly)),
            b'}' => self.mark(Token::Close(Bracket::Curly)),
            b'(' => self.mark(Token::Open(Bracket::Round)),
            b')' => self.mark(Token::Close(Bracket::Round)),
            b'[' => self.mark(Token::Open(Bracket::Square)),
            b']' => self.mark(Token::Close(Bracket::Square)),
            b':' => self.mark(Token::Colon),
            b'@' => self.mark(Token::At),
            b'$' => self.mark(Token::Dollar),
            b'!' | b'=' | b'|' | b'&' => self.mark(Token::Mark),
            b'.' if self.rest().starts_with(b"...") => {
                self.at += 3;
                Token::Spread
            }
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number()?,
            _ if starts_name(byte) => self.name(),
            _ => return Err(self.unreadable("an unexpected character")),
        };
        Ok(Some(token))
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn unreadable(&self, what: &'static str) -> Unreadable {
        Unreadable { at: self.at, what }
    }

    fn mark(&mut self, token: Token<'a>) -> Token<'a> {
        self.at += 1;
        token
    }

    /// Steps over white space, commas, comments and byte order marks.
    fn skip_ignored(&mut self) {
        loop {
            match self.byte(0) {
                Some(b' ' | b'\t' | b'\n' | b'\r' | b',') => self.at += 1,
                Some(b'#') => self.skip_while(|byte| byte != b'\n' && byte != b'\r'),
                Some(0xEF) if self.rest().starts_with("\u{feff}".as_bytes()) => self.at += 3,
                _ => return,
            }
        }
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.byte(0).is_some_and(&wanted) {
            self.at += 1;
        }
    }

    fn name(&mut self) -> Token<'a> {
        let start = self.at;
        self.skip_while(|byte| starts_name(byte) || byte.is_ascii_digit());
        Token::Name(&self.text[start..self.at])
    }

    /// A number ends where the specification ends it: the parser would read `[00]` and `[1-1]` as
    /// two numbers each, so that one long token could hide thousands.
    fn number(&mut self) -> Result<Token<'a>, Unreadable> {
        if self.byte(0) == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.byte(0) == Some(b'0');
        let digits = self.digits()?;
        if leading_zero && digits > 1 {
            return Err(self.unreadable("a number with a leading zero"));
        }
        if self.byte(0) == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(0), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(0), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        match self.byte(0) {
            Some(byte) if byte == b'.' || starts_name(byte) => {
                Err(self.unreadable("a number that does not end"))
            }
            _ => Ok(Token::Literal),
        }
    }

    fn digits(&mut self) -> Result<usize, Unreadable> {
        let start = self.at;
        self.skip_while(|byte| byte.is_ascii_digit());
        match self.at - start {
            0 => Err(self.unreadable("a number without digits")),
            count => Ok(count),
        }
    }

    fn string(&mut self) -> Result<Token<'a>, Unreadable> {
        if self.rest().starts_with(b"\"\"\"") {
            return self.block_string();
        }
        let unfinished = self.unreadable("a string that does not end on its line");
        self.at += 1;
        loop {
            match self.byte(0) {
                Some(b'"') => return Ok(self.mark(Token::Literal)),
                Some(b'\\') if self.byte(1).is_some_and(|byte| byte.is_ascii_graphic()) => {
                    self.at += 2;
                }
                None | Some(b'\\' | b'\n' | b'\r') => return Err(unfinished),
                Some(_) => self.at += 1,
            }
        }
    }

    fn block_string(&mut self) -> Result<Token<'a>, Unreadable> {
        let unfinished = self.unreadable("a block string that does not end");
        self.at += 3;
        loop {
            let rest = self.rest();
            if rest.starts_with(b"\\\"\"\"") {
                self.at += 4;
            } else if rest.starts_with(b"\"\"\"") {
                self.at += 3;
                return Ok(Token::Literal);
            } else if rest.is_empty() {
                return Err(unfinished);
            } else {
                self.at += 1;
            }
        }
    }
}

fn starts_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Result<Vec<Token<'_>>, Unreadable> {
        let mut lexer = Lexer::new(text);
        let mut all = Vec::new();
        while let Some(token) = lexer.next()? {
            all.push(token);
        }
        Ok(all)
    }

    #[test]
    fn ignored_text_yields_no_token() {
        let text = "\u{feff} \t\r\n,,, # { [ ( \" \"\"\"\r\u{feff}#";
        assert_eq!(tokens(text), Ok(vec![]));
    }

    #[test]
    fn brackets_inside_strings_and_comments_are_text() {
        for text in [
            r#""{[(""#,
            r#""\"{[(\\""#,
            "\"\"\"{[(\n\"\" \\\"\"\" }\"\"\"",
            "\"\"",
            "\"\"\"\"\"\"",
            "\"\u{1F600}é\"",
        ] {
            assert_eq!(tokens(text), Ok(vec![Token::Literal]), "{text}");
        }
        assert_eq!(tokens("a # {\n\"#\" b"), Ok(vec![Token::Name("a"), Token::Literal, Token::Name("b")]));
    }

    #[test]
    fn a_block_string_counts_its_backslashes_as_the_parser_does() {
        // Two backslashes before the quotes: the second one still escapes them.
        assert!(tokens("\"\"\"\\\\\"\"\"").is_err());
        assert_eq!(tokens("\"\"\"\\\\ \"\"\""), Ok(vec![Token::Literal]));
    }

    #[test]
    fn strings_must_end() {
        for text in ["\"", "\"a\n\"", "\"a\r\"", "\"\\", "\"\"\"", "\"\"\" \"\"", "\"\\\n\""] {
            assert!(tokens(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn numbers_end_where_the_specification_ends_them() {
        for text in ["0", "-0", "12", "-1.5", "1e5", "1.5E-7", "1E+2"] {
            assert_eq!(tokens(text), Ok(vec![Token::Literal]), "{text}");
        }
        for text in ["00", "-", "1.", "1e", "1a", "1.5.2", "01", "0x1", "1_0"] {
            assert!(tokens(text).is_err(), "{text}");
        }
        assert_eq!(tokens("1-1"), Ok(vec![Token::Literal, Token::Literal]));
    }

    #[test]
    fn every_punctuator_is_known() {
        let text = "{}()[]:@$!=|&...name_1";
        assert_eq!(tokens(text).map(|all| all.len()), Ok(15));
    }

    #[test]
    fn stray_characters_are_refused_with_their_place() {
        for (text, at) in [("{ a; }", 3), ("..", 0), ("é", 0), ("{\u{0}}", 1), ("a\u{a0}b", 1)] {
            assert_eq!(tokens(text).map_err(|stop| stop.at), Err(at), "{text:?}");
        }
    }
}
