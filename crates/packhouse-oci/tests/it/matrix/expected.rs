//! What the model says: facts from the world's definition, the one decision, the table of answers.

use packhouse_core::permission::{
    Action, Actions, ActorFacts, Decision, Denial, Facts, ObjectFacts, Standing, decide,
};
use packhouse_testkit::matrix::{Kind, State, Who, facts};

use super::Form;
use super::operation::{Needs, Operation};

/// What somebody gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// What was asked for.
    Allowed,
    /// What one finds where nothing is and one may create.
    Nothing,
    /// Whether it exists is not told; the status depends on who asks for what.
    Hidden,
    /// Seen, but not this.
    Denied,
    /// The account may, the access token does not say so.
    Unstated,
    /// The credential does not work.
    BadCredential,
    /// No credential, where one is needed.
    SignIn,
}

impl Expected {
    pub const ALL: [Self; 7] = [
        Self::Allowed,
        Self::Nothing,
        Self::Hidden,
        Self::Denied,
        Self::Unstated,
        Self::BadCredential,
        Self::SignIn,
    ];

    /// Whether the answer must be the same for what exists and what does not.
    pub fn tells_nothing(self) -> bool {
        matches!(self, Self::Hidden | Self::SignIn)
    }

    /// The OCI row of the table of answers (`design.md` §3).
    pub fn status(self, operation: &Operation) -> u16 {
        match self {
            Self::Allowed => operation.success,
            Self::Nothing => operation.on_nothing.unwrap_or(operation.hidden),
            Self::BadCredential | Self::SignIn | Self::Unstated => 401,
            Self::Denied => 403,
            Self::Hidden => operation.hidden,
        }
    }

    /// What a challenge says is wrong.
    pub fn error(self, who: Who, form: Form) -> Option<&'static str> {
        let access = matches!(form, Form::Full | Form::Bare);
        match self {
            Self::BadCredential => Some("invalid_token"),
            Self::Unstated => Some("insufficient_scope"),
            Self::SignIn if who == Who::Anonymous && !access => None,
            _ => Some("insufficient_scope"),
        }
    }
}

/// Asks the model.
pub fn expected(
    operation: &Operation,
    (who, kind, form): (Who, Kind, Form),
    state: State,
) -> Expected {
    let anonymous = who == Who::Anonymous;
    let access = matches!(form, Form::Full | Form::Bare);
    if matches!(operation.needs, Needs::Login) {
        // It takes personal tokens alone, in exchange for access tokens.
        return match anonymous || !(access || kind.is_bad()) {
            true if !(anonymous && access) => Expected::Allowed,
            _ => Expected::BadCredential,
        };
    }
    if !anonymous && kind.is_bad() {
        return Expected::BadCredential;
    }
    let action = match operation.needs {
        Needs::Login | Needs::Nothing => return Expected::Allowed,
        Needs::Credential if anonymous && !access => return Expected::SignIn,
        Needs::Credential => return Expected::Allowed,
        Needs::List if anonymous => return Expected::SignIn,
        Needs::List if form == Form::Bare => return Expected::Unstated,
        Needs::List => return Expected::Allowed,
        Needs::Actions(action) => action,
    };
    let facts = facts(who, kind, state);
    let stated = match form {
        Form::Bearer | Form::Basic => None,
        Form::Full => Some(granted(&facts)),
        Form::Bare => Some(Actions::default()),
    };
    match decide(&with(facts, stated), action) {
        Decision::Allow if matches!(facts.object, ObjectFacts::Absent { .. }) => {
            return Expected::Nothing;
        }
        Decision::Allow => return Expected::Allowed,
        Decision::Deny(Denial::Unstated) => return Expected::Unstated,
        _ => {}
    }
    // What somebody brought for an image that is yet to be is for those who may create it. Members
    // who brought nothing are told nothing: the name may be hidden from them.
    if operation.on_nothing.is_some() && owns(&facts) && may_create(&facts) {
        return match stated.is_some_and(|stated| !stated.has(action)) {
            true => Expected::Unstated,
            false => Expected::Nothing,
        };
    }
    match decide(&with(facts, stated), action) {
        _ if anonymous => Expected::SignIn,
        Decision::Deny(_) => Expected::Denied,
        Decision::Allow | Decision::Hide => Expected::Hidden,
    }
}

fn with(mut facts: Facts, wanted: Option<Actions>) -> Facts {
    if let ActorFacts::Account { stated, .. } = &mut facts.actor {
        *stated = wanted;
    }
    facts
}

fn owns(facts: &Facts) -> bool {
    match facts.actor {
        ActorFacts::Account {
            site_admin,
            standing,
            ..
        } => site_admin || standing == Standing::Owner,
        ActorFacts::Anonymous | ActorFacts::System => false,
    }
}

fn may_create(facts: &Facts) -> bool {
    matches!(facts.object, ObjectFacts::Absent { .. })
        && decide(facts, Action::Create) == Decision::Allow
}

/// What an access token states that was asked for everything: for each of pull, push and delete
/// whole or nothing, by what its bearer may do.
fn granted(facts: &Facts) -> Actions {
    use Action::{Create, Delete, Publish, Read, Tag};
    let may = |action: Action| decide(facts, action) == Decision::Allow;
    let mut stated = Vec::new();
    if may(Read) || may(Publish) {
        stated.push(Read);
    }
    if may(Publish) {
        stated.extend([Create, Publish, Tag]);
    }
    if may(Delete) || may(Tag) || may(Create) {
        stated.extend([Delete, Tag]);
    }
    Actions::of(&stated)
}
