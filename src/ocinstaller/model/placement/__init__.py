"""What runs where, and why: pure functions of a cluster's snapshot.

`conditions` are the words that rules are written in, `inputs` the settings they read, `choices`
the back ends, `leaders` the machines that do something alone, `placing` puts it all together. The
services themselves are the table in `ocinstaller.model.services`.
"""
