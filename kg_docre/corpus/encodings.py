"""Files in other encodings than UTF-8."""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["NO_TEXT", "checked_encoding", "encoding_of", "recoded"]

NO_TEXT = "no text in UTF-8, or in what --encoding names"


def checked_encoding(name: str) -> str:
    """The name of an encoding of texts, or :exc:`ValueError`."""
    try:
        "".encode(name)
    except (LookupError, ValueError):
        raise ValueError(f"there is no encoding {name!r}; cp1252, utf-16 and latin-1 are some") from None
    return name


def recoded(stream: BinaryIO, encoding: str) -> BinaryIO:
    """The text of a stream in UTF-8, except for what its encoding does not have: no text in UTF-8 has what stands there
    then; the stream itself where it is in UTF-8. Reading raises :exc:`OSError` where the encoding cannot be told, as of
    UTF-16 without a byte order mark."""
    encoding = encoding_of(cast("io.BufferedReader", stream).peek(3), encoding)
    return cast("BinaryIO", io.BufferedReader(_Recoded(stream, encoding))) if encoding else stream


def encoding_of(beginning: bytes, named: str) -> str:
    """What the byte order mark that text begins with tells, else the encoding ``named``; empty for UTF-8."""
    if beginning.startswith(codecs.BOM_UTF8):
        return ""
    marked = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    is_wider = bool(named) and codecs.lookup(named).name.startswith("utf-32")  # begins so, too
    return "utf-16" if marked and not is_wider else named


def _marked(error: UnicodeError) -> tuple[str, int]:
    """Half of a character for each run of bytes that are none, be they ASCII."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start]
    return chr(0xDC00 + (byte if byte >= 0x80 else 0xFF)), error.end


_MARKED = "kg_docre.marked"
codecs.register_error(_MARKED, _marked)


class _Recoded(io.RawIOBase):
    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(_MARKED)
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._waiting and (data := self._stream.read(io.DEFAULT_BUFFER_SIZE)):
            self._waiting = self._decoded(data)
        self._waiting = self._waiting or self._decoded(b"", final=True)
        room = memoryview(buffer)
        given, self._waiting = self._waiting[: len(room)], self._waiting[len(room) :]
        room[: len(given)] = given
        return len(given)

    def _decoded(self, data: bytes, *, final: bool = False) -> bytes:
        try:
            return self._decoder.decode(data, final).encode("utf-8", "surrogateescape")
        except UnicodeError as error:
            raise OSError(f"{NO_TEXT}: {error}") from error

    def close(self) -> None:
        self._stream.close()
        super().close()
