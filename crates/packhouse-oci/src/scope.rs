//! The scopes that clients ask tokens for, and that tokens carry (OCI notes §3):
//! `repository:acme/web:pull,push` and `registry:catalog:*`.

use std::fmt;

/// How many scopes one request may ask for.
pub const MAX_SCOPES: usize = 100;

/// How many bytes they may have together.
pub const MAX_BYTES: usize = 8 * 1024;

/// What a scope is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One image.
    Repository,
    /// The list of all images; its name is `catalog`.
    Catalog,
}

/// A set of things that may be done with an image.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Actions(u8);

impl Actions {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Reading.
    pub const PULL: Self = Self(1);
    /// Writing.
    pub const PUSH: Self = Self(2);
    /// Deleting manifests and blobs.
    pub const DELETE: Self = Self(4);
    /// Everything.
    pub const ALL: Self = Self(7);

    /// The single ones by name, in the order in which they are written.
    const NAMES: [(Self, &'static str); 3] = [
        (Self::PULL, "pull"),
        (Self::PUSH, "push"),
        (Self::DELETE, "delete"),
    ];

    /// Reads a comma list. `*` is everything; unknown actions are left out.
    fn parse(list: &str) -> Self {
        list.split(',').fold(Self::NONE, |all, word| match word {
            "*" => Self::ALL,
            _ => Self::NAMES
                .iter()
                .find(|(_, name)| *name == word)
                .map_or(all, |(action, _)| all.union(*action)),
        })
    }

    /// Tells whether all of `other` is in here.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Gives what is in either.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Tells whether nothing is in here.
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }
}

impl fmt::Display for Actions {
    /// Writes the comma list, always in the same order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Self::NAMES
            .iter()
            .filter(|(action, _)| self.contains(*action));
        for (place, (_, name)) in names.enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{name}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Actions({self})")
    }
}

/// What may be done with one image, or with the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceScope {
    /// What it is about.
    pub kind: Kind,
    /// Which image, as written: whether a name can exist is not asked here.
    pub name: String,
    /// What may be done; [`Actions::ALL`] for the catalogue.
    pub actions: Actions,
}

impl fmt::Display for ResourceScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Repository => write!(f, "repository:{}:{}", self.name, self.actions),
            Kind::Catalog => write!(f, "registry:{}:*", self.name),
        }
    }
}

/// Reports more scopes than a token is made for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("too many scopes: ask for at most {MAX_SCOPES}, in at most {MAX_BYTES} bytes")]
pub struct TooManyScopes;

/// Reads all `scope` parameters of a request, each of which may hold several, separated by spaces.
/// Scopes of unknown types and unknown actions are left out, as the protocol asks; what is said
/// of one image several times is put together. The order is that of first mention.
///
/// # Errors
/// When there are more than [`MAX_SCOPES`], or more than [`MAX_BYTES`] of text.
pub fn parse_scopes<'a>(
    parameters: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<ResourceScope>, TooManyScopes> {
    let mut scopes: Vec<ResourceScope> = Vec::new();
    let (mut bytes, mut count) = (0, 0);
    for parameter in parameters {
        bytes += parameter.len();
        if bytes > MAX_BYTES {
            return Err(TooManyScopes);
        }
        for text in parameter.split(' ').filter(|text| !text.is_empty()) {
            count += 1;
            if count > MAX_SCOPES {
                return Err(TooManyScopes);
            }
            let Some(scope) = parse_scope(text) else {
                continue;
            };
            let known = scopes
                .iter_mut()
                .find(|known| known.kind == scope.kind && known.name == scope.name);
            match known {
                Some(known) => known.actions = known.actions.union(scope.actions),
                None => scopes.push(scope),
            }
        }
    }
    Ok(scopes)
}

/// Reads `type:name:actions`, where the name may hold colons.
fn parse_scope(text: &str) -> Option<ResourceScope> {
    let (kind, rest) = text.split_once(':')?;
    let (name, actions) = rest.rsplit_once(':')?;
    let actions = Actions::parse(actions);
    let (kind, actions) = match kind {
        "repository" | "repository(plugin)" => (Kind::Repository, actions),
        "registry" if name == "catalog" && actions == Actions::ALL => (Kind::Catalog, actions),
        _ => return None,
    };
    (!name.is_empty() && !actions.is_empty()).then(|| ResourceScope {
        kind,
        name: name.to_owned(),
        actions,
    })
}

/// Writes scopes as the reply to a token request names them, separated by spaces.
pub fn render_scopes(scopes: &[ResourceScope]) -> String {
    let texts: Vec<String> = scopes.iter().map(ToString::to_string).collect();
    texts.join(" ")
}

#[cfg(test)]
mod tests;
