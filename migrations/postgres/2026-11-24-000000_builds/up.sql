-- Where a package lies in the repository that it belongs to, for formats whose packages belong to
-- one: only one live package of an owner lies there. Folders are listed by it, in byte order.
ALTER TABLE package ADD COLUMN path TEXT COLLATE "C";
CREATE UNIQUE INDEX package_path ON package (owner_id, format, path) WHERE deleted_at IS NULL AND path IS NOT NULL;
CREATE INDEX package_path_any ON package (owner_id, format, path) WHERE path IS NOT NULL;
CREATE INDEX package_folder ON package (repository_id, format, path) WHERE deleted_at IS NULL AND path IS NOT NULL;

-- Files that arrive one by one: to which build each belongs, what it is in there (the newest of
-- each is current), who put it, and whether its bytes are doubted.
ALTER TABLE file ADD COLUMN build TEXT;
ALTER TABLE file ADD COLUMN part TEXT;
ALTER TABLE file ADD COLUMN suspect BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE file ADD COLUMN publisher_id BIGINT;
CREATE INDEX file_part ON file (version_id, part) WHERE part IS NOT NULL;

-- What is published in one go of a version whose files arrive one by one: the version itself (name
-- ''), or one build of a snapshot. `due_at` is when nothing more is waited for; NULL when the build
-- was looked at since and something is missing. What its files say counts when it is listed.
CREATE TABLE build (
    version_id    BIGINT NOT NULL REFERENCES version (id) ON DELETE CASCADE,
    package_id    BIGINT NOT NULL REFERENCES package (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    state         TEXT NOT NULL,
    publisher_id  BIGINT,
    created_at    TIMESTAMP NOT NULL,
    touched_at    TIMESTAMP NOT NULL,
    due_at        TIMESTAMP,
    metadata           TEXT NOT NULL,
    source_repository  TEXT,
    source_ref         TEXT,
    entries            TEXT NOT NULL,
    PRIMARY KEY (version_id, name)
);
CREATE INDEX build_due ON build (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX build_due_package ON build (package_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX build_open ON build (touched_at) WHERE state = 'open';
CREATE INDEX build_live ON build (version_id) WHERE state = 'live' AND name <> '';
CREATE INDEX build_package ON build (package_id, state);

-- Digests that a client announced for a file that has not come yet.
CREATE TABLE announced_digest (
    repository_id  BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
    path           TEXT NOT NULL,
    algorithm      TEXT NOT NULL,
    value          TEXT NOT NULL,
    account_id     BIGINT,
    at             TIMESTAMP NOT NULL,
    PRIMARY KEY (repository_id, path, algorithm)
);
CREATE INDEX announced_digest_at ON announced_digest (at);

-- What packages contribute to documents over several packages of a repository.
CREATE TABLE package_entry (
    package_id  BIGINT NOT NULL REFERENCES package (id) ON DELETE CASCADE,
    topic       TEXT NOT NULL,
    name        TEXT NOT NULL,
    value       TEXT NOT NULL,
    PRIMARY KEY (package_id, topic, name)
);
CREATE INDEX package_entry_topic ON package_entry (topic, package_id);
