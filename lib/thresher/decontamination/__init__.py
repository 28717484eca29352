"""Benchmark items, and the index of their n-grams that documents are looked up in."""
