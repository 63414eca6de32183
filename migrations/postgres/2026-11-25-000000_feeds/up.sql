-- Words by which a format tells versions apart in lists and searches, each between spaces; and what
-- it keeps about a deprecation besides the text for people.
ALTER TABLE version ADD COLUMN traits TEXT NOT NULL DEFAULT '';
ALTER TABLE version ADD COLUMN deprecation_detail TEXT;
-- Has a package a version that lists show to this asker?
CREATE INDEX version_shown ON version (package_id, prerelease, id) WHERE state = 'live' AND listed;

-- Is there a package of a format that an owner does not show to everybody? Visibilities other than
-- 'public' come before it.
CREATE INDEX package_shown ON package (owner_id, format, inherits, visibility, name_key) WHERE deleted_at IS NULL AND live_versions > 0;

-- Files that are asked for by a name of their own, in whichever package of an owner they are.
CREATE INDEX file_name ON file (name);
