"""The images of compose.yaml without a registry: look-alikes of the official ones, then the project's own builds.

A look-alike holds the same program from Debian's packages (see lookalikes/Dockerfile). They are kept in the
engine's folder and made again when their recipe changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path, PurePosixPath

from tests.compose.engine import ROOT, CannotRun, Engine, Failed, OutOfTime

RECIPES = Path(__file__).parent / "lookalikes"
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
HOST_CA = Path(os.environ.get("SSL_CERT_FILE") or "/etc/ssl/certs/ca-certificates.crt")
PYTHON_PACKAGES = "python3,python3-venv,python3-pip,ca-certificates"
SERVER_PACKAGES = (
    "ca-certificates,busybox,postgresql-17,redis-server,prometheus,prometheus-alertmanager,"
    "prometheus-postgres-exporter,prometheus-redis-exporter,haproxy"
)
PIP_CACHE = PurePosixPath("/", "root", ".cache", "pip")  # in an image that is being built
# {target of lookalikes/Dockerfile: name in compose.yaml and the project's Dockerfiles}
OFFICIAL = {
    "python": "python:3.11.15-slim-bookworm",
    "ollama": "ollama/ollama:0.24.0",
    "postgres": "postgres:17.10-bookworm",
    "redis": "redis:8.0.2-bookworm",
    "prometheus": "prom/prometheus:v2.53.3",
    "alertmanager": "prom/alertmanager:v0.28.1",
    "postgres_exporter": "quay.io/prometheuscommunity/postgres-exporter:v0.17.1",
    "redis_exporter": "oliver006/redis_exporter:v1.69.0-alpine",
    "haproxy": "haproxy:3.0.11-alpine",
}


def make_lookalikes(engine: Engine) -> None:
    """Every image of OFFICIAL, where it is not there yet. Raises CannotRun: without them nothing can be tested."""
    try:
        _base(engine, "bookworm", PYTHON_PACKAGES)
        engine.docker("run", "--rm", "tuneserve-lookalike/bookworm", "true")
        _base(engine, "trixie", SERVER_PACKAGES)
        _lookalikes(engine)
    except Failed as error:
        raise CannotRun(f"no stand-ins for the official images: {error}") from error


def build_gateway(engine: Engine, version: str) -> tuple[int, int]:
    """Bytes of the image of compose.yaml, and those of its base.

    Raises CannotRun where a build reaches no package registry, or is slow.
    """
    try:
        with_version = Engine(engine.folder, {**engine.environment, "TUNESERVE_VERSION": version})
        with_version.docker("compose", "build", "--quiet", "gateway", seconds=900)
    except OutOfTime as error:
        raise CannotRun(f"the gateway's image was not ready in time: {error}") from error
    except Failed:
        probe = "apt-get update && pip download --quiet --no-deps --dest /tmp pip"
        try:
            engine.docker("run", "--rm", OFFICIAL["python"], "sh", "-c", probe, seconds=120)
        except Failed as error:
            raise CannotRun(f"containers reach no package registry: {error}") from error
        raise
    names = (f"tuneserve/gateway:{version}", OFFICIAL["python"])
    sizes = engine.docker("image", "inspect", "--format", "{{.Size}}", *names).split()
    return int(sizes[0]), int(sizes[1])


def _lookalikes(engine: Engine) -> None:
    recipe = _recipe()
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        shutil.copytree(RECIPES, context, dirs_exist_ok=True)
        for target, name in OFFICIAL.items():
            if _label(engine, name) == recipe:
                continue
            if target == "ollama" and not (context / "ollama").exists():
                shutil.copy(_ollama(), context / "ollama")
            engine.docker(
                *("build", "--quiet", "--pull=false", "--target", target, "--tag", name),
                *("--label", f"tuneserve.lookalike={recipe}", str(context)),
                seconds=300,
            )


def seed_wheels(engine: Engine) -> bool:
    """Puts this user's own build of llama.cpp into the builder's wheel cache, so that it is not compiled again.

    False when there is none: the Dockerfiles compile it then.
    """
    cached = Path.home() / ".cache" / "pip" / "wheels"
    wheels = sorted(cached.glob("*/*/*/*/llama_cpp_python-*.whl"))
    if not wheels or not (wheels[-1].parent / "origin.json").is_file():
        return False
    entry = wheels[-1].parent
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        shutil.copytree(entry, context / "entry")
        (context / "Dockerfile").write_text(
            f"FROM {OFFICIAL['python']}\n"
            "COPY entry /entry\n"
            f"RUN --mount=type=cache,id=tuneserve-pip,target={PIP_CACHE},sharing=locked"
            f" to={PIP_CACHE}/wheels/{entry.relative_to(cached)} && mkdir -p $to && cp /entry/* $to\n",
            encoding="utf-8",
        )
        engine.docker("build", "--quiet", "--pull=false", str(context), seconds=120)
    return True


def _base(engine: Engine, suite: str, packages: str) -> None:
    """Debian `suite` as an image that reaches the package registries as this machine does."""
    name = f"tuneserve-lookalike/{suite}"
    if engine.has_image(name):
        return
    with tempfile.TemporaryDirectory(dir=engine.folder, ignore_cleanup_errors=True) as folder:
        tree, debs = Path(folder) / "tree", engine.folder / "debs" / suite
        debs.mkdir(parents=True, exist_ok=True)
        engine.run(
            *("debootstrap", f"--cache-dir={debs}", "--variant=minbase", f"--include={packages}"),
            *(suite, str(tree), MIRROR),
            seconds=600,
        )
        import_tree(engine, tree, name)


def import_tree(engine: Engine, tree: Path, name: str) -> None:
    changes = ["ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    if HOST_CA.is_file():
        shutil.copy(HOST_CA, tree / "opt" / "host-ca.crt")
        changes += [f"ENV {variable}=/opt/host-ca.crt" for variable in ("PIP_CERT", "SSL_CERT_FILE")]
    changes += [f"ENV {key}={os.environ[key]}" for key in ("PIP_INDEX_URL", "PIP_DEFAULT_TIMEOUT") if key in os.environ]
    options = [part for change in changes for part in ("--change", change)]
    # As the official images: packages that were installed leave no archives behind.
    (tree / "etc" / "apt" / "apt.conf.d" / "docker-clean").write_text(
        'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };\n'
        'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";\n',
        encoding="utf-8",
    )
    left_out = ("./proc/*", "./sys/*", "./var/cache/apt/*", "./var/lib/apt/lists/*")
    command = ["tar", "-C", str(tree), *(f"--exclude={path}" for path in left_out), "-c", "."]
    packed = subprocess.Popen(command, stdout=subprocess.PIPE)
    imported = subprocess.run(
        ["docker", "import", *options, "-", name],
        stdin=packed.stdout,
        env=engine.environment,
        capture_output=True,
        timeout=300,
        check=False,
    )
    if packed.wait() or imported.returncode:
        raise CannotRun(f"{name} could not be made: {imported.stderr.decode(errors='replace').strip()}")


def _ollama() -> str:
    """The server that the other tests use, built where it is missing."""
    done = subprocess.run([ROOT / ".ci" / "ollama"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise CannotRun("no Ollama 0.24.0 can be had here: .ci/ollama says why")
    return done.stdout.strip()


def _recipe() -> str:
    texts = [path.read_bytes() for path in sorted(RECIPES.iterdir())]
    return hashlib.sha256(b"\0".join([*texts, SERVER_PACKAGES.encode(), PYTHON_PACKAGES.encode()])).hexdigest()[:16]


def _label(engine: Engine, name: str) -> str:
    shown = '{{index .Config.Labels "tuneserve.lookalike"}}'
    return engine.docker("image", "inspect", "--format", shown, name, check=False).strip()
