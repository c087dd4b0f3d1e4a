"""Programs taken out of their images, so that tests start, kill and watch them like any process of this machine."""

import os
import shutil
import struct
import subprocess
from pathlib import Path

DOCKER = os.environ.get("DOCKER", "docker")
PROGRAMS = ("usr/local/bin", "usr/bin", "bin", ".")
LIBRARIES = ("usr/local/lib", "usr/lib", "lib", "lib64")
# In an ELF file of 64 bits: where its header says the offset, the size and the number of the program headers.
HEADERS, SIZES = 32, 54
INTERPRETER = 3  # the type of the header that names the dynamic loader


class NotUnpacked(Exception):
    """Why a server could not be taken out of its image."""


def unpack(server: str, image: str, folder: Path) -> None:
    """Replace `folder`/`server` by the files of `image`, and `folder`/bin/`server` by a program that starts it.

    Raises NotUnpacked.
    """
    root = folder / server
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True, exist_ok=True)
    _export(image, root)
    program = next((root / path / server for path in PROGRAMS if (root / path / server).is_file()), None)
    if program is None:
        raise NotUnpacked(f"{image} has no {server}")
    launcher = folder / "bin" / server
    launcher.parent.mkdir(exist_ok=True)
    launcher.write_text(f'#!/bin/sh\nexec {command(program, root)} "$@"\n')
    launcher.chmod(0o755)


def command(program: Path, root: Path) -> str:
    """How a shell runs a program of another system: with that system's loader and libraries, not with this one's."""
    loader = loader_of(program)
    if loader is None:
        return f"'{program}'"
    folders = [folder for path in LIBRARIES for folder in (root / path, *sorted((root / path).glob("*-linux-gnu")))]
    # By name: the path may be an absolute link, which leads to this system's loader.
    found = next((folder / loader for folder in folders if (folder / loader).is_file()), None)
    if found is None:
        raise NotUnpacked(f"{program} needs {loader}, which its image does not have")
    return f"'{found}' --library-path '{':'.join(map(str, folders))}' '{program}'"


def loader_of(program: Path) -> str | None:
    """The name of the dynamic loader that the ELF file asks for; None if it is linked statically."""
    content = program.read_bytes()
    (first,) = struct.unpack_from("<Q", content, HEADERS)
    size, number = struct.unpack_from("<HH", content, SIZES)
    for header in range(first, first + size * number, size):
        kind, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", content, header)
        if kind == INTERPRETER:
            return Path(content[offset : offset + length].rstrip(b"\0").decode()).name
    return None


def _export(image: str, root: Path) -> None:
    """The files of the image, which is pulled unless it is here."""
    container = _docker("create", image)
    try:
        with subprocess.Popen([DOCKER, "export", container], stdout=subprocess.PIPE) as export:
            subprocess.run(["tar", "-x", "-C", root, "--exclude=dev"], stdin=export.stdout, check=True)
    except subprocess.CalledProcessError as error:
        raise NotUnpacked(f"The files of {image} cannot be unpacked: {error}") from None
    finally:
        _docker("rm", container)


def _docker(*arguments: str) -> str:
    try:
        done = subprocess.run([DOCKER, *arguments], capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise NotUnpacked(
            f"'{DOCKER}' is not installed: install Docker, or choose one: DOCKER=/usr/bin/docker"
        ) from None
    except subprocess.CalledProcessError as error:
        raise NotUnpacked(f"docker {' '.join(arguments)}: {error.stderr.strip()}") from None
    return done.stdout.strip()
