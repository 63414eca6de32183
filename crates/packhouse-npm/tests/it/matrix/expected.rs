//! What the model says: facts from the world's definition, the one decision, the table of answers.

use packhouse_core::permission::{Decision, ObjectFacts, decide};
use packhouse_core::token::Scope::WritePackages;
use packhouse_testkit::matrix::{Kind, State, Who, facts};

use super::operation::{Needs, Operation};

/// What somebody gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// What was asked for.
    Allowed,
    /// Whether it exists is not told; the status depends on who asks for what.
    Hidden,
    /// Seen, but not this.
    Denied,
    /// The credential does not work.
    BadCredential,
    /// No credential, where one is needed.
    SignIn,
    /// An account that one does not belong to.
    Foreign,
    /// An edit of nothing, by one who may create.
    NothingToEdit,
}

impl Expected {
    /// Whether the answer must be the same for what exists and what does not.
    pub fn tells_nothing(self) -> bool {
        matches!(self, Self::Hidden | Self::SignIn)
    }

    /// The npm row of the table of answers (`design.md` §3).
    pub fn status(self, operation: &Operation) -> u16 {
        match self {
            Self::Allowed => operation.success,
            Self::BadCredential | Self::SignIn => 401,
            Self::Denied => 403,
            Self::Hidden => operation.hidden,
            Self::Foreign => 404,
            Self::NothingToEdit => 400,
        }
    }
}

/// Asks the model.
pub fn expected(operation: &Operation, who: Who, kind: Kind, state: State) -> Expected {
    if matches!(operation.needs, Needs::Login) {
        return Expected::Allowed;
    }
    if who != Who::Anonymous && kind.is_bad() {
        return Expected::BadCredential;
    }
    let actions = match operation.needs {
        Needs::Login | Needs::Nothing => return Expected::Allowed,
        Needs::SignedIn | Needs::Unlimited | Needs::WholeAccount | Needs::Membership
            if who == Who::Anonymous =>
        {
            return Expected::SignIn;
        }
        Needs::Membership if who == Who::Stranger || !kind.reads_owner() => {
            return Expected::Foreign;
        }
        Needs::Unlimited if kind.is_limited() => return Expected::Denied,
        Needs::WholeAccount if kind.is_limited() || !kind.scopes().allows(WritePackages) => {
            return Expected::Denied;
        }
        Needs::SignedIn | Needs::Unlimited | Needs::WholeAccount | Needs::Membership => {
            return Expected::Allowed;
        }
        Needs::Actions(actions) => actions,
    };
    for (index, action) in actions.iter().enumerate() {
        let facts = facts(who, kind, state);
        match decide(&facts, *action) {
            Decision::Allow => {}
            _ if index > 0 && matches!(facts.object, ObjectFacts::Absent { .. }) => {
                return Expected::NothingToEdit;
            }
            _ if who == Who::Anonymous => return Expected::SignIn,
            Decision::Deny(_) => return Expected::Denied,
            Decision::Hide => return Expected::Hidden,
        }
    }
    Expected::Allowed
}
