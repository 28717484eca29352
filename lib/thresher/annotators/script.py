"""The script of a document: the one that most of its letters are in, by Unicode's Script property."""

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.kernels.arrow import utf8
from thresher.kernels.scripts import NAMES, scripts

FIELDS = pa.struct([("script", pa.string()), ("share", pa.float32())])


def script_v1() -> Annotator:
    """Each document's script and the share of its letters, 0 to 1, that are in it: `{"script": "Latn", "share": 0.98}`.

    `script` is a code of ISO 15924, as in the labels of GlotLID: `Latn`, `Cyrl`, `Arab`, `Hani` (Chinese), `Jpan`
    (Hiragana and Katakana, with the Han beside them where kana are at least a tenth), `Hang` (Korean; Han letters
    beside it count apart). Digits, punctuation, symbols and combining accents are in no script of their own. A
    document without letters has `Zyyy` (undetermined) and 0; a null document gives null.

    >>> text = pa.array(["Привет, world!!", "日本語のテキスト", "2 + 2", None])
    >>> for row in script_v1().measure(text).to_pylist():
    ...     row and (row["script"], round(row["share"], 2))
    ('Cyrl', 0.55)
    ('Jpan', 1.0)
    ('Zyyy', 0.0)
    """
    return Annotator("script_v1", FIELDS, _measure)


def _measure(text: pa.Array) -> pa.StructArray:
    data, offsets, valid = utf8(text)
    found, shares = scripts(data, offsets)
    names = pa.array(NAMES).take(pa.array(found))
    return pa.StructArray.from_arrays([names, pa.array(shares)], fields=list(FIELDS), mask=pa.array(~valid))
