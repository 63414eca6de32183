//! Names of images (OCI notes §2): `owner/image` or `owner/repository/image`, of any depth, always
//! lower case.

use packhouse_core::package::PackageName;

use crate::text::shown;

/// The longest name, in characters. Clients refuse more than this with the host's name in front.
pub const MAX_LENGTH: usize = 255;

/// An image by the account that owns it and its name there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImageName {
    /// The first component. Whether any account can be called so is not asked here.
    pub owner: String,
    /// The rest, with its slashes.
    pub package: PackageName,
}

/// Reports a name that no image can have (`NAME_INVALID`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameInvalid {
    /// Longer than [`MAX_LENGTH`].
    #[error("the image name has {length} characters: at most {MAX_LENGTH} are allowed")]
    TooLong {
        /// In characters.
        length: usize,
    },
    /// A component with upper-case letters.
    #[error(
        "bad image name {}: write {} in lower case",
        shown(name),
        shown(component)
    )]
    UpperCase {
        /// The whole name.
        name: String,
        /// The part at fault.
        component: String,
    },
    /// A component that breaks the grammar, perhaps by being empty.
    #[error(
        "bad image name {}: {} is no name component; use a-z and 0-9, joined by `.`, `_`, `__` or \
         dashes",
        shown(name),
        shown(component)
    )]
    Component {
        /// The whole name.
        name: String,
        /// The part at fault.
        component: String,
    },
    /// A single component.
    #[error(
        "bad image name {}: names here are `owner/image`, as in `acme/{name}`",
        shown(name)
    )]
    OneComponent {
        /// The whole name.
        name: String,
    },
}

impl ImageName {
    /// Gives the whole name, as it stands in addresses.
    pub fn full(&self) -> String {
        format!("{}/{}", self.owner, self.package)
    }

    /// Gives the repository that the name itself points to: the second component of
    /// `owner/repository/image`. `None` for `owner/image`.
    pub fn repository(&self) -> Option<&str> {
        self.package
            .as_str()
            .split_once('/')
            .map(|(repository, _)| repository)
    }
}

/// Reads the name of an image, `owner/image[/more]`.
///
/// # Errors
/// When it breaks the grammar, is too long, or has one component only.
pub fn parse_name(raw: &str) -> Result<ImageName, NameInvalid> {
    check_grammar(raw)?;
    let Some((owner, package)) = raw.split_once('/') else {
        return Err(NameInvalid::OneComponent {
            name: raw.to_owned(),
        });
    };
    Ok(ImageName {
        owner: owner.to_owned(),
        package: PackageName::new(package, package),
    })
}

/// Reads the name of an image inside its owner, which may have one component.
///
/// # Errors
/// When it breaks the grammar or is too long.
pub fn parse_package(raw: &str) -> Result<PackageName, NameInvalid> {
    check_grammar(raw)?;
    Ok(PackageName::new(raw, raw))
}

/// Checks length and components, of which one may be all.
pub(crate) fn check_grammar(raw: &str) -> Result<(), NameInvalid> {
    if raw.len() > MAX_LENGTH {
        return Err(NameInvalid::TooLong {
            length: raw.chars().count(),
        });
    }
    let Some(bad) = raw.split('/').find(|part| !is_component(part)) else {
        return Ok(());
    };
    let (name, component) = (raw.to_owned(), bad.to_owned());
    Err(if is_component(&bad.to_ascii_lowercase()) {
        NameInvalid::UpperCase { name, component }
    } else {
        NameInvalid::Component { name, component }
    })
}

/// Tells whether a text is `[a-z0-9]+` joined by one of `.`, `_`, `__` or a run of dashes.
fn is_component(text: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends = |b: Option<&u8>| b.copied().is_some_and(alphanumeric);
    if !ends(bytes.first()) || !ends(bytes.last()) {
        return false;
    }
    bytes
        .split(|b| alphanumeric(*b))
        .filter(|run| !run.is_empty())
        .all(|run| matches!(run, b"." | b"_" | b"__") || run.iter().all(|b| *b == b'-'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn good_names_come_apart() {
        for (raw, owner, package, repository) in [
            ("acme/web", "acme", "web", None),
            ("acme/tools/web", "acme", "tools/web", Some("tools")),
            ("a/b/c/d/e", "a", "b/c/d/e", Some("b")),
            ("acme/a.b_c__d---e-f", "acme", "a.b_c__d---e-f", None),
            ("0/blobs/uploads", "0", "blobs/uploads", Some("blobs")),
        ] {
            let name = parse_name(raw).unwrap();
            assert_eq!(
                (
                    name.owner.as_str(),
                    name.package.as_str(),
                    name.repository()
                ),
                (owner, package, repository),
                "{raw}"
            );
            assert_eq!(name.full(), raw);
        }
        assert!(parse_name(&format!("a/{}", "b".repeat(253))).is_ok());
    }

    #[test]
    fn bad_names_say_which_rule_they_break() {
        let message = |raw: &str| parse_name(raw).unwrap_err().to_string();
        assert_eq!(
            message("web"),
            "bad image name \"web\": names here are `owner/image`, as in `acme/web`"
        );
        assert_eq!(
            message("acme/Web"),
            "bad image name \"acme/Web\": write \"Web\" in lower case"
        );
        for (raw, part) in [
            ("", "\"\""),
            ("acme/", "\"\""),
            ("/web", "\"\""),
            ("acme//web", "\"\""),
            ("acme/..", "\"..\""),
            ("acme/.", "\".\""),
            ("acme/a..b", "\"a..b\""),
            ("acme/a___b", "\"a___b\""),
            ("acme/a.-b", "\"a.-b\""),
            ("acme/-a", "\"-a\""),
            ("acme/a_", "\"a_\""),
            ("acme/a b", "\"a b\""),
            ("acme/é", "\"é\""),
            ("acme/a:b", "\"a:b\""),
            ("acme/_catalog", "\"_catalog\""),
        ] {
            let text = message(raw);
            assert!(
                text.contains(&format!(": {part} is no name component")),
                "{text}"
            );
        }
        assert_eq!(
            parse_name(&format!("a/{}", "b".repeat(254))),
            Err(NameInvalid::TooLong { length: 256 })
        );
        assert!(parse_package("web").is_ok());
        assert!(parse_package("we%b").is_err());
    }

    proptest! {
        #[test]
        fn what_is_accepted_comes_back_whole(raw in "([a-z0-9._/-]{0,20}|.{0,20})") {
            if let Ok(name) = parse_name(&raw) {
                prop_assert_eq!(name.full(), raw);
                prop_assert_eq!(name.package.key(), name.package.as_str());
            }
        }
    }
}
