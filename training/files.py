"""Files that appear whole or not at all."""

import os


def write_whole(path, content):
    """Writes bytes under a temporary name, then renames."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)
