"""DCLM's words in plain Python: what `fasttext.FastText.tokenize` cuts a text into, less what begins with a sign."""

import re

from thresher.kernels.unicode import WORD, classes

# As fastText's own reader does; `test_gopher_dclm` asks the library itself, whose `tokenize` the package for
# prediction that is installed here does not have.
SEPARATORS = " \n\r\t\v\f\0"


def count_words(text: str) -> int:
    tokens = [token for token in re.split(f"[{SEPARATORS}]", text) if token]
    # Python 3.11 knows Unicode 14, the kernel 15.1: what is a letter or number is asked of the kernel's table.
    return sum(bool(classes(ord(token[0])) & WORD) and token[0] != "_" for token in tokens)
