"""A name server: DNS over UDP (RFC 1035, 4.1) that knows one name, or what a test makes of it."""

import asyncio
import socket
import struct

_HEADER = struct.Struct("!6H")
_ANSWERED, _OF_THE_NAME_ASKED = 0x8180, 0xC00C
_SERVER_FAILURE, _NO_SUCH_NAME = 2, 3
_KINDS = {1: socket.AF_INET, 28: socket.AF_INET6}  # A and AAAA (RFC 3596)
_INTERNET, _TTL_SECONDS = 1, 1


class NameServer(asyncio.DatagramProtocol):
    """Set `address` to where its name leads; None: there is no such name. `ipv6` is where it leads
    as well. `failing`: it knows of no name at the moment. `silent`: it does not answer.
    """

    def __init__(self, name: str, address: str | None, ipv6: str = "") -> None:
        self.name, self.address, self.ipv6 = name, address, ipv6
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
        code = self._code(question[:-4])
        record = b"" if code else self._record(*struct.unpack("!H", question[-4:-2]))
        told = (int.from_bytes(query[:2], "big"), _ANSWERED | code, 1, int(bool(record)), 0, 0)
        return _HEADER.pack(*told) + question + record

    def _code(self, labels: bytes) -> int:
        """Why not, 0 where it knows the name."""
        if self.failing:
            return _SERVER_FAILURE
        known = b"".join(bytes([len(part)]) + part.encode() for part in self.name.split("."))
        return 0 if self.address and labels.lower() == known + b"\0" else _NO_SUCH_NAME

    def _record(self, kind: int) -> bytes:
        """An address of this kind, if it has one."""
        family = _KINDS.get(kind)
        address = self.ipv6 if family is socket.AF_INET6 else self.address
        if family is None or not address:
            return b""
        packed = socket.inet_pton(family, address)
        shape = (_OF_THE_NAME_ASKED, kind, _INTERNET, _TTL_SECONDS, len(packed))
        return struct.pack("!HHHIH", *shape) + packed
