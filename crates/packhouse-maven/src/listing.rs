//! Directory listings (Maven notes §9), for people and for clients that read them when there is no
//! metadata.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::xml::escape;

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, decoded and without a slash.
    pub name: String,
    /// Whether it is a directory.
    pub directory: bool,
    /// The length of a file in bytes.
    pub size: Option<u64>,
    /// When it last changed.
    pub modified: Option<DateTime<Utc>>,
}

/// What may stand in an address as it is. Nothing that HTML would read otherwise, and no colon: it
/// would end a scheme.
const IN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'+')
    .remove(b'=')
    .remove(b'@')
    .remove(b',')
    .remove(b'!')
    .remove(b'(')
    .remove(b')');

/// Gives a listing as a page. `path` is the directory inside its repository, empty or `/` for the
/// root, which has no link upwards. The text of a link is its address, letter by letter: Ivy takes
/// no other.
pub fn render_html(path: &str, entries: &[Entry]) -> String {
    let title = escape(path);
    let mut page = format!(
        "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><title>Index of {title}</title></head>\n\
         <body>\n<h1>Index of {title}</h1>\n<pre>\n"
    );
    if !is_root(path) {
        page.push_str("<a href=\"../\">../</a>\n");
    }
    for entry in entries {
        let slash = if entry.directory { "/" } else { "" };
        let address = format!("{}{slash}", utf8_percent_encode(&entry.name, IN_ADDRESS));
        let mut row = format!("<a href=\"{address}\">{address}</a>");
        if let Some(modified) = entry.modified {
            let _ = write!(row, " {}", time(modified));
        }
        if let Some(size) = entry.size {
            let _ = write!(row, " {size}");
        }
        page.push_str(&row);
        page.push('\n');
    }
    page.push_str("</pre>\n</body>\n</html>\n");
    page
}

/// Gives a listing as JSON: `{"path", "entries": [{"name", "type": "directory" or "file", "size",
/// "modified"}]}`; what is not known is left out.
///
/// # Errors
/// Never in practice: all keys are texts.
pub fn render_json(path: &str, entries: &[Entry]) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct Listing<'a> {
        path: &'a str,
        entries: Vec<Row<'a>>,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        name: &'a str,
        r#type: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        size: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        modified: Option<String>,
    }
    let entries = entries
        .iter()
        .map(|entry| Row {
            name: &entry.name,
            r#type: if entry.directory { "directory" } else { "file" },
            size: entry.size,
            modified: entry.modified.map(time),
        })
        .collect();
    serde_json::to_string(&Listing { path, entries })
}

fn is_root(path: &str) -> bool {
    path.bytes().all(|byte| byte == b'/')
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn directory(name: &str) -> Entry {
        Entry {
            name: name.to_owned(),
            directory: true,
            size: None,
            modified: None,
        }
    }

    fn file(name: &str) -> Entry {
        Entry {
            name: name.to_owned(),
            directory: false,
            size: Some(12),
            modified: DateTime::from_timestamp(1_706_745_599, 5),
        }
    }

    #[test]
    fn pages_link_to_everything_inside() {
        let page = render_html(
            "com/acme/<lib>/",
            &[directory("1.0+b 7"), file("lib'\"&-é.jar")],
        );
        assert_eq!(
            page,
            "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\">\
             <title>Index of com/acme/&lt;lib&gt;/</title></head>\n\
             <body>\n<h1>Index of com/acme/&lt;lib&gt;/</h1>\n<pre>\n\
             <a href=\"../\">../</a>\n\
             <a href=\"1.0+b%207/\">1.0+b%207/</a>\n\
             <a href=\"lib%27%22%26-%C3%A9.jar\">lib%27%22%26-%C3%A9.jar</a> 2024-01-31T23:59:59Z 12\n\
             </pre>\n</body>\n</html>\n"
        );
        for root in ["", "/"] {
            assert!(!render_html(root, &[directory("com")]).contains("../"));
        }
    }

    #[test]
    fn json_says_the_same() {
        assert_eq!(
            render_json("com/a\"b/", &[directory("1.0"), file("x y")]).unwrap(),
            r#"{"path":"com/a\"b/","entries":[{"name":"1.0","type":"directory"},{"name":"x y","type":"file","size":12,"modified":"2024-01-31T23:59:59Z"}]}"#
        );
        assert_eq!(
            render_json("/", &[]).unwrap(),
            r#"{"path":"/","entries":[]}"#
        );
    }

    proptest! {
        #[test]
        fn no_name_breaks_out(name in ".{1,20}") {
            let page = render_html("a/", &[file(&name)]);
            let row = page.lines().find(|row| row.ends_with(" 12")).unwrap();
            let (address, rest) = row.strip_prefix("<a href=\"").unwrap().split_once("\">").unwrap();
            let text = rest.split_once("</a>").unwrap().0;
            prop_assert_eq!(address, text);
            prop_assert!(!address.contains(['<', '>', '&', '"', '\'', '/', ':', '?', '#', ' ']));
            let back = percent_encoding::percent_decode_str(address).decode_utf8().unwrap();
            prop_assert_eq!(&*back, &*name);
        }
    }
}
