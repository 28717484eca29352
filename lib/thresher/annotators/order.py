"""Annotators that measure what others have measured: in which order all are run, and what each one's identity is."""

from collections.abc import Sequence
from dataclasses import replace

from thresher.annotators.base import Annotator
from thresher.errors import UsageError


def in_order(annotators: Sequence[Annotator]) -> tuple[Annotator, ...]:
    """The annotators, each after those that are inputs of it and otherwise in the order given.

    Such inputs become part of its identity: under another language model, what is measured by language is another
    signal. Raises UsageError where two are inputs of each other.

    >>> from thresher.annotators.registry import make
    >>> [annotator.name for annotator in in_order([make("fineweb_2_v1", {}), make("language_v1", {})])]
    ['language_v1', 'fineweb_2_v1']
    """
    waiting, made = list(annotators), dict[str, Annotator]()
    while waiting:
        names = {annotator.name for annotator in waiting}
        ready = next((annotator for annotator in waiting if not names & set(annotator.inputs)), None)
        if ready is None:
            raise UsageError(f"annotators {', '.join(sorted(names))} need each other: none can be measured first")
        waiting.remove(ready)
        made[ready.name] = _fed(ready, [made[source] for source in ready.inputs if source in made])
    return tuple(made.values())


def _fed(annotator: Annotator, sources: Sequence[Annotator]) -> Annotator:
    if not sources:
        return annotator
    return replace(
        annotator,
        settings={**annotator.settings, "of": {source.name: dict(source.settings) for source in sources}},
        files=(*annotator.files, *(file for source in sources for file in source.files)),
    )
