"""The measurements and rules as Column functions, for any DataFrame: text in, a struct or an array out.

    import thresher.functions as T
    df.select("*", T.gopher("text"))

Each is the annotator of the same name behind an Arrow UDF: the same kernel that `thresher annotate` runs. In the
examples `T` is this module and `spark` a session.
"""

from thresher.embed.column import embed
from thresher.functions.identity import canonical_url, exact, minhash, url_key
from thresher.functions.judged import judge
from thresher.functions.signals import ColumnOrName, signal
from thresher.functions.statistics import (
    addresses_dclm,
    badwords,
    c4,
    classifier,
    decontamination,
    fineweb,
    fineweb_2,
    gopher,
    gopher_dclm,
    gopher_dolma,
    language,
    mc4,
    pii,
    refinedweb_lines,
    repair,
    repetition,
    repetition_dclm,
    script,
    sizes,
    url,
)
from thresher.functions.texts import c4_text, decontamination_text, edited, pii_text, repair_text, without

__all__ = [
    "ColumnOrName",
    "addresses_dclm",
    "badwords",
    "c4",
    "c4_text",
    "canonical_url",
    "classifier",
    "decontamination",
    "decontamination_text",
    "edited",
    "embed",
    "exact",
    "fineweb",
    "fineweb_2",
    "gopher",
    "gopher_dclm",
    "gopher_dolma",
    "judge",
    "language",
    "mc4",
    "minhash",
    "pii",
    "pii_text",
    "refinedweb_lines",
    "repair",
    "repair_text",
    "repetition",
    "repetition_dclm",
    "script",
    "signal",
    "sizes",
    "url",
    "url_key",
    "without",
]
