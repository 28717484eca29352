"""Annotators that measure what others have measured: in which order all are run, and what each one's identity is."""

from collections.abc import Sequence
from dataclasses import replace
from graphlib import TopologicalSorter

from thresher.annotators.base import Annotator


def in_order(annotators: Sequence[Annotator]) -> tuple[Annotator, ...]:
    """The annotators, each after those that are inputs of it and otherwise in the order given.

    Such inputs become part of its identity: under another language model, what is measured by language is another
    signal.

    >>> from thresher.annotators.registry import make
    >>> [annotator.name for annotator in in_order([make("fineweb_2_v1", {}), make("language_v1", {})])]
    ['language_v1', 'fineweb_2_v1']
    """
    named = {annotator.name: annotator for annotator in annotators}
    needs = {name: [source for source in a.inputs if source in named] for name, a in named.items()}
    made: dict[str, Annotator] = {}
    for name in TopologicalSorter(needs).static_order():
        made[name] = _fed(named[name], [made[source] for source in needs[name]])
    return tuple(made.values())


def _fed(annotator: Annotator, sources: Sequence[Annotator]) -> Annotator:
    if not sources:
        return annotator
    return replace(
        annotator,
        settings={**annotator.settings, "of": {source.name: dict(source.settings) for source in sources}},
        files=(*annotator.files, *(file for source in sources for file in source.files)),
    )
