"""Writing a release for the trainer."""
