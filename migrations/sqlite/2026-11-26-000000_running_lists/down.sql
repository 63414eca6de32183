DROP INDEX package_kept;
DROP TABLE reserved_name;
DROP TABLE version_line;
DROP TABLE feed_line;
DROP TABLE feed;
