"""Whether the kernel holds its clock to be right (adjtimex(2))."""

import ctypes
import os

_TIMEX_BYTES = 256  # struct timex: 208 bytes on 64-bit machines
_STATUS_OFFSET = 5 * ctypes.sizeof(ctypes.c_long)
_STA_UNSYNC = 0x40


def is_synchronised() -> bool:
    """Tell whether a time service keeps the clock.

    :raises OSError: the kernel does not say
    """
    libc = ctypes.CDLL(None, use_errno=True)
    timex = ctypes.create_string_buffer(_TIMEX_BYTES)
    if libc.adjtimex(timex) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    status = ctypes.c_int.from_buffer(timex, _STATUS_OFFSET).value
    return not status & _STA_UNSYNC
