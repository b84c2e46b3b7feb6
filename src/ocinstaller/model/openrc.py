"""What a client of OpenStack reads to be the administrator of a cluster."""

import shlex

CA_FILE = "/etc/ssl/certs/oci-root-ca.pem"
"""OCI's root certificate on every machine of a cluster; elsewhere it has to be copied to."""

API_CA_FILE = "/etc/ssl/oci-api-ca.pem"
"""The same with the root of the API's certificate, when another CA signed that."""


def openrc(api_hostname: str, region: str, password: str, ca_file: str = CA_FILE) -> str:
    """Return lines for a shell: the same as in /root/oci-openrc on the controllers."""
    values = {
        "OS_AUTH_TYPE": "password",
        "OS_AUTH_URL": f"https://{api_hostname}/identity/v3",
        "OS_CACERT": ca_file,
        "OS_IDENTITY_API_VERSION": "3",
        "OS_USERNAME": "admin",
        "OS_PASSWORD": password,
        "OS_PROJECT_NAME": "admin",
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
        "OS_REGION_NAME": region,
        "OS_INTERFACE": "public",
    }
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())
