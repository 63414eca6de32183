//! Gradle module metadata, the `.module` file (Maven notes §1): which variants a version has. It is
//! read to be shown; what is served are its bytes.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::text::line;

/// How long module metadata may be, in bytes.
pub const MAX_MODULE: usize = 4 << 20;

/// How many variants are kept.
pub const MAX_VARIANTS: usize = 200;

const MAX_WORD: usize = 255;

/// What is read from module metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Module {
    /// The version of the format, `1.1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format_version: Option<String>,
    /// Which Gradle wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gradle: Option<String>,
    /// What there is to choose from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
}

/// One form that a version can be used in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Variant {
    /// Its name: `apiElements`.
    pub name: String,
    /// `org.gradle.usage`: `java-api`, `java-runtime`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// `org.gradle.category`: `library`, `platform`, `documentation`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

/// Reports a `.module` file that is not read.
#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    /// More bytes than [`MAX_MODULE`].
    #[error("the module metadata has {0} bytes: at most {MAX_MODULE} are allowed")]
    TooLarge(usize),
    /// No JSON.
    #[error("the module metadata is not JSON")]
    Json(#[from] serde_json::Error),
    /// JSON, but a list or a bare value.
    #[error("the module metadata is not a JSON object")]
    NotAnObject,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Document<'a> {
    #[serde(borrow)]
    format_version: Option<&'a RawValue>,
    #[serde(borrow)]
    created_by: Option<&'a RawValue>,
    #[serde(borrow)]
    variants: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CreatedBy<'a> {
    #[serde(borrow)]
    gradle: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Gradle<'a> {
    #[serde(borrow)]
    version: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawVariant<'a> {
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes<'a> {
    #[serde(rename = "org.gradle.usage", borrow)]
    usage: Option<&'a RawValue>,
    #[serde(rename = "org.gradle.category", borrow)]
    category: Option<&'a RawValue>,
}

impl Module {
    /// Reads module metadata. Parts of another shape than Gradle writes are taken as missing: the
    /// format grows.
    ///
    /// # Errors
    /// When it is longer than [`MAX_MODULE`] or no JSON object.
    pub fn parse(bytes: &[u8]) -> Result<Self, ModuleError> {
        if bytes.len() > MAX_MODULE {
            return Err(ModuleError::TooLarge(bytes.len()));
        }
        let document: &RawValue = serde_json::from_slice(bytes)?;
        if !document.get().starts_with('{') {
            return Err(ModuleError::NotAnObject);
        }
        let document: Document<'_> = serde_json::from_str(document.get())?;
        let created_by: CreatedBy<'_> = object(document.created_by);
        let gradle: Gradle<'_> = object(created_by.gradle);
        let variants: Vec<&RawValue> = part(document.variants).unwrap_or_default();
        Ok(Self {
            format_version: text(document.format_version),
            gradle: text(gradle.version),
            variants: variants
                .into_iter()
                .filter_map(Variant::read)
                .take(MAX_VARIANTS)
                .collect(),
        })
    }
}

impl Variant {
    fn read(raw: &RawValue) -> Option<Self> {
        let variant: RawVariant<'_> = object(Some(raw));
        let attributes: Attributes<'_> = object(variant.attributes);
        Some(Self {
            name: text(variant.name)?,
            usage: text(attributes.usage),
            category: text(attributes.category),
        })
    }
}

/// Reads an object. A list is none, though it would be read as the fields in their order.
fn object<'a, T: Default + Deserialize<'a>>(raw: Option<&'a RawValue>) -> T {
    part(raw.filter(|raw| raw.get().starts_with('{'))).unwrap_or_default()
}

fn part<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

/// Reads a text as one line; a number is taken as it is written.
fn text(raw: Option<&RawValue>) -> Option<String> {
    let raw = raw?.get();
    if raw.starts_with(|c: char| c.is_ascii_digit()) {
        return line(raw, MAX_WORD);
    }
    line(&serde_json::from_str::<String>(raw).ok()?, MAX_WORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_read() {
        let module = Module::parse(
            br#" {
            "formatVersion": "1.1",
            "component": {"group": "com.acme", "module": "lib", "version": "1.0"},
            "createdBy": {"gradle": {"version": "8.5", "buildId": "x"}},
            "variants": [
                {"name": "apiElements", "attributes": {"org.gradle.usage": "java-api",
                    "org.gradle.category": "library", "org.gradle.jvm.version": 17},
                 "files": [{"name": "lib-1.0.jar"}]},
                {"name": "bare"},
                {"attributes": {}},
                {"name": "odd", "attributes": ["x", "y"]},
                7
            ]}"#,
        )
        .unwrap();
        let variant = |name: &str, usage: Option<&str>, category: Option<&str>| Variant {
            name: name.to_owned(),
            usage: usage.map(str::to_owned),
            category: category.map(str::to_owned),
        };
        let expected = Module {
            format_version: Some("1.1".to_owned()),
            gradle: Some("8.5".to_owned()),
            variants: vec![
                variant("apiElements", Some("java-api"), Some("library")),
                variant("bare", None, None),
                variant("odd", None, None),
            ],
        };
        assert_eq!(module, expected);
        let stored = serde_json::to_string(&module).unwrap();
        assert_eq!(serde_json::from_str::<Module>(&stored).unwrap(), module);
    }

    #[test]
    fn other_shapes_are_taken_as_missing() {
        for text in [
            "{}",
            r#"{"formatVersion": ["1"], "createdBy": "me", "variants": {}}"#,
            r#"{"formatVersion": null, "createdBy": {"gradle": 1}, "variants": null}"#,
            r#"{"createdBy": [{"version": "1"}], "variants": [[], [["x"]]]}"#,
        ] {
            assert_eq!(
                Module::parse(text.as_bytes()).unwrap(),
                Module::default(),
                "{text}"
            );
        }
        let numbered = Module::parse(br#"{"formatVersion": 1.1}"#).unwrap();
        assert_eq!(numbered.format_version.as_deref(), Some("1.1"));
        let many = vec![r#"{"name":"x"}"#; MAX_VARIANTS + 1].join(",");
        let many = Module::parse(format!(r#"{{"variants":[{many}]}}"#).as_bytes()).unwrap();
        assert_eq!(many.variants.len(), MAX_VARIANTS);
    }

    #[test]
    fn only_objects_are_read() {
        for bytes in [&b""[..], b"{", b"<module/>", b"{} {}", b"{\"a\": \"\xff\"}"] {
            let error = Module::parse(bytes).unwrap_err();
            assert!(matches!(error, ModuleError::Json(_)), "{error}");
        }
        for bytes in [&b"[]"[..], b" null", b"1", b"\"x\""] {
            let error = Module::parse(bytes).unwrap_err();
            assert!(matches!(error, ModuleError::NotAnObject), "{error}");
        }
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        let deep = format!("{{\"variants\":{deep}}}");
        assert_eq!(Module::parse(deep.as_bytes()).unwrap(), Module::default());
        let error = Module::parse(&vec![b' '; MAX_MODULE + 1]).unwrap_err();
        assert!(matches!(error, ModuleError::TooLarge(_)));
    }
}
