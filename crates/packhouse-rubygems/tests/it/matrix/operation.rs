//! What can be done at each address, written down a second time, from the model's side.

use packhouse_core::permission::Action;
use packhouse_rubygems::route::{Route, What, Written};

/// What an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// To list the source: something in it is for anyone, or a sign-in.
    Entrance,
    /// To read the gem.
    Package,
    /// To push the gem that the body holds, or to make it.
    Push,
    /// To change the gem that the body names.
    Change(Action),
    /// What is done elsewhere, so that nobody may do it here.
    Elsewhere(Action),
    /// Name and password, whatever credential comes.
    Password,
    /// What nobody may, whatever credential comes.
    Nobody,
}

/// What a body says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sends {
    Nothing,
    Gem,
    Yank,
}

/// How a list shows the gem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// It is no list.
    Nothing,
    /// By a line that begins with its name.
    Line,
    /// By a line that is its name.
    Name,
    /// By its name in JSON.
    Json,
    /// By its name somewhere in Ruby's own form.
    Marshal,
    /// By its name somewhere in Ruby's own form, packed.
    Packed,
}

/// What is done at an address.
#[derive(Debug, Clone)]
pub struct Operation {
    pub needs: Needs,
    /// The query string, with `NAME` where the gem's name belongs.
    pub query: &'static str,
    pub sends: Sends,
    pub shows: Shows,
}

impl Operation {
    fn shows(self, query: &'static str, shows: Shows) -> Self {
        Self {
            query,
            shows,
            ..self
        }
    }

    fn sends(self, sends: Sends) -> Self {
        Self { sends, ..self }
    }

    /// Gives the status where there is no gem, or it is hidden from a reader.
    pub fn empty(&self) -> u16 {
        match self.needs {
            Needs::Package => 404,
            _ => 200,
        }
    }
}

fn of_need(needs: Needs) -> Operation {
    Operation {
        needs,
        query: "",
        sends: Sends::Nothing,
        shows: Shows::Nothing,
    }
}

/// Gives what is done at an address, in several ways where the query string tells. A new address
/// does not compile without an answer here.
pub fn of(route: &Route) -> Vec<Operation> {
    let one = |needs| vec![of_need(needs)];
    let list = |query, shows| of_need(Needs::Entrance).shows(query, shows);
    match &route.what {
        What::Root => one(Needs::Entrance),
        What::Versions => vec![list("", Shows::Line)],
        What::Names => vec![list("", Shows::Name)],
        What::Specs(_) => vec![list("", Shows::Packed)],
        What::Dependencies(written) => {
            let shows = match written {
                Written::Json => Shows::Json,
                _ => Shows::Marshal,
            };
            let asked = list("?gems=NAME,px-never", shows);
            vec![of_need(Needs::Entrance), asked]
        }
        What::Search => vec![list("?query=NAME", Shows::Json)],
        What::Info(_)
        | What::Quick(_)
        | What::Gem(_)
        | What::Attestations(_)
        | What::About(_)
        | What::AboutVersions(_)
        | What::LatestVersion(_)
        | What::AboutVersion(..)
        | What::Owners(..) => one(Needs::Package),
        What::ChangeOwners(..) => one(Needs::Elsewhere(Action::Administer)),
        What::Push => vec![of_need(Needs::Push).sends(Sends::Gem)],
        What::Yank => vec![of_need(Needs::Change(Action::Delete)).sends(Sends::Yank)],
        What::SignIn(_) => one(Needs::Password),
        What::ChangeKey => one(Needs::Nobody),
    }
}
