"""What monitoring measures, in Prometheus' text format.

Format: https://prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
"""

from sqlalchemy.orm import Session

from ocinstaller.actions import certificates
from ocinstaller.actions.context import Installation

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def render(session: Session, oci: Installation) -> str:
    """Return all metrics: `oci_certificate_expiry_seconds`, in seconds since 1970, UTC."""
    name = "oci_certificate_expiry_seconds"
    lines = [
        f"# HELP {name} When a certificate ends, in seconds since 1970.",
        f"# TYPE {name} gauge",
    ]
    for view in certificates.list_certificates(session, oci):
        labels = {"name": view.name, "kind": view.kind, "cluster": view.cluster or ""}
        text = ",".join(f'{key}="{value.translate(_ESCAPES)}"' for key, value in labels.items())
        lines.append(f"{name}{{{text}}} {view.not_after.timestamp():.0f}")
    return "\n".join(lines) + "\n"
