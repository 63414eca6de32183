//! Who may do what, generated: every address × everybody with every kind of token × every state of
//! a source and the package in it × every spelling of their names. What is expected comes from the
//! one decision function and the tables of answers (`design.md` §3, NuGet notes §8), never from the
//! routes themselves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::StreamExt;
use packhouse_nuget::route::{Route, What};
use packhouse_testkit::app::{Answer, send};
use packhouse_testkit::matrix::{Kind, Who, credentials, without};
use reqwest::Method;

mod cast;
mod expected;
mod operation;

use cast::{Cast, body};
use expected::{Expected, Source, State, expected, is_shown};
use operation::{Operation, Shows};

use crate::world::of_owner;

/// How many requests are under way at once.
const AT_ONCE: usize = 8;

/// How an address is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Spelling {
    Plain,
    /// Owner and id in upper case, the version with four parts.
    Upper,
    /// The version with metadata and a zero in front, a slash at the end.
    Loose,
    /// The version with two parts, everything but slashes encoded.
    Encoded,
}

impl Spelling {
    const ALL: [Self; 4] = [Self::Plain, Self::Upper, Self::Loose, Self::Encoded];

    fn version(self) -> &'static str {
        match self {
            Self::Plain => "1.0.0",
            Self::Upper => "1.0.0.0",
            Self::Loose => "01.0.0+x.1",
            Self::Encoded => "1.0",
        }
    }

    fn name(self, name: &str) -> String {
        match self {
            Self::Upper => name.to_uppercase(),
            _ => name.to_owned(),
        }
    }

    fn write(self, path: String) -> String {
        match self {
            Self::Plain | Self::Upper => path,
            Self::Loose => format!("{path}/"),
            Self::Encoded => {
                let encode = |c: char| match c {
                    '/' => c.to_string(),
                    c => format!("%{:02x}", u32::from(c)),
                };
                path.chars().map(encode).collect()
            }
        }
    }
}

#[derive(Clone)]
struct Case {
    method: &'static str,
    /// Which of the samples.
    sample: usize,
    route: Route,
    operation: Operation,
    who: Who,
    kind: Kind,
    state: State,
    spelling: Spelling,
}

impl Case {
    fn told(&self) -> String {
        let Self {
            method,
            route,
            operation,
            who,
            kind,
            state,
            spelling,
            ..
        } = self;
        let (path, query) = (route.path(), operation.query);
        format!("{method} {path}{query} by {who:?}/{kind:?} on {state:?} spelled {spelling:?}")
    }

    fn reads(&self) -> bool {
        self.route.method() == "GET"
    }
}

/// Gives the address of a sample about a package.
fn aim(sample: usize, owner: &str, id: &str, spelling: Spelling) -> Route {
    let (owner, id) = (spelling.name(owner), spelling.name(id));
    let mut route = Route::samples(&owner, &id, spelling.version()).swap_remove(sample);
    // Files of symbols are found among all of the owner's: each package has one of its own.
    if let What::Symbols { file, .. } = &mut route.what {
        *file = format!("{id}.pdb");
    }
    route
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (sample, route) in Route::samples("acme", "ID", "1.0.0")
        .into_iter()
        .enumerate()
    {
        for operation in operation::of(&route) {
            for (index, (who, kind)) in credentials().enumerate() {
                for state in State::all() {
                    cases.extend(of_state(
                        (sample, &route),
                        &operation,
                        (index, who, kind),
                        state,
                    ));
                }
            }
        }
    }
    cases
}

fn of_state(
    (sample, route): (usize, &Route),
    operation: &Operation,
    (index, who, kind): (usize, Who, Kind),
    state: State,
) -> Vec<Case> {
    let reads = route.method() == "GET";
    // What else is in a source decides about no change; and a change could open or close it.
    if !reads && !matches!(state.source, Source::Closed | Source::Nowhere) {
        return Vec::new();
    }
    // Each credential in one spelling; plain full ones in all of them.
    let spellings = match kind {
        Kind::All if reads || state.package.is_live() => Spelling::ALL.to_vec(),
        _ => vec![Spelling::ALL[(index + sample) % Spelling::ALL.len()]],
    };
    let mut cases = Vec::new();
    for spelling in spellings {
        let methods = match (kind, spelling) {
            (Kind::All, Spelling::Plain) if reads => vec!["GET", "HEAD"],
            _ => vec![route.method()],
        };
        cases.extend(methods.into_iter().map(|method| Case {
            method,
            sample,
            route: route.clone(),
            operation: operation.clone(),
            who,
            kind,
            state,
            spelling,
        }));
    }
    cases
}

/// Sends the request of a case about a package in the right state.
async fn ask(cast: &Cast, case: &Case, expected: Expected, number: &AtomicU32) -> Answer {
    let (owner, mut id) = (case.state.source.owner(), case.state.id().to_owned());
    let allowed = matches!(expected, Expected::Allowed | Expected::New);
    if !case.reads() && allowed {
        let number = number.fetch_add(1, Ordering::Relaxed);
        id = format!("Fresh.{number}");
        cast.fresh(&id, case.state, case.who).await;
    }
    let package = of_owner(owner, &id);
    let token = cast.token(case.who, case.kind, &package).await;
    let client = cast.app.client(token.as_deref());
    let path = aim(case.sample, owner, &id, case.spelling).path();
    let query = case.operation.query.replace("ID", &id);
    let path = format!("/{}{query}", case.spelling.write(path));
    let method = Method::from_bytes(case.method.as_bytes()).unwrap();
    let request = client.request(method, &path);
    send(request.body(body(&id, case.operation.sends))).await
}

/// Gives an answer without what names its package.
fn faceless(case: &Case, answer: &Answer) -> (u16, Vec<String>, String) {
    let (id, owner) = (case.state.id(), case.state.source.owner());
    let (lower, upper) = (id.to_lowercase(), id.to_uppercase());
    without(
        answer,
        &[
            (id, "ID"),
            (&lower, "ID"),
            (&upper, "ID"),
            (owner, "OWNER"),
            (&owner.to_uppercase(), "OWNER"),
        ],
    )
}

/// Tells whether a list shows the package.
fn shown(case: &Case, answer: &Answer) -> Option<bool> {
    let (id, text) = (case.state.id(), answer.text());
    Some(match case.operation.shows {
        Shows::Nothing => return None,
        Shows::Id => text.contains(&format!("\"{id}\"")),
        Shows::Version => text.contains("\"1.0.0\""),
        Shows::Content => text.contains(&format!("/download/{}/1.0.0/", id.to_lowercase())),
        Shows::Count => text != "0",
    })
}

/// Tells what is wrong with an answer by itself.
fn faults(case: &Case, expected: Expected, answer: &Answer) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut fault = |text: String| wrong.push(format!("{}: {text}", case.told()));
    let (status, wanted) = (answer.status.as_u16(), expected.status(&case.operation));
    let text = || answer.text().chars().take(160).collect::<String>();
    if status != wanted {
        fault(format!("{status}, not {wanted}: {}", text()));
    }
    let owner = case.spelling.name(case.state.source.owner());
    let challenge = format!("Basic realm=\"{owner}\"");
    let challenges = answer.headers.get_all("www-authenticate").iter();
    let challenges: Vec<_> = challenges.map(|value| value.to_str().unwrap()).collect();
    let right: &[&str] = match status {
        401 => &[&challenge],
        _ => &[],
    };
    if challenges != right {
        fault(format!("{status} with {challenges:?}"));
    }
    // What a client shows of a change that was refused; who is asked to sign in did nothing wrong.
    let asked = status == 401 && case.who == Who::Anonymous;
    let warned = answer.headers.contains_key("x-nuget-warning");
    if case.method != "HEAD"
        && warned != (status >= 400 && !asked && (!case.reads() || status == 401))
    {
        fault(format!("{status}, warned: {warned}"));
    }
    if status == 200 && case.method != "HEAD" {
        let credential = (case.who, case.kind);
        let there = shown(case, answer);
        if there.is_some_and(|there| there != is_shown(credential, case.state)) {
            fault(format!("shown: {there:?}: {}", text()));
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_answers_everybody_as_the_model_says() {
    let cast = Cast::new().await;
    let number = AtomicU32::new(0);
    let cases = cases();
    let total = cases.len();
    let answers: Vec<_> = futures_util::stream::iter(cases)
        .map(|case| async {
            let expected = expected(&case.operation, (case.who, case.kind), case.state);
            let answer = ask(&cast, &case, expected, &number).await;
            (case, expected, answer)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut wrong = Vec::new();
    let mut missing = HashMap::new();
    let key = |case: &Case| {
        let asked = (case.who, case.kind, case.spelling, case.state.source);
        (case.method, case.sample, case.operation.query, asked)
    };
    for (case, expected, answer) in &answers {
        wrong.extend(faults(case, *expected, answer));
        if !case.state.package.is_published() && expected.tells_nothing() {
            missing.insert(key(case), faceless(case, answer));
        }
    }
    let mut compared = 0;
    for (case, expected, answer) in &answers {
        let missing = missing.get(&key(case));
        // Lists differ by what else they show.
        let alone = case.operation.shows == Shows::Nothing || answer.status != 200;
        let Some(missing) = missing.filter(|_| expected.tells_nothing() && alone) else {
            continue;
        };
        compared += 1;
        let hidden = faceless(case, answer);
        if hidden != *missing {
            wrong.push(format!("{}: {hidden:?}, missing: {missing:?}", case.told()));
        }
    }
    wrong.sort();
    let some: Vec<_> = wrong.iter().take(60).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} of {total} are wrong:\n{}",
        wrong.len(),
        some.join("\n")
    );
    assert!(total > 10_000, "only {total} cases");
    for kind in Expected::ALL {
        let came = answers.iter().filter(|(_, expected, _)| *expected == kind);
        assert!(came.count() > 10, "hardly ever {kind:?}");
    }
    assert!(compared > 2_000, "only {compared} were compared");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_names_its_methods_to_who_comes_with_another() {
    let cast = Cast::new().await;
    let client = cast.app.anonymous();
    for route in Route::samples("acme", "Px.Shown", "1.0.0") {
        let path = format!("/{}", route.path());
        let answer = send(client.request(Method::PATCH, &path)).await;
        let answer = answer.expect(405);
        let allow = answer.header("allow").unwrap();
        let named = allow.split(", ").any(|allowed| allowed == route.method());
        assert!(named, "{path} answers {}, but says {allow}", route.method());
    }
}
