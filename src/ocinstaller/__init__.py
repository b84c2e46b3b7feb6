"""OpenStack Cluster Installer: bare-metal machines to a highly available OpenStack."""
