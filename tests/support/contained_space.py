"""`ROOT=FOLDER python contained_space.py`: the Space as the Dockerfile runs it, without a container engine.

FOLDER becomes a root file system of its own: system, interpreter, packages and space/ at their places,
all read-only, and an empty /tmp. Environment, user and command are those of the Dockerfile. Needs
root; the mounts are seen by this process alone and end with it.
"""

import json
import os
import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc")
DEVICES = ("/dev/null", "/dev/urandom")

SCRIPT = """\
set -eu
mount --make-rprivate /
mount -t tmpfs -o mode=755 root "$ROOT"
shut() { mkdir -p "$ROOT$2" && mount --rbind "$1" "$ROOT$2" && mount -o remount,bind,ro "$ROOT$2"; }
for folder in $SYSTEM; do
    if [ -L "$folder" ]; then cp -P "$folder" "$ROOT$folder"
    elif [ -d "$folder" ]; then shut "$folder" "$folder"
    fi
done
shut "$INTERPRETER" "$INTERPRETER"
shut "$PACKAGES" /packages
shut "$SPACE" /space
mkdir "$ROOT/tmp" "$ROOT/proc" "$ROOT/dev"
mount -t tmpfs -o mode=1777 tmp "$ROOT/tmp"
mount --rbind /proc "$ROOT/proc"
for device in $DEVICES; do touch "$ROOT$device" && mount --bind "$device" "$ROOT$device"; done
mount -o remount,ro "$ROOT"
exec chroot "$ROOT" setpriv --reuid "$USER_ID" --regid "$GROUP_ID" --clear-groups --no-new-privs \\
    --bounding-set=-all env -i --chdir=/space "$@"
"""


def instruction(name: str) -> str:
    """The argument of the Dockerfile's last instruction of this name, continued lines joined."""
    text = (REPOSITORY / "Dockerfile").read_text().replace("\\\n", " ")
    return re.findall(rf"^{name} (.*)$", text, re.MULTILINE)[-1]


def main() -> None:
    environment = dict(pair.split("=", 1) for pair in instruction("ENV").split())
    environment |= {"PATH": "/packages/bin:/usr/bin:/bin", "PORT": os.environ["PORT"]}
    chosen = {name: value for name, value in os.environ.items() if name.startswith("CLINSTILL_")}
    user, group = instruction("USER").split(":")
    here = {
        "SYSTEM": " ".join(SYSTEM),
        "DEVICES": " ".join(DEVICES),
        "INTERPRETER": sys.base_prefix,
        "PACKAGES": sys.prefix,
        "SPACE": str(REPOSITORY / "space"),
        "USER_ID": user,
        "GROUP_ID": group,
    }
    settings = [f"{name}={value}" for name, value in (environment | chosen).items()]
    command = ["unshare", "--mount", "sh", "-c", SCRIPT, "sh", *settings, *json.loads(instruction("CMD"))]
    os.execvpe(command[0], command, os.environ | here)


if __name__ == "__main__":
    main()
