//! What the model says: facts from the world's definition, the one decision, the tables of answers
//! (`design.md` §3, NuGet notes §8).

use packhouse_core::permission::{Action, Decision, ObjectFacts, decide};
use packhouse_core::token::Scope::WritePackages;
use packhouse_testkit::matrix::{Kind, State as Package, Who, facts};

use super::operation::{Needs, Operation};

/// Whose source it is, and what else is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// It has public packages and others.
    Closed,
    /// It has public packages alone.
    Open,
    /// It has hidden packages alone.
    Shut,
    /// There is nothing in it.
    Empty,
    /// There is no such account.
    Nowhere,
}

impl Source {
    /// Gives the owner's name.
    pub fn owner(self) -> &'static str {
        match self {
            Self::Closed => "acme",
            Self::Open => "open-co",
            Self::Shut => "shut-co",
            Self::Empty => "empty-co",
            Self::Nowhere => "ghost",
        }
    }

    /// Tells whether anyone gets to know where its parts are.
    fn is_known(self) -> bool {
        matches!(self, Self::Closed | Self::Open)
    }
}

/// What is at the name that is asked about, and around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    pub source: Source,
    pub package: Package,
}

impl State {
    /// Every state.
    pub fn all() -> Vec<Self> {
        use Package::{Deleted, Internal, Missing, NoOwner, Private, Public};
        let of = |source, packages: &[Package]| {
            let packages = packages.iter();
            let state = |package: &Package| Self {
                source,
                package: *package,
            };
            packages.map(state).collect::<Vec<_>>()
        };
        [
            of(
                Source::Closed,
                &[Public, Internal, Private, Deleted, Missing],
            ),
            of(Source::Open, &[Public, Deleted, Missing]),
            of(Source::Shut, &[Internal, Private, Missing]),
            of(Source::Empty, &[Missing]),
            of(Source::Nowhere, &[NoOwner]),
        ]
        .concat()
    }

    /// Gives the id of the package that all requests share that change nothing.
    pub fn id(self) -> &'static str {
        match self.package {
            Package::Public => "Px.Shown",
            Package::Internal => "Px.Inner",
            Package::Private => "Px.Secret",
            Package::Deleted => "Px.Gone",
            Package::Missing | Package::NoOwner => "Px.None",
        }
    }
}

/// What somebody gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// What was asked for, of a package that the asker may read or change.
    Allowed,
    /// What the address says where nothing is, whether or not something is hidden there.
    Nothing,
    /// What one gets who may make it, where there is nothing.
    New,
    /// A change of what one may not read.
    Hidden,
    /// Seen, but not this.
    Denied,
    /// The credential does not work.
    BadCredential,
    /// No credential, where one is needed.
    SignIn,
    /// No such account, of which people who signed in are told.
    NoAccount,
}

impl Expected {
    pub const ALL: [Self; 8] = [
        Self::Allowed,
        Self::Nothing,
        Self::New,
        Self::Hidden,
        Self::Denied,
        Self::BadCredential,
        Self::SignIn,
        Self::NoAccount,
    ];

    /// Whether the answer must be the same for what exists and what does not.
    pub fn tells_nothing(self) -> bool {
        matches!(self, Self::Nothing | Self::Hidden | Self::SignIn)
    }

    pub fn status(self, operation: &Operation) -> u16 {
        match self {
            Self::Allowed => operation.live,
            Self::Nothing | Self::New => operation.empty,
            Self::BadCredential | Self::SignIn => 401,
            Self::Denied | Self::Hidden => 403,
            Self::NoAccount => 404,
        }
    }
}

/// Asks the model.
pub fn expected(operation: &Operation, (who, kind): (Who, Kind), state: State) -> Expected {
    let anonymous = who == Who::Anonymous;
    if !anonymous && kind.is_bad() {
        return Expected::BadCredential;
    }
    match operation.needs {
        Needs::Entrance => of_source(anonymous, state.source.is_known(), state),
        Needs::Contents => of_source(anonymous, state.source == Source::Open, state),
        Needs::Package => match may(who, kind, state, Action::Read) {
            Decision::Allow => Expected::Allowed,
            _ if anonymous && state.source != Source::Open => Expected::SignIn,
            // The feed of one id needs its source.
            _ if operation.empty == 200 && operation.query.starts_with("?id=") => {
                of_source(false, true, state)
            }
            _ => Expected::Nothing,
        },
        Needs::Push | Needs::Join | Needs::Change(_) if anonymous => Expected::SignIn,
        // Before a body is read, its sender's token must be good for some push.
        Needs::Push | Needs::Join if !kind.scopes().allows(WritePackages) => Expected::Denied,
        Needs::Push => change(who, kind, state, Action::Publish),
        Needs::Join => match change(who, kind, state, Action::Publish) {
            Expected::New => Expected::Nothing,
            other => other,
        },
        Needs::Change(action) => change(who, kind, state, action),
    }
}

fn of_source(anonymous: bool, open: bool, state: State) -> Expected {
    match (anonymous, state.source) {
        (true, _) if !open => Expected::SignIn,
        (_, Source::Nowhere) => Expected::NoAccount,
        _ => Expected::Nothing,
    }
}

fn may(who: Who, kind: Kind, state: State, action: Action) -> Decision {
    decide(&facts(who, kind, state.package), action)
}

fn change(who: Who, kind: Kind, state: State, action: Action) -> Expected {
    let absent = !matches!(facts(who, kind, state.package).object, ObjectFacts::Live(_));
    match may(who, kind, state, action) {
        Decision::Allow if absent => Expected::New,
        Decision::Allow => Expected::Allowed,
        Decision::Deny(_) => Expected::Denied,
        Decision::Hide => Expected::Hidden,
    }
}

/// Tells whether a list that somebody gets shows the package.
pub fn is_shown((who, kind): (Who, Kind), state: State) -> bool {
    may(who, kind, state, Action::Read) == Decision::Allow
}
