"""Makes `.venv` and installs one of the lock files into it. Standard library only: it runs before anything is there.

    python3 requirements/install.py serve|test|train

Shows how far the compilation of llama.cpp is, which takes minutes and says nothing by itself.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TORCH = "torch==2.13.0"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"

# Debian's python3 has no ensurepip unless python3-venv is installed; this wheel stands in for it.
PIP_WHEEL = (
    "https://files.pythonhosted.org/packages/44/3c/d717024885424591d5376220b5e836c2d5293ce2011523c9de23ff7bf068/"
    "pip-25.3-py3-none-any.whl"
)
PIP_SHA256 = "9655943313a94722b7774661c21049070f6bbb0a1516bf02f7c8d5d9201514cd"

# llama.cpp is built without its vision tools and without servers: nothing here uses them, and a third of
# the compilation goes with them. GGML_NATIVE makes use of this very processor.
CMAKE_ARGS = "-DLLAVA_BUILD=OFF -DGGML_NATIVE=ON"


def main() -> int:
    lock = sys.argv[1] if len(sys.argv) == 2 else ""
    if lock not in ("serve", "test", "train"):
        print(__doc__, file=sys.stderr)
        return 2
    if sys.version_info < (3, 11):  # noqa: UP036  (this file runs before anything checked the version)
        print(f"tuneserve needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}", file=sys.stderr)
        return 1
    try:
        make_venv()
        install(lock)
    except KeyboardInterrupt:
        print("\ninterrupted; run the same command again to go on", file=sys.stderr)
        return 130
    except subprocess.CalledProcessError as error:
        print(f"\nfailed: {' '.join(map(str, error.cmd))}\n{failure_hint(error.output)}", file=sys.stderr)
        return 1
    return 0


def make_venv() -> None:
    """Creates `.venv` with pip, unless a whole one is there."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return
    say(f"Making {VENV.name} with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True)
    if done.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", VENV], check=True)
    with tempfile.TemporaryDirectory() as scratch:
        wheel = Path(scratch) / PIP_WHEEL.rsplit("/", 1)[1]
        with urllib.request.urlopen(PIP_WHEEL, timeout=60) as answer:
            wheel.write_bytes(answer.read())
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != PIP_SHA256:
            raise SystemExit(f"{PIP_WHEEL}: not the expected file; install python3-venv instead and try again")
        subprocess.run([PYTHON, f"{wheel}/pip", "install", "--quiet", "--no-index", wheel], check=True)


def install(lock: str) -> None:
    """Installs the lock file's packages, each with its hash, then this checkout itself."""
    path = ROOT / "requirements" / f"{lock}.txt"
    say(f"Installing what requirements/{lock}.txt lists")
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", path.read_text(encoding="utf-8"))
    compiled = [block for block in blocks if block.startswith("llama-cpp-python")]
    with tempfile.TemporaryDirectory() as scratch:
        ready = Path(scratch) / "ready.txt"
        ready.write_text("".join(block for block in blocks if block not in compiled), encoding="utf-8")
        pip("install", "--no-deps", "--require-hashes", "-r", ready)
        if compiled and not has("llama-cpp-python", compiled[0]):
            source = Path(scratch) / "compiled.txt"
            source.write_text("".join(compiled), encoding="utf-8")
            compile_with_progress(source)
    if lock in ("test", "train"):
        install_torch()
    pip("install", "--no-deps", "-e", ROOT)


def install_torch() -> None:
    """The pinned PyTorch: from a folder of wheels, else the CPU build where there is no NVIDIA driver.

    PyPI's own Linux build brings several GB of CUDA libraries, which nobody without such a GPU wants.
    """
    if has("torch", f"{TORCH} "):
        return
    folders = [Path(folder) for folder in os.environ.get("PIP_FIND_LINKS", "").split()]
    local = any(folder.is_dir() and list(folder.glob("torch-*.whl")) for folder in folders)
    if local or shutil.which("nvidia-smi"):
        pip("install", TORCH)
        return
    say("Installing PyTorch's CPU build")
    if subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--index-url", TORCH_CPU_INDEX, TORCH]).returncode:
        say("PyTorch's own index does not answer; taking PyPI's build (several GB)")
        pip("install", TORCH)


def has(name: str, block: str) -> bool:
    """Whether the version that a lock file's block pins is installed."""
    wanted = re.match(rf"{name}==([^\s;\\]+)", block)
    code = f"import importlib.metadata as m; print(m.version({name!r}).split('+')[0])"
    found = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True)
    return bool(wanted) and found.stdout.strip() == wanted[1]


def pip(*arguments: str | Path) -> None:
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", arguments[0], "--quiet", *arguments[1:]]
    subprocess.run(command, check=True)


def compile_with_progress(requirements: Path) -> None:
    """Builds llama-cpp-python from its source distribution; shows the share of files that are compiled."""
    for tool in ("gcc", "g++"):
        if not (os.environ.get("CC") or shutil.which(tool) or shutil.which("cc")):
            raise SystemExit(f"a C/C++ compiler is needed and {tool} is not here; on Debian: apt-get install g++")
    say("Compiling llama.cpp, once: about 4 minutes on two cores (a wheel from an earlier build is used at once)")
    environment = {**os.environ, "CMAKE_ARGS": os.environ.get("CMAKE_ARGS", CMAKE_ARGS)}
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--verbose", "--no-deps"]
    command += ["--require-hashes", "-r", requirements]
    started = shown = time.monotonic()
    lines: list[str] = []
    build = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    assert build.stdout is not None
    for line in build.stdout:
        lines = [*lines[-200:], line]
        step = re.search(r"\[(\d+)/(\d+)\]", line)
        now = time.monotonic()
        if step and now - shown >= (0.5 if sys.stderr.isatty() else 15):
            shown = now
            done, total = int(step[1]), int(step[2])
            left = (now - started) * (total - done) / max(done, 1)
            text = f"  {100 * done // total:3d} %  {done}/{total} files, about {left / 60:.1f} min left"
            print(
                f"\r\033[K{text}" if sys.stderr.isatty() else text,
                end="" if sys.stderr.isatty() else "\n",
                file=sys.stderr,
                flush=True,
            )
    if build.wait():
        raise subprocess.CalledProcessError(build.returncode, command, output="".join(lines))
    print("\r\033[K" if sys.stderr.isatty() else "", end="", file=sys.stderr)
    say(f"Compiled and installed in {time.monotonic() - started:.0f} s")


def failure_hint(output: str | None) -> str:
    """The last lines that a failed command printed."""
    return "".join((output or "").splitlines(keepends=True)[-25:]) or "its own messages are above"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
