"""Lock files with hashes for every environment: `make lock` runs this after a direct pin has changed.

uv resolves each environment for every system. Torch is locked apart, since it has two builds for Linux:
set-up takes the CPU build where pip can find it, else the general one with the CUDA libraries that it needs.
"""

import re
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent
ROOT = HOME.parent
# What each lock holds, by the files that name its direct dependencies. The light environment comes first:
# the others take its versions where they need the same package.
ENVIRONMENTS = {
    "light": ["requirements.txt", "tests/requirements.txt", "tests/light-requirements.txt"],
    "demo": ["requirements.txt"],
    "image": ["space/requirements-extra.txt"],
    "training": ["training/requirements.txt", "tests/requirements.txt"],
    "downstream": ["tests/downstream-requirements.txt", "pyproject.toml"],  # the wheel is installed there
    "build": ["locks/build.in"],
    "sbom": ["locks/sbom.in"],
    "peers": ["locks/peers.in"],
}
SUBSETS_OF_LIGHT = {"demo", "image", "build"}
CUDA = re.compile(r"nvidia-(?!ml-py)|cuda-|triton==")
# The CPU build for Linux, x86_64 and Python 3.11, which the general index does not have.
TORCH_CPU_SHA256 = "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b"


def resolve(name: str) -> list[str]:
    """Write the lock of one environment; returns its packages, each with its hashes."""
    lock = HOME / f"{name}.txt"
    command: list[str | Path] = [Path(sys.executable).with_name("uv"), "pip", "compile"]
    command += ["--no-config", "--universal", "--python-version", "3.11", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--quiet", "--output-file", lock, *ENVIRONMENTS[name]]
    if name in SUBSETS_OF_LIGHT:
        command += ["--constraint", HOME / "light.txt"]
    subprocess.run([*command, *sys.argv[1:]], cwd=ROOT, check=True)
    return re.split(r"\n(?=\S)", lock.read_text().strip())


def write(name: str, packages: list[str]) -> None:
    (HOME / f"{name}.txt").write_text("\n".join(packages) + "\n")


def main() -> None:
    """Renew all; arguments go to uv (`--upgrade`, `--upgrade-package NAME`)."""
    torch: dict[str, None] = {}
    cuda: dict[str, None] = {}
    for name in ENVIRONMENTS:
        packages = resolve(name)
        torch |= dict.fromkeys(one for one in packages if one.startswith("torch=="))
        cuda |= dict.fromkeys(one for one in packages if CUDA.match(one))
        write(name, [one for one in packages if one not in torch and one not in cuda])
        print(f"locks/{name}.txt: {len(packages)} packages", file=sys.stderr)
    if len(torch) != 1:
        sys.exit("training and downstream pin different versions of torch: one torch.txt cannot hold both")
    [(name, version)] = {tuple(one.split()[0].split("==")) for one in torch}
    write("torch", list(torch))
    write("torch-cpu", [f"{name}=={version}+cpu \\\n    --hash=sha256:{TORCH_CPU_SHA256}"])
    write("cuda", sorted(cuda))


if __name__ == "__main__":
    main()
