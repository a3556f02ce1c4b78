"""world - a made-up history, two checkouts of it, and what a person left there

Everything is drawn from the tables below by a seed, and what is drawn becomes
a shell script: the script is the world, nothing else makes it. A house is what
the pairs of one batch have in common (umask, the user's configuration); a pair
is an upstream `up.git` with something new, a checkout `co`, and its `twin`.

  D1  the same seed gives the same script, on every machine
  D2  what is done in the checkout before an upgrade is done in its twin by
      the same commands, so both indexes are natural and equally racy
  D3  what may matter is drawn by one(), which writes down what it drew
"""
import json
import random
import shlex

BATCH = 20
OLD = 1700000000        # mtime of every file before the upgrade
GROUP = 4242            # of a checkout that a group shares, where we are root

# What there is to draw: value and weight.
VALUES = {
    # the house
    "umask": {"022": 6, "002": 2, "027": 2, "077": 1, "007": 1},
    "user-autocrlf": {"unset": 8, "true": 1, "input": 1},
    "user-attributes": {"none": 6, "xdg": 2, "attributesFile": 2},
    # the pair
    "mode": {"upgrade": 6, "undo": 3, "rollback": 3, "canary": 1},
    "stamp": {"no": 3, "yes": 1},
    "trust_config": {"no": 3, "yes": 1},
    "racy": {"no": 2, "yes": 1},
    "tidy": {"yes": 9, "no": 1},
    "many": {"none": 2, "few": 6, "many": 2},
    "attr": {
        "text": 3, "-text": 3, "text=auto": 4, "eol=lf": 2, "eol=crlf": 3,
        "text eol=crlf": 2, "text=auto eol=crlf": 2, "-text eol=crlf": 1,
        "ident": 4, "-ident": 1, "ident eol=crlf": 1,
        "text working-tree-encoding=UTF-16": 2,
        "text working-tree-encoding=UTF-16LE": 1,
        "text working-tree-encoding=UTF-16LE-BOM": 1,
        "text working-tree-encoding=UTF-16BE eol=crlf": 1,
        "text working-tree-encoding=ISO-8859-1": 1,
        "working-tree-encoding=UTF-8": 1,
        "text working-tree-encoding=NO-SUCH": 0.2,
        "binary": 3, "!text": 1, "!eol": 1, "!ident": 1,
        "filter=user": 1, "filter=must": 0.5, "filter=broken": 0.3,
        "filter=own": 1, "filter=undefined": 1, "-filter": 0.5,
        "crlf": 1, "-crlf": 1, "crlf=input": 1, "merge=union diff=x": 1},
    "line": {"plain": 10, "macro": 2, "comment": 1, "unused macro": 1,
             "for no file": 1, "tabs": 1},
    "pattern": {"*": 2, "*.txt": 5, "*.c": 3, "*.bin": 2, "*.TXT": 1,
                "literal": 5, "anchored": 2, "bracket": 2, "dir/**": 2,
                "**/*.txt": 1, "dir/*.txt": 1, "question": 1, "negated": 0.3,
                "trailing slash": 0.5},
    "place": {"root": 8, "nested": 3, "info": 2, "own attributesFile": 1},
    "attributes-form": {"plain": 12, "bom": 2, "crlf": 1, "no newline": 2,
                        "a link": 0.5},
    "attributes-change": {"none": 6, "added": 2, "dropped": 1, "edited": 3,
                          "nested added": 2},
    "flavour": {"lf": 8, "crlf": 3, "mixed": 2, "lone cr": 2, "nul": 2,
                "empty": 2, "id": 4, "id expanded": 1, "id list": 2,
                "bom": 2, "utf8": 2, "latin1": 1, "no newline": 2,
                "large": 1, "null blob": 0.5},
    "config-count": {"0": 6, "1": 5, "2": 3, "4": 1},
    "config": {
        "core.autocrlf=true": 3, "core.autocrlf=input": 2,
        "core.autocrlf=false": 1, "core.eol=crlf": 2, "core.eol=lf": 1,
        "core.eol=native": 1, "core.safecrlf=true": 1, "core.safecrlf=warn": 1,
        "core.symlinks=false": 2, "core.fileMode=false": 2,
        "core.ignoreCase=true": 1, "core.sharedRepository=group": 2,
        "core.sharedRepository=all": 1, "core.sharedRepository=0660": 1,
        "index.version=2": 1, "index.version=3": 1, "index.version=4": 2,
        "core.untrackedCache=true": 2, "core.checkStat=minimal": 1,
        "core.trustctime=false": 1, "core.logAllRefUpdates=always": 1,
        "core.logAllRefUpdates=false": 1, "fetch.prune=true": 1,
        "remote.origin.tagOpt=--no-tags": 1, "remote.origin.tagOpt=--tags": 1,
        "fetch.unpackLimit=1": 1, "core.quotePath=false": 1,
        "pull.rebase=true": 0.5, "merge.ff=false": 0.5},
    "share": {"alone": 12, "setgid": 1, "default acl": 1,
              "setgid and default acl": 0.5},
    "name": {"plain": 30, "space": 2, "quote": 1, "apostrophe": 1,
             "newline": 0.5, "tab": 0.5, "latin1": 1, "utf8": 2, "long": 1,
             "dash": 1, "backslash": 1, "star": 1, "bracket": 1, "hash": 1,
             "bang": 1, "colon": 1, "dollar": 1, "capital": 2},
    "change-count": {"1": 5, "2": 4, "3": 3, "6": 2, "12": 0.5},
    "change": {
        "add": 8, "add in a new folder": 3, "edit": 10, "delete": 4,
        "delete folder": 2, "rename": 3, "rename folder": 1,
        "rename in case": 1, "file to link": 1, "link to file": 1,
        "edit link": 1, "mode": 3, "folder to file": 1, "file to folder": 1,
        "folder to link": 1, "link to folder": 1, "ignore tracked": 1,
        "ignore untracked": 1, "gitlink added": 1, "gitlink moved": 1,
        "gitlink dropped": 0.5, "gitlink to file": 0.3, "file to gitlink": 0.3,
        "flavour": 3, "nothing": 0.5},
    "commits": {"1": 6, "2": 3, "5": 1, "merge": 1},
    "tag-count": {"0": 6, "1": 4, "2": 2, "4": 1},
    "tag": {"annotated, new": 4, "lightweight, new": 3,
            "annotated, middle": 1, "lightweight, middle": 1,
            "annotated, old": 2, "lightweight, old": 2, "off branch": 2,
            "on side": 2, "of a tag": 1, "of a blob": 0.5, "moved": 1,
            "here already": 1, "in a folder": 1},
    "branch": {"main": 6, "renamed": 2, "slash": 1},
    "refs": {"plain": 8, "side moved": 2, "branch added": 2,
             "branch gone": 1, "side rewritten": 0.5,
             "in a folder's way": 0.3},
    "refspec": {"default": 12, "single": 1, "other name": 1, "negative": 1,
                "no force": 1, "extra": 1, "none": 0.5, "into notes": 0.5},
    "local": {"nothing": 8, "packed refs": 2, "other branch": 2,
              "own tag": 1, "no reflogs": 0.5, "ORIG_HEAD": 2,
              "own commit": 0.3},
    "dirt-count": {"0": 14, "1": 5, "2": 2, "4": 1},
    "dirt": {"edit": 4, "same size": 2, "staged edit": 2, "staged new": 1,
             "staged delete": 1, "removed": 1, "assume-unchanged": 2,
             "mode": 1, "intent to add": 0.5, "to link": 0.5,
             "touched": 2, "untracked": 2, "ignored": 2,
             "empty folder": 1},
    "where": {"elsewhere": 4, "in the way": 1},
    "strewn": {"untracked": 4, "ignored": 3, "ignored by .gitignore": 1,
               "empty folder": 3, "private": 1, "link": 1, "folder": 1},
}
NAMES = {
    "plain": "", "space": "with space ", "quote": 'qu"ote',
    "apostrophe": "it's", "newline": "new\nline", "tab": "t\tab", "latin1": "caf\udce9",
    "utf8": "naïve-日本", "long": "l" * 190, "dash": "-n", "backslash": "b\\s",
    "star": "st*r", "bracket": "br[a]c", "hash": "#hash", "bang": "!bang",
    "colon": "co:on", "dollar": "$HOME`", "capital": "CAP"}
FOLDERS = ["", "", "", "dir", "dir/sub", "a b", "deep/er/est"]
SUFFIXES = [".txt", ".txt", ".txt", ".c", ".c", ".bin", ".php", ".TXT", ""]
STEMS = ["alpha", "beta", "gamma", "delta", "eps", "zeta", "eta", "theta"]
OID = "0123456789abcdef0123456789abcdef0123456"

# Filter drivers, by where they are defined.
ROT = "tr a-zA-Z n-za-mN-ZA-M"
USER_DRIVERS = f"""[filter "user"]
	clean = {ROT}
	smudge = {ROT}
[filter "must"]
	clean = "sed s/^..//"
	smudge = "sed 's/^/> /'"
	required
[filter "broken"]
	clean = cat
	smudge = false
"""
OWN_DRIVER = [("filter.own.clean", ROT), ("filter.own.smudge", ROT)]


class Draw:
    """Chance, and a record of it."""

    def __init__(self, seed, fixed):
        self.random = random.Random(seed)
        self.fixed = fixed
        self.drawn = []

    def one(self, kind):
        values = VALUES[kind]
        value = self.random.choices(list(values), values.values())[0]
        value = self.fixed.get(kind, value)
        self.drawn.append(f"{kind}: {value}")
        return value

    def count(self, kind):
        return range(int(self.one(kind)))

    def some(self, kind, times):
        """Distinct values of a kind, at most `times`."""
        return list(dict.fromkeys(self.one(kind) for _ in times))

    def of(self, things):
        return self.random.choice(list(things))


def quoted(text):
    return shlex.quote(text)


def to_bytes(text):
    return text.encode("utf-8", "surrogateescape")


def printf(data, quote="'"):
    """The argument that makes printf write these bytes."""
    made = []
    for byte in data:
        char = chr(byte)
        if char == "\n":
            made.append("\\n")
        elif char in "\\%":
            made.append(char * 2)
        elif 32 <= byte < 127 and char != "'" and (made or char != "-"):
            made.append(char)
        else:
            made.append(f"\\{byte:03o}")
    return quote + "".join(made) + quote


def c_quoted(text):
    """As git writes a path: in quotes, with octal escapes."""
    made = []
    for byte in to_bytes(text):
        char = chr(byte)
        if char in '"\\':
            made.append("\\" + char)
        elif 32 <= byte < 127:
            made.append(char)
        else:
            made.append(f"\\{byte:03o}")
    return '"' + "".join(made) + '"'


def content(flavour, salt):
    """Bytes of a file: of one kind, and different for each salt."""
    text = f"line {salt}\nmore of it\nlast {salt}\n".encode()
    return {
        "lf": text,
        "crlf": text.replace(b"\n", b"\r\n"),
        "mixed": text.replace(b"\n", b"\r\n", 1),
        "lone cr": text.replace(b"more", b"mo\rre"),
        "nul": b"\0\1\2" + text,
        "empty": b"",
        "id": b"/* $Id$ */\n" + text + b"v = \"$Id$\";\n",
        "id expanded": b"$Id: something $\n" + text,
        "id list": b"$IdList = array($Id, $Id2); // $Id$ $Identity$\n" + text,
        "bom": b"\xef\xbb\xbf" + text,
        "utf8": "naïve Ü\n".encode() + text,
        "latin1": b"na\xefve \xdc\n" + text,
        "no newline": text[:-1],
        "large": text * 300,
        "null blob": b"\0" * 3000 + text,
    }[flavour]


class Tree:
    """Path to (mode, bytes); of a gitlink the bytes are its oid."""

    def __init__(self, files=()):
        self.files = dict(files)

    def copy(self):
        return Tree(self.files)

    def put(self, path, data, mode="100644"):
        if isinstance(data, str):
            data = to_bytes(data)
        self.files[path] = (mode, data)

    def taken(self, path):
        """Does anything stand there, above, or below?"""
        return any(path == at or path.startswith(at + "/") or
                   at.startswith(path + "/") for at in self.files)

    def plain(self):
        return sorted(path for path, (mode, _) in self.files.items()
                      if mode in ("100644", "100755") and
                      not path.split("/")[-1].startswith(".git"))

    def of_mode(self, mode):
        return sorted(p for p, entry in self.files.items() if entry[0] == mode)

    def folders(self):
        return sorted({path.rsplit("/", 1)[0] for path in self.files
                       if "/" in path})

    def below(self, folder):
        return sorted(p for p in self.files if p.startswith(folder + "/"))


class House:
    """What the pairs of a batch share."""

    def __init__(self, seed, number, fixed):
        draw = Draw(f"house {seed}.{number}", fixed)
        self.umask = draw.one("umask")
        config = USER_DRIVERS + "[init]\n\ttemplateDir = ~/template\n"
        autocrlf = draw.one("user-autocrlf")
        if autocrlf != "unset":
            config += f"[core]\n\tautocrlf = {autocrlf}\n"
        place = draw.one("user-attributes")
        lines = "".join(attribute_line(draw, []) + "\n" for _ in range(2))
        self.script = [
            f"umask {self.umask}",
            'mkdir -p "$HOME/template/info" "$HOME/.config/git" '
            '"$HERMES_HOME/config"',
            'mkdir -p -m 700 "$HERMES_HOME/state"']
        if place == "xdg":
            self.script.append(f"printf {printf(to_bytes(lines))} "
                               '>"$HOME/.config/git/attributes"')
        elif place == "attributesFile":
            config += "[core]\n\tattributesFile = ~/attributes\n"
            self.script.append(f"printf {printf(to_bytes(lines))} "
                               '>"$HOME/attributes"')
        self.script.append(f"printf {printf(config.encode())} "
                           '>"$GIT_CONFIG_GLOBAL"')
        self.drawn = draw.drawn if place != "none" else draw.drawn[:3]


def attribute_line(draw, paths):
    """A line of a .gitattributes; `paths` are files that it may name."""
    form = draw.one("line")
    value = draw.one("attr")
    kind = draw.one("pattern")
    path = draw.of(paths) if paths else "alpha.txt"
    name = path.rsplit("/", 1)[-1]
    pattern = {
        "literal": name, "anchored": "/" + path, "bracket": "[a-d]*.[ct]*",
        "question": name[:1] + "?" * (len(name) - 1), "negated": "!*.c",
        "trailing slash": "dir/"}.get(kind, kind)
    if kind in ("literal", "anchored"):
        pattern = "".join("\\" + c if c in "*?[\\" else c for c in pattern)
    if form == "for no file":
        pattern = "*.nothing-has-this-suffix"
    if any(c in ' "\t\n\\' or ord(c) > 126 for c in pattern) or \
            pattern[:1] == "#" or draw.random.random() < 0.1:
        pattern = c_quoted(pattern)
    if form == "macro":
        return f"[attr]mine {value}\n{pattern} mine"
    if form == "unused macro":
        return f"[attr]unused {value}"
    if form == "comment":
        return f"# {pattern} {value}"
    if form == "tabs":
        return f"\t{pattern}\t\t{value}  "
    return f"{pattern} {value}"


class Pair:
    """One upstream, one checkout and its twin; `fixed` are values by kind that
    are not left to chance."""

    def __init__(self, seed, number, fixed=None):
        fixed = fixed or {}
        self.name = f"{seed}.{number}"
        self.number, self.key = number, f"p{number}"
        self.house = House(seed, number // BATCH, fixed)
        self.draw = draw = Draw(f"pair {self.name}", fixed)
        self.mode = draw.one("mode")
        self.stamp = self.mode == "upgrade" and draw.one("stamp") == "yes"
        self.trust = draw.one("trust_config") == "yes"
        self.names = 0
        self.changed = []
        self.edited = set()     # paths, as bytes
        self.info = []
        self.own = []
        self.changes = draw.some("change", draw.count("change-count"))
        self.config = []
        for setting in draw.some("config", draw.count("config-count")):
            self.config.append(tuple(setting.split("=", 1)))
        self.base = self.make_base()
        self.new = self.make_new()
        self.script = self.make_script()
        self.drawn = self.house.drawn + draw.drawn

    # -- the trees

    def fresh(self, tree, suffix=None):
        """A path that is free."""
        draw = self.draw
        while True:
            self.names += 1
            stem = NAMES[draw.one("name")] + draw.of(STEMS) + \
                (str(self.names) if self.names > 6 else "")
            suffix = draw.of(SUFFIXES) if suffix is None else suffix
            path = f"{draw.of(FOLDERS)}/{stem}{suffix}".lstrip("/")
            if not tree.taken(path):
                return path

    def bytes(self):
        """What a file holds; most pairs hold what git would have written, so
        that they are not modified from birth."""
        flavour = self.draw.one("flavour")
        if self.tidy and flavour in self.untidy:
            flavour = "lf"
        return content(flavour, self.draw.random.randrange(10 ** 6))

    def make_attributes(self, tree):
        """Lines, each for its place: files of the tree, or beside it."""
        draw = self.draw
        lines = {}
        count = {"none": 0, "few": draw.random.randint(1, 2),
                 "many": draw.random.randint(5, 10)}[draw.one("many")]
        for _ in range(count):
            place = draw.one("place")
            line = attribute_line(draw, tree.plain())
            if place == "info":
                self.info.append(line)
            elif place == "own attributesFile":
                self.own.append(line)
            elif place == "nested" and tree.folders():
                folder = draw.of(tree.folders()) + "/"
                lines.setdefault(folder, []).append(line)
            else:
                lines.setdefault("", []).append(line)
        for folder, text in lines.items():
            self.put_attributes(tree, folder, text)

    def put_attributes(self, tree, folder, lines):
        form = self.draw.one("attributes-form")
        text = "".join(line + "\n" for line in lines)
        path = folder + ".gitattributes"
        if form == "bom":
            text = "\ufeff" + text
        elif form == "crlf":
            text = text.replace("\n", "\r\n")
        elif form == "no newline":
            text = text[:-1]
        elif form == "a link":
            tree.put(folder + "attributes.txt", text)
            tree.put(path, "attributes.txt", "120000")
            return
        tree.put(path, text)

    def make_base(self):
        draw = self.draw
        tree = Tree({"README": ("100644", b"")})
        for _ in range(draw.random.randint(4, 8)):
            path = self.fresh(tree)
            tree.put(path, b"", draw.of(["100644"] * 4 + ["100755"]))
        if draw.random.random() < 0.4 or \
                {"link to file", "edit link", "link to folder"} & \
                set(self.changes):
            tree.put(self.fresh(tree, ".lnk"), draw.of(
                ["alpha.txt", "nowhere", "dir", "../outside"]), "120000")
        for change in self.changes:
            if "folder" in change and not tree.folders():
                tree.put("dir/inner.txt", b"")
            if change in ("gitlink moved", "gitlink dropped",
                          "gitlink to file"):
                tree.put(f"mod{change[8]}", OID + "a", "160000")
        if tree.of_mode("160000"):
            self.put_gitmodules(tree)
        self.make_attributes(tree)
        if draw.random.random() < 0.3:
            tree.put(".gitignore", "*.ignored\n/build/\n")
        self.tidy = draw.one("tidy") == "yes"
        hot = " ".join(draw.drawn + self.house.drawn)
        self.untidy = {"id expanded"} if "ident" in hot else set()
        if "eol" in hot or "attr: text" in hot or "crlf" in hot:
            self.untidy |= {"crlf", "mixed"}
        if "encoding" in hot:
            self.untidy |= {"latin1", "nul", "null blob", "bom"}
        for path in tree.plain():
            mode = tree.files[path][0]
            if path.split("/")[-1] != "attributes.txt":
                tree.put(path, self.bytes(), mode)
        return tree

    @staticmethod
    def put_gitmodules(tree):
        tree.put(".gitmodules", "".join(
            f'[submodule "{path}"]\n\tpath = {path}\n\turl = ../{path}.git\n'
            for path in tree.of_mode("160000")))

    def make_new(self):
        tree = self.base.copy()
        for change in self.changes:
            self.apply(tree, change)
        change = self.draw.one("attributes-change")
        files = [p for p in sorted(tree.files) if p.endswith(".gitattributes")]
        lines = [attribute_line(self.draw, tree.plain()) for _ in range(2)]
        if change == "added" or change == "edited" and not files:
            if not tree.taken(".gitattributes"):
                self.put_attributes(tree, "", lines)
        elif change == "edited":
            path = self.draw.of(files)
            if tree.files[path][0] != "120000":
                tree.put(path, tree.files[path][1] + b"\n" +
                         to_bytes(lines[0]) + b"\n")
        elif change == "dropped" and files:
            del tree.files[self.draw.of(files)]
        elif change == "nested added" and tree.folders():
            folder = self.draw.of(tree.folders())
            if not tree.taken(folder + "/.gitattributes"):
                self.put_attributes(tree, folder + "/", lines)
        self.changed = sorted(
            path for path in {*tree.files, *self.base.files}
            if tree.files.get(path) != self.base.files.get(path))
        return tree

    def apply(self, tree, change):
        """One change of the tree; none where there is nothing to change."""
        draw = self.draw
        plain, folders = tree.plain(), tree.folders()
        links = tree.of_mode("120000")
        file = draw.of(plain) if plain else None
        folder = draw.of(folders) if folders else None
        if change == "add":
            tree.put(self.fresh(tree), self.bytes(),
                     draw.of(["100644"] * 4 + ["100755"]))
        elif change == "add in a new folder":
            for name in "one.txt", "two/three.c":
                path = f"fresh {draw.of(STEMS)}/{name}"
                if not tree.taken(path):
                    tree.put(path, self.bytes())
        elif change in ("edit", "flavour") and file:
            mode, data = tree.files[file]
            if change == "edit":
                data = data.replace(b"more", b"less", 1) + b"added\n"
            else:
                data = self.bytes()
            tree.put(file, data, mode)
        elif change == "delete" and file:
            del tree.files[file]
        elif change == "delete folder" and folder:
            for path in tree.below(folder):
                del tree.files[path]
        elif change == "rename" and file:
            tree.files[self.fresh(tree)] = tree.files.pop(file)
        elif change == "rename folder" and folder:
            for path in tree.below(folder):
                tree.files[f"moved {path}"] = tree.files.pop(path)
        elif change == "rename in case" and file:
            to = file.swapcase()
            if not tree.taken(to):
                tree.files[to] = tree.files.pop(file)
        elif change == "file to link" and file:
            tree.put(file, draw.of(["alpha.txt", "gone", "dir"]), "120000")
        elif change == "link to file" and links:
            tree.put(draw.of(links), self.bytes())
        elif change == "edit link" and links:
            tree.put(draw.of(links), "elsewhere/now", "120000")
        elif change == "mode" and file:
            mode, data = tree.files[file]
            tree.put(file, data, "100755" if mode == "100644" else "100644")
        elif change in ("folder to file", "folder to link") and folder:
            for path in tree.below(folder):
                del tree.files[path]
            if change == "folder to file":
                tree.put(folder, self.bytes())
            else:
                tree.put(folder, draw.of(["alpha.txt", "."]), "120000")
        elif change == "file to folder" and file:
            del tree.files[file]
            tree.put(file + "/inner.txt", self.bytes())
        elif change == "link to folder" and links:
            link = draw.of(links)
            del tree.files[link]
            tree.put(link + "/inner.txt", self.bytes())
        elif change == "ignore tracked" and file:
            name = file.rsplit("/", 1)[-1]
            self.ignore(tree, "".join(
                "\\" + c if c in "*?[\\#! " else c for c in name
                if c not in "\n"))
        elif change == "ignore untracked":
            self.ignore(tree, "*.user")
        elif change == "gitlink added" and not tree.taken("added-mod"):
            tree.put("added-mod", OID + "b", "160000")
            self.put_gitmodules(tree)
        elif change == "gitlink moved" and "modm" in tree.files:
            tree.put("modm", OID + "c", "160000")
        elif change == "gitlink dropped" and "modd" in tree.files:
            del tree.files["modd"]
            self.put_gitmodules(tree)
        elif change == "gitlink to file" and "modt" in tree.files:
            tree.put("modt", self.bytes())
            self.put_gitmodules(tree)
        elif change == "file to gitlink" and file:
            tree.put(file, OID + "d", "160000")

    @staticmethod
    def ignore(tree, line):
        mode, data = tree.files.get(".gitignore", ("100644", b""))
        tree.put(".gitignore", data + to_bytes(line) + b"\n", mode)

    # -- the script

    def commit(self, ref, tree, message, on=None, merge=None):
        """Lines that write it for git fast-import, onto the branch as it is,
        or onto another one."""
        self.mark += 1
        head = f"commit {ref}\nmark :{self.mark}\n" \
            f"committer A <a@example.org> {self.date} +0000\n" \
            f"data {len(message)}\n{message}\n"
        parent = self.tips.get(on or ref)
        if parent:
            head += f"from {parent}\n"
        if merge:
            head += f"merge {self.tips[merge]}\n"
        self.tips[ref] = f":{self.mark}"
        self.date += 60
        lines = ["printf " + printf((head + "deleteall\n").encode())]
        for path, (mode, data) in sorted(tree.files.items()):
            at = c_quoted(path)
            if mode == "160000":
                made = f"M {mode} {data.decode()} {at}\n".encode()
            else:
                made = f"M {mode} inline {at}\ndata {len(data)}\n".encode() + \
                    data + b"\n"
            lines.append("printf " + printf(made))
        return lines

    def make_script(self):
        draw = self.draw
        self.date, self.mark, self.tips = OLD - 100000, 0, {}
        body = [f"# pair {self.name}: {self.mode}",
                f'mkdir "$top/{self.key}"', f'cd "$top/{self.key}"',
                "git init -q --bare -b main up.git"]
        body += self.first_import()
        body += self.clone()
        body += self.then_import()
        body += self.strew()
        body += self.settle()
        return body

    def first_import(self):
        root = Tree({"README": ("100644", b"root\n")})
        side = Tree({"README": ("100644", b"side\n")})
        main, heads = "refs/heads/main", "refs/heads/"
        lines = ["{", *self.commit(main, root, "root"),
                 *self.commit(heads + "side", side, "side", main),
                 *self.commit(main, self.base, "base"),
                 *self.commit(heads + "wip/x", side, "wip", heads + "side"),
                 "} | git -C up.git fast-import --quiet"]
        self.tips = {ref: f"{ref}^0" for ref in self.tips}
        self.refs = self.draw.some("refs", range(2))
        self.tags = self.draw.some("tag", self.draw.count("tag-count"))
        if "branch gone" in self.refs or "in a folder's way" in self.refs:
            lines.append("git -C up.git branch gone main")
        if "moved" in self.tags:
            lines.append("git -C up.git tag moved main")
        if "here already" in self.tags:
            lines.append("git -C up.git tag -a -m here here main")
        return lines

    def clone(self):
        draw = self.draw
        options = []
        for key, value in self.config + OWN_DRIVER:
            if key.startswith("filter.own") and \
                    not any("filter=own" in text for text in draw.drawn):
                continue
            options += ["-c", f"{key}={value}"]
        refspec = draw.one("refspec")
        if refspec == "single":
            options.append("--single-branch")
        lines = []
        if self.info or self.own:
            # they hold from the first checkout on
            options.append("--no-checkout")
        lines.append("git clone -q " + " ".join(map(quoted, options)) +
                     ' "$PWD/up.git" co')
        lines.append("cd co")
        fetch = {
            "other name": ["+refs/heads/*:refs/remotes/up/*"],
            "negative": ["+refs/heads/*:refs/remotes/origin/*",
                         "^refs/heads/wip/*"],
            "no force": ["refs/heads/*:refs/remotes/origin/*"],
            "extra": ["+refs/heads/*:refs/remotes/origin/*",
                      "+refs/pull/*/head:refs/remotes/origin/pr/*"],
            "none": [],
            "into notes": ["+refs/heads/*:refs/remotes/origin/*",
                           "+refs/heads/side:refs/notes/side"],
        }.get(refspec)
        if fetch is not None:
            lines.append("git config --unset-all remote.origin.fetch")
            for line in fetch:
                lines.append(
                    f"git config --add remote.origin.fetch {quoted(line)}")
        mkdir = "mkdir -p .git/info"
        if self.own:
            lines += [f"printf {printf(to_bytes(self.text(self.own)))} "
                      ">../attributes",
                      'git config core.attributesFile "$PWD/../attributes"']
        if self.info:
            text = printf(to_bytes(self.text(self.info)))
            lines += [mkdir, f"printf {text} >.git/info/attributes"]
        if self.info or self.own:
            lines.append("git reset -q --hard || :")
        lines += [mkdir, "printf '*.ign\\n' >>.git/info/exclude"]
        branch = draw.one("branch")
        if branch != "main":
            name = {"renamed": "work", "slash": "my/own"}[branch]
            lines.append(f"git branch -q -m main {name}")
        lines += self.local()
        share = draw.one("share")
        if "setgid" in share:
            lines.append("shared_group .")
        if "acl" in share:
            lines.append("default_acl .")
        lines.append("cd ..")
        return lines

    @staticmethod
    def text(lines):
        return "".join(line + "\n" for line in lines)

    def local(self):
        """What else a checkout may have."""
        lines = []
        for what in self.draw.some("local", range(2)):
            lines += {
                "nothing": [],
                "packed refs": ["git pack-refs --all"],
                "other branch": ["git branch -q --no-track mine"],
                "own tag": ["git tag own HEAD~1", "git tag new HEAD~1"],
                "no reflogs": ["rm -rf .git/logs"],
                "ORIG_HEAD": ["git update-ref ORIG_HEAD HEAD~1"],
                "own commit": ["git commit -q --allow-empty -m own"],
            }[what]
        return lines

    def then_import(self):
        """What is new upstream."""
        draw = self.draw
        count = draw.one("commits")
        lines = ["{"]
        main = "refs/heads/main"
        if count == "merge":
            topic = "refs/heads/topic"
            lines += self.commit(topic, self.base, "topic", main)
            lines += self.commit(main, self.new, "merge", merge=topic)
        else:
            for at in range(1, int(count)):
                middle = self.base.copy()
                if not middle.taken("middle of the way"):
                    middle.put("middle of the way", f"{at}\n")
                lines += self.commit(main, middle, f"new {at}")
            lines += self.commit(main, self.new, "new")
        side = Tree({"README": ("100644", b"side more\n")})
        if "off branch" in self.tags:
            lines += self.commit("refs/tags/off", side, "off",
                                 "refs/heads/side")
        if "side rewritten" in self.refs:
            lines += self.commit("refs/heads/side", side, "anew",
                                 "refs/heads/wip/x")
        elif "side moved" in self.refs or "on side" in self.tags:
            lines += self.commit("refs/heads/side", side, "side more")
        lines.append("} | git -C up.git fast-import --quiet --force")
        lines += ["cd up.git", "git update-ref refs/pull/7/head main~1"]
        if "branch added" in self.refs:
            lines.append("git branch added main~1")
        if "branch gone" in self.refs:
            lines.append("git branch -q -D gone")
        if "in a folder's way" in self.refs:
            lines += ["git branch -q -D gone || :", "git branch gone/not main"]
        for tag in self.tags:
            lines.append({
                "annotated, new": "git tag -a -m new new main",
                "lightweight, new": "git tag new-light main",
                "annotated, middle": "git tag -a -m middle middle main~1",
                "lightweight, middle": "git tag middle-light main~1",
                "annotated, old": "git tag -a -m old old side~1",
                "lightweight, old": "git tag old-light side~1",
                "on side": "git tag -a -m side side-tag side",
                "of a tag": "git tag -a -m inner inner main; "
                            "git tag -a -m outer outer inner",
                "of a blob": "git tag blob main~2:README",
                "moved": "git tag -f moved main >/dev/null",
                "in a folder": "git tag -a -m folder rel/1.0/final main",
            }.get(tag, ":"))
        lines.append("cd ..")
        return lines

    def strew(self):
        """Files of a person, all over the tree; none is in the way unless it
        must be, because its folder goes."""
        draw = self.draw
        lines = ["cd co"]
        stay = [""] + [f for f in self.base.folders()
                       if f in self.new.folders()]
        every = [""] + self.base.folders()
        for at in range(draw.random.randint(1, 4)):
            kind = draw.one("strewn")
            folder = draw.of(stay * 4 + every)
            path = f"{folder}/" if folder else "./"
            lines.append({
                "untracked": f"echo mine >{quoted(path)}note{at}.user",
                "ignored": f"echo mine >{quoted(path)}note{at}.ign",
                "ignored by .gitignore":
                    f"echo mine >{quoted(path)}note{at}.ignored",
                "empty folder": f"mkdir -p {quoted(path)}empty{at}/inner",
                "private": f"echo mine >{quoted(path)}key{at}.user; "
                           f"chmod 600 {quoted(path)}key{at}.user",
                "link": f"ln -s $top/nowhere {quoted(path)}link{at}.user",
                "folder": f"mkdir {quoted(path)}mine{at}; "
                          f"echo mine >{quoted(path)}mine{at}/file",
            }[kind])
        lines.append("cd ..")
        return lines

    def settle(self):
        """D2: times, the index, and a person's changes, in both."""
        racy = self.draw.one("racy") == "yes"
        lines = ["cp -a co twin", "for it in co twin; do", "cd $it",
                 "find . -path ./.git -prune -o ! -type d "
                 f"-exec touch -h -d @{OLD} {{}} +",
                 "git update-index -q --refresh || :"]
        if ("core.untrackedCache", "true") in self.config:
            lines.append("git status >/dev/null")
        dirt = []
        for what in [self.draw.one("dirt")
                     for _ in self.draw.count("dirt-count")]:
            dirt += self.dirty(what, racy)
        # what writes the index comes before the index is made racy
        lines += [line for line in dirt if "git " in line]
        if racy:
            lines.append(f"touch -d @{OLD} .git/index")
        lines += [line for line in dirt if "git " not in line]
        lines += ["cd ..", "done"]
        return lines

    def dirty(self, what, racy):
        draw = self.draw
        where = draw.one("where")
        there = self.base.plain()
        if where == "in the way":
            paths = [p for p in there if p in self.changed]
        else:
            paths = [p for p in there if p not in self.changed]
        added = [p for p in self.changed if p not in self.base.files]
        if what in ("untracked", "ignored", "empty folder"):
            if where == "elsewhere" or not added:
                return []
            path = draw.of(added)
            if self.base.taken(path):
                return []
            at = quoted("./" + path)
            over = quoted("./" + path.rpartition("/")[0])
            if what == "empty folder":
                return [f"mkdir -p {at}/inner"]
            lines = [f"mkdir -p {over} && echo mine >{at}"]
            if what == "ignored":
                name = c_ignored(path)
                lines.append(f"printf '%s\\n' {quoted(name)} "
                             ">>.git/info/exclude")
            return lines
        if what == "staged new":
            return ["echo mine >staged.user; git add -f staged.user || :"]
        if what == "intent to add":
            return ["echo mine >note.intended; git add -N note.intended"]
        if not paths:
            return []
        path = draw.of(paths)
        at = quoted("./" + path)
        literal = "git --literal-pathspecs"
        self.edited.add(to_bytes(path))
        sign = "+" if self.base.files[path][0] == "100644" else "-"
        if what == "same size":
            # seen by git only because the index is racy, and then always
            return [f"flip {at}"] if racy else [f"echo mine >>{at}"]
        return {
            "edit": [f"echo mine >>{at}"],
            "staged edit": [f"echo mine >>{at}; {literal} add -- {at} || :"],
            "staged delete": [f"{literal} rm -q --cached -- {at} || :"],
            "removed": [f"rm -f {at}"],
            "assume-unchanged": [
                f"git update-index --assume-unchanged -- {at}",
                f"echo mine >>{at}"],
            "mode": [f"chmod {sign}x {at}"],
            "to link": [f"ln -sf $top/nowhere {at}"],
            "touched": [f"touch {at}"],
        }[what]

    # -- what Hermes is told

    def entry(self, top):
        """The member of the fleet."""
        pair = f"{top}/{self.key}"
        entry = {"repo_key": self.key, "path": f"{pair}/co"}
        if self.trust:
            entry["trust_config"] = True
        check = {
            "rollback": [{"argv": ["false"]}],
            "canary": [{"argv": ["false"], "at": "canary"}]}.get(self.mode)
        if self.stamp:
            check = [{"argv": ["touch", f"{pair}/stamp"], "at": "canary"}]
        if check:
            entry["checks"] = check
        return entry


def c_ignored(path):
    """A pattern of an exclude file for just this path."""
    name = path.split("\n")[0]
    return "/" + "".join("\\" + c if c in "*?[\\ " else c for c in name) + \
        ("*" if "\n" in path else "")


POLICY = {"schema": "hermes.policy/1", "cooldown_s": 0, "cooldown_max_s": 0,
          "risk": {"canary_from_permille": 1000, "block_from_permille": 1000}}

FUNCTIONS = f"""
# shared_group DIR - a folder whose group others are in, too
shared_group() {{
	group={GROUP}
	[ "$(id -u)" = 0 ] || group=$(id -G | sed 's/.* //')
	chgrp -R "$group" "$1"
	find "$1" -type d -exec chmod g+s {{}} +
}}

# default_acl DIR - another user and group may write what is made there
default_acl() {{
	/usr/bin/python3 - "$1" <<-'P' || echo 'no ACLs on this file system' >&2
	import os, struct, sys
	acl = struct.pack("<I", 2)
	for entry in ((1, 7, -1), (2, 7, {GROUP}), (4, 5, -1), (8, 7, {GROUP}),
	              (16, 7, -1), (32, 5, -1)):
	    acl += struct.pack("<HHi", *entry)
	for folder, _, _ in os.walk(sys.argv[1]):
	    os.setxattr(folder, "system.posix_acl_default", acl)
	P
}}

# flip FILE - other bytes, as many, at the same time
flip() {{
	tr 'a-y' 'b-z' <"$1" >../flipped
	cat ../flipped >"$1"
	rm ../flipped
	touch -d @{OLD} "$1"
}}
"""


def environment(top, path):
    """All that a program in this world is told."""
    return {
        "PATH": path, "HOME": f"{top}/home", "LC_ALL": "C", "TZ": "UTC",
        "GIT_CONFIG_GLOBAL": f"{top}/home/.gitconfig",
        "GIT_CONFIG_SYSTEM": "/dev/null", "HERMES_HOME": f"{top}/hermes",
        "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@example.org"}


def joined(lines):
    return "\n".join(lines) + "\n"


def house_script(house):
    return "set -eu\ntop=$1\n" + joined(house.script)


def pair_script(pair):
    return f"set -eu\numask {pair.house.umask}\ntop=$1\n" + FUNCTIONS + \
        f"export GIT_AUTHOR_DATE='{OLD} +0000' " \
        f"GIT_COMMITTER_DATE='{OLD} +0000'\n" + joined(pair.script)


def whole_script(pair, differences):
    """All of it again from nothing, by itself, and both upgrades."""
    marks = "\n".join("#   " + line for line in differences)
    drawn = "\n".join("#   " + line for line in pair.drawn)
    exports = "".join(f'export {key}="{value}"\n' for key, value in
                      environment("$top", "$PATH").items() if key != "PATH")
    fleet = json.dumps({"schema": "hermes.fleet/1",
                        "repos": [pair.entry("TOP")]})
    back = f'hermes undo {pair.key} || :\n' if pair.mode == "undo" else ""
    return f"""#!/bin/sh
# usage: {pair.name}.sh DIR - pair {pair.name} ({pair.mode}), made in DIR, which
# must not be there; hermes-cycle is looked for in PATH
#
# What differed:
{marks}
#
# What was drawn:
{drawn}
set -eu
unset $(env | sed -n 's/^\\(GIT_[A-Z_]*\\|HERMES_[A-Z_]*\\|XDG_[A-Z_]*\\)=.*/\\1/p')
mkdir "$1"
top=$(cd "$1" && pwd)
{exports}export GIT_AUTHOR_DATE='{OLD} +0000' GIT_COMMITTER_DATE='{OLD} +0000'
{joined(pair.house.script)}{FUNCTIONS}
{joined(pair.script)}
unset GIT_AUTHOR_DATE GIT_COMMITTER_DATE
cd "$top/{pair.key}"
cp -a co before
echo '{fleet}' | sed "s|TOP|$top|g" >"$HERMES_HOME/config/fleet.json"
echo '{json.dumps(POLICY)}' >"$HERMES_HOME/config/runtime_upgrade_policies.json"
(cd twin && git pull --ff-only) || echo "git pull: no ($?)"
hermes-cycle || :
{back}hermes status || :
echo "before, twin (git pull) and co (Hermes) are in $PWD"
"""
