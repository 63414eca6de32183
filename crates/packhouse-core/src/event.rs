//! What happened. Events are written in the transaction of the change and never rewritten; audit,
//! webhooks and jobs read them.

use chrono::{DateTime, Utc};

use crate::id::{AccountId, EventId, PackageId, RepositoryId, TokenId, VersionId};

macro_rules! event_kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// The closed list of what can happen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventKind { $($(#[$doc])* $name),* }

        impl EventKind {
            /// Gives the database and wire value.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// Reads the database and wire value.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

event_kinds! {
    /// A user was made.
    UserCreated = "user.created",
    /// A user's password was set.
    PasswordChanged = "user.password_changed",
    /// A user may no longer sign in.
    UserDisabled = "user.disabled",
    /// A user may sign in again.
    UserEnabled = "user.enabled",
    /// An organisation was made.
    OrganisationCreated = "organisation.created",
    /// A user joined an organisation, or changed place in it.
    MemberSet = "organisation.member_set",
    /// A user left an organisation.
    MemberRemoved = "organisation.member_removed",
    /// A team was made.
    TeamCreated = "team.created",
    /// A user joined a team.
    TeamMemberAdded = "team.member_added",
    /// A user left a team.
    TeamMemberRemoved = "team.member_removed",
    /// A repository was made.
    RepositoryCreated = "repository.created",
    /// A repository's visibility changed.
    RepositoryVisibilityChanged = "repository.visibility_changed",
    /// A source address was registered.
    RepositorySourceAdded = "repository.source_added",
    /// A source address was removed.
    RepositorySourceRemoved = "repository.source_removed",
    /// A user or team got a role on a repository or package.
    GrantSet = "grant.set",
    /// A user or team lost its role on a repository or package.
    GrantRemoved = "grant.removed",
    /// A token was made.
    TokenCreated = "token.created",
    /// A token was revoked.
    TokenRevoked = "token.revoked",
    /// A package came to be, with its first version.
    PackageCreated = "package.created",
    /// A package's visibility or inheritance changed.
    PackageVisibilityChanged = "package.visibility_changed",
    /// A package was linked to a repository, or unlinked.
    PackageLinked = "package.linked",
    /// A rule of a package was set or removed.
    PackageRuleSet = "package.rule_set",
    /// A public key was registered for an owner.
    OwnerKeyAdded = "owner.key_added",
    /// A public key of an owner was removed.
    OwnerKeyRemoved = "owner.key_removed",
    /// Bytes were taken out of a package.
    BlobDeleted = "blob.deleted",
    /// A package was deleted.
    PackageDeleted = "package.deleted",
    /// A package was restored.
    PackageRestored = "package.restored",
    /// A deleted package went for good, with its versions; or one that nothing was ever published in.
    PackagePurged = "package.purged",
    /// A version appeared.
    VersionPublished = "version.published",
    /// A further build of a version appeared.
    BuildPublished = "build.published",
    /// An old build of a version went, by the rule that keeps the newest.
    BuildExpired = "build.expired",
    /// A file of a published version was replaced, where its format allows that.
    FileReplaced = "file.replaced",
    /// A version was deprecated, or no longer is.
    VersionDeprecated = "version.deprecated",
    /// Lists no longer show a version.
    VersionUnlisted = "version.unlisted",
    /// Lists show a version again.
    VersionRelisted = "version.relisted",
    /// A file joined a published version, where its format allows that.
    FileJoined = "file.joined",
    /// A version was deleted; one that never appeared went for good.
    VersionDeleted = "version.deleted",
    /// A version was restored.
    VersionRestored = "version.restored",
    /// A deleted version went for good.
    VersionPurged = "version.purged",
    /// A tag was set or moved.
    TagSet = "tag.set",
    /// A tag was removed.
    TagRemoved = "tag.removed",
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its row; grows.
    pub id: EventId,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: EventKind,
    /// Who did it; `None` for the server's own commands.
    pub actor: Option<AccountId>,
    /// The name of who did it at that time.
    pub actor_name: String,
    /// The token used.
    pub token: Option<TokenId>,
    /// The caller's address.
    pub address: Option<String>,
    /// The account whose thing changed.
    pub owner: Option<AccountId>,
    /// The repository concerned.
    pub repository: Option<RepositoryId>,
    /// The package concerned.
    pub package: Option<PackageId>,
    /// The version concerned.
    pub version: Option<VersionId>,
    /// More, as a JSON object: old and new values.
    pub detail: String,
}
