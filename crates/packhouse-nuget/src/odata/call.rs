//! A segment of a path that calls something: `Packages(Id='X',Version='1.0')`.

use super::ODataError;
use super::scan::{Scanner, Token};

/// How many arguments a call may have.
const MAX_ARGUMENTS: usize = 16;

/// What a segment of a path calls, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The name, with its case.
    pub name: String,
    /// The arguments by name, texts without their quotes. Empty without or with empty parentheses.
    pub arguments: Vec<(String, String)>,
}

impl Call {
    /// Reads a segment, percent signs resolved.
    ///
    /// # Errors
    /// When it is neither a name nor a name with named arguments.
    pub fn parse(segment: &str) -> Result<Self, ODataError> {
        let mut scanner = Scanner::new(segment)?;
        let Token::Word(name) = scanner.peek().clone() else {
            return Err(scanner.take()?.unexpected("a name"));
        };
        scanner.take()?;
        let mut arguments = Vec::new();
        if scanner.take_sign('(')? && !scanner.take_sign(')')? {
            loop {
                arguments.push(argument(&mut scanner)?);
                if arguments.len() > MAX_ARGUMENTS {
                    return Err(scanner.take()?.unexpected("a closing parenthesis"));
                }
                if !scanner.take_sign(',')? {
                    break;
                }
            }
            scanner.expect(')', "a closing parenthesis")?;
        }
        scanner.end()?;
        Ok(Self { name, arguments })
    }

    /// Gives the argument of this name, ignoring case.
    pub fn argument(&self, name: &str) -> Option<&str> {
        let mut arguments = self.arguments.iter();
        let (_, value) = arguments.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(value)
    }
}

fn argument(scanner: &mut Scanner<'_>) -> Result<(String, String), ODataError> {
    let name = match scanner.take()? {
        Token::Word(name) => name,
        other => return Err(other.unexpected("the name of an argument")),
    };
    scanner.expect('=', "an equals sign")?;
    match scanner.take()? {
        Token::Word(value) | Token::Literal(value) => Ok((name, value)),
        other => Err(other.unexpected("a value")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn segments_call_with_named_arguments() {
        for (segment, name, arguments) in [
            ("Packages", "Packages", &[][..]),
            ("Packages()", "Packages", &[]),
            ("$count", "$count", &[]),
            (
                "Packages(Id='X',Version='1.0')",
                "Packages",
                &[("Id", "X"), ("Version", "1.0")],
            ),
            (
                "Packages( Id = 'it''s' , Version='1.0-a+b' )",
                "Packages",
                &[("Id", "it's"), ("Version", "1.0-a+b")],
            ),
            ("F(a='',b=true)", "F", &[("a", ""), ("b", "true")]),
            ("F(a='(,)=')", "F", &[("a", "(,)=")]),
        ] {
            let call = Call::parse(segment).unwrap();
            let found: Vec<(&str, &str)> =
                call.arguments.iter().map(|(n, v)| (&**n, &**v)).collect();
            assert_eq!((&*call.name, &*found), (name, arguments), "{segment}");
        }
        let call = Call::parse("Packages(ID='X')").unwrap();
        assert_eq!(call.argument("Id"), Some("X"));
        assert_eq!(call.argument("Version"), None);
    }

    #[test]
    fn other_segments_are_refused() {
        let many = format!("F({}a=1)", "a=1,".repeat(MAX_ARGUMENTS));
        for segment in [
            "",
            "()",
            "'x'",
            "F(",
            "F)",
            "F('x')",
            "F(a)",
            "F(a=)",
            "F(a='x)",
            "F(a='x',)",
            "F(a='x' b='y')",
            "F()x",
            "F(,)",
            "F(=1)",
            "F(a=(1))",
            &many,
        ] {
            assert!(Call::parse(segment).is_err(), "{segment}");
        }
    }

    proptest! {
        #[test]
        fn texts_arrive_as_they_were(text in ".{0,20}") {
            let call = Call::parse(&format!("F(a='{}')", text.replace('\'', "''"))).unwrap();
            prop_assert_eq!(call.argument("a"), Some(&*text));
        }
    }
}
