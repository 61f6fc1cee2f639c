"""Which version of anprd this is."""

from importlib import metadata


def version() -> str:
    """The installed version."""
    try:
        return metadata.version("anprd")
    except metadata.PackageNotFoundError:
        return "unknown"  # run from a source tree
