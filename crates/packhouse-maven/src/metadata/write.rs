//! Writing XML, two spaces a level.

use crate::xml::escape;

/// A document that grows element by element.
pub(super) struct Writer {
    text: String,
    depth: usize,
}

impl Writer {
    /// Begins a document with its root element, attributes behind the name.
    pub(super) fn new(root: &str) -> Self {
        let mut writer = Self {
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
            depth: 0,
        };
        writer.open(root);
        writer
    }

    /// Opens an element that others follow in.
    pub(super) fn open(&mut self, name: &str) {
        self.line(&format!("<{name}>"));
        self.depth += 1;
    }

    /// Closes it.
    pub(super) fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.line(&format!("</{name}>"));
    }

    /// Writes an element with a text.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.line(&format!("<{name}>{}</{name}>", escape(text)));
    }

    /// Closes the root and gives the document.
    pub(super) fn finish(mut self, root: &str) -> String {
        self.close(root);
        self.text
    }

    fn line(&mut self, text: &str) {
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
        self.text.push_str(text);
        self.text.push('\n');
    }
}
