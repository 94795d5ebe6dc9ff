"""Bytes to the kernel without letting another thread in between.

``socket.send`` gives up the interpreter's lock and has to wait for it afterwards, milliseconds when other threads
compute; a kill within them would leave a mail that went out without its line in the journal. Called through ``PyDLL``
the lock is kept: what the caller does next follows within microseconds.
"""

import ctypes
import socket
import ssl

_send = ctypes.PyDLL(None).send
_send.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int)
_send.restype = ctypes.c_ssize_t
FLAGS = socket.MSG_DONTWAIT | getattr(socket, "MSG_NOSIGNAL", 0)


def send_whole(sock: socket.socket, content: bytes) -> None:
    """Like ``sendall``; what fits into the socket's buffer, as a mail without files does, goes by one call."""
    taken = 0
    if not isinstance(sock, ssl.SSLSocket):
        taken = max(_send(sock.fileno(), content, len(content), FLAGS), 0)
    if taken < len(content):  # the buffer was full, or the peer is gone, which `sendall` says
        sock.sendall(content[taken:])
