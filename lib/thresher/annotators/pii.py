"""Personal data and secrets: how much a text holds, where, and the text with something harmless in its place.

Found are e-mail addresses, public IP addresses, phone numbers, payment card numbers, and secrets and keys, each by how
it is written (the definitions, with their sources, are in `thresher.kernels.pii_*`); names and postal addresses are not
looked for. Spans never overlap: a secret goes before an e-mail address, that before an IP address, a card number and a
phone number, and else what begins first stays.

datatrove's `PIIFormatter` replaces e-mail and public IPv4 addresses in the same way, by several in turn. Here each kind
has one replacement, reserved for documentation, so that what is left depends on the text alone.
"""

from functools import partial

import numpy as np
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.kernels.arrow import strings, struct
from thresher.kernels.pii import COUNTS, KINDS, Offsets, Spans, counts, find
from thresher.kernels.pii_redact import redact
from thresher.kernels.text import text_of

FIELDS = pa.struct([(name, pa.int64()) for name in COUNTS.names or ()])
MOST_ROUNDS = 8  # no text tried has needed more than three


def _found(text: pa.Array, public_ips: bool) -> tuple[Spans, Offsets]:
    """The spans of an array, found once for the measurement and the edit."""
    shared = text_of(text)
    every = np.ones(len(text), np.bool_)
    found: tuple[Spans, Offsets] = shared.once(
        f"pii public={public_ips}", lambda: find(shared.utf8.data, shared.utf8.offsets, every, public_ips)
    )
    return found


def find_spans(text: pa.Array, public_ips: bool = True) -> pa.RecordBatch:
    """Every span: its document (by index), the bytes of that document's text where it starts and ends, its kind.

    >>> found = find_spans(pa.array(["Écrivez à me@site.fr", "ping 8.8.8.8"]))
    >>> found.to_pylist()[0]
    {'document': 0, 'start': 12, 'end': 22, 'kind': 'emails'}
    >>> found["kind"].to_pylist()
    ['emails', 'ipv4']
    """
    spans, ends = _found(text, public_ips)
    document = np.repeat(np.arange(len(text)), np.diff(ends))
    begin = text_of(text).utf8.offsets[document]
    kinds = pa.DictionaryArray.from_arrays(pa.array(spans[:, 2], pa.int8()), pa.array(KINDS)).cast(pa.string())
    columns = [pa.array(document), pa.array(spans[:, 0] - begin), pa.array(spans[:, 1] - begin), kinds]
    return pa.RecordBatch.from_arrays(columns, ["document", "start", "end", "kind"])


def measure(text: pa.Array, public_ips: bool = True) -> pa.StructArray:
    """How many spans there are of each kind, and how many characters they cover.

    >>> row = measure(pa.array(["Call 020 7946 0958, or write to me@site.org."])).to_pylist()[0]
    >>> row["phones"], row["emails"], row["characters"]
    (1, 1, 24)
    """
    utf8 = text_of(text).utf8
    found = counts(utf8.data, *_found(text, public_ips))
    return struct(FIELDS, [found[name] for name in COUNTS.names or ()], utf8.valid)


def leave(text: pa.Array, public_ips: bool = True) -> pa.Array:
    """The text with each span replaced by what `kernels.pii_redact` has for its kind; null where it was.

    A replacement may complete what stands beside it, so a text that was changed is searched again, until nothing is
    left to change or `MOST_ROUNDS` are over: the edit of an edited text is that text.

    >>> leave(pa.array(["me@site.org from 8.8.8.8"])).to_pylist()
    ['email@example.com from 192.0.2.1']
    """
    data, offsets, valid = text_of(text).utf8
    spans, ends = _found(text, public_ips)
    for _ in range(MOST_ROUNDS):
        data, offsets, changed = redact(data, offsets, spans, ends)
        if not changed.any():
            break
        data.flags.writeable = False  # as `utf8` has it, so that the kernel is compiled once
        spans, ends = find(data, offsets, changed, public_ips)
    return strings(data, offsets, valid)


def pii_v1(public_ips: bool = True) -> Annotator:
    """The annotator `pii_v1`: six counts and the characters covered; as an edit it redacts.

    `public_ips` leaves alone the IP addresses that are not globally reachable (10.0.0.1, ::1).
    """
    settings = {"public_ips": public_ips}
    return Annotator("pii_v1", FIELDS, partial(measure, **settings), settings=settings, edit=partial(leave, **settings))
