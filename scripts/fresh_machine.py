"""Run the README's two commands on a machine that was installed a minute ago.

`sudo python3 -m scripts.fresh_machine FOLDER` installs Debian's next release, which has a newer
Python than most machines, into a folder. There root and an ordinary user each run
`python3 tasks.py demo` and `python3 tasks.py test`, in a clone and with a home of their own.

Needs Linux, root and debootstrap. The folder is left for a closer look.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from scripts.clean_environment import clean_environment, installing_environment

ROOT = Path(__file__).parents[1]

RELEASE = "testing"
"""Debian's name for its next release."""

PACKAGES = ("python3", "git", "ca-certificates")
"""What the README asks for, and git has made the clone."""

TASKS = ("demo", "test")

REACHES_OUT = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")
"""Files by which this machine finds, and trusts, its package index."""


ENTER = """
set -e
mount -t tmpfs tmpfs "$0/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$0/dev/pts"
exec chroot --userspec="$1" "$0" "${@:2}"
"""
"""Script of the shell that enters a machine as a user and group, with what a login has there."""


@dataclass(frozen=True)
class Person:
    """Who runs the commands.

    Attributes:
        name: Of the account, and of its group.
        home: Folder on the new machine.
    """

    name: str
    home: str

    @property
    def checkout(self) -> str:
        """Where the person's clone is, on the new machine."""
        return f"{self.home}/{ROOT.name}"


PEOPLE = (Person("root", "/root"), Person("newcomer", "/home/newcomer"))


def main() -> int:
    """Install a machine, and run the commands on it.

    Returns:
        0 where all of them succeeded.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="that doesn't exist yet")
    parser.add_argument("tasks", nargs="*", default=TASKS, help='such as "test tests/project"')
    arguments = parser.parse_args()
    machine = arguments.folder.resolve()
    if machine.exists():
        sys.exit(f"{machine} exists: name a new folder, or remove it")
    install(machine)
    for person in PEOPLE:
        move_in(machine, person)
    failed = [
        f"python3 tasks.py {task}, as {person.name}"
        for person in PEOPLE
        for task in arguments.tasks
        if not succeeds(machine, person, task)
    ]
    for line in failed:
        say(f"FAILED: {line}")
    return 1 if failed else 0


def install(machine: Path) -> None:
    """Install Debian, and what this machine knows of the way to its package index."""
    say(f"Debian {RELEASE} is installed into {machine}")
    options = ["--variant=minbase", f"--include={','.join(PACKAGES)}"]
    command = ["debootstrap", *options, RELEASE, str(machine)]
    subprocess.run(  # noqa: S603
        command, env=installing_environment(), stdout=subprocess.DEVNULL, check=True
    )
    for name in REACHES_OUT:
        if Path(name).exists():
            shutil.copy(name, machine / name.removeprefix("/"))


def move_in(machine: Path, person: Person) -> None:
    """Give a person an account, and a clone of the last commit."""
    if person.name != "root":
        on_machine(machine, PEOPLE[0], "useradd", "--create-home", person.name)
    checkout = machine / person.checkout.removeprefix("/")
    clone = ["git", "clone", "--quiet", "--no-local", str(ROOT), str(checkout)]
    subprocess.run(clone, env=clean_environment(), check=True)  # noqa: S603
    on_machine(machine, PEOPLE[0], "chown", "-R", f"{person.name}:{person.name}", person.checkout)


def succeeds(machine: Path, person: Person, task: str) -> bool:
    """Run a task on the machine, with all that it prints.

    Args:
        machine: Folder of the machine.
        person: Who runs it.
        task: Its name and options.
    """
    say(f"{person.name}: python3 tasks.py {task}")
    command = f"cd {shlex.quote(person.checkout)} && python3 --version && python3 tasks.py {task}"
    try:
        on_machine(machine, person, "sh", "-c", command)
    except subprocess.CalledProcessError:
        return False
    return True


def on_machine(machine: Path, person: Person, *command: str) -> None:
    """Run a command as a person who has just logged in.

    It has process ids, shared memory and terminals of its own, whose mounts end with it.

    Raises:
        CalledProcessError: It failed.
    """
    subprocess.run(  # noqa: S603
        [
            *("unshare", "--mount", "--pid", "--fork", f"--mount-proc={machine}/proc"),
            *("bash", "-c", ENTER, str(machine), f"{person.name}:{person.name}"),
            *command,
        ],
        env=login_environment(person),
        stdin=subprocess.DEVNULL,
        check=True,
    )


def login_environment(person: Person) -> dict[str, str]:
    """Build the variables of a login: Debian's own, and the way to the package index."""
    of_this_machine = clean_environment().keys() - {"NO_PROXY", "no_proxy"}
    index = {
        name: value
        for name, value in installing_environment().items()
        if name not in of_this_machine
    }
    return {
        **index,
        "HOME": person.home,
        "LANG": "C.UTF-8",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "USER": person.name,
    }


def say(line: str) -> None:
    """Print one line about what is being done."""
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    if os.geteuid():
        sys.exit("Run it as root: it installs a system")
    sys.exit(main())
