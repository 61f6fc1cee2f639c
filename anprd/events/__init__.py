"""Events and their way out: the record, the spool on disk, the Redis stream and the thread between them."""
