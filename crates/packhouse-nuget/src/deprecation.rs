//! Deprecation as NuGet's clients know it: reasons, a message, and what to use instead (NuGet notes
//! §4).

use packhouse_core::format::DeprecationWish;
use packhouse_core::package::Deprecation;
use serde::{Deserialize, Serialize};

use crate::id::PackageId;

/// The reasons that clients know.
const REASONS: [&str; 3] = ["Legacy", "CriticalBugs", "Other"];

/// What is kept about a deprecation, in the form in which registrations show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// Out of [`REASONS`], at least one.
    pub reasons: Vec<String>,
    /// What people are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What to use instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternate_package: Option<Alternate>,
}

/// A package to use instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternate {
    /// Its id.
    pub id: String,
    /// Which of its versions; `*` for any.
    pub range: String,
}

/// Makes a deprecation out of what a person says.
///
/// # Errors
/// When a reason is unknown, the alternate is no id, or nothing is said at all; the text says which.
pub fn make(wish: &DeprecationWish) -> Result<Deprecation, String> {
    let message = wish.message.as_deref().map(str::trim);
    let message = message.filter(|text| !text.is_empty()).map(str::to_owned);
    let mut reasons = Vec::new();
    for reason in &wish.reasons {
        let known = REASONS
            .iter()
            .find(|known| known.eq_ignore_ascii_case(reason));
        let known =
            known.ok_or_else(|| format!("{reason:?} is no reason: use {}", REASONS.join(", ")))?;
        if !reasons.iter().any(|there| there == known) {
            reasons.push((*known).to_owned());
        }
    }
    if reasons.is_empty() {
        if message.is_none() {
            return Err(format!(
                "say a reason ({}) or a message",
                REASONS.join(", ")
            ));
        }
        reasons.push("Other".to_owned());
    }
    let alternate = wish.alternate.as_deref().map(PackageId::parse);
    let alternate = alternate.transpose().map_err(|error| error.to_string())?;
    let text = text(&reasons, message.as_deref(), alternate.as_ref());
    let detail = Detail {
        reasons,
        message,
        alternate_package: alternate.map(|id| Alternate {
            id: id.as_str().to_owned(),
            range: "*".to_owned(),
        }),
    };
    let detail = serde_json::to_string(&detail);
    Ok(Deprecation {
        text,
        detail: Some(detail.map_err(|error| error.to_string())?),
    })
}

fn text(reasons: &[String], message: Option<&str>, alternate: Option<&PackageId>) -> String {
    let mut text = reasons.join(", ");
    if let Some(message) = message {
        text.push_str(": ");
        text.push_str(message);
    }
    if let Some(id) = alternate {
        text.push_str("; use ");
        text.push_str(id.as_str());
        text.push_str(" instead");
    }
    text
}

/// Gives what registrations show of a deprecation.
pub fn shown(deprecation: &Deprecation) -> Detail {
    let kept = deprecation.detail.as_deref();
    kept.and_then(|detail| serde_json::from_str(detail).ok())
        .unwrap_or_else(|| Detail {
            reasons: vec!["Other".to_owned()],
            message: Some(deprecation.text.clone()),
            alternate_package: None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(reasons: &[&str], message: Option<&str>, alternate: Option<&str>) -> DeprecationWish {
        DeprecationWish {
            message: message.map(str::to_owned),
            reasons: reasons.iter().map(|&reason| reason.to_owned()).collect(),
            alternate: alternate.map(str::to_owned),
        }
    }

    #[test]
    fn what_is_said_is_kept_and_shown() {
        let made = make(&wish(
            &["legacy", "CriticalBugs", "Legacy"],
            Some(" loses data "),
            Some("Acme.New"),
        ));
        let made = made.unwrap();
        assert_eq!(
            made.text,
            "Legacy, CriticalBugs: loses data; use Acme.New instead"
        );
        let json = serde_json::to_value(shown(&made)).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "reasons": ["Legacy", "CriticalBugs"],
                "message": "loses data",
                "alternatePackage": { "id": "Acme.New", "range": "*" },
            })
        );
    }

    #[test]
    fn a_text_alone_is_another_reason() {
        let made = make(&wish(&[], Some("old"), None)).unwrap();
        let shown_detail = shown(&made);
        assert_eq!(shown_detail.reasons, ["Other"]);
        assert_eq!(shown(&Deprecation::new("old")), shown_detail);
    }

    #[test]
    fn what_clients_do_not_know_is_refused() {
        for (wish, says) in [
            (wish(&[], Some(" "), None), "say a reason"),
            (wish(&["Bored"], None, None), "\"Bored\" is no reason"),
            (wish(&["Other"], None, Some("a/b")), "a/b"),
        ] {
            let error = make(&wish).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
