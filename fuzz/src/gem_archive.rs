//! Gems that clients push: no bytes may panic, take for ever or grow in memory, and what is read
//! out of a gem can be kept.

use std::io::Cursor;

use packhouse_rubygems::archive::{Limits, read};

/// Runs one input: a gem.
pub fn run(data: &[u8]) {
    let limits = Limits {
        metadata: 1 << 20,
        inflated: 16 << 20,
        ratio_from: 1 << 20,
        ..Limits::default()
    };
    let Ok(gem) = read(Cursor::new(data), &limits) else {
        return;
    };
    // Whatever allows less refuses it or reads the same.
    let little = Limits {
        entries: 1,
        inflated: 2_048,
        ..limits
    };
    if let Ok(again) = read(Cursor::new(data), &little) {
        assert_eq!(again, gem);
    }
    assert!(!gem.spec.authors.is_empty());
    let mut longer = data.to_vec();
    longer.extend_from_slice(&[1; 512]);
    assert!(read(Cursor::new(longer), &limits).is_err());
}
