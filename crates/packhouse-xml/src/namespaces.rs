//! What prefixes stand for (Namespaces in XML 1.0). A prefix that is declared nowhere is no error
//! here, since some readers of XML know no namespaces; who cares can see it.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The namespace that an element is in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Namespace {
    /// None: no prefix, and no default namespace around it.
    #[default]
    None,
    /// The one of this name.
    Named(Arc<str>),
    /// It has a prefix that is declared nowhere around it.
    Unknown,
}

/// The declarations around the place that is being read.
#[derive(Default)]
pub(crate) struct Scope {
    /// For each prefix what it stands for, innermost last; the default namespace has none.
    declared: BTreeMap<String, Vec<Namespace>>,
    /// For each open element the prefixes that it declares.
    open: Vec<Vec<String>>,
}

impl Scope {
    /// Goes into an element.
    pub(crate) fn enter(&mut self) {
        self.open.push(Vec::new());
    }

    /// Takes an attribute of the element gone into last. False when it declares nothing.
    pub(crate) fn declare(&mut self, name: &str, value: &str) -> bool {
        let Some(prefix) = declared_prefix(name) else {
            return false;
        };
        let namespace = match value {
            "" => Namespace::None,
            name => Namespace::Named(name.into()),
        };
        let stack = self.declared.entry(prefix.to_owned()).or_default();
        stack.push(namespace);
        if let Some(innermost) = self.open.last_mut() {
            innermost.push(prefix.to_owned());
        }
        true
    }

    /// Says what a prefix stands for here.
    pub(crate) fn namespace(&self, prefix: &str) -> Namespace {
        let innermost = self.declared.get(prefix).and_then(|stack| stack.last());
        match (prefix, innermost) {
            ("", None) => Namespace::None,
            // Taking a prefix back is not allowed in version 1.0, so it is as if undeclared.
            (_, None) => Namespace::Unknown,
            ("", Some(namespace)) => namespace.clone(),
            (_, Some(Namespace::None)) => Namespace::Unknown,
            (_, Some(namespace)) => namespace.clone(),
        }
    }

    /// Leaves the element gone into last.
    pub(crate) fn leave(&mut self) {
        for prefix in self.open.pop().unwrap_or_default() {
            if let Some(stack) = self.declared.get_mut(&prefix) {
                stack.pop();
            }
        }
    }
}

/// Gives the prefix that an attribute declares, empty for the default namespace.
fn declared_prefix(attribute: &str) -> Option<&str> {
    match attribute {
        "xmlns" => Some(""),
        name => name.strip_prefix("xmlns:"),
    }
}
