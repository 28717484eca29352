"""Measurements of documents, by name: what `signals` can hold."""
