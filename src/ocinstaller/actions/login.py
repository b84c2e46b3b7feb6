"""Logging in: passwords, what follows wrong ones, and the sessions of the web pages."""

import hashlib
import hmac
import logging
import math
import os
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ocinstaller.actions import credentials
from ocinstaller.actions.context import Installation
from ocinstaller.model import throttle
from ocinstaller.model.access import Act, Actor, ActorKind, LoginSource, UserRole
from ocinstaller.model.errors import Throttled, Unauthenticated
from ocinstaller.model.text import Text
from ocinstaller.store.access_tables import LoginFailure, WebSession
from ocinstaller.store.tables import User

LOG = logging.getLogger(__name__)

SESSION_LIFETIME = timedelta(hours=8)
"""A working day. The pages renew themselves, so being idle would never end a session."""

_CACHE_S = 60.0
_ALL_LOGINS = ""
_UNKNOWN = "(unknown login)"
"""In the audit: what people type for a login is now and then their password."""


class PasswordCache:
    """Remembers for a minute which passwords were right: bcrypt is slow on purpose.

    Holds keyed digests, never passwords; the key lives and dies with the process. What is
    remembered depends on the stored hash, so a changed password ends it at once.
    """

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._known: dict[bytes, float] = {}

    def holds(self, user: User, password: str) -> bool:
        """Tell whether it was right less than a minute ago."""
        return self._known.get(self._digest(user, password), 0.0) > time.monotonic()

    def remember(self, user: User, password: str) -> None:
        """Remember it, and forget what is too old."""
        now = time.monotonic()
        self._known = {known: end for known, end in self._known.items() if end > now}
        self._known[self._digest(user, password)] = now + _CACHE_S

    def _digest(self, user: User, password: str) -> bytes:
        text = f"{user.login}\0{user.source}\0{user.password_hash}\0{password}"
        return hmac.digest(self._key, text.encode(), hashlib.sha256)


def authenticate(
    oci: Installation, cache: PasswordCache, login: str, password: str, address: str
) -> Actor:
    """Return the user when the password is right and the user active.

    Not one transaction: the password is checked between two, as that takes its time.

    :raises Unauthenticated: otherwise, without telling which of the two is wrong
    :raises Throttled: too many wrong passwords came before; this one was not even looked at
    :raises Unavailable: who knows the password cannot be asked
    """
    with oci.store.read() as session:
        # Before the cache is asked: what waits must not learn whether a guess was right.
        failed = _check_throttle(session, login, address)
        user = session.scalar(select(User).where(User.login == login, User.activated))
    if user is not None and not failed and cache.holds(user, password):
        return _actor(user, address, user.source)
    if user is None or not _verify(oci, user, password):
        raise _refused(oci, user, login, address)
    cache.remember(user, password)
    oci.store.write(lambda session: _forget_failures(session, login, address))
    return _actor(user, address, user.source)


def _actor(user: User, address: str, via: str) -> Actor:
    return Actor(ActorKind.USER, user.login, address, via, UserRole(user.role))


def _verify(oci: Installation, user: User, password: str) -> bool:
    authenticator = oci.authenticators.get(LoginSource(user.source))
    if authenticator is None:
        LOG.warning("no such login source", extra={"login": user.login, "source": user.source})
        return False
    return authenticator.verify(user.login, password, user.password_hash)


def _refused(oci: Installation, user: User | None, login: str, address: str) -> Unauthenticated:
    """Count and record the failure; return the error to raise."""
    error = Unauthenticated(Text("login or password are wrong"), field="login", value=login)
    oci.store.write(lambda session: _count_failure(session, login, address))
    if user is None:
        oci.authenticators[LoginSource.PASSWORD].verify(login, "", "")
    name = user.login if user else _UNKNOWN
    actor = Actor(ActorKind.USER, name, address, user.source if user else "")
    oci.store.acting(Act(actor, "login", "user", name)).record_refusal(error)
    return error


def _counters(login: str) -> tuple[tuple[str, throttle.Throttle], ...]:
    one = credentials.token_digest(login)
    return (one, throttle.LOGIN_AT_ADDRESS), (_ALL_LOGINS, throttle.ADDRESS)


def _check_throttle(session: Session, login: str, address: str) -> bool:
    """Tell whether the login's last password from there was wrong.

    :raises Throttled: when it is too early for another one
    """
    now = datetime.now(UTC)
    for digest, limit in _counters(login):
        row = session.get(LoginFailure, (address, digest))
        if row is None or now - row.last_at > throttle.FORGET:
            continue
        left = (row.last_at + limit.wait(row.failures) - now).total_seconds()
        if left > 0:
            raise Throttled(
                Text(
                    "too many wrong passwords from {address}: wait {left} seconds",
                    address=address,
                    left=math.ceil(left),
                ),
                field="login",
                retry_after_s=math.ceil(left),
            )
    return session.get(LoginFailure, (address, credentials.token_digest(login))) is not None


def _count_failure(session: Session, login: str, address: str) -> None:
    """Count a wrong password. In the data base, so that neither a restart nor a second server
    gives a guesser a new start; old rows go, so that guessing does not fill it."""
    now = datetime.now(UTC)
    session.execute(delete(LoginFailure).where(LoginFailure.last_at < now - throttle.FORGET))
    for digest, _ in _counters(login):
        row = session.get(LoginFailure, (address, digest), with_for_update=True)
        if row is None:
            row = LoginFailure(address=address, login_digest=digest, failures=0)
            session.add(row)
        row.failures += 1
        row.last_at = now


def _forget_failures(session: Session, login: str, address: str) -> None:
    """Forget those of the login only: a guesser's own login must not help him with others'."""
    digest = credentials.token_digest(login)
    row = session.get(LoginFailure, (address, digest))
    if row is not None:
        session.delete(row)


def open_session(session: Session, login: str) -> str:
    """Return the secret of a new session of the web pages; sessions that have ended go."""
    now = datetime.now(UTC)
    for old in session.scalars(select(WebSession).where(WebSession.expires_at <= now)):
        session.delete(old)
    user = session.scalars(select(User).where(User.login == login)).one()
    secret = credentials.new_token()
    digest = credentials.token_digest(secret)
    session.add(WebSession(digest=digest, user=user, expires_at=now + SESSION_LIFETIME))
    return secret


def session_user(session: Session, secret: str, address: str) -> Actor | None:
    """Return whose session it is; None when it has ended or never was."""
    row = _find_session(session, secret)
    if row is None or row.expires_at <= datetime.now(UTC) or not row.user.activated:
        return None
    return _actor(row.user, address, "session")


def close_session(session: Session, secret: str) -> None:
    """End a session; ending it again changes nothing."""
    row = _find_session(session, secret)
    if row is not None:
        session.delete(row)


def _find_session(session: Session, secret: str) -> WebSession | None:
    digest = credentials.token_digest(secret)
    return session.scalar(select(WebSession).where(WebSession.digest == digest))
