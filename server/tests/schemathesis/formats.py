"""Strings of the contract's formats. Without this the coverage phase fills an optional header with letters and digits
alone, and calls it good even where no such string fits."""

import schemathesis
from hypothesis import strategies

# https://spec.openapis.org/registry/format/sf-string
schemathesis.openapi.format("sf-string", strategies.from_regex(r'"[ !#-\[\]-~]{1,40}"', fullmatch=True))
