//! The YAML in gems: no bytes may panic, take for ever or grow in memory, and what is read has the
//! bounds that were asked for.

use packhouse_rubygems::gemspec::Gemspec;
use packhouse_rubygems::yaml::{Limits, Node, Value, parse};

/// Runs one input: a document.
pub fn run(data: &[u8]) {
    let limits = Limits {
        depth: 8,
        nodes: 1_000,
    };
    if let Ok(root) = parse(data, limits) {
        let (nodes, depth) = measure(&root);
        assert!(nodes <= limits.nodes);
        assert!(depth <= limits.depth);
    }
    if let Ok(gem) = Gemspec::read(data) {
        assert!(parse(data, Limits::default()).is_ok());
        assert!(!gem.authors.is_empty());
        assert!(!gem.version.as_str().contains('-'));
        let full = [
            gem.name.as_str(),
            gem.version.as_str(),
            gem.platform.original(),
        ];
        assert!(full.iter().all(|part| !part.contains(['/', '\\', '\0'])));
    }
}

/// Counts nodes, those of aliases every time, and levels.
fn measure(node: &Node) -> (u64, usize) {
    let children: Vec<(u64, usize)> = match &node.value {
        Value::List(nodes) => nodes.iter().map(|node| measure(node)).collect(),
        Value::Map(pairs) => (pairs.iter())
            .map(|(_, node)| {
                let (nodes, depth) = measure(node);
                (nodes + 1, depth)
            })
            .collect(),
        Value::Null | Value::Text(_) => Vec::new(),
    };
    let nodes: u64 = children.iter().map(|(nodes, _)| nodes).sum();
    let depth = children.iter().map(|(_, depth)| *depth).max();
    (nodes + 1, depth.unwrap_or_default() + 1)
}
