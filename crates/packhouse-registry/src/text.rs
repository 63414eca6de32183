//! Texts of clients on their way into the database and into messages.

/// Gives a text that both engines can store: PostgreSQL refuses NUL, which becomes the character
/// that stands for an unreadable one.
pub(crate) fn storable(text: impl Into<String>) -> String {
    let text = text.into();
    if text.contains('\0') {
        return text.replace('\0', "\u{fffd}");
    }
    text
}

/// Gives a text that both engines can store, when there is one.
pub(crate) fn storable_option(text: Option<String>) -> Option<String> {
    text.map(storable)
}

/// Cuts a text to so many characters.
pub(crate) fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
