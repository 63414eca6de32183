//! What the model says: facts from the world's definition, the one decision, the table of answers
//! (`design.md` §3).

use packhouse_core::permission::{Action, Decision, ObjectFacts, decide};
use packhouse_testkit::matrix::{Kind, State as Package, Who, facts};

use super::operation::{Needs, Operation};

/// Whose source it is, and what else is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// It has public gems and others.
    Open,
    /// It has hidden gems alone.
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
            Self::Open => "acme",
            Self::Shut => "shut-co",
            Self::Empty => "empty-co",
            Self::Nowhere => "ghost",
        }
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
            of(Source::Open, &[Public, Internal, Private, Deleted, Missing]),
            of(Source::Shut, &[Internal, Private, Deleted, Missing]),
            of(Source::Empty, &[Missing]),
            of(Source::Nowhere, &[NoOwner]),
        ]
        .concat()
    }

    /// Gives the name of the gem that all requests share that change nothing.
    pub fn name(self) -> &'static str {
        match self.package {
            Package::Public => "Px-Shown",
            Package::Internal => "Px-Inner",
            Package::Private => "Px-Secret",
            Package::Deleted => "Px-Gone",
            Package::Missing | Package::NoOwner => "Px-None",
        }
    }
}

/// What somebody gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// What was asked for, of a gem that the asker may read or change.
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
            Self::Allowed | Self::New => 200,
            Self::Nothing => operation.empty(),
            Self::BadCredential | Self::SignIn => 401,
            Self::Denied | Self::Hidden => 403,
            Self::NoAccount => 404,
        }
    }
}

/// Asks the model.
pub fn expected(operation: &Operation, (who, kind): (Who, Kind), state: State) -> Expected {
    let anonymous = who == Who::Anonymous;
    match operation.needs {
        // Keys are neither needed nor looked at there.
        Needs::Password => return Expected::SignIn,
        Needs::Nobody => return Expected::Denied,
        _ if !anonymous && kind.is_bad() => return Expected::BadCredential,
        _ => {}
    }
    let open = state.source == Source::Open;
    match operation.needs {
        Needs::Entrance if anonymous && !open => Expected::SignIn,
        Needs::Entrance if state.source == Source::Nowhere => Expected::NoAccount,
        Needs::Entrance => Expected::Nothing,
        Needs::Package => match may(who, kind, state, Action::Read) {
            Decision::Allow => Expected::Allowed,
            _ if anonymous && !open => Expected::SignIn,
            _ => Expected::Nothing,
        },
        _ if anonymous => Expected::SignIn,
        // Before a body is read, its sender's token must be good for such a change of some gem.
        Needs::Push if lacks(kind, Action::Publish) => Expected::Denied,
        Needs::Change(action) if lacks(kind, action) => Expected::Denied,
        Needs::Push => change(who, kind, state, Action::Publish),
        Needs::Change(action) => change(who, kind, state, action),
        Needs::Elsewhere(action) => match change(who, kind, state, action) {
            Expected::Hidden => Expected::Hidden,
            _ => Expected::Denied,
        },
        Needs::Password | Needs::Nobody => unreachable!("answered above"),
    }
}

fn lacks(kind: Kind, action: Action) -> bool {
    let scopes = kind.scopes();
    !action.scopes().iter().all(|scope| scopes.allows(*scope))
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

/// Tells whether a list that somebody gets shows the gem.
pub fn is_shown((who, kind): (Who, Kind), state: State) -> bool {
    may(who, kind, state, Action::Read) == Decision::Allow
}
