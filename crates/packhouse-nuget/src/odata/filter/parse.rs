//! From a text to a condition. `not` binds before `eq` and `ne`, these before `and`, and that before
//! `or` (OData 2.0, URI conventions 4.5).

use super::{Filter, Flag, Property, Text};
use crate::odata::scan::{Scanner, Token, unknown};
use crate::odata::{MAX_CLAUSES, MAX_DEPTH, ODataError};

/// Operators that no client of the feed needs.
const UNKNOWN: &[&str] = &["gt", "ge", "lt", "le", "add", "sub", "mul", "div", "mod"];

pub(super) fn parse(text: &str) -> Result<Filter, ODataError> {
    let mut parser = Parser {
        scanner: Scanner::new(text)?,
        depth: 0,
        clauses: 0,
    };
    let filter = parser.any()?.condition()?;
    parser.scanner.end()?;
    Ok(filter)
}

/// A condition, or a text that is part of one.
enum Operand {
    Condition(Filter),
    Text(Text),
}

impl Operand {
    fn condition(self) -> Result<Filter, ODataError> {
        match self {
            Self::Condition(filter) => Ok(filter),
            Self::Text(text) => Err(expected("a condition", text)),
        }
    }

    fn text(self) -> Result<Text, ODataError> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Condition(_) => Err(ODataError::Expected {
                expected: "a text",
                found: "a condition".to_owned(),
            }),
        }
    }
}

fn expected(expected: &'static str, text: Text) -> ODataError {
    let found = match text {
        Text::Property(property) => format!("{property:?}"),
        Text::Literal(text) => packhouse_core::text::cut(&text, 80),
        Text::Null => "null".to_owned(),
    };
    ODataError::Expected { expected, found }
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    depth: usize,
    clauses: usize,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Operand, ODataError> {
        let first = self.all()?;
        self.chain("or", first, Self::all, Filter::Any)
    }

    fn all(&mut self) -> Result<Operand, ODataError> {
        let first = self.comparison()?;
        self.chain("and", first, Self::comparison, Filter::All)
    }

    /// Reads more of the same kind, with this keyword between them.
    fn chain(
        &mut self,
        keyword: &str,
        first: Operand,
        next: fn(&mut Self) -> Result<Operand, ODataError>,
        join: fn(Vec<Filter>) -> Filter,
    ) -> Result<Operand, ODataError> {
        if !self.scanner.peek().is(keyword) {
            return Ok(first);
        }
        let mut filters = vec![first.condition()?];
        while self.scanner.peek().is(keyword) {
            self.scanner.take()?;
            filters.push(next(self)?.condition()?);
        }
        Ok(Operand::Condition(join(filters)))
    }

    fn comparison(&mut self) -> Result<Operand, ODataError> {
        self.clauses += 1;
        if self.clauses > MAX_CLAUSES {
            return Err(ODataError::TooManyClauses);
        }
        let left = self.operand()?;
        let equal = match self.scanner.peek() {
            word if word.is("eq") => true,
            word if word.is("ne") => false,
            Token::Word(word) if UNKNOWN.contains(&&**word) => {
                return Err(unknown("operator", word));
            }
            _ => return Ok(left),
        };
        self.scanner.take()?;
        let right = self.operand()?;
        let same = match (left, right) {
            (Operand::Text(left), right) => Filter::Equal(left, right.text()?),
            (Operand::Condition(left), right) => same(left, right.condition()?),
        };
        Ok(Operand::Condition(match equal {
            true => same,
            false => not(same),
        }))
    }

    fn operand(&mut self) -> Result<Operand, ODataError> {
        if self.depth == MAX_DEPTH {
            return Err(ODataError::TooDeep);
        }
        self.depth += 1;
        let operand = self.inner();
        self.depth -= 1;
        operand
    }

    fn inner(&mut self) -> Result<Operand, ODataError> {
        match self.scanner.take()? {
            Token::Sign('(') => {
                let inside = self.any()?;
                self.scanner.expect(')', "a closing parenthesis")?;
                Ok(inside)
            }
            Token::Literal(text) => Ok(Operand::Text(Text::Literal(text.to_lowercase()))),
            Token::Word(word) if word == "not" => {
                let condition = self.operand()?.condition()?;
                Ok(Operand::Condition(not(condition)))
            }
            Token::Word(word) if self.scanner.take_sign('(')? => self.function(&word),
            Token::Word(word) => name(&word),
            other => Err(other.unexpected("a condition")),
        }
    }

    /// Reads what a function is called with, from behind the parenthesis.
    fn function(&mut self, name: &str) -> Result<Operand, ODataError> {
        let first = self.argument()?;
        let join: fn(Text, Text) -> Filter = match name {
            // Texts are compared without case anyway.
            "tolower" | "toupper" => {
                self.scanner.expect(')', "a closing parenthesis")?;
                return Ok(Operand::Text(first));
            }
            "substringof" => Filter::Contains,
            "startswith" => Filter::StartsWith,
            "endswith" => Filter::EndsWith,
            name => return Err(unknown("function", name)),
        };
        self.scanner.expect(',', "a second argument")?;
        let second = self.argument()?;
        self.scanner.expect(')', "a closing parenthesis")?;
        Ok(Operand::Condition(join(first, second)))
    }

    fn argument(&mut self) -> Result<Text, ODataError> {
        self.operand()?.text()
    }
}

fn name(word: &str) -> Result<Operand, ODataError> {
    let text = |property| Ok(Operand::Text(Text::Property(property)));
    let condition = |filter| Ok(Operand::Condition(filter));
    match word {
        "true" => condition(Filter::Constant(true)),
        "false" => condition(Filter::Constant(false)),
        "null" => Ok(Operand::Text(Text::Null)),
        "IsLatestVersion" => condition(Filter::Flag(Flag::IsLatestVersion)),
        "IsAbsoluteLatestVersion" => condition(Filter::Flag(Flag::IsAbsoluteLatestVersion)),
        "IsPrerelease" => condition(Filter::Flag(Flag::IsPrerelease)),
        "Id" => text(Property::Id),
        "Version" => text(Property::Version),
        "NormalizedVersion" => text(Property::NormalizedVersion),
        "Title" => text(Property::Title),
        "Description" => text(Property::Description),
        "Summary" => text(Property::Summary),
        "Tags" => text(Property::Tags),
        "Authors" => text(Property::Authors),
        other => Err(unknown("property", other)),
    }
}

/// Compares two conditions; `X eq true` is X, so that what it asks for is seen.
fn same(left: Filter, right: Filter) -> Filter {
    match (left, right) {
        (Filter::Constant(true), other) | (other, Filter::Constant(true)) => other,
        (Filter::Constant(false), other) | (other, Filter::Constant(false)) => not(other),
        (left, right) => Filter::Same(Box::new(left), Box::new(right)),
    }
}

fn not(filter: Filter) -> Filter {
    match filter {
        Filter::Constant(holds) => Filter::Constant(!holds),
        Filter::Not(inner) => *inner,
        other => Filter::Not(Box::new(other)),
    }
}
