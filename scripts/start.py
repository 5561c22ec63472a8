#!/usr/bin/env python3
"""How soon midair shows something and what it takes: scripts/start.py MIDAIR [rounds]

Starts the program MIDAIR in a pseudo-terminal of 120 by 40, on files of its own: with its server running, and without, so that
it starts one. Times are from the start of the process until the words are on the screen. Then it opens a text of 1 MiB in a
record and reads from /proc what the process has in memory (the server runs in another one). nano, and helix where `hx` is
found, open the same text as a file, by turns with it in each round. Needs Linux.
"""
import fcntl, json, os, pty, re, select, shutil, signal, socket, statistics, struct, subprocess, sys, tempfile, termios, time
import http.client

MIDAIR = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 15
HOME = tempfile.TemporaryDirectory()
LINE = "Carol calls the harbour on Friday, and books the long room for the launch.\n"
TEXT = (LINE * (2**20 // len(LINE) + 1))[: 2**20]
FILE = os.path.join(HOME.name, "text.txt")
with open(FILE, "w") as file:
    file.write(TEXT)


def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def environment(listen, home):
    folders = {name: os.path.join(home, name.lower()) for name in
               ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    for folder in folders.values():
        os.makedirs(folder, exist_ok=True)
    return {**folders, "PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", "USER": "tester",
            "MIDAIR_LISTEN": f"127.0.0.1:{listen}"}


class Terminal:
    """A program in a pseudo-terminal, and all that it wrote."""

    def __init__(self, command, env):
        self.began = time.perf_counter()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
            os.execvpe(command[0], command, env)
        self.text = b""

    def shows(self, words):
        """Waits until the words came, and says after how many milliseconds. Colours, moves and spaces do not count."""
        words = words.replace(b" ", b"")
        end = time.time() + 10
        while words not in re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]|\s", b"", self.text):
            if time.time() > end:
                sys.exit(f"{words!r} does not come: {self.text[-2000:]!r}")
            if select.select([self.master], [], [], 0.1)[0]:
                self.text += os.read(self.master, 65536)
        return (time.perf_counter() - self.began) * 1000

    def keys(self, keys):
        self.text = b""
        os.write(self.master, keys)

    def memory(self):
        """What it has in memory, in MiB, once it has fallen quiet: as little as is seen within three seconds."""
        seen = []
        for _ in range(30):
            if select.select([self.master], [], [], 0.1)[0]:
                self.text += os.read(self.master, 65536)
            with open(f"/proc/{self.pid}/status") as status:
                seen.append(next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024)
        return min(seen)

    def ends(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.master)


def served(env, listen):
    """A server with the text in a record."""
    command = [MIDAIR, "serve", "--no-seed", "--listen", f"127.0.0.1:{listen}", "--db", os.path.join(HOME.name, "m.db")]
    server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        try:
            wire = http.client.HTTPConnection("127.0.0.1", listen)
            body = json.dumps({"name": "Launch", "notes": TEXT})
            wire.request("PUT", "/v1/collections/texts/records/long", body,
                         {"If-None-Match": "*", "Content-Type": "application/json"})
            answer = wire.getresponse()
            if answer.status != 201:
                sys.exit(f"the text is not taken: {answer.read()!r}")
            return server
        except ConnectionRefusedError:
            time.sleep(0.01)


def midair(env, times):
    terminal = Terminal([MIDAIR, "--as", "alice"], env)
    times["midair, server running: first paint"].append(terminal.shows(b"you are alice"))
    times["midair, server running: records listed"].append(terminal.shows(b"Launch"))
    terminal.keys(b"\r")
    terminal.shows(b"from v1")
    terminal.keys(b"\x1b[B\r")
    terminal.shows(b"line 1")
    times["MiB in memory: midair"].append(terminal.memory())
    terminal.ends()


def midair_alone(times):
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal([MIDAIR, "--as", "alice"], environment(port(), home))
        times["midair, starting its server: first paint"].append(terminal.shows(b"you are alice"))
        times["midair, starting its server: records listed"].append(terminal.shows(b"table-bay"))
        terminal.ends()


def editor(command, words, env, times):
    # Without the settings of this machine, such as locks.
    terminal = Terminal([command] + ["--ignorercfiles"] * (command == "nano") + [FILE], env)
    times[f"{command}: the text on the screen"].append(terminal.shows(words))
    times[f"MiB in memory: {command}"].append(terminal.memory())
    terminal.ends()


listen = port()
env = environment(listen, HOME.name)
server = served(env, listen)
names = ["midair, server running: first paint", "midair, server running: records listed",
         "midair, starting its server: first paint", "midair, starting its server: records listed"]
others = [name for name in ("nano", "hx") if shutil.which(name)]
names += [f"{name}: the text on the screen" for name in others]
names += ["MiB in memory: midair"] + [f"MiB in memory: {name}" for name in others]
times = {name: [] for name in names}
for _ in range(ROUNDS):
    midair(env, times)
    midair_alone(times)
    for name in others:
        editor(name, b"Carol calls", env, times)
server.terminate()
server.wait()
for name, each in times.items():
    unit = "" if name.startswith("MiB") else " ms"
    print(f"{name:<48} median {statistics.median(each):6.1f}{unit}   from {min(each):.1f} to {max(each):.1f}")
