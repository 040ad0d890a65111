"""Small questions to the parts, cheap enough to be asked ten times a second."""

import asyncio
import contextlib
import errno
import socket
from urllib.parse import urlsplit

import anyio

TIMEOUT_SECONDS = 3


async def listens(port: int) -> bool:
    """Whether something accepts connections on a loopback port."""
    try:
        stream = await anyio.connect_tcp("127.0.0.1", port)
    except OSError:
        return False
    await stream.aclose()
    return True


async def answers(url: str) -> bool:
    """Whether a GET of the URL is answered with a 2xx."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            try:
                host = f"{parts.hostname}:{parts.port}"
                request = (
                    f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
                )
                writer.write(request.encode())
                status = await reader.readline()
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
    return status.startswith(b"HTTP/1.1 2")


def is_free(port: int) -> bool:
    """Whether a loopback port can be listened on."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True
