"""Which character set a page is in: its byte order mark, its HTTP header, its meta element, else detection."""

import re

from resiliparse.parse.encoding import bytes_to_str, detect_encoding, map_encoding_to_html5

_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"))


def encoding_of(body: bytes, content_type: str | None) -> str:
    """The Python codec of `body`, in the order of the WHATWG encoding standard.

    A byte order mark, the charset of the Content-Type header (unless no such encoding exists), the page's meta
    element, else resiliparse's detection over the bytes.

    >>> encoding_of(b"<p>", 'text/html; charset="latin1"'), encoding_of(b'<meta charset="koi8-r">', "text/html")
    ('cp1252', 'koi8-r')
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return encoding
    declared = _CHARSET.search(content_type or "")
    named = map_encoding_to_html5(declared[1], fallback_utf8=False) if declared else None
    return named or detect_encoding(body, from_html_meta=True) or "utf-8"


def as_text(body: bytes, content_type: str | None) -> str:
    """The body as text; bytes that its character set does not know become U+FFFD."""
    return str(bytes_to_str(body, encoding_of(body, content_type)))
