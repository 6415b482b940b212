"""`Converter`: llama.cpp's converter scripts, of the very llama.cpp that the installed llama_cpp was built from.

The wheel does not hold them, the sdist of llama-cpp-python does, under vendor/llama.cpp. `pip download`
would start to build the sdist to learn its metadata, so the file is taken from pip's index directly
(the simple repository API, PEP 503) and only the scripts are unpacked.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import ssl
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urljoin

import httpx

from convert.tool_log import kept_log
from tuneserve.errors import ConversionError
from tuneserve.manifest import sha256_of_file
from tuneserve.progress import Progress
from tuneserve.run import data_folder

# sha256 of llama_cpp_python-<version>.tar.gz on PyPI. A new version is added here once its scripts were tried.
SDISTS = {"0.3.36": "832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e"}

_SCRIPTS = ("convert_hf_to_gguf.py", "convert_lora_to_gguf.py", "conversion/", "gguf-py/gguf/")
_LINK = re.compile(r'<a\s[^>]*href="(?P<address>[^"]+)"[^>]*>\s*(?P<name>[^<]+?)\s*</a>', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Converter:
    """The unpacked scripts. Each method writes `target` whole or not at all, or raises ConversionError."""

    folder: Path

    def model(self, source: Path, target: Path, name: str) -> None:
        """A model folder of transformers -> GGUF in float16."""
        self._run("convert_hf_to_gguf.py", [str(source), "--outtype", "f16", "--model-name", name], target)

    def adapter(self, source: Path, base: Path, target: Path) -> None:
        """A PEFT adapter folder -> GGUF in float16; of `base`, a folder or hub name, only the configuration is read."""
        where = ["--base", str(base)] if base.is_dir() else ["--base-model-id", str(base)]
        self._run("convert_lora_to_gguf.py", [str(source), *where, "--outtype", "f16"], target)

    def _run(self, script: str, arguments: Sequence[str], target: Path) -> None:
        partial = target.with_name(target.name + ".partial")
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.folder / "gguf-py"),
            "PYTHONWARNINGS": "ignore",
        }
        command = [sys.executable, str(self.folder / script), *arguments, "--outfile", str(partial)]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            said = done.stdout + done.stderr
            if done.returncode or not partial.is_file():
                reason = next((line for line in reversed(said.splitlines()) if line.strip()), "no reason given").strip()
                log = kept_log("convert", said)
                raise ConversionError(f"{target}: llama.cpp's {script} failed: {reason} (its log: {log})")
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def converter(progress: Progress) -> Converter:
    """The scripts for the installed llama_cpp, fetched and checked once (77 MB from the package index).

    Raises ConversionError when the index cannot be reached, or the file is not the one that is known.
    """
    installed = version("llama-cpp-python")
    folder = data_folder() / "_llama_cpp" / installed
    if folder.is_dir():
        return Converter(folder)
    expected = SDISTS.get(installed)
    if expected is None:
        raise ConversionError(
            f"llama-cpp-python {installed} was not tried with this version of tuneserve;"
            f" install one of: {', '.join(SDISTS)}"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    name = f"llama_cpp_python-{installed}.tar.gz"
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        sdist = Path(scratch) / name
        _fetch(name, sdist, progress)
        found = sha256_of_file(sdist)
        if found != expected:
            raise ConversionError(f"{name} from {_index()} has sha256 {found}, expected {expected}; not used")
        unpacked = _unpack(sdist, Path(scratch) / "unpacked")
        try:
            unpacked.rename(folder)
        except OSError:
            # Another process was quicker: its folder holds the same files.
            shutil.rmtree(unpacked)
    return Converter(folder)


def _fetch(name: str, target: Path, progress: Progress) -> None:
    page = f"{_index()}/llama-cpp-python/"
    try:
        with httpx.Client(verify=_trusted(), follow_redirects=True, timeout=60) as client:
            reply = client.get(page, headers={"Accept": "application/vnd.pypi.simple.v1+html, text/html;q=0.9"})
            address = _address(reply.raise_for_status(), name)
            with client.stream("GET", address) as download, target.open("wb") as out:
                size = int(download.raise_for_status().headers.get("content-length", 0))
                with progress.bar("fetch llama.cpp's converter", -(-size // 1_000_000), unit="MB") as bar:
                    for chunk in download.iter_bytes(1_000_000):
                        out.write(chunk)
                        bar.advance()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise ConversionError(f"could not fetch {name} from {page}: {reason}; check the network") from error


def _address(page: httpx.Response, name: str) -> str:
    for link in _LINK.finditer(page.text):
        if html.unescape(link["name"]) == name:
            return urljoin(str(page.url), html.unescape(link["address"])).partition("#")[0]
    raise ConversionError(f"{page.url}: no {name} there; set PIP_INDEX_URL to an index that has it, such as PyPI")


def _index() -> str:
    """The package index that pip is told to use: its environment variable or configuration, else PyPI."""
    told = os.environ.get("PIP_INDEX_URL")
    if not told:
        command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return (told or "https://pypi.org/simple").rstrip("/")


def _trusted() -> ssl.SSLContext | bool:
    """A company's own certificate authority, where pip was told of one."""
    told = os.environ.get("PIP_CERT")
    return ssl.create_default_context(cafile=told) if told else True


def _unpack(sdist: Path, target: Path) -> Path:
    root = f"{sdist.name.removesuffix('.tar.gz')}/vendor/llama.cpp/"
    with tarfile.open(sdist) as archive:
        for member in archive:
            inside = member.name.removeprefix(root)
            if member.isfile() and inside != member.name and inside.startswith(_SCRIPTS):
                # By hand: extraction filters came with Python 3.11.4, and Debian 12 has 3.11.2.
                path = (target / inside).resolve()
                content = archive.extractfile(member)
                if content is None or not path.is_relative_to(target.resolve()):
                    raise ConversionError(f"{sdist.name}: it would write outside its folder: {member.name}")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())
    if not (target / "convert_hf_to_gguf.py").is_file():
        raise ConversionError(f"{sdist.name}: no {root}convert_hf_to_gguf.py in it")
    return target
