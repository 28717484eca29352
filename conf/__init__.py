"""Recipes and Spark settings that ship with thresher."""
