//! Who may do what, generated: every address × everybody with every kind of token × every state
//! of a package × every spelling of its name. What is expected comes from the one decision
//! function and the table of answers (`design.md` §3), never from the routes themselves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::StreamExt;
use packhouse_npm::route::Route;
use packhouse_testkit::app::{Answer, send};
use packhouse_testkit::matrix::{Kind, State, Who, credentials, faceless};
use reqwest::Method;

mod cast;
mod expected;
mod operation;

use cast::Cast;
use expected::{Expected, expected};
use operation::{Needs, Operation};

/// How many requests are under way at once.
const AT_ONCE: usize = 8;

/// How the name of a package is written in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Lower,
    Upper,
    Slash,
    At,
    Capitals,
}

impl Spelling {
    const ALL: [Self; 5] = [
        Self::Lower,
        Self::Upper,
        Self::Slash,
        Self::At,
        Self::Capitals,
    ];

    fn write(self, owner: &str, name: &str) -> String {
        match self {
            Self::Lower => format!("@{owner}%2f{name}"),
            Self::Upper => format!("@{owner}%2F{name}"),
            Self::Slash => format!("@{owner}/{name}"),
            Self::At => format!("%40{owner}%2f{name}"),
            Self::Capitals => format!("@{}%2f{name}", owner.to_uppercase()),
        }
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
            who,
            kind,
            state,
            spelling,
            ..
        } = self;
        let template = self.route.template();
        let label = self.operation.label;
        let method = self.method;
        format!("{method} {template} {label} by {who:?}/{kind:?} on {state:?} as {spelling:?}")
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (method, route) in Route::samples() {
        for operation in operation::of(&route) {
            let on_package = matches!(operation.needs, Needs::Actions(_));
            for (index, (who, kind)) in credentials().enumerate() {
                let states = match on_package {
                    true => &State::ALL[..],
                    false => &State::ALL[..1],
                };
                for state in states {
                    // Each credential in one spelling, plain full ones in all of them.
                    let spellings = match on_package && kind == Kind::All {
                        true => Spelling::ALL.to_vec(),
                        false => vec![Spelling::ALL[index % Spelling::ALL.len()]],
                    };
                    cases.extend(spellings.into_iter().map(|spelling| Case {
                        method,
                        route: route.clone(),
                        operation: operation.clone(),
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

/// Sends the request of a case to a package of the right kind.
async fn ask(cast: &Cast, case: &Case, expected: Expected, number: &AtomicU32) -> Answer {
    let changes = case.method != "GET" && case.method != "HEAD";
    let package = match (&case.operation.needs, expected) {
        (Needs::Actions(_), Expected::Allowed) if changes => {
            let name = format!("px-fresh-{}", number.fetch_add(1, Ordering::Relaxed));
            cast.package(&name, case.state, case.who).await
        }
        _ => cast.shared(case.state),
    };
    let token = cast.token(case.who, case.kind, &package).await;
    let route = cast.aim(&case.route, &package, case.who).await;
    let path = route.path();
    let plain = format!("@{}/{}", package.owner, package.name);
    let spelled = case.spelling.write(&package.owner, package.name.as_str());
    let path = path
        .replace(&plain.replace('/', "%2f"), &spelled)
        .replace(&plain, &spelled);
    let client = cast.app.client(token.as_deref());
    let method = Method::from_bytes(case.method.as_bytes()).unwrap();
    let mut request = client.request(method, &format!("/{path}"));
    if let Some(body) = &case.operation.body {
        request = request.json(&body(&package));
    }
    send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_answers_everybody_as_the_model_says() {
    let cast = Cast::new().await;
    let number = AtomicU32::new(0);
    let cases = cases();
    let total = cases.len();
    let answers: Vec<_> = futures_util::stream::iter(cases)
        .map(|case| async {
            let expected = expected(&case.operation, case.who, case.kind, case.state);
            let answer = ask(&cast, &case, expected, &number).await;
            (case, expected, answer)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut wrong = Vec::new();
    let (mut missing, mut compared) = (HashMap::new(), 0);
    for (case, expected, answer) in &answers {
        let status = answer.status.as_u16();
        let wanted = expected.status(&case.operation);
        if status != wanted {
            let text = answer.text().chars().take(160).collect::<String>();
            wrong.push(format!("{}: {status}, not {wanted}: {text}", case.told()));
        }
        if case.state == State::Missing && expected.tells_nothing() {
            let told = format!("{:?}", (case.who, case.kind));
            let key = (case.method, case.route.clone(), case.operation.label, told);
            missing.insert(key, faceless(answer, case.state));
        }
    }
    for (case, expected, answer) in &answers {
        let told = format!("{:?}", (case.who, case.kind));
        let key = (case.method, case.route.clone(), case.operation.label, told);
        let Some(missing) = missing.get(&key).filter(|_| expected.tells_nothing()) else {
            continue;
        };
        compared += 1;
        let hidden = faceless(answer, case.state);
        if hidden != *missing {
            wrong.push(format!("{}: {hidden:?}, missing: {missing:?}", case.told()));
        }
    }
    assert!(total > 10_000, "only {total} cases");
    assert!(
        compared > 3_000,
        "only {compared} hidden ones were compared"
    );
    wrong.sort();
    let some: Vec<_> = wrong.iter().take(60).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} of {total} are wrong:\n{}",
        wrong.len(),
        some.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_names_its_methods_to_who_comes_with_another() {
    let cast = Cast::new().await;
    let client = cast.app.anonymous();
    for (method, route) in Route::samples() {
        let path = format!("/{}", route.path());
        let answer = send(client.request(Method::PATCH, &path)).await.expect(405);
        let allow = answer.header("allow").unwrap();
        let named = allow.split(", ").any(|allowed| allowed == method);
        assert!(named, "{path} answers {method}, but says {allow}");
    }
}
