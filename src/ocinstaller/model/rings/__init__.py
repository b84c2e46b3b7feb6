"""Swift's rings: which disks they are to hold, and what an assignment of partitions amounts to.

A ring has three layers. `planning` says which devices belong to it, from the cluster alone.
Swift's own builder (`drivers/rings`) assigns partitions to them. `assignment` measures the result
and compares it with another: shares, replicas that lie too close, partitions that move.
"""
