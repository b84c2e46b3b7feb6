"""What the clients, agents and starting machines of the original OCI ask, answered from ours.

`/oci/api.php` is a table of actions (`actions.py`), each of which is one of our use cases;
`/oci/report.php`, `/oci/install-status.php` and `/oci/ipxe.php` are what machines ask. Nothing here
decides anything: it checks parameters, calls a use case and gives the answer its old form.
"""
