from __future__ import annotations

import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import convert.converter as module
from convert.converter import Converter, converter
from tuneserve.errors import ConversionError
from tuneserve.manifest import sha256_of_file
from tuneserve.progress import Silent

NAME = "llama_cpp_python-0.3.36.tar.gz"
ROOT = NAME.removesuffix(".tar.gz")
FILES = {
    f"{ROOT}/vendor/llama.cpp/convert_hf_to_gguf.py": "print('model')",
    f"{ROOT}/vendor/llama.cpp/convert_lora_to_gguf.py": "print('adapter')",
    f"{ROOT}/vendor/llama.cpp/conversion/base.py": "",
    f"{ROOT}/vendor/llama.cpp/gguf-py/gguf/__init__.py": "",
    f"{ROOT}/vendor/llama.cpp/src/llama.cpp": "int main() {}",
    f"{ROOT}/setup.py": "raise SystemExit",
}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return None


@contextmanager
def index(folder: Path) -> Iterator[str]:
    """A package index (PEP 503) of static files."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def sdist(tmp_path: Path) -> Path:
    path = tmp_path / "index" / "files" / NAME
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, text in FILES.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    page = tmp_path / "index" / "llama-cpp-python" / "index.html"
    page.parent.mkdir()
    page.write_text(f'<a href="../files/{NAME}#sha256=0">{NAME}</a> <a href="../files/other.whl">other.whl</a>')
    return path


@pytest.fixture
def served(sdist: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Converter]]:
    """Fetches from an index on this machine; pip's own settings do not matter."""
    monkeypatch.setattr(module, "version", lambda name: "0.3.36")
    with index(sdist.parent.parent) as url:
        monkeypatch.setenv("PIP_INDEX_URL", url)
        yield lambda: converter(Silent())


def test_only_the_scripts_are_unpacked(
    served: Callable[[], Converter], sdist: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(module.SDISTS, "0.3.36", sha256_of_file(sdist))
    folder = served().folder
    assert folder == data_dir / "_llama_cpp" / "0.3.36"
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*")) == [
        "conversion/base.py",
        "convert_hf_to_gguf.py",
        "convert_lora_to_gguf.py",
        "gguf-py/gguf/__init__.py",
    ]
    sdist.unlink()
    assert served().folder == folder, "nothing is fetched twice"


def test_a_file_that_would_leave_its_folder_is_refused(
    served: Callable[[], Converter], sdist: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = f"{NAME.removesuffix('.tar.gz')}/vendor/llama.cpp"
    with tarfile.open(sdist, "w:gz") as archive:
        member = tarfile.TarInfo(f"{root}/conversion/../../evil.py")
        archive.addfile(member, io.BytesIO(b""))
    monkeypatch.setitem(module.SDISTS, "0.3.36", sha256_of_file(sdist))
    with pytest.raises(ConversionError, match="outside its folder"):
        served()
    assert not list(data_dir.rglob("evil.py"))


def test_another_file_than_the_known_one_is_not_used(served: Callable[[], Converter], data_dir: Path) -> None:
    with pytest.raises(ConversionError, match=r"has sha256 \w+, expected 832db0699007.*; not used"):
        served()
    assert not list((data_dir / "_llama_cpp").iterdir())


def test_index_without_the_file_is_named(served: Callable[[], Converter], sdist: Path) -> None:
    (sdist.parent.parent / "llama-cpp-python" / "index.html").write_text("<html></html>")
    with pytest.raises(ConversionError, match=r"no llama_cpp_python-0\.3\.36\.tar\.gz there; set PIP_INDEX_URL"):
        served()


def test_unreachable_index_is_one_line(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "version", lambda name: "0.3.36")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    with pytest.raises(ConversionError, match=r"could not fetch llama_cpp_python.* check the network") as failed:
        converter(Silent())
    assert "\n" not in str(failed.value)


def test_version_that_was_never_tried_is_refused(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "version", lambda name: "9.9.9")
    with pytest.raises(ConversionError, match=r"llama-cpp-python 9\.9\.9 was not tried .*; install one of: 0\.3\.36"):
        converter(Silent())


def test_failing_script_is_one_line_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "convert_hf_to_gguf.py").write_text("print('half the work'); raise SystemExit('no such architecture')")
    with pytest.raises(ConversionError, match=r"convert_hf_to_gguf\.py failed: no such architecture") as failed:
        Converter(tmp_path).model(tmp_path, tmp_path / "out.gguf", "name")
    log = Path(str(failed.value).rsplit("log: ", 1)[1].rstrip(")"))
    assert "half the work" in log.read_text()
    log.unlink()
    assert not list(tmp_path.glob("out*"))
