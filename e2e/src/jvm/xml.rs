//! Reads the few elements that tests look at. The documents come from our server, without
//! attributes on these elements.

/// Gives the texts of every `<name>` in `document`, in order.
pub fn all<'a>(document: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    document
        .split(&open)
        .skip(1)
        .filter_map(|rest| rest.split_once(&close))
        .map(|(text, _)| text)
        .collect()
}

/// Gives the text of the first `<name>` in `document`; panics when there is none.
pub fn first<'a>(document: &'a str, name: &str) -> &'a str {
    all(document, name)
        .first()
        .unwrap_or_else(|| panic!("no {name} in {document}"))
}

#[cfg(test)]
mod tests {
    use super::{all, first};

    #[test]
    fn elements_are_found_in_order() {
        let document = "<a><b>1</b><c><b>2</b></c></a>";
        assert_eq!(all(document, "b"), ["1", "2"]);
        assert_eq!(first(document, "c"), "<b>2</b>");
        assert!(all(document, "d").is_empty());
    }
}
