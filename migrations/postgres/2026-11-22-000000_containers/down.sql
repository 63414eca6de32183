DROP TABLE package_rule;
DROP TABLE signature;
DROP TABLE owner_key;
DROP TABLE referrer;
DROP TABLE version_reference;
DROP TABLE upload;
DROP TABLE draft_blob;
DROP TABLE blob_link;
DROP INDEX blob_sha512;
ALTER TABLE account ALTER COLUMN name_key TYPE TEXT COLLATE "default";
ALTER TABLE package ALTER COLUMN name_key TYPE TEXT COLLATE "default";
ALTER TABLE tag ALTER COLUMN name TYPE TEXT COLLATE "default";
-- Bytes without all digests belong to no file of the formats before.
DELETE FROM blob WHERE sha512 IS NULL OR sha1 IS NULL OR md5 IS NULL;
ALTER TABLE blob ALTER COLUMN sha512 SET NOT NULL;
ALTER TABLE blob ALTER COLUMN sha1 SET NOT NULL;
ALTER TABLE blob ALTER COLUMN md5 SET NOT NULL;
