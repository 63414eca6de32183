//! Who may do what, generated: every address × everybody with every kind of token × every state of
//! a repository and the package in it × every spelling of their names. What is expected comes from
//! the one decision function and the table of answers (`design.md` §3), never from the routes
//! themselves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::StreamExt;
use packhouse_maven::route::Route;
use packhouse_testkit::app::{Answer, send};
use packhouse_testkit::matrix::{Kind, Who, credentials, without};
use reqwest::Method;

mod cast;
mod expected;
mod operation;

use cast::{Cast, Place};
use expected::{Expected, State, expected};
use operation::{Needs, Operation};

/// How many requests are under way at once.
const AT_ONCE: usize = 8;

/// How an address is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Spelling {
    Plain,
    /// Dots as `%2e`, the star as `%2a`.
    Dots,
    /// Every letter of the owner and the group encoded.
    Letters,
    /// Owner and repository in upper case.
    Upper,
    /// Two slashes for one.
    Doubled,
}

impl Spelling {
    const ALL: [Self; 5] = [
        Self::Plain,
        Self::Dots,
        Self::Letters,
        Self::Upper,
        Self::Doubled,
    ];

    /// Spells `OWNER/REPO/REST`.
    fn write(self, path: &str) -> String {
        let letters = |text: &str| -> String {
            let bytes = text.bytes();
            bytes.map(|byte| format!("%{byte:02x}")).collect()
        };
        let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
        match self {
            Self::Plain => {}
            Self::Dots => {
                for part in &mut parts {
                    *part = part.replace('.', "%2e").replace('*', "%2A");
                }
            }
            Self::Letters => {
                for index in [0, 2] {
                    if let Some(part) = parts.get_mut(index).filter(|part| !part.starts_with('.')) {
                        *part = letters(part);
                    }
                }
            }
            Self::Upper => {
                for part in parts.iter_mut().take(2) {
                    *part = part.to_uppercase();
                }
            }
            Self::Doubled => return path.replace('/', "//"),
        }
        parts.join("/")
    }
}

#[derive(Clone)]
struct Case {
    method: &'static str,
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
            who,
            kind,
            state,
            spelling,
            ..
        } = self;
        let path = route.path();
        format!("{method} {path} by {who:?}/{kind:?} on {state:?} spelled {spelling:?}")
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for route in Route::samples("acme", "REPO") {
        let operation = operation::of(&route);
        let states = match operation.needs {
            Needs::Nothing => State::all()[..1].to_vec(),
            _ => State::all(),
        };
        for (index, (who, kind)) in credentials().enumerate() {
            for state in &states {
                // Each credential in one spelling; plain full ones in all of them, but for what
                // is put where nothing is.
                let reads = route.method() == "GET";
                let spellings = match kind {
                    Kind::All if reads || state.is_live() => Spelling::ALL.to_vec(),
                    _ => vec![Spelling::ALL[index % Spelling::ALL.len()]],
                };
                for spelling in spellings {
                    let methods = match (kind, spelling) {
                        (Kind::All, Spelling::Plain) if reads => vec!["GET", "HEAD"],
                        _ => vec![route.method()],
                    };
                    cases.extend(methods.into_iter().map(|method| Case {
                        method,
                        route: route.clone(),
                        operation,
                        who,
                        kind,
                        state: *state,
                        spelling,
                    }));
                }
            }
        }
    }
    cases
}

/// Points an address at a place.
fn aim(route: &Route, place: &Place) -> String {
    let path = route.path();
    let mut parts: Vec<&str> = path.split('/').collect();
    if parts.len() < 2 {
        return path;
    }
    parts[0] = place.owner;
    if parts[1] == "REPO" {
        parts[1] = &place.repository;
    }
    if parts.get(2) == Some(&"com") {
        parts[2] = &place.group;
    }
    parts.join("/")
}

/// Sends the request of a case to a place of the right kind.
async fn ask(cast: &Cast, case: &Case, expected: Expected, number: &AtomicU32) -> Answer {
    let allowed = matches!(expected, Expected::Allowed | Expected::Nothing);
    let place = match case.route.method() == "PUT" && allowed {
        true => {
            let number = number.fetch_add(1, Ordering::Relaxed);
            cast.fresh(number, case.state, case.who).await
        }
        false => Place::shared(case.state),
    };
    let token = cast.token(case.who, case.kind, &place).await;
    let client = cast.app.client(token.as_deref());
    let path = case.spelling.write(&aim(&case.route, &place));
    let method = Method::from_bytes(case.method.as_bytes()).unwrap();
    let request = client.request(method, &format!("/{path}"));
    send(request.body(place.body(case.operation.sends))).await
}

/// Gives an answer without what names its place.
fn faceless(case: &Case, answer: &Answer) -> (u16, Vec<String>, String) {
    let place = Place::shared(case.state);
    let spelled = case
        .spelling
        .write(&format!(
            "{}/{}/{}",
            place.owner, place.repository, place.group
        ))
        .to_lowercase();
    let dotted = format!("{}.acme", place.group);
    let spelled_parts: Vec<&str> = spelled.split('/').filter(|part| !part.is_empty()).collect();
    without(
        answer,
        &[
            (&dotted, "GROUP.inner"),
            (spelled_parts[0], "OWNER"),
            (spelled_parts[1], "REPO"),
            (spelled_parts[2], "GROUP"),
            (&place.repository, "REPO"),
            (&place.group, "GROUP"),
            (place.owner, "OWNER"),
        ],
    )
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
    let (mut missing, mut compared) = (HashMap::new(), 0);
    let key = |case: &Case| {
        let asked = format!("{:?}", (case.who, case.kind, case.spelling));
        (case.method, case.route.path(), asked)
    };
    for (case, expected, answer) in &answers {
        let status = answer.status.as_u16();
        let wanted = expected.status(&case.operation);
        if status != wanted {
            let text = answer.text().chars().take(160).collect::<String>();
            wrong.push(format!("{}: {status}, not {wanted}: {text}", case.told()));
        }
        let challenges: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
        let challenged = challenges == ["Basic realm=\"Packhouse\""];
        if challenged != (status == 401) || !challenged && !challenges.is_empty() {
            wrong.push(format!("{}: {status} with {challenges:?}", case.told()));
        }
        if case.state == State::NoRepository && expected.tells_nothing() {
            missing.insert(key(case), faceless(case, answer));
        }
    }
    for (case, expected, answer) in &answers {
        let missing = missing.get(&key(case));
        let Some(missing) = missing.filter(|_| expected.tells_nothing()) else {
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
        assert!(came.count() > 100, "hardly ever {kind:?}");
    }
    assert!(
        compared > 2_000,
        "only {compared} hidden ones were compared"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_names_its_methods_to_who_comes_with_another() {
    let cast = Cast::new().await;
    let client = cast.app.anonymous();
    for route in Route::samples("acme", "REPO") {
        if route == Route::Options {
            continue;
        }
        let path = format!("/{}", route.path());
        for method in [Method::DELETE, Method::POST, Method::PATCH] {
            let answer = send(client.request(method.clone(), &path))
                .await
                .expect(405);
            let allow = answer.header("allow").unwrap();
            let named = allow.split(", ").any(|allowed| allowed == route.method());
            assert!(named, "{path} answers {}, but says {allow}", route.method());
        }
    }
}
