//! Conditional and range requests as a pure function of headers and facts (RFC 9110 §13, §14).

use std::ops::Range;
use std::time::SystemTime;

use actix_web::http::header::{
    HeaderMap, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE,
};

/// Which byte ranges are refused with 416; others that cannot be served are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedRanges {
    /// None: there are clients that do not get over it.
    None,
    /// Those that begin after the last byte.
    Beyond,
    /// Also those that end before they begin, which RFC 9110 calls invalid.
    All,
}

/// What is known about the thing asked for.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Its strong entity tag, with quotes.
    pub etag: &'a str,
    /// When it last changed.
    pub modified: Option<SystemTime>,
    /// Its length in bytes; `None` when ranges of it are not offered.
    pub length: Option<u64>,
    /// Which ranges of it are refused.
    pub refused: RefusedRanges,
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// 200 with all of it.
    Full,
    /// 206 with this part.
    Part(Range<u64>),
    /// 304.
    NotModified,
    /// 412.
    PreconditionFailed,
    /// 416.
    Unsatisfiable,
}

/// Decides what a GET or HEAD is answered with. If-None-Match comes before If-Modified-Since, and
/// where both are sent only the first counts (RFC 9110 §13.2.2).
pub fn evaluate(headers: &HeaderMap, facts: &Facts<'_>) -> Outcome {
    if let Some(list) = text(headers, IF_MATCH) {
        if !matches(list, facts.etag, true) {
            return Outcome::PreconditionFailed;
        }
    } else if let (Some(since), Some(modified)) =
        (date(headers, IF_UNMODIFIED_SINCE), facts.modified)
        && whole_seconds(modified) > since
    {
        return Outcome::PreconditionFailed;
    }
    if let Some(list) = text(headers, IF_NONE_MATCH) {
        if matches(list, facts.etag, false) {
            return Outcome::NotModified;
        }
    } else if let (Some(since), Some(modified)) = (date(headers, IF_MODIFIED_SINCE), facts.modified)
        && whole_seconds(modified) <= since
    {
        return Outcome::NotModified;
    }
    let (Some(length), Some(range)) = (facts.length, text(headers, RANGE)) else {
        return Outcome::Full;
    };
    let current = match text(headers, IF_RANGE) {
        None => true,
        Some(tag) if tag.starts_with('"') => tag == facts.etag,
        Some(_) => date(headers, IF_RANGE)
            .zip(facts.modified)
            .is_some_and(|(date, modified)| whole_seconds(modified) == date),
    };
    if !current {
        return Outcome::Full;
    }
    match (part(range, length), facts.refused) {
        (Outcome::Unsatisfiable, RefusedRanges::None) => Outcome::Full,
        (Outcome::Full, RefusedRanges::All) if is_backward(range) => Outcome::Unsatisfiable,
        (outcome, _) => outcome,
    }
}

fn is_backward(range: &str) -> bool {
    let ends = range
        .strip_prefix("bytes=")
        .and_then(|ends| ends.split_once('-'));
    let number = |text: &str| text.trim().parse::<u64>().ok();
    ends.is_some_and(|(first, last)| {
        number(first)
            .zip(number(last))
            .is_some_and(|(first, last)| last < first)
    })
}

fn text(headers: &HeaderMap, name: actix_web::http::header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn date(headers: &HeaderMap, name: actix_web::http::header::HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(text(headers, name)?).ok()
}

/// Dates in headers have whole seconds; a change within one counts as its end, so that nothing
/// newer is taken for known.
pub fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let up = u64::from(since.subsec_nanos() > 0);
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(since.as_secs() + up)
}

fn matches(list: &str, etag: &str, strong: bool) -> bool {
    list == "*"
        || list
            .split(',')
            .map(str::trim)
            .any(|tag| match tag.strip_prefix("W/") {
                Some(weak) => !strong && weak == etag,
                None => tag == etag,
            })
}

/// Reads one byte range. What is no such thing, or several, is answered with all of it.
fn part(range: &str, length: u64) -> Outcome {
    let Some(spec) = range.strip_prefix("bytes=").map(str::trim) else {
        return Outcome::Full;
    };
    let Some((first, last)) = spec.split_once('-').filter(|_| !spec.contains(',')) else {
        return Outcome::Full;
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    match (number(first), number(last)) {
        (None, Some(suffix)) if first.is_empty() => {
            if suffix == 0 || length == 0 {
                return Outcome::Unsatisfiable;
            }
            Outcome::Part(length.saturating_sub(suffix)..length)
        }
        (Some(from), _) if from >= length && (last.is_empty() || number(last).is_some()) => {
            Outcome::Unsatisfiable
        }
        (Some(from), None) if last.is_empty() => Outcome::Part(from..length),
        (Some(from), Some(to)) if from <= to => {
            Outcome::Part(from..length.min(to.saturating_add(1)))
        }
        _ => Outcome::Full,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn check(sent: &[(HeaderName, &str)], expected: Outcome) {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.insert(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        let modified = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_500);
        let facts = Facts {
            etag: "\"a\"",
            modified: Some(modified),
            length: Some(100),
            refused: RefusedRanges::Beyond,
        };
        assert_eq!(evaluate(&headers, &facts), expected, "{sent:?}");
    }

    #[test]
    fn backward_ranges_are_refused_where_that_is_wanted() {
        let ask = |range: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RANGE, HeaderValue::from_str(range).unwrap());
            let facts = Facts {
                etag: "\"a\"",
                modified: None,
                length: Some(1000),
                refused: RefusedRanges::All,
            };
            evaluate(&headers, &facts)
        };
        assert_eq!(ask("bytes=500-0"), Outcome::Unsatisfiable);
        assert_eq!(ask("bytes=0-499"), Outcome::Part(0..500));
        for odd in ["bytes=0-1,5-6", "bytes=x-1", "lines=5-1"] {
            assert_eq!(ask(odd), Outcome::Full, "{odd}");
        }
    }

    #[test]
    fn no_range_is_refused_where_clients_do_not_get_over_it() {
        for range in ["bytes=1000-", "bytes=-0", "bytes=500-0", "bytes=9-8", "bytes=5-6,7-8"] {
            let mut headers = HeaderMap::new();
            headers.insert(RANGE, HeaderValue::from_str(range).unwrap());
            let facts = Facts {
                etag: "\"a\"",
                modified: None,
                length: Some(1000),
                refused: RefusedRanges::None,
            };
            assert_eq!(evaluate(&headers, &facts), Outcome::Full, "{range}");
        }
    }

    const BEFORE: &str = "Tue, 14 Nov 2023 22:13:20 GMT";
    const AFTER: &str = "Tue, 14 Nov 2023 22:13:21 GMT";

    #[test]
    fn validators() {
        check(&[], Outcome::Full);
        check(&[(IF_NONE_MATCH, "\"a\"")], Outcome::NotModified);
        check(&[(IF_NONE_MATCH, "\"b\", W/\"a\"")], Outcome::NotModified);
        check(&[(IF_NONE_MATCH, "*")], Outcome::NotModified);
        check(&[(IF_NONE_MATCH, "\"b\"")], Outcome::Full);
        check(&[(IF_MODIFIED_SINCE, AFTER)], Outcome::NotModified);
        check(&[(IF_MODIFIED_SINCE, BEFORE)], Outcome::Full);
        check(
            &[(IF_NONE_MATCH, "\"b\""), (IF_MODIFIED_SINCE, AFTER)],
            Outcome::Full,
        );
        check(&[(IF_MATCH, "\"b\"")], Outcome::PreconditionFailed);
        check(&[(IF_MATCH, "W/\"a\"")], Outcome::PreconditionFailed);
        check(&[(IF_MATCH, "\"a\"")], Outcome::Full);
        check(
            &[(IF_UNMODIFIED_SINCE, BEFORE)],
            Outcome::PreconditionFailed,
        );
    }

    #[test]
    fn ranges() {
        let range = |text| [(RANGE, text)];
        check(&range("bytes=0-0"), Outcome::Part(0..1));
        check(&range("bytes=10-"), Outcome::Part(10..100));
        check(&range("bytes=-10"), Outcome::Part(90..100));
        check(&range("bytes=-1000"), Outcome::Part(0..100));
        check(&range("bytes=90-1000"), Outcome::Part(90..100));
        check(
            &range("bytes=0-18446744073709551615"),
            Outcome::Part(0..100),
        );
        check(&range("bytes=100-"), Outcome::Unsatisfiable);
        check(&range("bytes=-0"), Outcome::Unsatisfiable);
        for odd in [
            "bytes=5-4",
            "bytes=a-b",
            "bytes=0-1,5-6",
            "lines=1-2",
            "bytes=",
            "bytes=5",
        ] {
            check(&range(odd), Outcome::Full);
        }
        check(
            &[(RANGE, "bytes=0-0"), (IF_RANGE, "\"a\"")],
            Outcome::Part(0..1),
        );
        check(&[(RANGE, "bytes=0-0"), (IF_RANGE, "\"b\"")], Outcome::Full);
        check(
            &[(RANGE, "bytes=0-0"), (IF_RANGE, AFTER)],
            Outcome::Part(0..1),
        );
    }
}
