DROP TABLE package_rule;
DROP TABLE signature;
DROP TABLE owner_key;
DROP TABLE referrer;
DROP TABLE version_reference;
DROP TABLE upload;
DROP TABLE draft_blob;
DROP TABLE blob_link;
DROP INDEX blob_sha512;
-- Bytes without all digests belong to no file of the formats before: their links are gone with the
-- tables above.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE blob_after AS SELECT * FROM blob;
DROP TABLE blob;
CREATE TABLE blob (
    sha256      TEXT NOT NULL PRIMARY KEY,
    sha512      TEXT NOT NULL,
    sha1        TEXT NOT NULL,
    md5         TEXT NOT NULL,
    size        BIGINT NOT NULL,
    location    TEXT NOT NULL,
    created_at  TIMESTAMP NOT NULL
);
INSERT INTO blob SELECT sha256, sha512, sha1, md5, size, location, created_at FROM blob_after
    WHERE sha512 IS NOT NULL AND sha1 IS NOT NULL AND md5 IS NOT NULL;
DROP TABLE blob_after;
