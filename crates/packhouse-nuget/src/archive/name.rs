//! Names of entries: where they lead, and that they lead into the package.

use percent_encoding::percent_decode_str;

use super::ArchiveError;

/// How long a name may be, in bytes as it stands in the archive.
const MAX_NAME: usize = 1_024;

/// Gives a name as it is looked up: percent signs resolved, `/` between its parts, and one at the
/// end of a folder's.
pub(super) fn read(raw: &[u8], is_utf8: bool) -> Result<String, ArchiveError> {
    let written = match str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        // Some code page, of which it does not matter which: nothing is looked up by such a name.
        Err(_) => raw.iter().copied().map(char::from).collect(),
    };
    let refuse = |reason| {
        Err(ArchiveError::Name {
            name: written.clone(),
            reason,
        })
    };
    if raw.len() > MAX_NAME {
        return refuse("it is too long");
    }
    if is_utf8 && str::from_utf8(raw).is_err() {
        return refuse("it is not in UTF-8 as it says");
    }
    let name = unescape(&written);
    for name in [&written, &name] {
        if let Some(reason) = problem(name) {
            return refuse(reason);
        }
    }
    Ok(name.replace('\\', "/"))
}

/// Resolves percent signs once, as clients do; what does not become text stays as it is.
pub(super) fn unescape(name: &str) -> String {
    match percent_decode_str(name).decode_utf8() {
        Ok(name) => name.into_owned(),
        Err(_) => name.to_owned(),
    }
}

fn problem(name: &str) -> Option<&'static str> {
    let mut start = name.chars();
    let drive = start.next().is_some_and(|c| c.is_ascii_alphabetic()) && start.next() == Some(':');
    let inside = name.strip_suffix(['/', '\\']).unwrap_or(name);
    let mut parts = inside.split(['/', '\\']);
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.contains(char::is_control) {
        return Some("it has control characters");
    }
    if drive || name.starts_with(['/', '\\']) {
        return Some("it does not lead into the package");
    }
    parts.find_map(|part| match part {
        "" => Some("it has two separators together"),
        "." | ".." => Some("it has a part of dots alone"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_looked_up_in_one_form() {
        for (raw, name) in [
            ("lib/net8.0/a.dll", "lib/net8.0/a.dll"),
            ("lib\\a.dll", "lib/a.dll"),
            ("lib/", "lib/"),
            ("lib\\", "lib/"),
            ("lib/a%2Bb%20c.dll", "lib/a+b c.dll"),
            ("a%2fb", "a/b"),
            ("100%", "100%"),
            ("a%zz%ff", "a%zz%ff"),
            ("%252e%252e/a", "%2e%2e/a"),
            ("..a/b..", "..a/b.."),
            ("é", "é"),
            ("[Content_Types].xml", "[Content_Types].xml"),
        ] {
            assert_eq!(read(raw.as_bytes(), true).unwrap(), name, "{raw}");
        }
        assert_eq!(read(b"a\xe9", false).unwrap(), "aé");
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let long = "a".repeat(MAX_NAME + 1);
        for raw in [
            "",
            "/a",
            "\\a",
            "/",
            "..",
            "../a",
            "a/../b",
            "a\\..\\b",
            "a/..",
            "../",
            "%2e%2e/a",
            "a%2f..%2fb",
            "..%5Ca",
            "%2Fa",
            "a//b",
            "a/\\b",
            "a/%2fb",
            "a//",
            "./a",
            "a/./b",
            "c:a",
            "C:\\a",
            "c%3a/a",
            "a\0b",
            "a%00b",
            "a\nb",
            &long,
        ] {
            let error = read(raw.as_bytes(), true).unwrap_err();
            assert!(matches!(error, ArchiveError::Name { .. }), "{raw:?}");
        }
        assert!(read(b"a\xe9", true).is_err());
    }
}
