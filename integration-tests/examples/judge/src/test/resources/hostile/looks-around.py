# Reads the port of a server of the host, and says what it could get hold of. It changes none of it.
import ctypes
import os
import socket

libc = ctypes.CDLL(None)
port = int(input())
got = []


def attempt(what, action):
    try:
        result = action()
    except OSError:
        return
    if result:
        got.append(f"{what}: {result}")


def opens(path):
    os.close(os.open(path, os.O_WRONLY))
    return True


def makes(path):
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    os.unlink(path)
    return True


def connects(address):
    with socket.create_connection(address, timeout=1):
        return True


attempt("variables", lambda: set(os.environ) - {"PATH", "HOME", "HOSTNAME", "container", "LC_CTYPE"})
attempt("files of root", lambda: os.listdir("/root"))
attempt("files of people", lambda: os.listdir("/home"))
attempt("passwords", lambda: open("/etc/shadow").read())
attempt("processes", lambda: {int(name) for name in os.listdir("/proc") if name.isdigit()} - {1, os.getpid()})
attempt("memory of init", lambda: open("/proc/1/mem", "rb"))
attempt("its own source", lambda: opens("main.py"))
attempt("the tools", lambda: opens("/usr/bin/env"))
attempt("the root file system", lambda: makes("/new-file-of-a-test"))
attempt("the kernel", lambda: opens("/proc/sys/kernel/core_pattern"))
attempt("disks", lambda: [name for name in os.listdir("/dev") if name.startswith(("sd", "vd", "nvme", "mem"))])
attempt("a server of the host", lambda: connects(("127.0.0.1", port)))
attempt("the internet", lambda: connects(("192.0.2.1", 80)))
attempt("groups", lambda: os.setgroups([0]) is None)
attempt("mounts", lambda: libc.mount(b"none", os.getcwd().encode(), b"tmpfs", 0, None) == 0)
attempt("user namespaces", lambda: libc.unshare(0x10000000) == 0)
print("\n".join(got) or "nothing")
