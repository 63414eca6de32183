//! What query strings of lists and searches ask for. Clients escape by halves, so they are read
//! leniently.

use packhouse_http::Call;
use packhouse_registry::search::Query;

/// Gives a value of the query string, decoded; the name is compared without case. A `+` is a space
/// to forms, and this is one.
pub(crate) fn value(call: &Call, name: &str) -> Option<String> {
    let text = call.request.query_string();
    url::form_urlencoded::parse(text.as_bytes())
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.into_owned())
}

/// Gives every value of the query string by one of these names, decoded.
pub(crate) fn values(call: &Call, names: &[&str]) -> Vec<String> {
    let text = call.request.query_string();
    let pairs = url::form_urlencoded::parse(text.as_bytes());
    let named = pairs.filter(|(key, _)| names.iter().any(|name| key.eq_ignore_ascii_case(name)));
    let values = named.map(|(_, value)| value.trim().to_owned());
    values.filter(|value| !value.is_empty()).collect()
}

/// Adds what a search text asks for: words, and `id:X`, `packageid:X`, `tags:X`, `owner:X`.
pub(crate) fn narrow(query: &mut Query, text: &str) {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let (field, value) = match word.split_once(':') {
            Some((field, value)) if !value.is_empty() => (field.to_lowercase(), value),
            _ => (String::new(), word),
        };
        let value = value.trim_matches('"');
        match field.as_str() {
            "id" | "packageid" => query.name_key = Some(value.to_lowercase()),
            "tag" | "tags" => query.keywords.extend(value.split(',').map(str::to_owned)),
            // A source has one owner; anybody else has nothing in it.
            "owner" | "owners" => {
                if query.owner_key.as_deref() != Some(value.to_lowercase().as_str()) {
                    query.owner_key = Some(String::new());
                }
            }
            _ => words.push(word.to_owned()),
        }
    }
    // What clients put between words says nothing, and alone it asks for everything.
    words.retain(|word| word.chars().any(char::is_alphanumeric));
    query.words = words;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_words_are_told_apart() {
        let mut query = Query {
            owner_key: Some("acme".to_owned()),
            ..Query::default()
        };
        narrow(&mut query, "json id:Acme.Tool tags:a,b owner:ACME - \"");
        assert_eq!(query.words, ["json"]);
        assert_eq!(query.name_key.as_deref(), Some("acme.tool"));
        assert_eq!(query.keywords, ["a", "b"]);
        assert_eq!(query.owner_key.as_deref(), Some("acme"));
        narrow(&mut query, "owner:other x:y");
        assert_eq!(query.owner_key.as_deref(), Some(""));
        assert_eq!(query.words, ["x:y"]);
    }
}
