//! What can be done at each address, written down a second time, from the model's side.

use packhouse_core::permission::Action;
use packhouse_npm::route::{NotOffered, PackageRef, Route};
use packhouse_registry::PackageAddress;
use packhouse_testkit::app::PASSWORD;
use serde_json::{Value, json};

use crate::body::Body;

/// What an operation needs.
#[derive(Debug, Clone, Copy)]
pub enum Needs {
    /// A sign-in: credentials are not looked at.
    Login,
    /// Nothing.
    Nothing,
    /// An account.
    SignedIn,
    /// An account, by a token that is not limited to some things of it.
    Unlimited,
    /// An account, by a token that speaks for all of it.
    WholeAccount,
    /// To belong to the organisation.
    Membership,
    /// All of these on the package, asked in this order.
    Actions(&'static [Action]),
}

/// Writes the body of a request about a package.
pub type MakeBody = fn(&PackageAddress) -> Value;

/// One thing to do at an address.
#[derive(Clone)]
pub struct Operation {
    pub label: &'static str,
    pub needs: Needs,
    pub body: Option<MakeBody>,
    /// The status when it is allowed.
    pub success: u16,
    /// The status to an account that may not know: 404 to reading, 403 to changing.
    pub hidden: u16,
}

fn read(needs: Needs, success: u16) -> Operation {
    Operation {
        label: "",
        needs,
        body: None,
        success,
        hidden: 404,
    }
}

fn change(
    label: &'static str,
    actions: &'static [Action],
    body: Option<MakeBody>,
    success: u16,
) -> Operation {
    Operation {
        label,
        needs: Needs::Actions(actions),
        body,
        success,
        hidden: 403,
    }
}

fn sent(needs: Needs, body: MakeBody, success: u16) -> Operation {
    Operation {
        body: Some(body),
        ..read(needs, success)
    }
}

/// Gives what can be done at an address. A new address does not compile without an answer here.
pub fn of(route: &Route) -> Vec<Operation> {
    use Action::{Administer, Delete, Publish, Read, Tag};
    use Needs::{Actions, Login, Membership, Nothing, SignedIn, Unlimited, WholeAccount};
    let on_package = read(Actions(&[Read]), 200);
    vec![match route {
        // No package can have such a name: the rule is told to those who are signed in.
        Route::Packument(PackageRef::Unscoped(_)) => read(SignedIn, 404),
        Route::Put(PackageRef::Unscoped(_)) => sent(SignedIn, version, 403),
        Route::Packument(_)
        | Route::Manifest { .. }
        | Route::Tarball { .. }
        | Route::DistTags(_)
        | Route::Visibility(_)
        | Route::Attestations { .. } => on_package,
        Route::Collaborators(_) => Operation {
            hidden: 404,
            ..change("", &[Read, Publish], None, 200)
        },
        Route::Put(_) => {
            return vec![
                change("publish", &[Publish], Some(version), 201),
                change("deprecate", &[Publish, Tag], Some(deprecation), 200),
            ];
        }
        Route::PutRevision { .. } => {
            return vec![
                change("deprecate", &[Tag], Some(deprecation), 200),
                change("unpublish", &[Delete], Some(nothing_left), 200),
            ];
        }
        Route::DeletePackage { .. } | Route::DeleteTarball { .. } => {
            change("", &[Delete], None, 200)
        }
        Route::PutDistTag { .. } => change("", &[Tag], Some(|_| json!("1.0.0")), 201),
        Route::DeleteDistTag { .. } => change("", &[Tag], None, 200),
        Route::SetAccess(_) => {
            let body: MakeBody = |_| json!({ "access": "restricted" });
            change("", &[Administer], Some(body), 200)
        }
        Route::Keys | Route::Ping | Route::Search => read(Nothing, 200),
        Route::AuditBulk | Route::AuditQuick | Route::AuditFull => {
            sent(Nothing, |_| json!({}), 200)
        }
        Route::WhoAmI | Route::User(_) | Route::Profile => read(SignedIn, 200),
        Route::Tokens => read(Unlimited, 200),
        Route::Logout(_) => read(SignedIn, 200),
        Route::DeleteToken(_) => read(WholeAccount, 204),
        Route::CreateToken => sent(SignedIn, |_| json!({ "password": PASSWORD }), 201),
        Route::UpdateProfile => {
            let body: MakeBody = |_| json!({ "password": { "old": PASSWORD, "new": PASSWORD } });
            sent(SignedIn, body, 200)
        }
        Route::Login(_) => {
            let body: MakeBody = |_| json!({ "name": "ada", "password": PASSWORD });
            sent(Login, body, 201)
        }
        Route::WebLogin => sent(Login, |_| json!({}), 200),
        Route::WebLoginDone(_) => read(Login, 404),
        Route::OwnerPackages(_)
        | Route::OrgMembers(_)
        | Route::OrgTeams(_)
        | Route::TeamMembers { .. }
        | Route::TeamPackages { .. } => read(Membership, 200),
        Route::NotOffered(NotOffered::OidcExchange) => read(Login, 404),
        Route::NotOffered(NotOffered::TeamWrites | NotOffered::AccountChange) => read(Nothing, 403),
        Route::NotOffered(
            NotOffered::Trust
            | NotOffered::Staging
            | NotOffered::Stars
            | NotOffered::AllPackages
            | NotOffered::Replication,
        ) => read(Nothing, 404),
    }]
}

fn version(package: &PackageAddress) -> Value {
    Body::new(&package.shown, "2.0.0").json()
}

fn deprecation(package: &PackageAddress) -> Value {
    let version = json!({ "name": package.shown, "version": "1.0.0", "deprecated": "use y" });
    json!({ "name": package.shown, "versions": { "1.0.0": version } })
}

fn nothing_left(package: &PackageAddress) -> Value {
    json!({ "name": package.shown, "versions": {}, "dist-tags": {} })
}
