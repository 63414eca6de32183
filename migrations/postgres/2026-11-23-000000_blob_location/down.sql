DROP INDEX blob_location;
