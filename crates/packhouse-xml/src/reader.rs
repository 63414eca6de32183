//! From text to a tree.

use quick_xml::escape::{resolve_xml_entity, unescape_with};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use crate::namespaces::Scope;
use crate::{
    Attribute, Element, MAX_ATTRIBUTES, MAX_ATTRIBUTES_LENGTH, MAX_DEPTH, MAX_ELEMENTS, XmlError,
    cut, decode, is_char,
};

/// Reads a document of at most so many bytes, in any encoding that it declares, and gives its root
/// element.
///
/// # Errors
/// When it is not well-formed or passes a limit.
pub fn parse(bytes: &[u8], max: usize) -> Result<Element, XmlError> {
    if bytes.len() > max {
        return Err(XmlError::TooLarge {
            size: bytes.len(),
            max,
        });
    }
    let text = decode::decode(bytes)?;
    let document = Document { text: &text };
    if let Some((place, c)) = text.char_indices().find(|(_, c)| !is_char(*c)) {
        let reason = format!("the character U+{:04X} is not allowed", u32::from(c));
        return Err(document.malformed(place, reason));
    }
    document.read()
}

struct Document<'a> {
    text: &'a str,
}

/// What is open while a document is read.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    scope: Scope,
    root: Option<Element>,
    elements: usize,
}

impl Document<'_> {
    fn read(&self) -> Result<Element, XmlError> {
        let mut reader = Reader::from_str(self.text);
        reader.config_mut().check_comments = true;
        let mut tree = Tree::default();
        loop {
            let place = offset(reader.buffer_position());
            let event = reader
                .read_event()
                .map_err(|error| self.malformed(offset(reader.error_position()), error))?;
            match event {
                Event::Start(start) => {
                    self.open(&mut tree, &start, place)?;
                }
                Event::Empty(start) => {
                    self.open(&mut tree, &start, place)?;
                    tree.close();
                }
                // The reader has compared the names.
                Event::End(_) => tree.close(),
                Event::Text(text) => {
                    let text = text.xml10_content();
                    let text = text.map_err(|error| self.malformed(place, error))?;
                    if text.contains("]]>") {
                        return Err(self.malformed(place, "]]> outside of a CDATA section"));
                    }
                    self.append(&mut tree, &text, place)?;
                }
                Event::CData(data) => {
                    let text = data.xml10_content();
                    let text = text.map_err(|error| self.malformed(place, error))?;
                    if tree.open.is_empty() {
                        return Err(self.malformed(place, "text outside of the root element"));
                    }
                    self.append(&mut tree, &text, place)?;
                }
                Event::GeneralRef(reference) => {
                    let text = self.resolve(&reference, place)?;
                    if tree.open.is_empty() {
                        return Err(self.malformed(place, "text outside of the root element"));
                    }
                    self.append(&mut tree, &text, place)?;
                }
                Event::DocType(_) => {
                    return Err(XmlError::Doctype {
                        line: self.line(place),
                    });
                }
                Event::Decl(_) if place > 0 => {
                    return Err(
                        self.malformed(place, "the XML declaration is not at the beginning")
                    );
                }
                Event::PI(instruction) if instruction.target().eq_ignore_ascii_case(b"xml") => {
                    return Err(self.malformed(place, "a processing instruction called xml"));
                }
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                Event::Eof => break,
            }
        }
        match (tree.open.last(), tree.root) {
            (None, Some(root)) => Ok(root),
            (None, None) => Err(self.malformed(self.text.len(), "there is no root element")),
            (Some(open), _) => {
                let reason = format!("<{}> is not closed", cut(&open.name, 80));
                Err(self.malformed(self.text.len(), reason))
            }
        }
    }

    fn open(&self, tree: &mut Tree, start: &BytesStart<'_>, place: usize) -> Result<(), XmlError> {
        if tree.open.is_empty() && tree.root.is_some() {
            return Err(self.malformed(place, "a second root element"));
        }
        if tree.open.len() == MAX_DEPTH {
            return Err(XmlError::TooDeep {
                line: self.line(place),
            });
        }
        tree.elements += 1;
        if tree.elements > MAX_ELEMENTS {
            return Err(XmlError::TooManyElements {
                line: self.line(place),
            });
        }
        let name = start.name();
        let name = str::from_utf8(name.as_ref()).map_err(|error| self.malformed(place, error))?;
        let local = self.check_name(name, place)?;
        let prefix = name.strip_suffix(local).unwrap_or_default();
        tree.scope.enter();
        let attributes = self.attributes(&mut tree.scope, start, place)?;
        tree.open.push(Element {
            name: local.to_owned(),
            namespace: tree.scope.namespace(prefix.trim_end_matches(':')),
            attributes,
            ..Element::default()
        });
        Ok(())
    }

    /// Checks a name and gives the part after its prefix.
    fn check_name<'n>(&self, name: &'n str, place: usize) -> Result<&'n str, XmlError> {
        let local = name.split_once(':').map_or(name, |(_, local)| local);
        let starts = |c: char| c == '_' || c.is_alphabetic();
        let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\u{b7}');
        let good = |part: &str| {
            part.starts_with(starts) && !part.contains(|c: char| !goes_on(c) && !is_mark(c))
        };
        if name.split(':').count() > 2 || !name.split(':').all(good) {
            let reason = format!("{:?} is not a name", cut(name, 80));
            return Err(self.malformed(place, reason));
        }
        Ok(local)
    }

    /// Gives the attributes of an element; its declarations go to the scope.
    fn attributes(
        &self,
        scope: &mut Scope,
        start: &BytesStart<'_>,
        place: usize,
    ) -> Result<Vec<Attribute>, XmlError> {
        let too_many = || XmlError::Attributes {
            line: self.line(place),
        };
        if start.attributes_raw().len() > MAX_ATTRIBUTES_LENGTH {
            return Err(too_many());
        }
        let mut attributes = Vec::new();
        for (count, attribute) in start.attributes().enumerate() {
            if count == MAX_ATTRIBUTES {
                return Err(too_many());
            }
            let attribute = attribute.map_err(|error| self.malformed(place, error))?;
            let (name, value) = (attribute.key.as_ref(), &attribute.value);
            let text = |bytes| str::from_utf8(bytes).map_err(|error| self.malformed(place, error));
            let name = text(name)?;
            self.check_name(name, place)?;
            let value = self.attribute_value(text(value)?, place)?;
            if !scope.declare(name, &value) {
                let name = name.to_owned();
                attributes.push(Attribute { name, value });
            }
        }
        Ok(attributes)
    }

    /// Gives what an attribute's value stands for.
    fn attribute_value(&self, value: &str, place: usize) -> Result<String, XmlError> {
        if value.contains('<') {
            return Err(self.malformed(place, "< in an attribute"));
        }
        // White space that is written out is a space, that which is referred to stays what it is
        // (XML 1.0, Attribute-Value Normalization).
        let value = value.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
        let mut unknown = None;
        let read = unescape_with(&value, |name| {
            let known = resolve_xml_entity(name);
            if known.is_none() {
                unknown.get_or_insert_with(|| name.to_owned());
            }
            known
        });
        if let Some(name) = unknown {
            return Err(self.unknown_entity(&name, place));
        }
        let read = read.map_err(|error| self.malformed(place, error))?;
        match read.chars().find(|c| !is_char(*c)) {
            Some(_) => Err(self.malformed(place, "a reference to a character that is not allowed")),
            None => Ok(read.into_owned()),
        }
    }

    fn resolve(&self, reference: &BytesRef<'_>, place: usize) -> Result<String, XmlError> {
        let character = reference.resolve_char_ref();
        match character.map_err(|error| self.malformed(place, error))? {
            Some(c) if is_char(c) => return Ok(c.to_string()),
            Some(_) => {
                let reason = "a reference to a character that is not allowed";
                return Err(self.malformed(place, reason));
            }
            None => {}
        }
        let name = reference.decode();
        let name = name.map_err(|error| self.malformed(place, error))?;
        resolve_xml_entity(&name)
            .map(str::to_owned)
            .ok_or_else(|| self.unknown_entity(&name, place))
    }

    fn append(&self, tree: &mut Tree, text: &str, place: usize) -> Result<(), XmlError> {
        match tree.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.chars().all(char::is_whitespace) => {}
            None => return Err(self.malformed(place, "text outside of the root element")),
        }
        Ok(())
    }

    fn unknown_entity(&self, name: &str, place: usize) -> XmlError {
        XmlError::Entity {
            line: self.line(place),
            name: cut(name, 80),
        }
    }

    fn malformed(&self, place: usize, reason: impl ToString) -> XmlError {
        XmlError::Malformed {
            line: self.line(place),
            reason: cut(&reason.to_string(), 200),
        }
    }

    fn line(&self, place: usize) -> usize {
        let before = self.text.as_bytes().iter().take(place);
        before.filter(|byte| **byte == b'\n').count() + 1
    }
}

impl Tree {
    fn close(&mut self) {
        let Some(closed) = self.open.pop() else {
            return;
        };
        self.scope.leave();
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => self.root = Some(closed),
        }
    }
}

/// Tells whether a character joins others in a name, such as a combining accent.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}')
}

/// Turns the reader's position into one of the text, which is in memory and so has no more.
fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
