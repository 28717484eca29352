"""Keywords against a plain reading of class-based TF-IDF; nearest domains; a name of one's own."""

import math
import re
from collections import Counter

import numpy as np
import pytest
from pyspark.sql import SparkSession

from thresher.domains.cards import cards, nearest_domains
from thresher.domains.keywords import keywords
from thresher.domains.placing import Centroids
from thresher.errors import UsageError

from .conftest import Texts


def loud_name(card: dict[str, object]) -> str:
    return f"DOMAIN {card['domain_id']} OF {card['size']}"


def twin(texts: list[tuple[int, str]]) -> dict[int, list[str]]:
    """BERTopic's weights with `bm25_weighting`; of Latin letters alone, which the texts of the test are in."""
    counts: dict[int, Counter[str]] = {}
    within: Counter[tuple[int, str]] = Counter()
    for domain, text in texts:
        words = [w for w in re.findall(r"\w+", text[:4000].lower()) if len(w) > 2 and not re.search(r"\d", w)]
        counts.setdefault(domain, Counter()).update(words)
        within.update((domain, word) for word in set(words))
    whole = {domain: sum(words.values()) for domain, words in counts.items()}
    average, often = sum(whole.values()) / len(whole), sum(counts.values(), Counter())
    found = {}
    for domain, words in counts.items():
        weights = {
            word: count / whole[domain] * math.log(1 + (average - often[word] + 0.5) / (often[word] + 0.5))
            for word, count in words.items()
            if within[domain, word] >= 2
            and often[word] < average
            and count * (sum(whole.values()) - whole[domain]) >= 2 * (often[word] - count) * whole[domain]
        }
        found[domain] = sorted(weights, key=lambda word: (-round(weights[word], 12), word))[:10]
    return {domain: words for domain, words in found.items() if words}


def test_keywords_are_the_heaviest_words(spark: SparkSession, real: Texts) -> None:
    web = np.flatnonzero(real.sources == "wcxb_dev_gold_all_clean")[:300]
    groups = {label: n for n, label in enumerate(sorted(set(real.labels[web])))}
    texts = [(groups[real.labels[i]], real.texts[i]) for i in web]
    texts = [(group, text) for group, text in texts if re.fullmatch(r"[\x00-\x7f\u2018-\u201d\u2013\u2014]+", text)]
    found = keywords(spark.createDataFrame(texts, "domain_id int, text string").repartition(3))
    told = {row["domain_id"]: row["keywords"] for row in found.collect()}
    assert told == twin(texts) and len(told) >= 3
    assert not {"the", "and", "you"} & {word for words in told.values() for word in words}


def test_scripts_without_spaces_have_keywords(spark: SparkSession) -> None:
    texts = [(0, "今天天气很好"), (0, "明天天气不好"), (1, "hello there world"), (1, "hello where 2024"), (2, None)]
    found = keywords(spark.createDataFrame(texts, "domain_id int, text string"))
    told = {row["domain_id"]: row["keywords"] for row in found.collect()}
    assert "天气" in told[0] and told[1] == ["hello"] and 2 not in told


def test_a_domain_is_named_by_a_function_of_ones_own() -> None:
    centroids = Centroids(np.array([[0, 0], [3, 4], [0, 1]], np.float32), False)
    told = cards([], centroids, f"{__name__}:loud_name").to_pylist()
    assert [card["name"] for card in told] == ["DOMAIN 0 OF 0", "DOMAIN 1 OF 0", "DOMAIN 2 OF 0"]
    assert [card["name"] for card in cards([], centroids, None).to_pylist()][2] == "domain 2"
    with pytest.raises(UsageError, match=r"regroup\.name: nowhere:name cannot be imported"):
        cards([], centroids, "nowhere:name")
    near = nearest_domains(centroids)
    assert near[0] == [{"domain_id": 2, "distance": 1.0}, {"domain_id": 1, "distance": 5.0}]
    assert told[1]["nearest"] == near[1] and told[1]["centroid"] == [3.0, 4.0]
