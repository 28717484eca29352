"""Published rule sets as data: each module is one paper, its table in the docstring."""
