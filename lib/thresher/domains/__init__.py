"""Domains: documents regrouped by meaning, from their vectors."""
