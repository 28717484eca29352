"""`T.embed`: the vectors of a column of text, in a notebook."""

from pyspark.sql import Column

from thresher.domains.vectors import Precision
from thresher.embed.documents import vectors_of
from thresher.embed.embedder import Embedder
from thresher.embed.transformer import Pooling


def embed(
    text: Column | str,
    model: str = "wordllama",
    pooling: Pooling = "head",
    tokens: int | None = None,
    prompt: str = "",
    precision: Precision = "float",
    device: str = "auto",
) -> Column:
    """The text's vector, an array of floats of unit length; null where there is no text, or the model gives it none.

    `model` names a static model or a sentence transformer (`thresher.embed.find` says how), the settings are those of
    `thresher.embed.embedder.Embedder`. With `precision="half"` the vector is a binary of packed halves. Raises
    `UsageError` where there is no such model.

    >>> df = spark.createDataFrame([("The sea was calm.",), ("A quiet ocean.",), ("Tax law.",), (None,)], "text string")
    >>> sea, ocean, tax, nothing = [row.vector for row in df.select(T.embed("text").alias("vector")).collect()]
    >>> def alike(a, b):
    ...     return round(sum(x * y for x, y in zip(a, b)), 2)
    >>> len(sea), alike(sea, sea), alike(sea, ocean) > alike(sea, tax), nothing
    (256, 1.0, True, None)
    """
    embedder = Embedder(model, pooling, tokens, prompt, precision, device)
    _ = embedder.found  # a model that is missing is told here, not by a worker
    return vectors_of(text, embedder)
