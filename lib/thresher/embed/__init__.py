"""Vectors of documents: models that are found by name, loaded once a worker process, and fed in batches that fit."""
