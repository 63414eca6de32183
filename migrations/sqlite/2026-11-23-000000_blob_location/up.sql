-- Collection asks of what lies in the store whether anything records it.
CREATE INDEX blob_location ON blob (location);
