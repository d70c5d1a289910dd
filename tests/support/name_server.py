"""A name server: DNS over UDP (RFC 1035, 4.1) that knows one name, or what a test makes of it."""

import asyncio
import socket
import struct

_HEADER = struct.Struct("!6H")
_ANSWERED, _OF_THE_NAME_ASKED = 0x8180, 0xC00C
_SERVER_FAILURE, _NO_SUCH_NAME = 2, 3
_ADDRESS_OF_IPV4, _INTERNET, _TTL_SECONDS = 1, 1, 1


class NameServer(asyncio.DatagramProtocol):
    """Set `address` to where its name leads; None: there is no such name. `failing`: it knows of
    no name at the moment. `silent`: it does not answer.
    """

    def __init__(self, name: str, address: str | None) -> None:
        self.name, self.address = name, address
        self.failing = self.silent = False
        self.asked = 0
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked += 1
        if not self.silent:
            self._transport.sendto(self._answer(data), addr)

    def _answer(self, query: bytes) -> bytes:
        end = query.index(b"\0", _HEADER.size) + 5
        question = query[_HEADER.size : end]
        (kind,) = struct.unpack("!H", question[-4:-2])
        found = self._found(question[:-4])
        code, records = (found, b"") if isinstance(found, int) else (0, found)
        if kind != _ADDRESS_OF_IPV4:
            records = b""
        told = _HEADER.pack(
            int.from_bytes(query[:2], "big"), _ANSWERED | code, 1, int(bool(records)), 0, 0
        )
        return told + question + records

    def _found(self, labels: bytes) -> int | bytes:
        """A code that says why not, or a record."""
        if self.failing:
            return _SERVER_FAILURE
        known = b"".join(bytes([len(part)]) + part.encode() for part in self.name.split("."))
        if self.address is None or labels.lower() != known + b"\0":
            return _NO_SUCH_NAME
        shape = (_OF_THE_NAME_ASKED, _ADDRESS_OF_IPV4, _INTERNET, _TTL_SECONDS, 4)
        return struct.pack("!HHHIH", *shape) + socket.inet_aton(self.address)
