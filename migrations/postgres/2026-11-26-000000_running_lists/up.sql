-- One row for each owner and format whose clients read a running list of all that the owner has.
-- The revision is the position of the last line, so there are no gaps and its order is that of the
-- commits; the epoch rises with every change of who may read what.
CREATE TABLE feed (
    owner_id  BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    format    TEXT NOT NULL,
    revision  BIGINT NOT NULL,
    epoch     BIGINT NOT NULL,
    -- When the list was begun, or begun anew, and what its last line was then.
    begun_at  TIMESTAMP NOT NULL,
    begun_as  BIGINT NOT NULL,
    PRIMARY KEY (owner_id, format)
);

-- The lines of such a list.
CREATE TABLE feed_line (
    owner_id    BIGINT NOT NULL,
    format      TEXT NOT NULL,
    position    BIGINT NOT NULL,
    package_id  BIGINT NOT NULL REFERENCES package (id) ON DELETE CASCADE,
    line        TEXT NOT NULL,
    PRIMARY KEY (owner_id, format, position)
);
CREATE INDEX feed_line_package ON feed_line (package_id);

-- The lines of a package's own list, in the order in which its versions appeared.
CREATE TABLE version_line (
    version_id  BIGINT NOT NULL PRIMARY KEY REFERENCES version (id) ON DELETE CASCADE,
    package_id  BIGINT NOT NULL REFERENCES package (id) ON DELETE CASCADE,
    shown       BOOLEAN NOT NULL,
    position    BIGINT NOT NULL,
    line        TEXT NOT NULL
);
CREATE INDEX version_line_shown ON version_line (package_id, shown, position);

-- Names across all that an owner has of a format which belong to one package or version for ever.
CREATE TABLE reserved_name (
    owner_id  BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    format    TEXT NOT NULL,
    name      TEXT NOT NULL,
    package   TEXT NOT NULL,
    version   TEXT,
    PRIMARY KEY (owner_id, format, name)
);

-- Is there a package of a format that an owner shows, or does not show, to everybody, versions or not?
CREATE INDEX package_kept ON package (owner_id, format, inherits, visibility) WHERE deleted_at IS NULL;
