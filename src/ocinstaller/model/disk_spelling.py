"""How operators name a disk; apart from the choice, because clients know the spelling too."""

from ocinstaller.model.text import Text

ALLOWED = Text(
    "none (automatic), a kernel name (sda, nvme0n1), serial=NUMBER, "
    "path=NAME as below /dev/disk/by-path, or size=480G (T, G or M, decimal)"
)

PATTERN = r"(serial|path|size)=[!-~]{1,128}|(/dev/)?[A-Za-z0-9!._-]{1,64}"
"""What `check_selector` accepts, but for the spelling of sizes."""
