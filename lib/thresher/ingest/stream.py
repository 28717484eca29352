"""A stored file with its compression taken off: bytes in order, where they are stored, and where the file is damaged.

gzip, zstd and lz4 files are read member by member (a WARC record is usually one member), in bounded memory whatever
they expand to. Damage ends the stream instead of raising, so that a reader keeps all that came before it, then asks
`damage` for what went wrong and `resume` for the next member that can be read.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, cast

import lz4.frame
import zstandard
from isal import isal_zlib

CHUNK = 64 << 10
_WINDOW = 4 * CHUNK
_MOST = 4 * CHUNK  # the most content that one call hands over
_ZSTD_SLICE = 1 << 10
_DICTIONARY = 0x5D
_LARGEST_DICTIONARY = 16 << 20
_DAMAGE = (cast(type[Exception], isal_zlib.error), EOFError, zstandard.ZstdError, RuntimeError)
_ZSTD_SKIPPABLE = tuple(bytes([n]) + b"\x2a\x4d\x18" for n in range(0x50, 0x60))
_MAGIC = {"gzip": b"\x1f\x8b\x08", "zstd": b"\x28\xb5\x2f\xfd", "lz4": b"\x04\x22\x4d\x18"}


@dataclass(frozen=True)
class Damage:
    """Where a compressed file cannot be read on (an offset in the file as stored), and why."""

    offset: int
    error: str


class _Member(Protocol):
    """One compressed member being read. `feed` returns a bounded amount, `left` is what it did not take of its input.

    `holding`: more comes out without more input. `eof`: the member is complete.
    """

    left: bytes

    @property
    def eof(self) -> bool: ...

    @property
    def holding(self) -> bool: ...

    def feed(self, data: bytes) -> bytes: ...


class _Gzip:
    holding = False

    def __init__(self) -> None:
        self._inflate = isal_zlib.decompressobj(wbits=31)  # two to three times as fast as zlib
        self.left = b""

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    def feed(self, data: bytes) -> bytes:
        out = self._inflate.decompress(data, _MOST)
        self.left = self._inflate.unused_data if self.eof else self._inflate.unconsumed_tail
        return out


class _Zstd:
    holding = False

    def __init__(self, dictionary: zstandard.ZstdCompressionDict | None = None) -> None:
        self._frame: Any = zstandard.ZstdDecompressor(dict_data=dictionary).decompressobj()
        self.left = b""

    @property
    def eof(self) -> bool:
        return bool(self._frame.eof)

    def feed(self, data: bytes) -> bytes:
        # One block of 4 bytes can stand for 128 KiB: small slices bound what one call returns.
        out: bytes = self._frame.decompress(data[:_ZSTD_SLICE])
        self.left = (self._frame.unused_data if self.eof else b"") + data[_ZSTD_SLICE:]
        return out


class _Lz4:
    def __init__(self) -> None:
        self._frame: Any = lz4.frame.LZ4FrameDecompressor()
        self.left = b""

    @property
    def eof(self) -> bool:
        return bool(self._frame.eof)

    @property
    def holding(self) -> bool:
        return not self._frame.needs_input and not self.eof

    def feed(self, data: bytes) -> bytes:
        out: bytes = self._frame.decompress(data, _MOST)
        self.left = (self._frame.unused_data or b"") if self.eof else b""
        return out


class StoredStream:
    """The content of a stored file as a stream; `codec` is `gzip`, `zstd`, `lz4` or None, by the file's first bytes.

    `read` and `tell` speak of content, `stored` of the file. `damage` is None until the stream has ended early.
    """

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._buffer = raw.read(CHUNK)  # stored bytes not yet fed
        self._raw_end = len(self._buffer)  # stored bytes read so far
        self._content = b""  # the newest piece of content
        self._handed = 0  # bytes of it handed out
        self._end = 0  # content produced so far
        self._member: _Member | None = None
        self._members: deque[tuple[int, int]] = deque([(0, 0)])  # (start in content, start in file), newest last
        self._window: deque[bytes] = deque()  # the newest content, for `behind`
        self._window_bytes = 0
        self._dictionary: zstandard.ZstdCompressionDict | None = None
        self.damage: Damage | None = None
        self.codec = next((codec for codec, magic in _MAGIC.items() if self._buffer.startswith(magic)), None)
        if self._buffer[:4] in _ZSTD_SKIPPABLE:
            self.codec = "zstd"

    def tell(self) -> int:
        """Content bytes handed out so far."""
        return self._end - len(self._content) + self._handed

    def read(self, n: int = -1) -> bytes:
        """At most `n` bytes of content (any number when negative), none only at the end or at damage."""
        if self._handed == len(self._content):
            self._content, self._handed = self._produce(), 0
            self._remember(self._content)
        start = self._handed
        self._handed = len(self._content) if n < 0 else min(start + n, len(self._content))
        return self._content[start : self._handed]

    def peek(self, n: int) -> bytes:
        """The next `n` bytes of content (fewer at the end) without taking them; n is at most a few chunks."""
        self._content, self._handed = self._content[self._handed :], 0
        while len(self._content) < n and (more := self._produce()):
            self._remember(more)
            self._content += more
        return self._content[:n]

    def stored(self, position: int) -> int:
        """Where content byte `position` is found in the file: its member's first byte, plus bytes into the member.

        For a file that is not compressed that is `position`; for a record that is a member of its own, the offset
        at which decompression can start. Positions must not decrease from call to call by more than a member.
        """
        while len(self._members) > 1 and self._members[1][0] <= position:
            self._members.popleft()
        start, offset = self._members[0]
        return offset + position - start

    def behind(self, position: int, n: int) -> bytes:
        """Up to `n` content bytes from `position` on, as far as they were just read; nothing if that is long ago."""
        start, out = position - (self._end - self._window_bytes), b""
        for piece in self._window if start >= 0 else ():
            if start < len(piece):
                out += piece[start : start + n - len(out)]
                if len(out) == n:
                    break
            start = max(0, start - len(piece))
        return out

    def resume(self, prefix: bytes) -> int | None:
        """After damage, go on at the next member whose content begins with `prefix`; its offset, None without one."""
        if self.codec is None:
            return None
        magic = _MAGIC[self.codec]
        self._drop(1)
        while True:
            found = self._buffer.find(magic)
            self._drop(found if found >= 0 else max(0, len(self._buffer) - len(magic) + 1))
            self._refill(CHUNK)
            if found < 0 and len(self._buffer) < len(magic):
                return None
            if found >= 0 and self._begins(prefix):
                self.damage = self._member = None
                return self._raw_end - len(self._buffer)
            if found >= 0:
                self._drop(1)

    def _begins(self, prefix: bytes) -> bool:
        try:
            return self._new_member().feed(self._buffer).startswith(prefix)
        except _DAMAGE:
            return False

    def _drop(self, n: int) -> None:
        self._buffer = self._buffer[n:]

    def _refill(self, n: int) -> None:
        while len(self._buffer) < n and (more := self._raw.read(CHUNK)):
            self._buffer += more
            self._raw_end += len(more)

    def _remember(self, content: bytes) -> None:
        self._end += len(content)
        self._window.append(content)
        self._window_bytes += len(content)
        while self._window_bytes - len(self._window[0]) >= _WINDOW:
            self._window_bytes -= len(self._window.popleft())

    def _produce(self) -> bytes:
        """The next piece of content, empty only at the end or at damage."""
        if self.codec is None:
            piece, self._buffer = self._buffer or self._raw.read(CHUNK), b""
            return piece
        out = b""
        while not out and self.damage is None:
            if self._member is None and not self._start_member():
                break
            out = self._feed()
        return out

    def _start_member(self) -> bool:
        """Begin the next member; False at the end of the file, also where only padding or a stranger follows."""
        self._refill(CHUNK)
        while self._buffer[:4] in _ZSTD_SKIPPABLE:
            self._skip_frame()
            self._refill(CHUNK)
        if not self._buffer.strip(b"\0"):
            return False
        offset = self._raw_end - len(self._buffer)
        if not self._buffer.startswith(_MAGIC[str(self.codec)]):
            self.damage = Damage(offset, f"what follows is not {self.codec}")
            return False
        self._members.append((self._end, offset))
        self._member = self._new_member()
        return True

    def _new_member(self) -> _Member:
        if self.codec == "gzip":
            return _Gzip()
        return _Zstd(self._dictionary) if self.codec == "zstd" else _Lz4()

    def _skip_frame(self) -> None:
        """Pass over a skippable zstd frame; the one that WARC writers put first is the dictionary of all others."""
        kind, size = self._buffer[0], int.from_bytes(self._buffer[4:8], "little")
        kept = b""
        self._drop(8)
        while size > 0 and (self._buffer or self._more()):
            taken = self._buffer[:size]
            kept = kept + taken if kind == _DICTIONARY and len(kept) < _LARGEST_DICTIONARY else b""
            size -= len(taken)
            self._drop(len(taken))
        if kept:
            if kept.startswith(_MAGIC["zstd"]):
                kept = zstandard.ZstdDecompressor().decompress(kept, max_output_size=_LARGEST_DICTIONARY)
            self._dictionary = zstandard.ZstdCompressionDict(kept)

    def _more(self) -> bool:
        self._refill(CHUNK)
        return bool(self._buffer)

    def _feed(self) -> bytes:
        """Feed the member once; empty with no damage set means: not yet, or the member is complete."""
        member = self._member
        assert member is not None
        if not self._buffer and not member.holding:
            self._refill(CHUNK)
        fed = self._buffer
        try:
            out = member.feed(fed)
        except _DAMAGE as error:
            self.damage = Damage(self._members[-1][1], f"the {self.codec} data are damaged: {error}")
            return b""
        self._buffer = member.left
        if member.eof:
            self._member = None
        elif not out and not fed and not member.holding:
            self.damage = Damage(self._members[-1][1], f"the {self.codec} data end early: the file is cut off")
        return out
