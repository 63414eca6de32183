//! Taking the texts of OData apart: words, literals, signs.

use packhouse_core::text::cut;

use super::{MAX_OPTION, ODataError};

/// How much of what is wrong an error repeats, in characters.
const REPEATED: usize = 80;

/// A part of such a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or keyword, a number.
    Word(String),
    /// What stood between quotes, two of which stand for one.
    Literal(String),
    /// A parenthesis, comma or equals sign.
    Sign(char),
    /// Nothing more.
    End,
}

impl Token {
    /// Tells whether it is this keyword. Keywords have their case.
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if found == word)
    }

    pub(super) fn unexpected(self, expected: &'static str) -> ODataError {
        let found = match self {
            Self::Word(text) | Self::Literal(text) => cut(&text, REPEATED),
            Self::Sign(sign) => sign.to_string(),
            Self::End => "the end".to_owned(),
        };
        ODataError::Expected { expected, found }
    }
}

pub(super) fn unknown(kind: &'static str, name: &str) -> ODataError {
    ODataError::Unknown {
        kind,
        name: cut(name, REPEATED),
    }
}

pub(super) fn bad_value(name: &str, value: &str) -> ODataError {
    ODataError::Value {
        name: cut(name, REPEATED),
        value: cut(value, REPEATED),
    }
}

/// Reads the parts of a text one by one, and looks one ahead.
pub(super) struct Scanner<'a> {
    rest: &'a str,
    next: Token,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, ODataError> {
        if text.len() > MAX_OPTION {
            return Err(ODataError::TooLong(text.len()));
        }
        let mut scanner = Self {
            rest: text,
            next: Token::End,
        };
        scanner.take()?;
        Ok(scanner)
    }

    pub(super) fn peek(&self) -> &Token {
        &self.next
    }

    /// Gives the next part and goes on.
    pub(super) fn take(&mut self) -> Result<Token, ODataError> {
        let next = self.scan()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    /// Goes on when this sign comes next.
    pub(super) fn take_sign(&mut self, sign: char) -> Result<bool, ODataError> {
        let is_next = self.next == Token::Sign(sign);
        if is_next {
            self.take()?;
        }
        Ok(is_next)
    }

    /// Goes on over a sign that must come next.
    pub(super) fn expect(&mut self, sign: char, expected: &'static str) -> Result<(), ODataError> {
        match self.take_sign(sign)? {
            true => Ok(()),
            false => Err(self.take()?.unexpected(expected)),
        }
    }

    /// Checks that nothing more comes.
    pub(super) fn end(&mut self) -> Result<(), ODataError> {
        match self.take()? {
            Token::End => Ok(()),
            more => Err(more.unexpected("the end")),
        }
    }

    fn scan(&mut self) -> Result<Token, ODataError> {
        self.rest = self.rest.trim_start();
        let Some(first) = self.rest.chars().next() else {
            return Ok(Token::End);
        };
        match first {
            '\'' => self.literal().map(Token::Literal),
            '(' | ')' | ',' | '=' => {
                self.rest = &self.rest[first.len_utf8()..];
                Ok(Token::Sign(first))
            }
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, '\'' | '(' | ')' | ',' | '=');
                let end = self.rest.find(ends).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                self.rest = rest;
                Ok(Token::Word(word.to_owned()))
            }
        }
    }

    fn literal(&mut self) -> Result<String, ODataError> {
        let mut text = String::new();
        loop {
            // What comes is the quote that begins the text, or the second one of two.
            let inside = &self.rest[1..];
            let end = inside.find('\'').ok_or(ODataError::Unclosed)?;
            text.push_str(&inside[..end]);
            self.rest = &inside[end + 1..];
            if !self.rest.starts_with('\'') {
                return Ok(text);
            }
            text.push('\'');
        }
    }
}
