//! Who may do what, generated: every address × everybody with every kind of token × every state of
//! a source and the gem in it × every spelling. What is expected comes from the one decision
//! function and the table of answers (`design.md` §3), never from the routes themselves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::StreamExt;
use packhouse_rubygems::route::{Route, What};
use packhouse_testkit::app::{Answer, send};
use packhouse_testkit::matrix::{Kind, Who, credentials, without};
use reqwest::Method;

mod cast;
mod expected;
mod operation;
mod spelling;

use cast::{Cast, VERSIONS, body};
use expected::{Expected, Source, State, expected, is_shown};
use operation::{Needs, Operation, Shows};
use spelling::Spelling;

use crate::world::{Source as Client, of_owner, unpacked};

/// How many requests are under way at once.
const AT_ONCE: usize = 8;

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
}

/// Tells whether an operation changes nothing and is one that HEAD does too.
fn reads(operation: &Operation) -> bool {
    matches!(operation.needs, Needs::Entrance | Needs::Package)
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let samples = Route::samples("acme", "NAME", VERSIONS[0]);
    for (sample, route) in samples.into_iter().enumerate() {
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
    let reads = reads(operation);
    // A change would not leave it empty.
    if !reads && state.source == Source::Empty {
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

/// Sends the request of a case about a gem in the right state.
async fn ask(cast: &Cast, case: &Case, expected: Expected, number: &AtomicU32) -> Answer {
    let (owner, mut name) = (case.state.source.owner(), case.state.name().to_owned());
    let allowed = matches!(expected, Expected::Allowed | Expected::New);
    if !reads(&case.operation) && allowed {
        let number = number.fetch_add(1, Ordering::Relaxed);
        name = format!("Fresh-{number}");
        cast.fresh(&name, case.state, case.who).await;
    }
    let package = of_owner(owner, &name);
    let token = cast.token(case.who, case.kind, &package).await;
    let client = cast.app.client(token.as_deref());
    let owner = case.spelling.owner(owner);
    let route = Route::samples(&owner, &name, VERSIONS[0]).swap_remove(case.sample);
    let query = case.operation.query.replace("NAME", &name);
    let path = format!(
        "{}{query}",
        case.spelling.write(format!("/{}", route.path()))
    );
    let method = Method::from_bytes(case.method.as_bytes()).unwrap();
    let request = client.request(method, &path);
    send(request.body(body(&name, case.operation.sends))).await
}

/// Gives an answer without what names its gem.
fn faceless(case: &Case, answer: &Answer) -> (u16, Vec<String>, String) {
    let (name, owner) = (case.state.name(), case.state.source.owner());
    without(
        answer,
        &[
            (name, "NAME"),
            (&name.to_lowercase(), "NAME"),
            (owner, "OWNER"),
            (&owner.to_uppercase(), "OWNER"),
        ],
    )
}

/// Tells whether a list shows the gem.
fn shown(case: &Case, answer: &Answer) -> Option<bool> {
    let name = case.state.name();
    let holds = |bytes: &[u8]| bytes.windows(name.len()).any(|at| at == name.as_bytes());
    let text = answer.text();
    Some(match case.operation.shows {
        Shows::Nothing => return None,
        Shows::Line => text
            .lines()
            .any(|line| line.split(' ').next() == Some(name)),
        Shows::Name => text.lines().any(|line| line == name),
        Shows::Json => {
            let all = answer.json();
            all.as_array()
                .unwrap()
                .iter()
                .any(|one| one["name"] == name)
        }
        Shows::Marshal => holds(&answer.body),
        Shows::Packed => holds(&unpacked(&answer.body)),
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
    let owner = case.spelling.owner(case.state.source.owner());
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
    // Clients print what refuses them.
    let plain = answer.header("content-type") == Some("text/plain; charset=utf-8");
    if status >= 400 && !plain {
        fault(format!("{status} is no plain text"));
    }
    if status == 200 && case.method != "HEAD" {
        let there = shown(case, answer);
        let credential = (case.who, case.kind);
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
            let wrong = faults(&case, expected, &answer);
            // Lists differ by what else they show.
            let alone = case.operation.shows == Shows::Nothing || answer.status != 200;
            let told = expected.tells_nothing() && alone;
            let told = told.then(|| faceless(&case, &answer));
            (case, expected, wrong, told)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let key = |case: &Case| {
        let asked = (case.who, case.kind, case.spelling, case.state.source);
        (case.method, case.sample, case.operation.query, asked)
    };
    let nothing = answers
        .iter()
        .filter(|(case, ..)| !case.state.package.is_published());
    let missing: HashMap<_, _> = nothing
        .filter_map(|(case, _, _, told)| Some((key(case), told.as_ref()?)))
        .collect();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for (case, _, faults, told) in &answers {
        wrong.extend(faults.iter().cloned());
        let Some((hidden, missing)) = told.as_ref().zip(missing.get(&key(case))) else {
            continue;
        };
        compared += u32::from(case.state.package.is_published());
        if hidden != *missing {
            wrong.push(format!("{}: {hidden:?}, missing: {missing:?}", case.told()));
        }
    }
    wrong.sort();
    let (count, some) = (wrong.len(), wrong.iter().take(60).map(String::as_str));
    let some = some.collect::<Vec<_>>().join("\n");
    assert!(count == 0, "{count} of {total} are wrong:\n{some}");
    assert!(total > 10_000, "only {total} cases");
    for kind in Expected::ALL {
        let came = answers.iter().filter(|(_, expected, ..)| *expected == kind);
        assert!(came.count() > 10, "hardly ever {kind:?}");
    }
    assert!(compared > 2_000, "only {compared} were compared");
    nothing_changed(&cast).await;
}

/// Insists that the gems that only refused changes were about are as they were.
async fn nothing_changed(cast: &Cast) {
    for state in State::all() {
        let source = Client::of(&cast.owner, state.source.owner());
        let answer = source.get(&format!("info/{}", state.name())).await;
        if !state.package.is_live() {
            answer.expect(404);
            continue;
        }
        let text = answer.expect(200).text();
        let lines = text.lines().skip(1);
        let numbers: Vec<_> = lines.filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(numbers, VERSIONS, "{state:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_names_its_methods_to_who_comes_with_another() {
    let cast = Cast::new().await;
    let client = cast.app.anonymous();
    for route in Route::samples("acme", "Px-Shown", VERSIONS[0]) {
        let path = format!("/{}", route.path());
        let answer = send(client.request(Method::PATCH, &path)).await;
        let answer = answer.expect(405);
        let allow = answer.header("allow").unwrap();
        let named = |method: &str| allow.split(", ").any(|allowed| allowed == method);
        assert!(named(route.method()), "{path} says {allow}");
        let reads = route.method() == "GET" && !matches!(route.what, What::SignIn(_));
        assert!(!reads || named("HEAD"), "{path} says {allow}");
    }
}
