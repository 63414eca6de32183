//! From bytes to the text that a YAML 1.1 reader sees.

use std::borrow::Cow;

use super::YamlError;

/// Gives the text of a document.
///
/// Psych's reader takes U+0085, U+2028 and U+2029 for the ends of lines, as YAML 1.1 has it; the
/// parser behind this module does not. They become line feeds here, so that both see the same keys.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, YamlError> {
    let text = std::str::from_utf8(bytes).map_err(|_| YamlError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some((at, found)) = text.char_indices().find(|(_, found)| !is_printable(*found)) {
        return Err(YamlError::Character {
            code: found.into(),
            line: text[..at].matches('\n').count() + 1,
        });
    }
    let old_breaks = ['\u{85}', '\u{2028}', '\u{2029}'];
    Ok(if text.contains(old_breaks) {
        Cow::Owned(text.replace(old_breaks, "\n"))
    } else {
        Cow::Borrowed(text)
    })
}

/// Tells which characters YAML 1.1 has unescaped (its section 5.1, `c-printable`).
fn is_printable(char: char) -> bool {
    matches!(char,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}'
        | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}
