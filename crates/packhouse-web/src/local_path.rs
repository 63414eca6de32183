//! Where a sign-in may lead to.

use url::Url;

/// Gives the path and query of an address on this server, normalised and percent-encoded; `/` for
/// anything that leads, or that a browser might read as leading, elsewhere.
pub(crate) fn local_path(text: &str) -> String {
    parse(text).unwrap_or_else(|| "/".to_owned())
}

fn parse(text: &str) -> Option<String> {
    let own = Url::parse("http://own.invalid/").ok()?;
    let odd = |c: char| c.is_control() || c == '\\';
    if !text.starts_with('/') || text.starts_with("//") || text.contains(odd) {
        return None;
    }
    let url = own
        .join(text)
        .ok()
        .filter(|url| url.origin() == own.origin())?;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    // Dots may have hidden what two slashes would say: another host.
    (!path.starts_with("//")).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_own_paths_are_kept() {
        let check = |text, expected: &str| assert_eq!(local_path(text), expected, "{text:?}");
        check("/login/cli/x?y=1#z", "/login/cli/x?y=1");
        check("/ü b", "/%C3%BC%20b");
        check("/a/../b", "/b");
        for bad in [
            "",
            "login",
            "//other.example",
            "///other.example",
            "/\\other.example",
            "\\\\other.example",
            "/\t/other.example",
            "/.//other.example",
            "/a/..//other.example",
            "https://other.example/",
            "https:other.example",
            "javascript:alert(1)",
            " /a",
            "/a\r\nset-cookie: b=c",
        ] {
            check(bad, "/");
        }
    }
}
