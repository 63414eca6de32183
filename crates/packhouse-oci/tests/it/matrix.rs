//! Who may do what, generated: every address × everybody with every kind of token, sent as it is
//! and exchanged for access tokens × every state of an image × every spelling of its name. What is
//! expected comes from the one decision function and the table of answers (`design.md` §3), never
//! from the routes themselves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::StreamExt;
use packhouse_oci::route::Route;
use packhouse_testkit::app::{Answer, send};
use packhouse_testkit::matrix::{Kind, State, Who, credentials, faceless};
use reqwest::Method;

mod cast;
mod expected;
mod operation;

use cast::{Cast, Target};
use expected::{Expected, expected};
use operation::{Needs, Operation};

/// How many requests are under way at once.
const AT_ONCE: usize = 8;

/// How the name of an image is written in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Plain,
    Upper,
    Lower,
    Letters,
}

impl Spelling {
    const ALL: [Self; 4] = [Self::Plain, Self::Upper, Self::Lower, Self::Letters];

    fn write(self, owner: &str, name: &str) -> String {
        match self {
            Self::Plain => format!("{owner}/{name}"),
            Self::Upper => format!("{owner}%2F{name}"),
            Self::Lower => format!("{owner}%2f{name}"),
            Self::Letters => {
                let encoded: String = owner.bytes().map(|byte| format!("%{byte:02x}")).collect();
                format!("{encoded}/{name}")
            }
        }
    }
}

/// In which form a credential is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    Bearer,
    Basic,
    /// An access token that was fetched with it and states all that could be had of the image.
    Full,
    /// An access token that states nothing.
    Bare,
}

impl Form {
    const ALL: [Self; 4] = [Self::Bearer, Self::Basic, Self::Full, Self::Bare];

    /// Tells whether a credential is sent in this form, too: what cannot be exchanged is not, and
    /// of what is decided before the form matters a few kinds suffice.
    fn takes(self, who: Who, kind: Kind) -> bool {
        match self {
            Self::Bearer => true,
            Self::Basic => {
                who != Who::Anonymous && matches!(kind, Kind::All | Kind::Read | Kind::Expired)
            }
            Self::Full => !kind.is_bad(),
            Self::Bare => matches!(kind, Kind::All | Kind::Read),
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
    form: Form,
    state: State,
    spelling: Spelling,
}

impl Case {
    fn told(&self) -> String {
        let Self {
            who,
            kind,
            form,
            state,
            spelling,
            method,
            ..
        } = self;
        let (template, label) = (self.route.template(), self.operation.label);
        format!(
            "{method} {template} {label} by {who:?}/{kind:?} as {form:?} on {state:?} spelled \
             {spelling:?}"
        )
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (method, route) in Route::samples() {
        for operation in operation::of(&route) {
            let on_image = matches!(operation.needs, Needs::Actions(_));
            let states = match on_image {
                true => &State::ALL[..],
                false => &State::ALL[..1],
            };
            for (index, (who, kind)) in credentials().enumerate() {
                for form in Form::ALL.into_iter().filter(|form| form.takes(who, kind)) {
                    for state in states {
                        // Plain full ones in all spellings, each other in one.
                        let all = on_image && kind == Kind::All && form == Form::Bearer;
                        let spellings = match all {
                            true => Spelling::ALL.to_vec(),
                            false => vec![Spelling::ALL[index % Spelling::ALL.len()]],
                        };
                        cases.extend(spellings.into_iter().map(|spelling| Case {
                            method,
                            route: route.clone(),
                            operation: operation.clone(),
                            who,
                            kind,
                            form,
                            state: *state,
                            spelling,
                        }));
                    }
                }
            }
        }
    }
    cases
}

/// Sends the request of a case to an image of the right kind.
async fn ask(cast: &Cast, case: &Case, expected: Expected, number: &AtomicU32) -> Answer {
    let changes = case.method != "GET" && case.method != "HEAD";
    let image = match (&case.operation.needs, expected) {
        (Needs::Actions(_), Expected::Allowed | Expected::Nothing) if changes => {
            let name = format!("px-fresh-{}", number.fetch_add(1, Ordering::Relaxed));
            cast.image(&name, case.state, case.who).await
        }
        _ => cast.shared(case.state),
    };
    let client = cast.client(case.who, case.kind, case.form, &image).await;
    let target = cast
        .target(&case.operation, expected, &image, case.who)
        .await;
    let route = aim(&case.route, &case.operation, &image.shown, &target);
    let path = route.path();
    let spelled = case.spelling.write(&image.owner, image.name.as_str());
    let path = path.replacen(&image.shown, &spelled, 1);
    let path = path.strip_prefix("/v2").unwrap();
    let method = Method::from_bytes(case.method.as_bytes()).unwrap();
    let query = match case.operation.query {
        "" => String::new(),
        query => format!("?{}", query.replace("DIGEST", &target.digest)),
    };
    let request = client.request(method, &format!("{path}{query}"));
    let request = match case.operation.media_type {
        Some(media_type) => request.header("content-type", media_type),
        None => request,
    };
    send(request.body(target.body)).await
}

/// Points an address at an image and what it has.
fn aim(route: &Route, operation: &Operation, image: &str, target: &Target) -> Route {
    let name = image.to_owned();
    let reference = match operation.by_digest {
        true => target.digest.clone(),
        false => "1".to_owned(),
    };
    let (digest, id) = (target.digest.clone(), target.upload.clone());
    match route {
        Route::Ping => Route::Ping,
        Route::Token => Route::Token,
        Route::Catalog => Route::Catalog,
        Route::Extensions { name: None } => Route::Extensions { name: None },
        Route::Extensions { name: Some(_) } => Route::Extensions { name: Some(name) },
        Route::Manifest { .. } => Route::Manifest { name, reference },
        Route::PutManifest { .. } => Route::PutManifest { name, reference },
        Route::DeleteManifest { .. } => Route::DeleteManifest { name, reference },
        Route::Blob { .. } => Route::Blob { name, digest },
        Route::DeleteBlob { .. } => Route::DeleteBlob { name, digest },
        Route::BeginUpload { .. } => Route::BeginUpload { name },
        Route::Upload { .. } => Route::Upload { name, id },
        Route::PatchUpload { .. } => Route::PatchUpload { name, id },
        Route::PutUpload { .. } => Route::PutUpload { name, id },
        Route::CancelUpload { .. } => Route::CancelUpload { name, id },
        Route::Tags { .. } => Route::Tags { name },
        Route::Referrers { .. } => Route::Referrers { name, digest },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_answers_everybody_as_the_model_says() {
    let cast = Cast::new().await;
    let number = AtomicU32::new(0);
    let cases = cases();
    let total = cases.len();
    let answers: Vec<_> = futures_util::stream::iter(cases)
        .map(|case| async {
            let expected = expected(
                &case.operation,
                (case.who, case.kind, case.form),
                case.state,
            );
            let answer = ask(&cast, &case, expected, &number).await;
            (case, expected, answer)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut wrong = Vec::new();
    let (mut missing, mut compared) = (HashMap::new(), 0);
    let key = |case: &Case| {
        let told = format!("{:?}", (case.who, case.kind, case.form));
        (case.method, case.route.clone(), case.operation.label, told)
    };
    for (case, expected, answer) in &answers {
        let status = answer.status.as_u16();
        let wanted = expected.status(&case.operation);
        if status != wanted {
            let text = answer.text().chars().take(160).collect::<String>();
            wrong.push(format!("{}: {status}, not {wanted}: {text}", case.told()));
        }
        if status == 401 && case.method != "HEAD" {
            let error = crate::auth::Challenge::of(answer).error;
            if error.as_deref() != expected.error(case.who, case.form) {
                wrong.push(format!("{}: challenged with {error:?}", case.told()));
            }
        }
        if case.state == State::Missing && expected.tells_nothing() {
            missing.insert(key(case), faceless(answer, case.state));
        }
    }
    for (case, expected, answer) in &answers {
        let missing = missing.get(&key(case));
        let Some(missing) = missing.filter(|_| expected.tells_nothing()) else {
            continue;
        };
        compared += 1;
        let hidden = faceless(answer, case.state);
        if hidden != *missing {
            wrong.push(format!("{}: {hidden:?}, missing: {missing:?}", case.told()));
        }
    }
    assert!(total > 10_000, "only {total} cases");
    for kind in Expected::ALL {
        let came = answers.iter().filter(|(_, expected, _)| *expected == kind);
        assert!(came.count() > 100, "hardly ever {kind:?}");
    }
    assert!(
        compared > 2_000,
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
async fn bad_tokens_are_exchanged_for_nothing() {
    let cast = Cast::new().await;
    let image = cast.shared(State::Public);
    for (who, kind) in credentials().filter(|(_, kind)| kind.is_bad()) {
        let token = cast.token(who, kind, &image).await.unwrap_or_default();
        if who == Who::Anonymous {
            continue;
        }
        let basic = crate::auth::basic("anybody", &token);
        let scope = format!("scope=repository:{}:pull", image.shown);
        let answer = crate::auth::ask(&cast.app, Some(&basic), &scope).await;
        crate::auth::challenged(answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_names_its_methods_to_who_comes_with_another() {
    let cast = Cast::new().await;
    let client = cast.app.anonymous();
    for (method, route) in Route::samples() {
        let path = route.path();
        let path = path.strip_prefix("/v2").unwrap();
        let answer = send(client.request(Method::OPTIONS, path))
            .await
            .expect(405);
        let allow = answer.header("allow").unwrap();
        let named = allow.split(", ").any(|allowed| allowed == method);
        assert!(named, "{path} answers {method}, but says {allow}");
    }
}
