//! What the model says: facts from the world's definition, the one decision, the table of answers.

use packhouse_core::permission::{Action, Decision, decide};
use packhouse_core::visibility::Visibility;
use packhouse_testkit::matrix::{Kind, Who, repository_facts};

use super::operation::{Needs, Operation};

/// What is at the place that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// A repository with the package in it.
    Live(Visibility),
    /// A repository whose package was deleted.
    Deleted(Visibility),
    /// A repository without the package.
    Vacant(Visibility),
    /// No such repository.
    NoRepository,
    /// Not even such an owner.
    NoOwner,
}

impl State {
    /// Every state.
    pub fn all() -> Vec<Self> {
        let in_each = |state: fn(Visibility) -> Self| Visibility::ALL.map(state);
        let mut all = [Self::Live, Self::Deleted, Self::Vacant]
            .map(in_each)
            .concat();
        all.extend([Self::NoRepository, Self::NoOwner]);
        all
    }

    /// Gives the visibility of the repository, where there is one.
    pub fn repository(self) -> Option<Visibility> {
        match self {
            Self::Live(visibility) | Self::Deleted(visibility) | Self::Vacant(visibility) => {
                Some(visibility)
            }
            Self::NoRepository | Self::NoOwner => None,
        }
    }

    /// Tells whether the package is there.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Live(_))
    }
}

/// What somebody gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// What was asked for, of what is there.
    Allowed,
    /// What one gets who may, where nothing is.
    Nothing,
    /// Whether it exists is not told.
    Hidden,
    /// Seen, but not this.
    Denied,
    /// The credential does not work.
    BadCredential,
    /// No credential, where one is needed.
    SignIn,
}

impl Expected {
    pub const ALL: [Self; 6] = [
        Self::Allowed,
        Self::Nothing,
        Self::Hidden,
        Self::Denied,
        Self::BadCredential,
        Self::SignIn,
    ];

    /// Whether the answer must be the same for what exists and what does not.
    pub fn tells_nothing(self) -> bool {
        matches!(self, Self::Hidden | Self::SignIn)
    }

    /// The Maven row of the table of answers (`design.md` §3).
    pub fn status(self, operation: &Operation) -> u16 {
        match self {
            Self::Allowed => operation.live,
            Self::Nothing => operation.empty,
            Self::BadCredential | Self::SignIn => 401,
            Self::Denied => 403,
            Self::Hidden => 404,
        }
    }
}

/// Asks the model. A package belongs to its repository: where there is none, the repository says
/// who may look and put one there. Across repositories nobody is told that one is not there.
pub fn expected(operation: &Operation, (who, kind): (Who, Kind), state: State) -> Expected {
    if who != Who::Anonymous && kind.is_bad() {
        return Expected::BadCredential;
    }
    let live = state.is_live();
    let (repository, of_package, action) = match operation.needs {
        Needs::Nothing => return Expected::Allowed,
        Needs::AnyArchetype if state != State::NoOwner => return Expected::Allowed,
        Needs::AnyArchetype | Needs::NothingAnywhere => (None, false, Action::Read),
        Needs::Package(action) => (state.repository(), live, action),
        Needs::Repository(action) => (state.repository(), false, action),
        // A token may be limited to the package, which is not the plugin.
        Needs::PackageAnywhere => (state.repository().filter(|_| live), live, Action::Read),
        Needs::PluginAnywhere => (state.repository().filter(|_| live), false, Action::Read),
    };
    let facts = repository_facts(who, kind, repository, of_package);
    match decide(&facts, action) {
        Decision::Allow if live => Expected::Allowed,
        Decision::Allow => Expected::Nothing,
        _ if who == Who::Anonymous => Expected::SignIn,
        Decision::Deny(_) => Expected::Denied,
        Decision::Hide => Expected::Hidden,
    }
}
