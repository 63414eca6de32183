//! The fuzz targets on inputs made here, so that they cannot rot unnoticed: `fuzz/` is a workspace
//! of its own, and checking it whole would build OpenSSL and SQLite a second time.

use std::io::Cursor;

use proptest::prelude::*;

use crate::archive::tests::build::{Entry, file, gem, gz, link, members, other, tar};
use crate::archive::{Limits, read};
use crate::gemspec::tests::forms::{GEM_1_3, GEM_1_8, GEM_3_3, GEM_4_0};

#[path = "../../../fuzz/src/gem_archive.rs"]
mod gem_archive;
#[path = "../../../fuzz/src/gem_yaml.rs"]
mod gem_yaml;

const FORMS: [&str; 4] = [GEM_1_3, GEM_1_8, GEM_3_3, GEM_4_0];

fn entries() -> Vec<Entry> {
    vec![
        other(b'5', "lib"),
        file("lib/a.rb", "puts 1\n"),
        link("lib/b.rb", "a.rb"),
        Entry {
            kind: b'x',
            ..file("PaxHeaders/c", "13 comment=x\n")
        },
        file("c", vec![7; 700]),
    ]
}

#[test]
fn the_gem_cut_up_here_is_a_good_one() {
    read(Cursor::new(gem(GEM_3_3, &entries())), &Limits::default()).unwrap();
}

#[test]
fn gems_pass_in_whole_and_cut_anywhere() {
    let gem = gem(GEM_3_3, &entries());
    for end in 0..=gem.len() {
        gem_archive::run(&gem[..end]);
    }
}

#[test]
fn documents_pass_in_whole_and_cut_anywhere() {
    for form in FORMS {
        for end in 0..=form.len() {
            gem_yaml::run(&form.as_bytes()[..end]);
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_pass(bytes in prop::collection::vec(any::<u8>(), 0..2_048)) {
        gem_archive::run(&bytes);
        gem_yaml::run(&bytes);
    }

    #[test]
    fn any_document_passes(
        which in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut bytes = FORMS[which].as_bytes().to_vec();
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        gem_yaml::run(&bytes);
    }

    #[test]
    fn any_gem_passes(
        // Of the outer archive, of the data within, or of either of them compressed.
        layer in 0_u8..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let change = |bytes: &mut Vec<u8>| {
            for (place, value) in &changes {
                let place = place.index(bytes.len());
                bytes[place] = *value;
            }
        };
        // Without checksums, which would hide what lies behind them.
        let mut members = members(GEM_3_3, &entries());
        members.truncate(2);
        match layer {
            0 => change(&mut members[0].data),
            1 => change(&mut members[1].data),
            2 => {
                let mut data = tar(&entries());
                change(&mut data);
                members[1].data = gz(data);
            }
            _ => {}
        }
        let mut gem = tar(&members);
        if layer == 3 {
            change(&mut gem);
        }
        gem_archive::run(&gem);
    }
}
