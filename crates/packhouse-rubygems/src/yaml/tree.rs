//! From the parser's events to a tree.

use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{Event, Options, Parser};

use super::tag::{self, Scalar, Written};
use super::{Limits, Node, Tag, Value, YamlError, scalar};

/// Builds the tree of the one document in a text.
pub(super) fn build(text: &str, limits: Limits) -> Result<Rc<Node>, YamlError> {
    let mut options = Options::default();
    options.disallow_directives = true;
    options.set_emit_comments(false);
    let mut builder = Builder::new(limits);
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| YamlError::Syntax {
            reason: error.info(),
            line: error.marker().line(),
        })?;
        builder.event(event, span.start.line())?;
    }
    builder.root.map(|built| built.node).ok_or(YamlError::Empty)
}

/// A finished node, and what it costs to stand for it again.
#[derive(Clone)]
struct Built {
    node: Rc<Node>,
    /// How many nodes it has, aliases replaced.
    nodes: u64,
    /// How many levels it has.
    height: usize,
}

/// A list or map that is not at its end yet.
struct Open {
    tag: Tag,
    anchor: usize,
    items: Items,
    nodes: u64,
    height: usize,
}

enum Items {
    List(Vec<Rc<Node>>),
    Map {
        pairs: Vec<(String, Rc<Node>)>,
        key: Option<String>,
    },
}

struct Builder {
    limits: Limits,
    open: Vec<Open>,
    /// By the parser's numbers, which no two anchors share.
    anchors: HashMap<usize, Built>,
    /// How many nodes there are so far, aliases replaced.
    nodes: u64,
    root: Option<Built>,
    documents: usize,
}

impl Builder {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            open: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            root: None,
            documents: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, line: usize) -> Result<(), YamlError> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(YamlError::Documents { line });
                }
            }
            Event::Alias(anchor) => {
                let built = self.anchors.get(&anchor).cloned();
                let built = built.ok_or(YamlError::Cycle { line })?;
                self.count(built.nodes)?;
                self.add(built, line)?;
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1)?;
                let written = written(tag.as_deref(), line)?;
                let value = scalar::read(&text, style, written, line)?;
                let node = Rc::new(Node {
                    tag: Tag::None,
                    value,
                });
                self.finish(node, anchor, 1, 1, line)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                if let Some(tag) = tag.filter(|tag| !is_plain(tag)) {
                    written(Some(&tag), line)?;
                    return Err(YamlError::TagPlace {
                        tag: whole(&tag),
                        line,
                    });
                }
                self.begin(Tag::None, anchor, Items::List(Vec::new()), line)?;
            }
            Event::MappingStart(_, anchor, tag) => {
                let tag = match (written(tag.as_deref(), line)?, tag) {
                    (Written::Object(class), _) => Tag::Object(class),
                    (Written::Scalar(_), Some(tag)) if !is_plain(&tag) => {
                        return Err(YamlError::TagPlace {
                            tag: whole(&tag),
                            line,
                        });
                    }
                    _ => Tag::None,
                };
                let items = Items::Map {
                    pairs: Vec::new(),
                    key: None,
                };
                self.begin(tag, anchor, items, line)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(line)?,
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self, nodes: u64) -> Result<(), YamlError> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > self.limits.nodes {
            return Err(YamlError::TooManyNodes {
                max: self.limits.nodes,
            });
        }
        Ok(())
    }

    fn begin(
        &mut self,
        tag: Tag,
        anchor: usize,
        items: Items,
        line: usize,
    ) -> Result<(), YamlError> {
        self.count(1)?;
        if matches!(
            self.open.last().map(|open| &open.items),
            Some(Items::Map { key: None, .. })
        ) {
            return Err(YamlError::Key { line });
        }
        if self.open.len() >= self.limits.depth {
            return Err(self.too_deep(line));
        }
        self.open.push(Open {
            tag,
            anchor,
            items,
            nodes: 1,
            height: 0,
        });
        Ok(())
    }

    fn end(&mut self, line: usize) -> Result<(), YamlError> {
        // The parser ends what it began, and nothing else.
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let value = match open.items {
            Items::List(nodes) => Value::List(nodes),
            Items::Map { pairs, .. } => {
                check_keys(&pairs, line)?;
                Value::Map(pairs)
            }
        };
        let node = Rc::new(Node {
            tag: open.tag,
            value,
        });
        self.finish(node, open.anchor, open.nodes, open.height + 1, line)
    }

    fn finish(
        &mut self,
        node: Rc<Node>,
        anchor: usize,
        nodes: u64,
        height: usize,
        line: usize,
    ) -> Result<(), YamlError> {
        let built = Built {
            node,
            nodes,
            height,
        };
        // Zero is the parser's way to say that there is no anchor.
        if anchor != 0 {
            self.anchors.insert(anchor, built.clone());
        }
        self.add(built, line)
    }

    fn add(&mut self, built: Built, line: usize) -> Result<(), YamlError> {
        if self.open.len() + built.height > self.limits.depth {
            return Err(self.too_deep(line));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(built);
            return Ok(());
        };
        open.nodes = open.nodes.saturating_add(built.nodes);
        open.height = open.height.max(built.height);
        match &mut open.items {
            Items::List(nodes) => nodes.push(built.node),
            Items::Map { pairs, key } => match key.take() {
                Some(key) => pairs.push((key, built.node)),
                None => *key = Some(key_of(&built.node, line)?),
            },
        }
        Ok(())
    }

    fn too_deep(&self, line: usize) -> YamlError {
        YamlError::TooDeep {
            max: self.limits.depth,
            line,
        }
    }
}

fn key_of(node: &Node, line: usize) -> Result<String, YamlError> {
    match node.text() {
        // Psych merges even where it is quoted.
        Some("<<") => Err(YamlError::MergeKey { line }),
        Some(text) => Ok(text.to_owned()),
        None => Err(YamlError::Key { line }),
    }
}

fn check_keys(pairs: &[(String, Rc<Node>)], line: usize) -> Result<(), YamlError> {
    let mut keys: Vec<&str> = pairs.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(YamlError::DuplicateKey {
            key: pair[0].to_owned(),
            line,
        }),
        None => Ok(()),
    }
}

fn whole(tag: &granit_parser::Tag) -> String {
    format!("{}{}", tag.handle(), tag.suffix())
}

/// `!` alone only keeps a scalar from being resolved.
fn is_plain(tag: &granit_parser::Tag) -> bool {
    whole(tag) == "!"
}

fn written(tag: Option<&granit_parser::Tag>, line: usize) -> Result<Written, YamlError> {
    let Some(tag) = tag.map(whole) else {
        return Ok(Written::Scalar(Scalar::Any));
    };
    tag::read(&tag).ok_or(YamlError::Tag { tag, line })
}
