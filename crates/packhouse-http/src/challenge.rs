//! The challenge of addresses whose clients answer Basic alone.

/// Gives the value of `WWW-Authenticate`. The realm is the owner of the address, as far as its name
/// can stand in quotes.
pub fn basic(owner: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    match !owner.is_empty() && owner.chars().all(plain) {
        true => format!("Basic realm=\"{owner}\""),
        false => "Basic realm=\"Packhouse\"".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::basic;

    #[test]
    fn the_realm_is_the_owner_where_it_can_be() {
        assert_eq!(basic("acme-1"), "Basic realm=\"acme-1\"");
        for odd in ["", "a\"b", "a b", "ä"] {
            assert_eq!(basic(odd), "Basic realm=\"Packhouse\"", "{odd}");
        }
    }
}
