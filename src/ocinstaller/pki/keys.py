"""The kinds of keys that OCI's CA makes."""

from cryptography.hazmat.primitives.asymmetric import ec, rsa

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_RSA_BITS = {"rsa-2048": 2048, "rsa-3072": 3072, "rsa-4096": 4096}
_CURVES: dict[str, ec.EllipticCurve] = {"ec-p256": ec.SECP256R1(), "ec-p384": ec.SECP384R1()}
_FORMER_NAMES = {"ecdsa": "ec-p256", "rsa": "rsa-3072"}

KEY_TYPES = (*_CURVES, *_RSA_BITS, *_FORMER_NAMES)
"""What the setting may be; `ecdsa` and `rsa` stand for ec-p256 and rsa-3072."""


def generate(key_type: str) -> PrivateKey:
    """Return a new private key.

    :param key_type: one of `KEY_TYPES`
    """
    name = _FORMER_NAMES.get(key_type, key_type)
    if name in _RSA_BITS:
        return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS[name])
    return ec.generate_private_key(_CURVES[name])
