"""Make .venv from the lock file, with nothing but Python's standard library.

Runs before anything is installed, on whatever `python3` is there, so the syntax stays old enough for a too
old Python to get as far as the sentence that says so.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from glob import glob

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
SPARK_VENV = os.path.join(ROOT, ".venv-spark")
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock", "spark": "requirements-spark.lock"}
UNPACKERS = ("packaging", "setuptools", "wheel")  # pyspark comes as source and needs them to be there first
OLDEST = (3, 11)

# Debian package, how to see that it is there, what the tests want it for
SYSTEM_PACKAGES = (
    ("python3-venv", lambda: can_make_venv(), "the virtual environment"),
    ("postgresql", lambda: has_postgres(), "the tests on PostgreSQL"),
    ("dovecot-imapd", lambda: os.path.exists("/usr/sbin/dovecot"), "the tests of mailboxes"),
    ("mariadb-server", lambda: os.path.exists("/usr/sbin/mariadbd"), "the tests of MariaDB as a source"),
    ("kannel", lambda: os.path.exists("/usr/sbin/smsbox"), "the tests of text messages"),
    ("kannel-extras", lambda: os.path.exists("/usr/lib/kannel/test/fakesmsc"), "the tests of text messages"),
    ("chromium", lambda: has_command("chromium", "chromium-browser", "google-chrome"), "the browser tests"),
    ("openjdk-17-jre-headless", lambda: has_java(), "the tests on a Spark cluster"),
    ("fonts-noto-cjk", lambda: has_chinese_font(), "Chinese in the browser tests' pictures"),
)


def say(text):
    print(text, flush=True)


def fail(text):
    sys.stderr.write("\n" + text.strip() + "\n\n")
    sys.exit(1)


def has_command(*names):
    return any(shutil.which(name) for name in names)


def has_postgres():
    return bool(glob("/usr/lib/postgresql/1[5-9]/bin/initdb")) or has_command("initdb")


def has_java():
    return bool(os.environ.get("JAVA_HOME")) or has_command("java")


def has_chinese_font():
    return bool(glob("/usr/share/fonts/**/*CJK*", recursive=True) or glob("/usr/share/fonts/**/wqy*", recursive=True))


def can_make_venv():
    probe = subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True)
    return probe.returncode == 0


def check_python():
    if sys.version_info >= OLDEST:
        return
    found = ".".join(str(part) for part in sys.version_info[:3])
    fail(
        f"All Ears needs Python 3.11 or newer; {sys.executable} is {found}. Nothing was changed.\n"
        "  Debian 12 and Ubuntu 24.04 have it: apt-get install python3 python3-venv\n"
        "  With another Python installed: make PYTHON=/path/to/python3.12 demo"
    )


def install_system_packages():
    missing = [(name, reason) for name, there, reason in SYSTEM_PACKAGES if not there()]
    if not missing:
        return
    names = " ".join(name for name, _ in missing)
    if os.geteuid() != 0 or not has_command("apt-get"):
        listed = "\n".join(f"  {name:16} for {reason}" for name, reason in missing)
        fail(
            f"The tests need system packages that are not here, and installing them takes root:\n{listed}\n"
            f"On Debian or Ubuntu:  sudo apt-get install --no-install-recommends {names}\n"
            "Then run the same command again."
        )
    say(f"Installing system packages: {names}")
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names.split()],
    ):
        done = subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)  # fmt: skip
        if done.returncode:
            fail("{}\n`{}` failed; its output is above.".format(done.stdout[-3000:], " ".join(command)))


def wanted_state(lock):
    """What a finished installation is a function of: lock, package metadata, interpreter, place."""
    digest = hashlib.sha256()
    paths = (lock,) if lock == lock_path("spark") else (lock, os.path.join(ROOT, "pyproject.toml"))
    for path in paths:
        with open(path, "rb") as file:
            digest.update(file.read())
    digest.update(repr((sys.version_info[:2], sys.platform, ROOT)).encode())
    return digest.hexdigest()


def stamp_path(kind):
    return os.path.join(SPARK_VENV if kind == "spark" else VENV, f"allears-{kind}.stamp")


def is_current(kind):
    """The development environment holds all of the run-time one, so either stamp will do for running."""
    kinds = ("run", "dev") if kind == "run" else (kind,)
    for each in kinds:
        if os.path.exists(stamp_path(each)):
            with open(stamp_path(each)) as file:
                if file.read().strip() == wanted_state(lock_path(each)):
                    return True
    return False


def lock_path(kind):
    return os.path.join(ROOT, LOCKS[kind])


def make_venv(venv=None):
    """Returns the command that runs pip for .venv (or another); without python3-venv, Debian's python3-pip will do."""
    venv = venv or VENV
    name = os.path.basename(venv)
    python = os.path.join(venv, "bin", "python")
    if (
        os.path.exists(python)
        and subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0
    ):
        return [python, "-m", "pip"]
    if can_make_venv():
        say(f"Making {name} with Python {sys.version.split()[0]}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        return [python, "-m", "pip"]
    if subprocess.run([sys.executable, "-m", "pip", "--python", sys.executable, "--version"],
                      capture_output=True).returncode == 0:  # fmt: skip
        say(f"Making {name} with Python {sys.version.split()[0]} and the system's pip")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--clear", venv], check=True)
        return [sys.executable, "-m", "pip", "--python", python]
    return fail(
        "This Python cannot make a virtual environment: its `ensurepip` is missing. Nothing was changed.\n"
        "  Debian, Ubuntu:  sudo apt-get install python3-venv\n"
        "Then run the same command again."
    )


def install_locked(pip, lock):
    with open(lock) as file:
        total = len(re.findall(r"^[a-zA-Z0-9].*==", file.read(), re.M))
    say(f"Installing {total} locked packages into .venv (once; the next start takes a second)")
    command = [*pip, "install", "--require-hashes", "--no-deps", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", "--no-warn-script-location", "-r", lock]
    show_progress(command, total)


def install_spark(pip):
    """The cluster's side: nothing is fetched unverified, so what unpacks pyspark is installed from the lock before."""
    lock = lock_path("spark")
    with open(lock) as file:
        entries = re.findall(r"^[a-zA-Z0-9][\w.-]*==.*?(?=^\S|\Z)", file.read(), re.M | re.S)
    first = os.path.join(SPARK_VENV, "unpackers.txt")
    with open(first, "w") as file:
        file.writelines(entry for entry in entries if entry.split("==")[0] in UNPACKERS)
    say("Installing Spark into .venv-spark for the tests on a cluster (once; some 450 MB to fetch)")
    common = ["install", "--require-hashes", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    for listed in (first, lock):
        show_progress([*pip, *common, "--no-input", "--progress-bar", "off", "-r", listed], len(entries))


def show_progress(command, total):
    """Pip's own lines shrink to a counter; they are kept and shown when it fails."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               stdin=subprocess.DEVNULL)  # fmt: skip
    lines, seen, live = [], 0, sys.stdout.isatty()
    for line in process.stdout:
        lines.append(line)
        started = re.match(r"\s*(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line)
        if started:
            seen += 1
            note = f"  {seen:3}/{total}  {started.group(1)}"
            if live:
                sys.stdout.write("\r" + note.ljust(60))
                sys.stdout.flush()
            elif seen % 20 == 0:
                say(note)
        elif line.startswith("Installing collected"):
            say(("\r" if live else "") + "  unpacking".ljust(60))
    if process.wait():
        fail(
            "{}\nInstalling the locked packages failed; pip's last lines are above.\n"
            "Usually the network or a proxy (pip reads PIP_INDEX_URL and HTTPS_PROXY). What was downloaded\n"
            "is kept; run the same command again.".format("".join(lines[-25:]))
        )


def install_package(pip):
    """All Ears itself, in place; its build tool is in the lock, so nothing is fetched unverified."""
    show_progress(
        [
            *pip,
            "install",
            "--no-deps",
            "--no-build-isolation",
            "--disable-pip-version-check",
            "-q",
            "-e",
            ROOT,
        ],
        1,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--system", action="store_true", help="also system packages for the tests (as root)")
    parser.add_argument("--spark", action="store_true", help="only .venv-spark: Spark for the tests on a cluster")
    options = parser.parse_args()
    check_python()
    if options.system:
        install_system_packages()
    kind = "spark" if options.spark else "dev" if options.dev else "run"
    if is_current(kind):
        return
    started = time.monotonic()
    if options.spark:
        install_spark(make_venv(SPARK_VENV))
    else:
        pip = make_venv()
        install_locked(pip, lock_path(kind))
        install_package(pip)
    with open(stamp_path(kind), "w") as file:
        file.write(wanted_state(lock_path(kind)) + "\n")
    say("Ready in %.0f s" % (time.monotonic() - started))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again to go on.")
