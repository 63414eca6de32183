//! The order of versions (RubyGems notes §11, as `Gem::Version` of RubyGems 3.1 to 3.4): runs of
//! digits and runs of letters, compared pair by pair as if both versions went on in zeros for ever.
//! RubyGems 3.5 and later differ where a zero stands between letters, as in `1.rc.00.a`. Nothing is
//! copied: lists compare many versions.

use std::cmp::Ordering;

/// A run of letters or of digits. The order of the variants is theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token<'a> {
    Letters(&'a str),
    /// A number of any size: how many digits it has without leading zeros, then those. Zero has
    /// none.
    Digits(usize, &'a str),
}

const ZERO: Token<'static> = Token::Digits(0, "");

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (tokens(a), tokens(b));
    loop {
        let (left, right) = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) => (left.unwrap_or(ZERO), right.unwrap_or(ZERO)),
        };
        match left.cmp(&right) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
}

pub(super) fn canonical(text: &str) -> String {
    let mut canonical = String::with_capacity(text.len());
    // Before the letters of `0.0.a` no number is left; a version must begin with one.
    if !matches!(tokens(text).next(), Some(Token::Digits(..))) {
        canonical.push('0');
    }
    for token in tokens(text) {
        if !canonical.is_empty() {
            canonical.push('.');
        }
        canonical.push_str(match token {
            ZERO => "0",
            Token::Letters(run) | Token::Digits(_, run) => run,
        });
    }
    canonical
}

/// The numbers before the first letter, as written.
pub(super) fn release(text: &str) -> &str {
    halves(text).0.trim_end_matches('.')
}

pub(super) fn bumped(text: &str) -> String {
    let release = release(text);
    let kept = release.rsplit_once('.').map_or(release, |(kept, _)| kept);
    match kept.rsplit_once('.') {
        Some((before, last)) => format!("{before}.{}", one_more(last)),
        None => one_more(kept),
    }
}

/// Adds one to a number of any size.
fn one_more(digits: &str) -> String {
    let Some(at) = digits.rfind(|digit| digit != '9') else {
        return format!("1{}", "0".repeat(digits.len()));
    };
    let mut more = String::with_capacity(digits.len());
    more.push_str(&digits[..at]);
    let digit = digits.as_bytes()[at];
    more.push(char::from(digit + 1));
    more.extend(digits[at + 1..].chars().map(|_| '0'));
    more
}

/// The runs that count, from the left.
fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let (numbers, rest) = halves(text);
    runs(without_last_zeros(numbers)).chain(runs(without_last_zeros(rest)))
}

/// Splits a version where its first letter is.
fn halves(text: &str) -> (&str, &str) {
    let letter = text.find(|c: char| c.is_ascii_alphabetic());
    text.split_at(letter.unwrap_or(text.len()))
}

/// Cuts numbers at the end that are zero.
fn without_last_zeros(mut half: &str) -> &str {
    loop {
        half = half.trim_end_matches('.');
        let before = half.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = &half[before.len()..];
        if number.is_empty() || number.bytes().any(|digit| digit != b'0') {
            return half;
        }
        half = before;
    }
}

fn runs(mut text: &str) -> impl Iterator<Item = Token<'_>> {
    std::iter::from_fn(move || {
        text = text.trim_start_matches('.');
        let is_number = text.bytes().next()?.is_ascii_digit();
        let differs = |c: char| c == '.' || c.is_ascii_digit() != is_number;
        let (run, rest) = text.split_at(text.find(differs).unwrap_or(text.len()));
        text = rest;
        Some(match is_number {
            true => {
                let digits = run.trim_start_matches('0');
                Token::Digits(digits.len(), digits)
            }
            false => Token::Letters(run),
        })
    })
}
