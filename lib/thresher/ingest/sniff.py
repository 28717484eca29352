"""What a file or a body is, told from its first bytes."""

import re
from typing import Literal

Format = Literal["warc", "jsonl", "parquet", "arc", "pdf", "empty", "unknown"]

# The WHATWG MIME sniffing standard's HTML tags (7.1), and a few that fragments of pages begin with.
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?[\s\0]*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|!--|/?(?:html|head|body|title|meta|link|base|"
    rb"script|style|iframe|noscript|h[1-6]|div|font|table|tr|td|a|b|i|p|br|hr|ul|ol|li|dl|span|center|form|img|"
    rb"section|article|main|header|footer|nav)\b)",
    re.IGNORECASE,
)
# The same standard's binary data bytes (7.2, step 4).
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_BINARY_MAGIC = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"%!PS", b"RIFF", b"{", b"[")


def sniffed_format(head: bytes, name: str) -> Format:
    r"""The format of a file whose content (compression taken off) begins with `head`.

    The content decides. Only where it could be text of any kind does `name` speak: a line of JSON that is not an
    object, or garbage before the first WARC record.

    >>> sniffed_format(b"WARC/1.1\r\n", "a.jsonl"), sniffed_format(b"null\n", "a.jsonl.gz"), sniffed_format(b"", "a")
    ('warc', 'jsonl', 'empty')
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    magic: tuple[tuple[bytes, Format], ...] = (
        (b"WARC/", "warc"),
        (b"PAR1", "parquet"),
        (b"filedesc:", "arc"),
        (b"%PDF", "pdf"),
        (b"{", "jsonl"),
        (b"[", "jsonl"),
    )
    for prefix, found in magic:
        if start.startswith(prefix):
            return found
    if not head:
        return "empty"
    named = re.search(r"\.(?:(jsonl|ndjson|json)|(warc|wet|wat))(?:\.|$)", name.lower())
    if not named:
        return "unknown"
    return "jsonl" if named[1] else "warc"


def sniffed_type(body: bytes) -> str:
    r"""`text/html`, `text/plain` or `application/octet-stream`, for a body that came without a Content-Type.

    >>> sniffed_type(b"  <!DOCTYPE html><p>"), sniffed_type(b"Dear all"), sniffed_type(b"\x89PNG\r\n")
    ('text/html', 'text/plain', 'application/octet-stream')
    """
    head = body[:1445]
    if _HTML.match(head):
        return "text/html"
    if head.startswith((b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf")):
        return "text/plain"
    if not head.strip() or head.startswith(_BINARY_MAGIC) or _BINARY.search(head):
        return "application/octet-stream"
    return "text/plain"
