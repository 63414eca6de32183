//! Builders of accounts, organisations, repositories, grants and tokens: by use cases, as the
//! server's own commands.

use packhouse_core::account::{AccountName, OrganisationRole, TeamName};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::permission::Role;
use packhouse_core::token::Scopes;
use packhouse_core::visibility::Visibility;
use packhouse_registry::PackageAddress;
use packhouse_registry::account::NewUser;
use packhouse_registry::grant::Grantee;
use packhouse_registry::repository::RepositoryAddress;
use packhouse_registry::token::{MadeToken, TokenSpec};

use super::{TestApp, TestClient};

/// The password of every user that [`TestApp::user`] makes.
pub const PASSWORD: &str = "correct horse battery";

fn name(text: &str) -> AccountName {
    AccountName::parse(text).expect("the test names an account")
}

/// From where the builders act.
static HERE: Client = Client {
    address: None,
    agent: None,
};

/// Gives what a token with all scopes and no limits is made from.
pub fn token_spec() -> TokenSpec {
    TokenSpec {
        name: "test".to_owned(),
        scopes: Scopes::all(),
        ..TokenSpec::default()
    }
}

impl TestApp {
    /// Makes a user, and gives a client with a token that may do all its user may.
    ///
    /// # Panics
    /// When a rule refuses it, like every builder here.
    pub async fn user(&self, login: &str) -> TestClient {
        let user = NewUser {
            name: name(login),
            email: None,
            password: PASSWORD.to_owned(),
            site_admin: false,
        };
        let made = self.registry.create_user(&Actor::System, &HERE, user);
        made.await.expect("the user is new");
        let token = self.token(login, token_spec()).await;
        self.client(Some(&token.secret))
    }

    /// Makes a token of a user.
    ///
    /// # Panics
    /// When a rule refuses it.
    pub async fn token(&self, login: &str, spec: TokenSpec) -> MadeToken {
        let user = name(login);
        let made = self
            .registry
            .create_token(&Actor::System, &HERE, &user, spec);
        made.await.expect("the token is made")
    }

    /// Makes an organisation.
    ///
    /// # Panics
    /// When a rule refuses it.
    pub async fn organisation(&self, login: &str, owner: &str) {
        let (new, owner) = (name(login), name(owner));
        let registry = &self.registry;
        let made = registry.create_organisation(&Actor::System, &HERE, new, &owner);
        made.await.expect("the organisation is new");
    }

    /// Takes a user into an organisation, or changes the role there.
    ///
    /// # Panics
    /// When a rule refuses it.
    pub async fn member(&self, organisation: &str, user: &str, role: Option<OrganisationRole>) {
        let (organisation, user) = (name(organisation), name(user));
        let registry = &self.registry;
        let set = registry.set_member(&Actor::System, &HERE, &organisation, &user, role);
        set.await.expect("the member is set");
    }

    /// Makes a team of members.
    ///
    /// # Panics
    /// When a rule refuses it.
    pub async fn team(&self, organisation: &str, team: &str, members: &[&str]) {
        let team = TeamName::parse(team).expect("the test names a team");
        let members = members.iter().map(|member| name(member)).collect();
        let organisation = name(organisation);
        let registry = &self.registry;
        let made = registry.create_team(&Actor::System, &HERE, &organisation, team, members);
        made.await.expect("the team is new");
    }

    /// Makes a repository, `OWNER/NAME`.
    ///
    /// # Panics
    /// When a rule refuses it.
    pub async fn repository(&self, address: &str, visibility: Visibility) {
        let address = RepositoryAddress::parse(address).expect("the test names a repository");
        let registry = &self.registry;
        let made = registry.create_repository(&Actor::System, &HERE, address, visibility);
        made.await.expect("the repository is new");
    }

    /// Gives a user, or a team as `ORG/TEAM`, a role on a repository, or takes it.
    ///
    /// # Panics
    /// When a rule refuses it.
    pub async fn grant_on_repository(&self, address: &str, to: &str, role: Option<Role>) {
        let address = RepositoryAddress::parse(address).expect("the test names a repository");
        let to = Grantee::parse(to).expect("the test names a user or team");
        let registry = &self.registry;
        let set = registry.grant_on_repository(&Actor::System, &HERE, address, to, role);
        set.await.expect("the grant is set");
    }

    /// Gives a user, or a team as `ORG/TEAM`, a role on a package, or takes it.
    ///
    /// # Panics
    /// When a rule refuses it.
    pub async fn grant(&self, package: &PackageAddress, to: &str, role: Option<Role>) {
        let to = Grantee::parse(to).expect("the test names a user or team");
        let registry = &self.registry;
        let set = registry.grant_on_package(&Actor::System, &HERE, package, to, role);
        set.await.expect("the grant is set");
    }
}
