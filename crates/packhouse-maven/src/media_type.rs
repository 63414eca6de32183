//! What files are served as (Maven notes §9).

/// Gives the type of a file by its name.
pub fn of(file_name: &str) -> &'static str {
    let extension = file_name
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension);
    match extension {
        "jar" | "war" | "aar" => "application/java-archive",
        "pom" | "xml" => "application/xml",
        "module" => "application/json",
        "md5" | "sha1" | "sha256" | "sha512" => "text/plain",
        "asc" => "application/pgp-signature",
        // A stored archive, not an encoding: no client may unpack it on the way.
        "gz" | "tgz" => "application/gzip",
        _ => "application/octet-stream",
    }
}

/// Tells whether a browser that opens it would run what is in it, as ours: such a file is sent as
/// an attachment. XML is among them, for it may hold XHTML.
pub fn is_active(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    matches!(
        &*essence,
        "text/html"
            | "text/xml"
            | "application/xml"
            | "text/xsl"
            | "multipart/related"
            | "message/rfc822"
    ) || essence.ends_with("+xml")
}

/// Tells by its name whether a browser could take a file for a page or a picture that runs
/// something, whatever it is served as.
pub fn is_page(file_name: &str) -> bool {
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension);
    let extension = extension.map(str::to_ascii_lowercase);
    matches!(
        extension.as_deref(),
        Some("html" | "htm" | "shtml" | "xhtml" | "xht" | "svg" | "svgz" | "mht" | "mhtml")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_follow_the_extension() {
        for (name, expected) in [
            ("lib-1.0.jar", "application/java-archive"),
            ("app.war", "application/java-archive"),
            ("app.aar", "application/java-archive"),
            ("lib-1.0.pom", "application/xml"),
            ("maven-metadata.xml", "application/xml"),
            ("lib-1.0.module", "application/json"),
            ("lib-1.0.jar.sha1", "text/plain"),
            ("lib-1.0.jar.md5", "text/plain"),
            ("lib-1.0.jar.asc", "application/pgp-signature"),
            ("lib-1.0.tar.gz", "application/gzip"),
            ("lib-1.0.html", "application/octet-stream"),
            ("lib-1.0.JAR", "application/octet-stream"),
            ("lib", "application/octet-stream"),
            ("", "application/octet-stream"),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
    }

    #[test]
    fn what_a_browser_would_run() {
        for (content_type, expected) in [
            ("text/html", true),
            ("Text/HTML; charset=utf-8", true),
            ("image/svg+xml", true),
            ("application/xhtml+xml", true),
            ("application/xml", true),
            ("text/plain", false),
            ("application/java-archive", false),
            ("application/json", false),
            ("", false),
        ] {
            assert_eq!(is_active(content_type), expected, "{content_type}");
        }
    }

    #[test]
    fn pages_by_their_names() {
        for (name, expected) in [
            ("lib-1.0-report.html", true),
            ("lib-1.0-logo.SVG", true),
            ("lib-1.0.jar", false),
            ("lib-1.0.html.jar", false),
            ("html", false),
        ] {
            assert_eq!(is_page(name), expected, "{name}");
        }
    }
}
