"""What language a document is written in: reading the published models."""
