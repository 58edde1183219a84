"""Files in other encodings than UTF-8."""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["checked_encoding", "recoded"]


def checked_encoding(name: str) -> str:
    """The name of an encoding of texts, or :exc:`ValueError`."""
    try:
        "".encode(name)
    except (LookupError, ValueError):
        raise ValueError(f"there is no encoding {name!r}; cp1252, utf-16 and latin-1 are some") from None
    return name


def recoded(stream: BinaryIO, encoding: str) -> BinaryIO:
    """The text of a stream in UTF-8, except for bytes that ``encoding`` does not have: those stay what they are."""
    return cast("BinaryIO", io.BufferedReader(_Recoded(stream, encoding))) if encoding else stream


class _Recoded(io.RawIOBase):
    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._waiting and (data := self._stream.read(io.DEFAULT_BUFFER_SIZE)):
            self._waiting = self._decoder.decode(data).encode("utf-8", "surrogateescape")
        self._waiting = self._waiting or self._decoder.decode(b"", final=True).encode("utf-8", "surrogateescape")
        room = memoryview(buffer)
        given, self._waiting = self._waiting[: len(room)], self._waiting[len(room) :]
        room[: len(given)] = given
        return len(given)

    def close(self) -> None:
        self._stream.close()
        super().close()
