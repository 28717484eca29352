"""Cold start: how long the kernels of a recipe take to compile on a new machine, and later to load.

Two processes one after the other share an empty cache. Each measures a few documents by every annotator of the recipe
and then measures them again: the difference is what compiling or loading has taken, lists and models included.
"""

import os
import subprocess
import sys

import pyarrow as pa
from tests.benchmarks.pairs import arguments, scratch, table, timed
from tests.benchmarks.texts import plan, texts

RECIPES = ("fineweb-en", "c4-en", "dclm-baseline-heuristics", "fineweb-2", "all-english-filters")
BATCH = 100


def first_use(recipe: str) -> float:
    """Seconds that a first measurement takes longer than the one after it."""
    from thresher.recipe import read_recipe

    annotators = read_recipe(recipe).annotators
    columns = {"text": pa.array(texts(plan(BATCH))), "url": pa.array(["https://example.org/"] * BATCH)}

    def measure() -> None:
        for annotator in annotators:  # those stand first whose measurements others take
            columns[annotator.name] = annotator.measure(*(columns[name] for name in annotator.inputs))

    return timed(measure) - timed(measure)


def in_own_process(recipe: str, cache: str) -> str:
    """Seconds of the first use in a process of its own that keeps compiled code in this folder."""
    command = [sys.executable, "-m", "tests.benchmarks.cold_start", "--of", recipe]
    environment = {**os.environ, "XDG_CACHE_HOME": cache, "NUMBA_CACHE_DIR": ""}
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> None:
    given = arguments(__doc__, ("--of", {"help": "measure this recipe in this process"}))
    if given.of:
        sys.stdout.write(f"{first_use(given.of):.1f}")
        return
    rows = []
    for recipe in RECIPES:
        with scratch() as cache:
            rows.append((recipe, in_own_process(recipe, str(cache)), in_own_process(recipe, str(cache))))
    table(("recipe", "compiled in, s", "loaded in, s"), rows)


if __name__ == "__main__":
    main()
