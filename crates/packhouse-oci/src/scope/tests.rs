use proptest::prelude::*;

use super::*;

fn check(parameters: &[&str], expect: &str) {
    let scopes = parse_scopes(parameters.iter().copied()).unwrap();
    assert_eq!(render_scopes(&scopes), expect, "{parameters:?}");
}

#[test]
fn clients_scopes_are_read() {
    check(&[], "");
    check(&["repository:acme/web:pull"], "repository:acme/web:pull");
    check(
        &["repository:acme/web:push,pull"],
        "repository:acme/web:pull,push",
    );
    check(
        &["repository:acme/web:*"],
        "repository:acme/web:pull,push,delete",
    );
    check(
        &["repository(plugin):acme/p:pull"],
        "repository:acme/p:pull",
    );
    check(&["registry:catalog:*"], "registry:catalog:*");
    check(
        &["repository:registry.example:5000/acme/web:pull"],
        "repository:registry.example:5000/acme/web:pull",
    );
    check(
        &[
            "repository:a/b:pull  repository:a/c:pull,push",
            "repository:a/d:delete",
        ],
        "repository:a/b:pull repository:a/c:pull,push repository:a/d:delete",
    );
}

#[test]
fn repeats_are_put_together_and_the_unknown_left_out() {
    check(
        &[
            "repository:a/b:pull",
            "repository:a/c:pull repository:a/b:push",
        ],
        "repository:a/b:pull,push repository:a/c:pull",
    );
    check(&["repository:a/b:pull,fly,"], "repository:a/b:pull");
    for nothing in [
        "",
        " ",
        "repository",
        "repository:a/b",
        "repository::pull",
        "repository:a/b:",
        "repository:a/b:fly",
        "repository:a/b:PULL",
        "artifact:a/b:pull",
        "registry:catalog:pull",
        "registry:other:*",
        ":::",
    ] {
        check(&[nothing], "");
    }
}

#[test]
fn too_many_are_refused() {
    let many = |count: usize| {
        let texts: Vec<String> = (0..count)
            .map(|n| format!("repository:a/{n}:pull"))
            .collect();
        texts.join(" ")
    };
    assert_eq!(parse_scopes([many(100).as_str()]).unwrap().len(), 100);
    assert_eq!(parse_scopes([many(101).as_str()]), Err(TooManyScopes));
    let long = format!("repository:{}:pull", "a".repeat(MAX_BYTES));
    assert_eq!(parse_scopes([long.as_str()]), Err(TooManyScopes));
}

proptest! {
    #[test]
    fn what_is_read_is_read_again(
        parts in prop::collection::vec(
            "(repository|registry|catalog|:|,| |\\*|pull|push|delete|a/b|.{0,3})", 0..16),
    ) {
        let text = parts.concat();
        let scopes = parse_scopes([text.as_str()]).unwrap();
        prop_assert_eq!(parse_scopes([render_scopes(&scopes).as_str()]), Ok(scopes));
    }
}
