#!/usr/bin/python3
"""Makes Keystone's roles, service users and catalogue what a file says; written for OCI.

Usage: identity.py [--check] FILE

FILE is JSON: `auth` (url, ca_file, user, password), `region`, `project` (of the service users),
`roles` (names), `users` (name to password and roles), `domains` (name to the user and password of
its administrator) and `catalogue` (a list of type, name, url).
With --check nothing is changed. Exit status: 0 when all is so, 1 when something differs (only with
--check), 2 when Keystone could not be asked.

One program for all services instead of one command line for each object: the whole takes a second
or two, and passwords stay out of argument lists.
"""

import json
import sys
from http import HTTPStatus
from pathlib import Path

from keystoneauth1 import exceptions, session
from keystoneauth1.identity import v3

INTERFACES = ("public", "internal", "admin")
DOMAIN = "default"
TIMEOUT_S = 60


class Keystone:
    """What there is and what has to be changed; `changes` collects what was, or would be, done."""

    def __init__(self, wanted, check):
        self.wanted = wanted
        self.check = check
        self.changes = []
        auth = wanted["auth"]
        self._ca_file, self._url = auth["ca_file"], auth["url"]
        self._session = self._login(auth["user"], auth["password"], "admin")

    def make_so(self):
        """Compare all, and correct it unless only a check was asked for."""
        roles = self._roles()
        project = self._ensure(
            "projects", "project", {"name": self.wanted["project"]}, {"domain_id": DOMAIN}
        )
        for name, user in sorted(self.wanted["users"].items()):
            number = self._user(name, user["password"], DOMAIN)
            for role in user["roles"]:
                self._assign(f"projects/{project}", name, number, (role, roles[role]))
        for name, administrator in sorted(self.wanted["domains"].items()):
            domain = self._ensure("domains", "domain", {"name": name}, {})
            number = self._user(administrator["user"], administrator["password"], domain)
            role = ("admin", roles["admin"])
            self._assign(f"domains/{domain}", administrator["user"], number, role)
        for entry in self.wanted["catalogue"]:
            self._catalogue(entry)

    def _login(self, user, password, project):
        domain = {"user_domain_id": DOMAIN, "project_domain_id": DOMAIN}
        auth = v3.Password(
            auth_url=self._url, username=user, password=password, project_name=project, **domain
        )
        return session.Session(auth=auth, verify=self._ca_file, timeout=TIMEOUT_S)

    def _ask(self, method, path, body=None, accept=()):
        # haproxy and uwsgi may close a connection that waits for its next request.
        answer = self._session.request(
            f"{self._url}/{path}", method, json=body, raise_exc=False, connect_retries=3
        )
        if answer.status_code >= HTTPStatus.BAD_REQUEST and answer.status_code not in accept:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer

    def _list(self, path):
        return self._ask("GET", path).json()

    def _create(self, path, kind, values):
        """Return the identifier of a new object; None when only checking."""
        self.changes.append(f"{kind} {values.get('name') or values.get('url')}")
        if self.check:
            return None
        return self._ask("POST", path, {kind: values}).json()[kind]["id"]

    def _ensure(self, path, kind, key, values):
        """Return the identifier of the object that `key` names, making it where it is missing."""
        found = [o for o in self._list(path)[path] if all(o.get(k) == v for k, v in key.items())]
        return found[0]["id"] if found else self._create(path, kind, {**key, **values})

    def _roles(self):
        assigned = (user["roles"] for user in self.wanted["users"].values())
        names = {"admin", *self.wanted["roles"]}.union(*assigned)
        known = {role["name"]: role["id"] for role in self._list("roles")["roles"]}
        for name in sorted(names - set(known)):
            known[name] = self._create("roles", "role", {"name": name})
        return known

    def _user(self, name, password, domain):
        """Return the identifier of a user that this password opens."""
        known = self._list(f"users?name={name}&domain_id={domain}")["users"] if domain else []
        if not known:
            values = {"name": name, "domain_id": domain, "password": password}
            return self._create("users", "user", values)
        number = known[0]["id"]
        if not self._opens(number, password):
            self.changes.append(f"password of {name}")
            if not self.check:
                self._ask("PATCH", f"users/{number}", {"user": {"password": password}})
        return number

    def _assign(self, scope, name, number, role):
        role_name, role_number = role
        path = f"{scope}/users/{number}/roles/{role_number}"
        missing = HTTPStatus.NOT_FOUND
        # What only a check would have made has no identifier yet, and so no role.
        known = None not in (number, role_number) and not scope.endswith("/None")
        if not known or self._ask("HEAD", path, accept=(missing,)).status_code == missing:
            self.changes.append(f"role {role_name} of {name}")
            if not self.check:
                self._ask("PUT", path)

    def _opens(self, number, password):
        auth = v3.Password(auth_url=self._url, user_id=number, password=password, unscoped=True)
        try:
            session.Session(auth=auth, verify=self._ca_file, timeout=TIMEOUT_S).get_token()
        except exceptions.Unauthorized:
            return False
        return True

    def _catalogue(self, entry):
        service = self._ensure(
            "services", "service", {"type": entry["type"], "name": entry["name"]}, {}
        )
        region = self.wanted["region"]
        path = f"endpoints?service_id={service}&region_id={region}"
        known = {e["interface"]: e for e in self._list(path)["endpoints"]} if service else {}
        for interface in INTERFACES:
            if interface not in known:
                values = {
                    "interface": interface,
                    "region_id": region,
                    "service_id": service,
                    "url": entry["url"],
                }
                self._create("endpoints", "endpoint", values)
            elif known[interface]["url"] != entry["url"]:
                self.changes.append(f"endpoint {entry['url']}")
                if not self.check:
                    self._ask(
                        "PATCH",
                        f"endpoints/{known[interface]['id']}",
                        {"endpoint": {"url": entry["url"]}},
                    )


def main(arguments):
    """Return the exit status."""
    check = arguments[:1] == ["--check"]
    wanted = json.loads(Path(arguments[-1]).read_text(encoding="utf-8"))
    try:
        keystone = Keystone(wanted, check)
        keystone.make_so()
    except (RuntimeError, exceptions.ClientException) as error:
        print(f"Keystone at {wanted['auth']['url']}: {error}", file=sys.stderr)
        return 2
    for change in keystone.changes:
        print(f"{'missing' if check else 'made'}: {change}")
    return 1 if check and keystone.changes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
