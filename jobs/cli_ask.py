"""The commands that only ask: nothing here writes to the corpus."""

from collections.abc import Callable

COMMANDS: tuple[Callable[..., None], ...] = ()
