"""Finding duplicates: exact, MinHash, connected components, and which copy is kept."""
