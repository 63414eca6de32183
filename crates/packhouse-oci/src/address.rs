//! From names in addresses to packages.

use packhouse_http::{HttpError, Result};
use packhouse_registry::PackageAddress;

use crate::error::Code;
use crate::format::CONTAINER;
use crate::name::{ImageName, parse_name};

/// Reads a name.
///
/// # Errors
/// `NAME_INVALID` with the rule.
pub(crate) fn name(raw: &str) -> Result<ImageName> {
    parse_name(raw)
        .map_err(|error| HttpError::invalid(error.to_string()).coded(Code::NameInvalid.as_str()))
}

/// Gives the package that a name names; it need not exist.
///
/// # Errors
/// As [`name`].
pub(crate) fn of(raw: &str) -> Result<PackageAddress> {
    let name = name(raw)?;
    Ok(PackageAddress {
        format: CONTAINER,
        shown: name.full(),
        owner: name.owner,
        name: name.package,
    })
}
