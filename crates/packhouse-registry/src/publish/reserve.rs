//! Names across all that an owner has of a format: the first that asks for one has it for ever.

use packhouse_core::format::FormatId;
use packhouse_core::id::AccountId;
use packhouse_db::AnyConn;
use packhouse_db::reserved::{self, Holder};

use super::{Facts, Reserved};
use crate::error::{Error, Result};

/// Reserves what a publish asks for.
pub(super) fn reserve(conn: &mut AnyConn, owner: AccountId, facts: &Facts) -> Result<()> {
    let of = (owner, facts.address.format);
    for wanted in &facts.reserves {
        let holder = reserved::reserve(conn, of, &wanted.name, &holder(wanted))?;
        refuse(wanted, holder)?;
    }
    Ok(())
}

/// Refuses what others have already, before any byte is stored.
pub(super) fn refuse_held(
    conn: &mut AnyConn,
    owner: AccountId,
    format: FormatId,
    wanted: &[Reserved],
) -> Result<()> {
    for wanted in wanted {
        if let Some(holder) = reserved::find(conn, (owner, format), &wanted.name)? {
            refuse(wanted, holder)?;
        }
    }
    Ok(())
}

fn refuse(wanted: &Reserved, has: Holder) -> Result<()> {
    if has == holder(wanted) {
        return Ok(());
    }
    // Who may publish here need not know which other packages there are.
    let own = has.package.eq_ignore_ascii_case(&wanted.package);
    let holder = own.then(|| match has.version {
        Some(version) => format!("{} {version}", has.package),
        None => has.package,
    });
    Err(Error::NameHeld { holder })
}

fn holder(wanted: &Reserved) -> Holder {
    Holder {
        package: wanted.package.clone(),
        version: wanted.version.clone(),
    }
}
