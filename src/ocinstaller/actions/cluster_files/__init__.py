"""A cluster as a file: `reader` and `document` take YAML in, `writer` puts it out, `applying`
makes the data base follow it.
"""
