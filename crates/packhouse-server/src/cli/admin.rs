//! `packhouse admin …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use packhouse_core::account::{AccountName, OrganisationRole};
use packhouse_core::id::TokenId;
use packhouse_core::link::SourceAddress;
use packhouse_core::permission::Role;
use packhouse_core::token::Scopes;
use packhouse_core::visibility::Visibility;
use packhouse_registry::grant::Grantee;
use packhouse_registry::repository::RepositoryAddress;
use packhouse_registry::visibility::AccessSource;

use super::value::{
    PackageText, RepositoryOrNone, RoleOrNone, TeamAddress, TeamPlace, TypedPackage, access_source,
    duration, repository,
};

/// What to manage.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Users
    #[command(subcommand)]
    User(UserCommand),
    /// Organisations and their members
    #[command(subcommand)]
    Org(OrgCommand),
    /// Teams and their members
    #[command(subcommand)]
    Team(TeamCommand),
    /// Repositories
    #[command(subcommand)]
    Repo(RepoCommand),
    /// Give a role on a repository, or take it
    Grant {
        #[arg(value_name = "OWNER/NAME", value_parser = repository)]
        repository: RepositoryAddress,
        #[arg(value_name = "USER|ORG/TEAM", value_parser = grantee)]
        to: Grantee,
        #[arg(value_name = "read|write|admin|none")]
        role: RoleOrNone<Role>,
    },
    /// Packages
    #[command(subcommand)]
    Package(PackageCommand),
    /// Tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Public keys whose signatures an owner trusts
    #[command(subcommand)]
    SigningKey(SigningKeyCommand),
}

/// What to do with an owner's public keys.
#[derive(Debug, Subcommand)]
pub enum SigningKeyCommand {
    /// Trust a public key: ECDSA P-256 or P-384, Ed25519 or RSA, in PEM
    Add {
        #[arg(value_name = "OWNER", value_parser = AccountName::parse)]
        owner: AccountName,
        /// The file, such as cosign.pub
        file: PathBuf,
    },
    /// List an owner's keys
    List {
        #[arg(value_name = "OWNER", value_parser = AccountName::parse)]
        owner: AccountName,
    },
    /// Trust a key no more
    Remove {
        #[arg(value_name = "OWNER", value_parser = AccountName::parse)]
        owner: AccountName,
        /// Its number in the list
        #[arg(value_name = "ID")]
        id: i64,
    },
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// From now on.
    On,
    /// No more.
    Off,
}

/// What to do with users.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make a user
    Create {
        #[arg(value_name = "LOGIN", value_parser = AccountName::parse)]
        name: AccountName,
        /// E-mail address
        #[arg(long, value_name = "E")]
        email: Option<String>,
        /// May do everything everywhere
        #[arg(long)]
        site_admin: bool,
        #[command(flatten)]
        password: PasswordStdin,
    },
    /// Set a user's password
    Password {
        #[arg(value_name = "LOGIN", value_parser = AccountName::parse)]
        name: AccountName,
        #[command(flatten)]
        password: PasswordStdin,
    },
    /// Let a user and all its tokens do nothing any more
    Disable {
        #[arg(value_name = "LOGIN", value_parser = AccountName::parse)]
        name: AccountName,
    },
    /// Undo that
    Enable {
        #[arg(value_name = "LOGIN", value_parser = AccountName::parse)]
        name: AccountName,
    },
}

/// A password is never an argument: those are seen by everyone on the machine.
#[derive(Debug, Args)]
pub struct PasswordStdin {
    /// Read the password from standard input, less a line break at its end
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// What to do with organisations.
#[derive(Debug, Subcommand)]
pub enum OrgCommand {
    /// Make an organisation
    Create {
        #[arg(value_name = "LOGIN", value_parser = AccountName::parse)]
        name: AccountName,
        /// Its first owner
        #[arg(long, value_name = "USER", value_parser = AccountName::parse)]
        owner: AccountName,
    },
    /// Give a user a place, or take it
    Member {
        #[arg(value_name = "LOGIN", value_parser = AccountName::parse)]
        organisation: AccountName,
        #[arg(value_name = "USER", value_parser = AccountName::parse)]
        user: AccountName,
        /// The place
        #[arg(long, value_name = "owner|member|none", default_value = "member")]
        role: RoleOrNone<OrganisationRole>,
    },
}

/// What to do with teams.
#[derive(Debug, Subcommand)]
pub enum TeamCommand {
    /// Make a team
    Create {
        #[arg(value_name = "ORG/TEAM")]
        team: TeamAddress,
        /// A first member; may be given often
        #[arg(long = "member", value_name = "USER", value_parser = AccountName::parse)]
        members: Vec<AccountName>,
    },
    /// Put a member of the organisation into a team, or take it out
    Member {
        #[arg(value_name = "ORG/TEAM")]
        team: TeamAddress,
        #[arg(value_name = "USER", value_parser = AccountName::parse)]
        user: AccountName,
        /// In or out
        #[arg(long, value_name = "member|none", default_value = "member")]
        role: TeamPlace,
    },
}

/// What to do with repositories.
#[derive(Debug, Subcommand)]
pub enum RepoCommand {
    /// Make a repository
    Create {
        #[arg(value_name = "OWNER/NAME", value_parser = repository)]
        repository: RepositoryAddress,
        /// Who may read it without a grant
        #[arg(
            long,
            value_name = "private|internal|public",
            default_value = "private"
        )]
        visibility: Visibility,
    },
    /// Change who may read it without a grant
    Visibility {
        #[arg(value_name = "OWNER/NAME", value_parser = repository)]
        repository: RepositoryAddress,
        #[arg(value_name = "private|internal|public")]
        visibility: Visibility,
    },
    /// Register an address by which packages name it, or remove one
    Source {
        #[arg(value_name = "OWNER/NAME", value_parser = repository)]
        repository: RepositoryAddress,
        #[arg(value_enum)]
        change: Change,
        #[arg(value_name = "URL", value_parser = SourceAddress::parse)]
        source: SourceAddress,
    },
}

/// Adding or removing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Change {
    /// Register it
    Add,
    /// Remove it
    Remove,
}

/// What to do with packages. TYPE is npm, nuget, maven, rubygems or container.
#[derive(Debug, Subcommand)]
pub enum PackageCommand {
    /// List an account's packages
    List {
        #[arg(value_name = "OWNER", value_parser = AccountName::parse)]
        owner: AccountName,
    },
    /// Change who may read it without a grant
    Visibility {
        #[command(flatten)]
        package: TypeAndName,
        #[arg(value_name = "inherit|private|internal|public", value_parser = access_source)]
        visibility: AccessSource,
    },
    /// Link it to a repository, or to none
    Link {
        #[command(flatten)]
        package: TypeAndName,
        #[arg(value_name = "OWNER/REPO|none")]
        repository: RepositoryOrNone,
    },
    /// Give a role on it, or take it
    Grant {
        #[command(flatten)]
        package: TypeAndName,
        #[arg(value_name = "USER|ORG/TEAM", value_parser = grantee)]
        to: Grantee,
        #[arg(value_name = "read|write|admin|none")]
        role: RoleOrNone<Role>,
    },
    /// Delete it, or one version; can be undone for 30 days
    Delete {
        #[command(flatten)]
        package: TypeAndName,
        version: Option<String>,
    },
    /// Undo that
    Restore {
        #[command(flatten)]
        package: TypeAndName,
        version: Option<String>,
    },
    /// List a version whose files came one by one, without waiting for its publisher's word
    Complete {
        #[command(flatten)]
        package: TypeAndName,
        version: String,
    },
    /// Tell users to leave a version, or all of them
    Deprecate {
        #[command(flatten)]
        package: TypeAndName,
        #[arg(value_name = "VERSION|all")]
        version: String,
        /// What is wrong, in the format's own words; may be given often. NuGet: Legacy,
        /// CriticalBugs, Other
        #[arg(long = "reason", value_name = "REASON")]
        reasons: Vec<String>,
        /// What users are told
        #[arg(long, value_name = "TEXT")]
        message: Option<String>,
        /// The package to use instead
        #[arg(long, value_name = "NAME")]
        alternate: Option<String>,
        /// Take it back
        #[arg(long, conflicts_with_all = ["reasons", "message", "alternate"])]
        undo: bool,
    },
    /// List its versions, newest first, with their tags and who signed them
    Versions {
        #[command(flatten)]
        package: TypeAndName,
        /// Those that were deleted, as long as they can be restored
        #[arg(long)]
        deleted: bool,
    },
    /// Say which tags never move or go once they are set, or show them
    ImmutableTags {
        #[command(flatten)]
        package: TypeAndName,
        /// Patterns with * and ?; the word none lets all tags move
        #[arg(value_name = "PATTERN")]
        patterns: Vec<String>,
    },
    /// Hand out only versions that a key of the owner signed
    RequireSignature {
        #[command(flatten)]
        package: TypeAndName,
        switch: Switch,
    },
}

/// A package as two words.
#[derive(Debug, Args)]
pub struct TypeAndName {
    /// npm, nuget, maven, rubygems or container
    #[arg(value_name = "TYPE")]
    pub kind: String,
    /// Its owner and its name there; npm's @acme/x is acme/x
    #[arg(value_name = "OWNER/NAME")]
    pub name: PackageText,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// List a user's tokens
    List {
        #[arg(value_name = "USER", value_parser = AccountName::parse)]
        user: AccountName,
    },
    /// Make a token and print it, alone, this once
    Create(TokenCreate),
    /// Revoke a token; it fails at the next request
    Revoke {
        #[arg(value_name = "ID", value_parser = token_id)]
        id: TokenId,
    },
}

/// The token to make. Limits of several kinds must all hold; of one kind, one is enough.
#[derive(Debug, Args)]
pub struct TokenCreate {
    /// Whose rights it carries
    #[arg(value_name = "USER", value_parser = AccountName::parse)]
    pub user: AccountName,
    /// What to call it
    #[arg(long, value_name = "N")]
    pub name: String,
    /// What it may do: read:packages, write:packages, delete:packages
    #[arg(long, value_name = "SCOPE,…")]
    pub scopes: Scopes,
    /// How long it works: a number with s, m, h, d or w; for ever when not said
    #[arg(long, value_name = "30d", value_parser = duration)]
    pub expires_in: Option<chrono::Duration>,
    /// Only things of this owner; may be given often
    #[arg(long = "owner", value_name = "O", value_parser = AccountName::parse)]
    pub owners: Vec<AccountName>,
    /// Only this repository and what is linked to it; may be given often
    #[arg(long = "repo", value_name = "OWNER/NAME", value_parser = repository)]
    pub repositories: Vec<RepositoryAddress>,
    /// Only this package; may be given often
    #[arg(long = "package", value_name = "TYPE:OWNER/NAME")]
    pub packages: Vec<TypedPackage>,
}

fn grantee(text: &str) -> Result<Grantee, String> {
    Grantee::parse(text).map_err(|error| error.to_string())
}

fn token_id(text: &str) -> Result<TokenId, std::num::ParseIntError> {
    text.parse().map(TokenId)
}
