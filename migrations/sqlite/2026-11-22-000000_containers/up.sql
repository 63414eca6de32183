-- Not every format needs every digest: what was not computed is NULL. Rows of `file` refer to the
-- table while it is made anew; they are checked at the end.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE blob_before AS SELECT * FROM blob;
DROP TABLE blob;
CREATE TABLE blob (
    sha256      TEXT NOT NULL PRIMARY KEY,
    sha512      TEXT,
    sha1        TEXT,
    md5         TEXT,
    size        BIGINT NOT NULL,
    location    TEXT NOT NULL,
    created_at  TIMESTAMP NOT NULL
);
INSERT INTO blob SELECT sha256, sha512, sha1, md5, size, location, created_at FROM blob_before;
DROP TABLE blob_before;
CREATE INDEX blob_sha512 ON blob (sha512) WHERE sha512 IS NOT NULL;

-- Which package holds which bytes: the only way to read them. A link comes before the version that
-- refers to the bytes, and is collected when no version does. `deleted_at` hides it while a deleted
-- version may come back and need it; `touched_at` is when a client was last told that the bytes are
-- there.
CREATE TABLE blob_link (
    package_id  BIGINT NOT NULL REFERENCES package (id) ON DELETE CASCADE,
    sha256      TEXT NOT NULL REFERENCES blob (sha256),
    touched_at  TIMESTAMP NOT NULL,
    deleted_at  TIMESTAMP,
    PRIMARY KEY (package_id, sha256)
);
CREATE INDEX blob_link_blob ON blob_link (sha256);

-- The same for a package that is yet to be: each account that may publish it first has its own.
CREATE TABLE draft_blob (
    owner_id     BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    format       TEXT NOT NULL,
    package_key  TEXT NOT NULL,
    account_id   BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    sha256       TEXT NOT NULL REFERENCES blob (sha256),
    touched_at   TIMESTAMP NOT NULL,
    PRIMARY KEY (owner_id, format, package_key, account_id, sha256)
);
CREATE INDEX draft_blob_blob ON draft_blob (sha256);
CREATE INDEX draft_blob_touched ON draft_blob (touched_at);

-- Uploads of several requests. `state` is the blob store's own text: where the bytes wait and how
-- far the digests are. `writer` is who writes to it now, until `writer_until`.
CREATE TABLE upload (
    id            TEXT NOT NULL PRIMARY KEY,
    owner_id      BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    format        TEXT NOT NULL,
    package_key   TEXT NOT NULL,
    account_id    BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    position      BIGINT NOT NULL,
    state         TEXT NOT NULL,
    writer        TEXT,
    writer_until  TIMESTAMP,
    created_at    TIMESTAMP NOT NULL,
    touched_at    TIMESTAMP NOT NULL
);
CREATE INDEX upload_touched ON upload (touched_at);

-- What a version is made of besides its own files: bytes (`blob`, by sha256) and other versions of
-- its package (`version`, by key), in the order it names them.
CREATE TABLE version_reference (
    version_id  BIGINT NOT NULL REFERENCES version (id) ON DELETE CASCADE,
    position    BIGINT NOT NULL,
    package_id  BIGINT NOT NULL REFERENCES package (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    target      TEXT NOT NULL,
    PRIMARY KEY (version_id, position)
);
CREATE INDEX version_reference_target ON version_reference (package_id, kind, target);

-- Versions that say something about another version of their package, which need not exist.
-- `entry` is what a list of them shows.
CREATE TABLE referrer (
    version_id  BIGINT NOT NULL PRIMARY KEY REFERENCES version (id) ON DELETE CASCADE,
    package_id  BIGINT NOT NULL REFERENCES package (id) ON DELETE CASCADE,
    subject     TEXT NOT NULL,
    kind        TEXT,
    entry       TEXT NOT NULL
);
CREATE INDEX referrer_subject ON referrer (package_id, subject, version_id);

-- Public keys whose signatures an owner trusts; `public_key` is base64 of the DER (SPKI).
CREATE TABLE owner_key (
    id           INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    owner_id     BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    fingerprint  TEXT NOT NULL,
    algorithm    TEXT NOT NULL,
    public_key   TEXT NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    UNIQUE (owner_id, fingerprint)
);

-- Signatures that versions carry, each about a subject of the same package. `tag`, where set, must
-- point to the carrier for the signature to count. `key_id` is the owner's key that made it.
CREATE TABLE signature (
    id           INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    version_id   BIGINT NOT NULL REFERENCES version (id) ON DELETE CASCADE,
    package_id   BIGINT NOT NULL REFERENCES package (id) ON DELETE CASCADE,
    subject      TEXT NOT NULL,
    tag          TEXT,
    message      TEXT NOT NULL,
    value        TEXT NOT NULL,
    annotations  TEXT NOT NULL,
    key_id       BIGINT REFERENCES owner_key (id) ON DELETE SET NULL
);
CREATE INDEX signature_subject ON signature (package_id, subject);
CREATE INDEX signature_version ON signature (version_id);
CREATE INDEX signature_key ON signature (key_id);

-- Rules of one package: which tags never move, whether only signed versions are handed out.
CREATE TABLE package_rule (
    package_id  BIGINT NOT NULL REFERENCES package (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    value       TEXT NOT NULL,
    PRIMARY KEY (package_id, name)
);
