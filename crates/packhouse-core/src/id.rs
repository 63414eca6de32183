//! Row identifiers. Ids of packages and versions stay below 2^32 and are never reused
//! (cleanup tools parse them as 32-bit numbers).

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

id! {
    /// A user or an organisation.
    AccountId,
    /// A team of an organisation.
    TeamId,
    /// A repository: an object of permissions and links, without git.
    RepositoryId,
    /// A package of one format under one owner.
    PackageId,
    /// A version of a package.
    VersionId,
    /// A file of a version.
    FileId,
    /// A personal access token.
    TokenId,
    /// A public key that an owner trusts.
    OwnerKeyId,
    /// A row of the event log.
    EventId,
}
