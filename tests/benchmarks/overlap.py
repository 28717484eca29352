"""How alike the generated documents are: which pairs that were not planted come near a Jaccard similarity of 0.2.

Two looks. Every pair of documents with a clause in common gets an upper bound from the clauses alone: all the words of
what it shares over the words of both. And a sample of documents is compared with all others exactly, shingle by
shingle, which also sees a phrase that two different clauses contain.
"""

import re

import numpy as np
import numpy.typing as npt
from tests.benchmarks.texts import Plan, clauses

NGRAM, SAMPLE, LIMIT = 5, 300, 0.2
Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


def check(planned: Plan) -> str:
    """What was found, as lines of text."""
    unplanned, planted = bounds(planned)
    exact, known = sampled(planned)
    return (
        f"{len(planned):,} documents; {len(unplanned):,} pairs share a clause and are not planted: "
        f"the largest upper bound is {unplanned.max(initial=0):.3f}, {np.sum(unplanned > LIMIT)} above {LIMIT}\n"
        f"{len(planted):,} planted pairs: bounds {planted.min():.2f} to {planted.max():.2f}\n"
        f"{SAMPLE} documents against all, exactly: of pairs that are not planted the largest similarity is "
        f"{exact.max(initial=0):.3f}, {np.sum(exact > LIMIT)} above {LIMIT}; {np.sum(known > LIMIT)} planted above\n"
    )


def bounds(planned: Plan) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Upper bounds of the Jaccard similarity of all pairs that share a clause: the unplanned, the planted."""
    words = np.array([len(_words(clause)) for clause in clauses()])
    document = np.repeat(np.arange(len(planned)), np.diff(planned.starts))
    order = np.argsort(planned.drawn, kind="stable")
    clause, holder = planned.drawn[order], document[order]
    pairs, shared = [], []
    for apart in range(1, int(np.bincount(clause).max())):
        same = (clause[apart:] == clause[:-apart]) & (holder[apart:] != holder[:-apart])
        pairs.append(holder[:-apart][same] * len(planned) + holder[apart:][same])
        shared.append(words[clause[apart:][same]])
    pair, place = np.unique(np.concatenate(pairs), return_inverse=True)
    common = np.bincount(place, np.concatenate(shared))
    total = np.bincount(document, words[planned.drawn], len(planned)) - (NGRAM - 1)
    left, right = pair // len(planned), pair % len(planned)
    bound = common / np.maximum(total[left] + total[right] - common, 1)
    is_planted = np.isin(pair, _planted(planned))
    return bound[~is_planted], bound[is_planted]


def sampled(planned: Plan) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The exact similarity of a sample of documents to all others: of unplanned pairs, of planted ones."""
    generator = np.random.default_rng(0)
    chosen = generator.choice(len(planned), min(SAMPLE, len(planned)), replace=False)
    ids: dict[str, int] = {}
    words = [np.array([ids.setdefault(w, len(ids)) for w in _words(clause)]) for clause in clauses()]
    known = np.random.default_rng(1).integers(1, 2**63, len(ids), np.uint64)
    sets = [_shingles(planned.clauses(d), words, known) for d in chosen]
    hashes = np.concatenate(sets)
    owner = np.repeat(np.arange(len(chosen)), [len(s) for s in sets])
    order = np.argsort(hashes, kind="stable")
    hashes, owner = hashes[order], owner[order]
    found: tuple[list[float], list[float]] = ([], [])
    planted = set(_planted(planned).tolist())
    for d in range(len(planned)):
        own = _shingles(planned.clauses(d), words, known)
        first, last = np.searchsorted(hashes, own), np.searchsorted(hashes, own, "right")
        hit = last > first
        owners = [owner[a:b] for a, b in zip(first[hit], last[hit], strict=True)]
        if not owners:
            continue
        common = np.bincount(np.concatenate(owners), minlength=len(chosen))
        for s in np.flatnonzero(common):
            if chosen[s] != d:
                low, high = sorted((d, int(chosen[s])))
                value = common[s] / (len(own) + len(sets[s]) - common[s])
                found[low * len(planned) + high in planted].append(value)
    return np.array(found[0]), np.array(found[1])


def _planted(planned: Plan) -> Ints:
    return np.array([original * len(planned) + copy for copy, original in planned.planted.items()])


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _shingles(drawn: Ints, words: list[Ints], known: Hashes) -> Hashes:
    """The distinct hashes of a document's word n-grams."""
    codes = known[np.concatenate([words[clause] for clause in drawn])]
    total = np.zeros(max(len(codes) - NGRAM + 1, 0), np.uint64)
    for place in range(NGRAM):
        total = total * np.uint64(0x9E3779B97F4A7C15) + codes[place : len(codes) - NGRAM + 1 + place]
    return np.unique(total)
