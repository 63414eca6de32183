use super::*;
use crate::sample;

const SUM: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn a_bare_line_keeps_its_space() {
    let spec = sample::bare("a", "1.0", "ruby");
    assert_eq!(
        line_without_date(&spec, SUM),
        format!("1.0 |checksum:{SUM}")
    );
    let spec = sample::bare("a", "1.0", "jruby");
    assert_eq!(
        line_without_date(&spec, SUM),
        format!("1.0-java |checksum:{SUM}")
    );
}

#[test]
fn dependencies_and_conditions_are_sorted() {
    assert_eq!(
        line_without_date(&sample::full(), SUM),
        format!(
            "1.2.0.rc1-x86-linux alpha:>= 2.0.1&~> 2.0,zeta:>= 0|checksum:{SUM},\
             ruby:< 4&>= 2.7,rubygems:> 1.3.1"
        )
    );
    // By their bytes: capitals first, and `-` before letters and `_`.
    let mut spec = sample::bare("a", "1", "ruby");
    spec.dependencies = ["b_c", "b", "b-c", "B", "ba"]
        .map(|name| sample::dependency(Kind::Runtime, name, &["= 1"]))
        .to_vec();
    assert_eq!(
        line_without_date(&spec, SUM),
        format!("1 B:= 1,b:= 1,b-c:= 1,b_c:= 1,ba:= 1|checksum:{SUM}")
    );
    // As texts: 10 before 2.
    spec.dependencies = vec![sample::dependency(
        Kind::Runtime,
        "b",
        &["!= 2", "~> 1", "!= 10"],
    )];
    assert_eq!(
        line_without_date(&spec, SUM),
        format!("1 b:!= 10&!= 2&~> 1|checksum:{SUM}")
    );
}

#[test]
fn what_is_required_of_ruby_is_named_unless_it_is_anything() {
    let mut spec = sample::bare("a", "1", "ruby");
    spec.required_rubygems_version = sample::requirement(&[">= 3.0"]);
    assert_eq!(
        line_without_date(&spec, SUM),
        format!("1 |checksum:{SUM},rubygems:>= 3.0")
    );
    spec.required_ruby_version = sample::requirement(&[">= 0", "< 9"]);
    assert_eq!(
        line_without_date(&spec, SUM),
        format!("1 |checksum:{SUM},ruby:< 9&>= 0,rubygems:>= 3.0")
    );
}

#[test]
fn the_date_stands_last_in_whole_seconds() {
    assert_eq!(
        with_date("1 |checksum:x,ruby:>= 2", at("2026-01-31T12:00:09.999999Z")),
        "1 |checksum:x,ruby:>= 2,created_at:2026-01-31T12:00:09Z"
    );
}

#[test]
fn documents_are_lines_behind_three_hyphens() {
    assert_eq!(
        document(["1 |checksum:x", "2 |checksum:y"]),
        "---\n1 |checksum:x\n2 |checksum:y\n"
    );
    assert_eq!(document([]), "---\n");
    assert_eq!(md5_hex(b"---\n"), "6105347ebb9825ac754615ca55ff3b0c");
    assert_eq!(md5_hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
}
