//! Forms with files in them, as `gem push --attestation` sends.

/// A part of a form.
pub struct Part<'a> {
    pub name: &'a str,
    pub file: Option<&'a str>,
    pub content_type: &'a str,
    pub bytes: &'a [u8],
}

/// Names the part of a gem.
pub fn gem(bytes: &[u8]) -> Part<'_> {
    Part {
        name: "gem",
        file: Some("pkg/a.gem"),
        content_type: "application/octet-stream",
        bytes,
    }
}

/// Names the part of attestations.
pub fn attestations(text: &str) -> Part<'_> {
    Part {
        name: "attestations",
        file: None,
        content_type: "application/json",
        bytes: text.as_bytes(),
    }
}

/// Gives the content type and the body.
pub fn form(parts: &[Part<'_>]) -> (String, Vec<u8>) {
    let boundary = "a-boundary-that-is-nowhere-else";
    let mut body = Vec::new();
    for part in parts {
        let file = part.file.map(|file| format!("; filename=\"{file}\""));
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"{}\r\nContent-Type: {}\r\n\r\n",
            part.name,
            file.unwrap_or_default(),
            part.content_type
        );
        body.extend([head.as_bytes(), part.bytes, b"\r\n"].concat());
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}
