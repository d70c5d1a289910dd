"""The bytes of a recording: frames, each with its checksum, in segments that stand alone.

A segment begins with `MAGIC`; then come frames: a head of what it is (one letter), the length of
its content (4 bytes, big endian), the CRC-32 of the content (4 bytes) and half a CRC-32 of the head
so far (2 bytes), and the content. Contents are JSON documents, compressed as one deflate stream a
segment, flushed after each: what is cut off or damaged costs nothing of what stands before it, and
the next segment can be read without it.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Any, BinaryIO

import orjson

from hedgewatch.recording.errors import RecordingError

FORMAT = 1
MAGIC = f"hedgewatch recording {FORMAT}\n".encode()

OPENING, EVENTS, END = b"S", b"E", b"Z"
"""A snapshot with what is to know of the segment; events; the segment is over."""

_OPEN = "it ends here, all before this is whole: its daemon still writes it, or was killed"
_HEAD = Struct(">cIIH")
_CHECKED = Struct(">cII")
_LEVEL = 5
_LARGEST = 256 * 1024 * 1024
"""Bytes of one content, compressed or not: more is no frame of ours."""


class Packer:
    """Makes the frames of one segment, in their order."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(_LEVEL, wbits=-zlib.MAX_WBITS)

    def frame(self, kind: bytes, document: object) -> bytes:
        """One frame. RecordingError for what JSON cannot hold."""
        try:
            plain = orjson.dumps(document)
        except TypeError as error:
            raise RecordingError(f"cannot be written: {error}") from error
        content = self._deflate.compress(plain) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        parts = (kind, len(content), zlib.crc32(content))
        return _HEAD.pack(*parts, _check(*parts)) + content


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as it was read; `end` is where the next one begins."""

    kind: bytes
    document: Any
    end: int


class DamageError(RecordingError):
    """A segment cannot be read on from here. `cut`: it just ends, nothing is wrong in it."""

    def __init__(self, what: str, at: int, *, cut: bool = False) -> None:
        super().__init__(what)
        self.at = at
        self.cut = cut


def frames(file: BinaryIO) -> Iterator[Frame]:
    """The frames of the segment that begins here, up to its end.

    DamageError where it cannot be read on: it says where that is.
    """
    at = file.tell()
    begun = file.read(len(MAGIC))
    if begun != MAGIC:
        raise _no_beginning(begun, at)
    inflate = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    while (at := file.tell()) is not None:
        kind, content = _read(file, at)
        yield Frame(kind, _document(inflate, content, at), file.tell())
        if kind == END:
            return


@dataclass(frozen=True, slots=True)
class Whole:
    """Where the last whole frame of a segment ends. `cut`: it just ends there, unclosed."""

    end: int
    cut: bool = False


def whole_frames(file: BinaryIO) -> Whole:
    """What can be read of the segment that begins here, however it goes on."""
    end = file.tell()
    try:
        for frame in frames(file):
            end = frame.end
    except DamageError as error:
        return Whole(end, error.cut)
    return Whole(end)


def closing() -> bytes:
    """The frame that ends a segment of which only whole frames stand: it refers to none of them."""
    return Packer().frame(END, {})


def _no_beginning(begun: bytes, at: int) -> DamageError:
    if MAGIC.startswith(begun):
        return DamageError("the file ends where a segment begins", at, cut=True)
    if begun.startswith(MAGIC.rstrip(b"0123456789\n")):
        return DamageError("another version of hedgewatch wrote it: replay it with that one", at)
    return DamageError("no segment of a recording begins here", at)


def _read(file: BinaryIO, at: int) -> tuple[bytes, bytes]:
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise DamageError(_OPEN if not head else "it is cut off", at, cut=True)
    if MAGIC.startswith(head):
        raise DamageError(_OPEN, at, cut=True)  # and the next segment begins
    kind, length, checksum, check = _HEAD.unpack(head)
    if check != _check(kind, length, checksum) or length > _LARGEST:
        raise DamageError("the checksum does not match: a byte of it was changed", at)
    content = file.read(length)
    if len(content) < length:
        raise DamageError("it is cut off", at, cut=True)
    if zlib.crc32(content) != checksum:
        raise DamageError("the checksum does not match: a byte of it was changed", at)
    return kind, content


def _check(kind: bytes, length: int, checksum: int) -> int:
    """Of a length that was changed, one would take what follows for cut off."""
    return zlib.crc32(_CHECKED.pack(kind, length, checksum)) & 0xFFFF


def _document(inflate: "zlib._Decompress", content: bytes, at: int) -> Any:
    try:
        plain = inflate.decompress(content, _LARGEST)
        if inflate.unconsumed_tail:
            raise DamageError("it is larger than any frame of ours", at)
        return orjson.loads(plain)
    except (zlib.error, orjson.JSONDecodeError) as error:
        raise DamageError(f"it cannot be unpacked: {error}", at) from error
