"""Compiled loops over Arrow buffers. Nothing in here imports Spark."""
