-- Accounts: users and organisations.
CREATE TABLE account (
    id                   INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind                 TEXT NOT NULL,
    name                 TEXT NOT NULL,
    name_key             TEXT NOT NULL UNIQUE,
    email                TEXT,
    password_hash        TEXT,
    site_admin           BOOLEAN NOT NULL,
    disabled             BOOLEAN NOT NULL,
    base_role            TEXT,
    packages_inherit     BOOLEAN NOT NULL,
    member_visibilities  TEXT NOT NULL,
    created_at           TIMESTAMP NOT NULL
);

CREATE TABLE membership (
    organisation_id  BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role             TEXT NOT NULL,
    PRIMARY KEY (organisation_id, user_id)
);
CREATE INDEX membership_user ON membership (user_id);

CREATE TABLE team (
    id               INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    organisation_id  BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name             TEXT NOT NULL,
    name_key         TEXT NOT NULL,
    created_at       TIMESTAMP NOT NULL,
    UNIQUE (organisation_id, name_key)
);

CREATE TABLE team_member (
    team_id  BIGINT NOT NULL REFERENCES team (id) ON DELETE CASCADE,
    user_id  BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX team_member_user ON team_member (user_id);

CREATE TABLE repository (
    id          INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    owner_id    BIGINT NOT NULL REFERENCES account (id),
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,
    visibility  TEXT NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    UNIQUE (owner_id, name_key)
);

-- Addresses by which packages name a repository, in their one comparable form.
CREATE TABLE repository_source (
    repository_id  BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
    address        TEXT NOT NULL,
    PRIMARY KEY (repository_id, address)
);
CREATE INDEX repository_source_address ON repository_source (address);

CREATE TABLE package (
    id             INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    owner_id       BIGINT NOT NULL REFERENCES account (id),
    format         TEXT NOT NULL,
    name           TEXT NOT NULL,
    name_key       TEXT NOT NULL,
    repository_id  BIGINT REFERENCES repository (id),
    inherits       BOOLEAN NOT NULL,
    visibility     TEXT NOT NULL,
    revision       BIGINT NOT NULL,
    latest_id      BIGINT,
    live_versions  BIGINT NOT NULL,
    description    TEXT,
    created_at     TIMESTAMP NOT NULL,
    updated_at     TIMESTAMP NOT NULL,
    deleted_at     TIMESTAMP
);
CREATE UNIQUE INDEX package_name ON package (owner_id, format, name_key) WHERE deleted_at IS NULL;
CREATE INDEX package_owner ON package (owner_id, id) WHERE deleted_at IS NULL;
CREATE INDEX package_repository ON package (repository_id);
CREATE INDEX package_deleted ON package (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE version (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    package_id         BIGINT NOT NULL REFERENCES package (id),
    name               TEXT NOT NULL,
    name_key           TEXT NOT NULL,
    state              TEXT NOT NULL,
    listed             BOOLEAN NOT NULL,
    prerelease         BOOLEAN NOT NULL,
    metadata           TEXT NOT NULL,
    readme             TEXT,
    deprecation        TEXT,
    publisher_id       BIGINT,
    publisher_name     TEXT NOT NULL,
    token_id           BIGINT,
    client             TEXT,
    source_repository  TEXT,
    source_commit      TEXT,
    source_ref         TEXT,
    created_at         TIMESTAMP NOT NULL,
    deleted_at         TIMESTAMP
);
CREATE UNIQUE INDEX version_name ON version (package_id, name_key) WHERE deleted_at IS NULL;
CREATE INDEX version_package ON version (package_id, id);
CREATE INDEX version_deleted ON version (deleted_at) WHERE deleted_at IS NOT NULL;

-- Bytes in the store, once by sha256; `location` is the store's own key.
CREATE TABLE blob (
    sha256      TEXT NOT NULL PRIMARY KEY,
    sha512      TEXT NOT NULL,
    sha1        TEXT NOT NULL,
    md5         TEXT NOT NULL,
    size        BIGINT NOT NULL,
    location    TEXT NOT NULL,
    created_at  TIMESTAMP NOT NULL
);

-- Files of versions; `package_id` repeats the version's, so that a file is found by package and
-- name in one probe.
CREATE TABLE file (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    version_id    BIGINT NOT NULL REFERENCES version (id),
    package_id    BIGINT NOT NULL REFERENCES package (id),
    name          TEXT NOT NULL,
    content_type  TEXT NOT NULL,
    sha256        TEXT NOT NULL REFERENCES blob (sha256),
    created_at    TIMESTAMP NOT NULL,
    UNIQUE (version_id, name)
);
CREATE INDEX file_package ON file (package_id, name);
CREATE INDEX file_blob ON file (sha256);

CREATE TABLE tag (
    package_id  BIGINT NOT NULL REFERENCES package (id),
    name        TEXT NOT NULL,
    version_id  BIGINT NOT NULL REFERENCES version (id),
    updated_at  TIMESTAMP NOT NULL,
    PRIMARY KEY (package_id, name)
);
CREATE INDEX tag_version ON tag (version_id);

-- Version names that were used once: outlives the version and its package.
CREATE TABLE tombstone (
    owner_id      BIGINT NOT NULL REFERENCES account (id),
    format        TEXT NOT NULL,
    package_key   TEXT NOT NULL,
    version_key   TEXT NOT NULL,
    version_id    BIGINT NOT NULL,
    sha256        TEXT,
    deleted_at    TIMESTAMP NOT NULL,
    PRIMARY KEY (owner_id, format, package_key, version_key)
);

-- Roles of a user or a team on a repository or a package; exactly one of each pair is set.
CREATE TABLE access_grant (
    id             INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id        BIGINT REFERENCES account (id) ON DELETE CASCADE,
    team_id        BIGINT REFERENCES team (id) ON DELETE CASCADE,
    repository_id  BIGINT REFERENCES repository (id) ON DELETE CASCADE,
    package_id     BIGINT REFERENCES package (id) ON DELETE CASCADE,
    role           TEXT NOT NULL,
    created_at     TIMESTAMP NOT NULL,
    CHECK ((user_id IS NULL) <> (team_id IS NULL)),
    CHECK ((repository_id IS NULL) <> (package_id IS NULL))
);
CREATE UNIQUE INDEX access_grant_user_repository ON access_grant (repository_id, user_id) WHERE repository_id IS NOT NULL AND user_id IS NOT NULL;
CREATE UNIQUE INDEX access_grant_team_repository ON access_grant (repository_id, team_id) WHERE repository_id IS NOT NULL AND team_id IS NOT NULL;
CREATE UNIQUE INDEX access_grant_user_package ON access_grant (package_id, user_id) WHERE package_id IS NOT NULL AND user_id IS NOT NULL;
CREATE UNIQUE INDEX access_grant_team_package ON access_grant (package_id, team_id) WHERE package_id IS NOT NULL AND team_id IS NOT NULL;
CREATE INDEX access_grant_user ON access_grant (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX access_grant_team ON access_grant (team_id) WHERE team_id IS NOT NULL;

-- Personal access tokens; `hash` is the sha256 of the token's body in hex.
CREATE TABLE token (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    account_id    BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    hash          TEXT NOT NULL UNIQUE,
    first4        TEXT NOT NULL,
    last4         TEXT NOT NULL,
    scopes        TEXT NOT NULL,
    limits        TEXT NOT NULL,
    created_at    TIMESTAMP NOT NULL,
    expires_at    TIMESTAMP,
    revoked_at    TIMESTAMP,
    last_used_at  TIMESTAMP
);
CREATE INDEX token_account ON token (account_id, id);

-- Signed-in browsers; `hash` is the sha256 of the cookie in hex.
CREATE TABLE session (
    hash        TEXT NOT NULL PRIMARY KEY,
    account_id  BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    csrf        TEXT NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    expires_at  TIMESTAMP NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expires ON session (expires_at);

-- A command-line client waiting for a person to confirm its login in a browser. `page_hash` is
-- what the person opens, `poll_hash` what the client asks; confirming names the account, and the
-- client's next question takes the row and makes the token.
CREATE TABLE cli_login (
    poll_hash   TEXT NOT NULL PRIMARY KEY,
    page_hash   TEXT NOT NULL UNIQUE,
    agent       TEXT,
    address     TEXT,
    hostname    TEXT,
    account_id  BIGINT REFERENCES account (id) ON DELETE CASCADE,
    created_at  TIMESTAMP NOT NULL,
    expires_at  TIMESTAMP NOT NULL
);
CREATE INDEX cli_login_expires ON cli_login (expires_at);

-- Sign-in failures by account name or address, for the rate limit.
CREATE TABLE sign_in_failure (
    subject       TEXT NOT NULL PRIMARY KEY,
    failures      BIGINT NOT NULL,
    window_start  TIMESTAMP NOT NULL
);
CREATE INDEX sign_in_failure_window ON sign_in_failure (window_start);

-- Single values the server keeps for itself: the set-up secret's hash, and the like.
CREATE TABLE setting (
    name   TEXT NOT NULL PRIMARY KEY,
    value  TEXT NOT NULL
);

-- Keys that sign npm versions; retired ones stay listed with their end.
CREATE TABLE signing_key (
    key_id       TEXT NOT NULL PRIMARY KEY,
    public_key   TEXT NOT NULL,
    private_key  TEXT NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    expires_at   TIMESTAMP
);

-- Downloads per version and day, added to in batches.
CREATE TABLE download_count (
    version_id  BIGINT NOT NULL REFERENCES version (id) ON DELETE CASCADE,
    day         DATE NOT NULL,
    count       BIGINT NOT NULL,
    PRIMARY KEY (version_id, day)
);

-- What happened; never rewritten.
CREATE TABLE event (
    id             INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at             TIMESTAMP NOT NULL,
    kind           TEXT NOT NULL,
    actor_id       BIGINT,
    actor_name     TEXT NOT NULL,
    token_id       BIGINT,
    address        TEXT,
    owner_id       BIGINT,
    repository_id  BIGINT,
    package_id     BIGINT,
    version_id     BIGINT,
    detail         TEXT NOT NULL
);
CREATE INDEX event_owner ON event (owner_id, id);
CREATE INDEX event_package ON event (package_id, id);

-- Full-text search over what people look for; rowid = package.id. Written with the package. Texts
-- come as lower-case words; folding accents too would make this engine find more than the other.
CREATE VIRTUAL TABLE package_search USING fts5(name, description, keywords, tokenize = "unicode61 remove_diacritics 0 tokenchars '_'");
