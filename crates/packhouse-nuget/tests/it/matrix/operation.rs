//! What can be done at each address, written down a second time, from the model's side.

use packhouse_core::permission::Action;
use packhouse_nuget::route::{Feed, Route, What};

/// What an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// To know the source: something in it is for anyone, or a sign-in.
    Entrance,
    /// To list the source: all in it is for anyone, or a sign-in.
    Contents,
    /// To read the package, and a sign-in to be told that it is not there.
    Package,
    /// To change a package that is there.
    Change(Action),
    /// To change a package, or to make it.
    Push,
    /// To change a package that is there, as the body names it.
    Join,
}

/// What a body says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sends {
    Nothing,
    Package,
    Symbols,
}

/// How a list shows the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// It is no list.
    Nothing,
    /// By its id in quotes.
    Id,
    /// By the number of its version in quotes.
    Version,
    /// By the address of its file.
    Content,
    /// By a number greater than none.
    Count,
}

/// What is done at an address.
#[derive(Debug, Clone)]
pub struct Operation {
    pub needs: Needs,
    /// The query string, with `ID` where the package's id belongs.
    pub query: &'static str,
    pub sends: Sends,
    /// The status when it is allowed and the package is there.
    pub live: u16,
    /// The status when it is allowed and there is no package, or it is hidden from a reader.
    pub empty: u16,
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

    fn answers(self, live: u16, empty: u16) -> Self {
        Self {
            live,
            empty,
            ..self
        }
    }

    fn sends(self, sends: Sends) -> Self {
        Self { sends, ..self }
    }
}

fn of_need(needs: Needs) -> Operation {
    let empty = match needs {
        Needs::Package | Needs::Change(_) | Needs::Join => 404,
        Needs::Entrance | Needs::Contents | Needs::Push => 200,
    };
    Operation {
        needs,
        query: "",
        sends: Sends::Nothing,
        live: 200,
        empty,
        shows: Shows::Nothing,
    }
}

/// Gives what is done at an address, in several ways where the query string tells. A new address
/// does not compile without an answer here.
pub fn of(route: &Route) -> Vec<Operation> {
    let one = |needs| vec![of_need(needs)];
    match &route.what {
        What::Index | What::Vulnerabilities | What::VulnerabilityPage(_) => one(Needs::Entrance),
        What::Versions(_)
        | What::Nupkg(_)
        | What::Nuspec(_)
        | What::Readme(_)
        | What::Icon(_)
        | What::License(_)
        | What::Registration(..)
        | What::RegistrationPage(..)
        | What::RegistrationLeaf(..)
        | What::Symbols { .. }
        | What::V2Entry(_)
        | What::V2Download { .. } => one(Needs::Package),
        What::Query => vec![
            of_need(Needs::Contents).shows("?take=100", Shows::Id),
            of_need(Needs::Contents).shows("?q=ID&take=100", Shows::Id),
        ],
        What::Autocomplete => vec![
            of_need(Needs::Contents).shows("?q=px&take=100", Shows::Id),
            of_need(Needs::Package)
                .answers(200, 200)
                .shows("?id=ID", Shows::Version),
        ],
        What::V2Root | What::V2Metadata => one(Needs::Contents),
        What::V2Batch => vec![of_need(Needs::Contents).answers(501, 501)],
        What::V2Feed {
            feed: Feed::FindPackagesById,
            count,
        } => {
            let found = of_need(Needs::Package).answers(200, 200);
            vec![found.shows("?id='ID'", entries(*count))]
        }
        What::V2Feed { feed, count } => {
            let query = match feed {
                Feed::Packages => "?$filter=Id%20eq%20'ID'",
                Feed::Search => "?searchTerm='ID'",
                _ => "?packageIds='ID'&versions='0.1'",
            };
            let mut all = vec![of_need(Needs::Contents).shows(query, entries(*count))];
            if *feed == Feed::Packages && !count {
                all.push(of_need(Needs::Contents).shows("", Shows::Content));
            }
            all
        }
        What::Push => vec![of_need(Needs::Push).answers(201, 201).sends(Sends::Package)],
        What::PushSymbols => vec![of_need(Needs::Join).answers(201, 404).sends(Sends::Symbols)],
        What::Unlist(_) => vec![of_need(Needs::Change(Action::Tag)).answers(204, 404)],
        What::Relist(_) => one(Needs::Change(Action::Tag)),
    }
}

fn entries(count: bool) -> Shows {
    match count {
        true => Shows::Count,
        false => Shows::Content,
    }
}
