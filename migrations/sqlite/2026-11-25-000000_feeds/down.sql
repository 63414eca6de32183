DROP INDEX file_name;
DROP INDEX package_shown;
DROP INDEX version_shown;
ALTER TABLE version DROP COLUMN deprecation_detail;
ALTER TABLE version DROP COLUMN traits;
