"""Reading crawls: files in, documents and quarantine rows out."""
