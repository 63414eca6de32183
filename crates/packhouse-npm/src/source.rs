//! The `repository` field of package.json: where a package says it comes from (npm notes §14).

use serde_json::{Map, Value};

/// Gives the address that a manifest's `repository` names, as written: the field itself when it is
/// a string, its `url` when it is an object. `packhouse_core::link::SourceAddress` reads the many
/// spellings.
pub fn repository_address(manifest: &Map<String, Value>) -> Option<&str> {
    let address = match manifest.get("repository")? {
        Value::String(text) => text,
        Value::Object(fields) => fields.get("url")?.as_str()?,
        _ => return None,
    };
    Some(address.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use packhouse_core::link::SourceAddress;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_the_field_is_read() {
        for repository in [
            json!("https://git.example/acme/tools"),
            json!({"type": "git", "url": "git+https://git.example/acme/tools.git", "directory": "x"}),
            json!({"url": " git@git.example:acme/tools.git "}),
            json!("git://git.example/acme/tools.git"),
        ] {
            let manifest = json!({ "repository": repository });
            let text = repository_address(manifest.as_object().unwrap()).unwrap();
            let address = SourceAddress::parse(text).unwrap();
            assert_eq!(address.to_string(), "git.example/acme/tools");
        }
    }

    #[test]
    fn other_shapes_name_nothing() {
        for manifest in [
            json!({}),
            json!({"repository": null}),
            json!({"repository": ""}),
            json!({"repository": ["https://git.example/a/b"]}),
            json!({"repository": {"type": "git"}}),
            json!({"repository": {"url": 7}}),
        ] {
            assert_eq!(
                repository_address(manifest.as_object().unwrap()),
                None,
                "{manifest}"
            );
        }
    }
}
