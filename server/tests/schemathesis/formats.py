"""Strings of the contract's formats, and bodies of its own media types. Without the first the coverage phase fills an
optional header with letters and digits alone, and calls it good even where no such string fits."""

import schemathesis
from hypothesis import strategies

# https://spec.openapis.org/registry/format/sf-string
schemathesis.openapi.format("sf-string", strategies.from_regex(r'"[ !#-\[\]-~]{1,40}"', fullmatch=True))


@schemathesis.serializer("application/x-ndjson")
def lines(_, value):
    """As it is: what stands in the lines is text to the contract."""
    return value if isinstance(value, bytes) else str(value).encode()
