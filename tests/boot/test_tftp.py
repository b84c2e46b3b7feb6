"""Packets of TFTP, byte for byte as RFC 1350 and RFC 2347 to 2349 have them."""

import pytest

from ocinstaller.boot import BootSettingError, tftp


def test_a_plain_request_gets_plain_blocks() -> None:
    request = tftp.parse_request(b"\0\1/grub/grub.cfg\0octet\0")
    assert request == tftp.ReadRequest("grub/grub.cfg", 512, ())


def test_known_options_are_granted_and_others_are_not() -> None:
    packet = b"\0\1x\0octet\0BLKSIZE\x001024\0windowsize\x0016\0tsize\x000\0"
    request = tftp.parse_request(packet)
    assert request == tftp.ReadRequest("x", 1024, ("blksize", "tsize"))
    assert tftp.options_packet(request, 7) == b"\0\6blksize\x001024\0tsize\x007\0"


@pytest.mark.parametrize(
    ("asked", "granted"), [(b"65464", 1428), (b"7", 512), (b"-5", 512), (b"", 512)]
)
def test_blocks_fit_into_frames(asked: bytes, granted: int) -> None:
    request = tftp.parse_request(b"\0\1x\0octet\0blksize\0" + asked + b"\0")
    assert request.block_bytes == granted
    assert ("blksize" in request.options) is (granted != 512)


@pytest.mark.parametrize("packet", [b"", b"\0\2x\0octet\0", b"\0\1x", b"\0\4\0\1"])
def test_nothing_but_reading_is_understood(packet: bytes) -> None:
    with pytest.raises(BootSettingError):
        tftp.parse_request(packet)


def test_numbers_of_long_files_start_over() -> None:
    assert tftp.data_packet(65537, b"abc") == b"\0\3\0\1abc"
    assert tftp.acknowledges(b"\0\4\0\1", 65537)
    assert not tftp.acknowledges(b"\0\4\0\2", 65537)
