"""look - all that a checkout is, and where two of them differ

A Look is read once, from the files themselves and by git commands that write
nothing, the ones that ask the index's stat data first: nothing refreshes the
index before they have run.
"""
import copy
import os
import re
import shutil
import stat
import subprocess

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
TRACKED = re.compile(
    rb"(?P<tag>.) (?P<mode>\d+) (?P<oid>[0-9a-f]+) (?P<stage>\d)\t"
    rb"(?P<path>[^\0]+)\0"
    rb"  ctime: (?P<ctime>\d+:\d+)\n  mtime: (?P<mtime>\d+:\d+)\n"
    rb"  dev: \d+\tino: (?P<ino>\d+)\n  uid: (?P<uid>\d+)\tgid: (?P<gid>\d+)\n"
    rb"  size: (?P<size>\d+)\tflags: (?P<flags>[0-9a-f]+)\n", re.S)
STATUS = ("status", "--porcelain", "--ignored", "-z")
# What a program leaves in a git folder only where it did not come to its end.
LEFT = re.compile(rb"\.(lock|keep|tmp)$|(^|/)tmp_[^/]*$")
# Of the git folder: each has a comparison of its own, or none.
KNOWN = {b"objects", b"refs", b"logs", b"hermes", b"index", b"HEAD",
         b"ORIG_HEAD", b"FETCH_HEAD", b"packed-refs"}


def acl(path, name=ACCESS):
    try:
        return os.getxattr(path, name, follow_symlinks=False).hex()
    except OSError:
        return None


def rights(path):
    """Mode, owner, group and ACLs."""
    st = os.lstat(path)
    if stat.S_ISLNK(st.st_mode):
        return ("link", st.st_uid, st.st_gid)
    return (oct(st.st_mode), st.st_uid, st.st_gid, acl(path),
            acl(path, DEFAULT) if stat.S_ISDIR(st.st_mode) else None)


def content(path):
    st = os.lstat(path)
    if stat.S_ISLNK(st.st_mode):
        return b"-> " + os.readlink(path)
    if stat.S_ISREG(st.st_mode):
        with open(path, "rb") as file:
            return file.read()
    return None


def walk(top, skip=()):
    """Every path below, relative; not into what is in `skip` at the top."""
    found = []
    for folder, folders, files in os.walk(top):
        if folder == top:
            folders[:] = [name for name in folders if name not in skip]
            files = [name for name in files if name not in skip]
        found += [os.path.relpath(os.path.join(folder, name), top)
                  for name in folders + files]
    return sorted(found)


def refs_of_hermes(path):
    return path.startswith((b"refs/hermes", b"logs/refs/hermes"))


class Files:
    """The files themselves, the git folder's too: what stays as it is where
    nothing is done."""

    def __init__(self, top):
        top = os.fsencode(top)
        git = os.path.join(top, b".git")
        self.tree, self.place, self.rights = {}, {}, {}
        for path in walk(top, [b".git"]):
            at = os.path.join(top, path)
            st = os.lstat(at)
            self.tree[path] = content(at)
            self.rights[path] = rights(at)
            if not stat.S_ISDIR(st.st_mode):
                self.place[path] = (st.st_ino, st.st_mtime_ns)
        self.git, self.git_rights = {}, {}
        for path in walk(git, [b"objects", b"hermes"]):
            if refs_of_hermes(path):
                continue
            at = os.path.join(git, path)
            self.git[path] = content(at)
            self.git_rights[path] = rights(at)
        self.objects = {}
        for path in walk(os.path.join(git, b"objects")):
            kind = "folder" if re.fullmatch(b"[0-9a-f]{2}", path) else \
                os.path.splitext(path)[1].decode() or "object"
            if b"/" in path or kind == "folder":
                self.objects.setdefault(path, (kind, rights(
                    os.path.join(git, b"objects", path))))
        hermes = os.path.join(git, b"hermes")
        # refs-TOKEN stands as long as the rollback ref that it is for, and
        # packs names what is there
        self.left = [path for path in walk(hermes)
                     if path not in (b"lock", b"packs") and not (
            path.startswith(b"refs-") and os.path.exists(os.path.join(
                git, b"refs/hermes/rollback", path[5:])))] + [
            path for path in [*self.git, *self.objects] if LEFT.search(path)]


class Look(Files):
    """The same, and what git says of it. The last look at a checkout lets git
    write to the index, too."""

    def __init__(self, top, environment, last=False):
        self.top, self.environment = top, environment
        self.refresh_would_say = []
        self.diff_files = self.ask("diff-files", "-z")
        self.diff_index = self.ask("diff-index", "-z", "HEAD")
        self.entries = self.read_index()
        refs = self.ask("for-each-ref",
                        "--format=%(refname) %(objectname) %(symref)")
        self.refs = dict(line.split(" ", 1) for line in
                         os.fsdecode(refs).splitlines()
                         if not line.startswith("refs/hermes/"))
        self.status = self.ask(*STATUS)
        # each line once, in an order of its own: by how objects are packed
        self.fsck = sorted(set(self.ask(
            "fsck", "--no-dangling", "--no-progress").split(b"\n")))
        super().__init__(top)
        self.status_written = self.ask(*STATUS, locks="1") if last else None

    def refreshed(self):
        """diff-files and diff-index, had somebody refreshed the index."""
        if not self.diff_files and not self.diff_index:
            return b"", b""
        index = os.path.join(self.top, ".git", "index.parity")
        shutil.copy2(os.path.join(self.top, ".git", "index"), index)
        self.ask("update-index", "-q", "--refresh", index=index)
        said = (self.ask("diff-files", "-z", index=index),
                self.ask("diff-index", "-z", "HEAD", index=index))
        os.unlink(index)
        return said

    def forget(self, path):
        """That git calls this file modified."""
        self.status, self.status_written = (
            said and (b"\0" + said).replace(modified(path), b"\0")[1:]
            for said in (self.status, self.status_written))
        line = re.compile(rb":[^\0]* M\0" + re.escape(path) + b"\0")
        self.diff_files = line.sub(b"", self.diff_files)
        self.diff_index = line.sub(b"", self.diff_index)
        self.refresh_would_say = [line.sub(b"", said)
                                  for said in self.refresh_would_say]

    def ask(self, *argv, locks="0", index=None):
        environment = {**self.environment, "GIT_OPTIONAL_LOCKS": locks}
        if index:
            environment["GIT_INDEX_FILE"] = index
        done = subprocess.run(
            ("git",) + argv, cwd=self.top, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=60, env=environment, check=False)
        if done.returncode == 0 and argv[0] != "fsck":
            return done.stdout
        said = done.stdout + done.stderr + b"exit %d" % done.returncode
        return said.replace(os.fsencode(self.top), b"DIR")

    def read_index(self):
        """Path and stage to what git says of the entry, and whether its stat
        data is the file's."""
        found = {}
        said = self.ask("ls-files", "-s", "-v", "-z", "--debug")
        end = 0
        for match in TRACKED.finditer(said):
            if match.start() != end:
                break
            end = match.end()
            entry = match.groupdict()
            found[entry["path"], entry["stage"]] = (
                entry["tag"], entry["mode"], entry["oid"], entry["flags"],
                stale(os.path.join(os.fsencode(self.top), entry["path"]),
                      entry))
        if end != len(said):
            found[b"", b"0"] = said[end:]
        return found

    def index_version(self):
        return self.git.get(b"index", b"")[4:8].hex()

    def reflogs(self):
        """Log to its old and new oids."""
        return {path: [tuple(line.split(b" ")[:2])
                       for line in text.splitlines()]
                for path, text in self.git.items()
                if path.startswith(b"logs/") and text is not None}


def stale(path, entry):
    """Fields of an index entry that are not the file's."""
    try:
        st = os.lstat(path)
    except OSError:
        return ("gone",)
    true = {"mtime": "%d:%d" % divmod(st.st_mtime_ns, 10 ** 9),
            "ctime": "%d:%d" % divmod(st.st_ctime_ns, 10 ** 9),
            "ino": str(st.st_ino & 0xffffffff), "uid": str(st.st_uid),
            "gid": str(st.st_gid), "size": str(st.st_size)}
    if stat.S_ISDIR(st.st_mode):    # a submodule's: git keeps none of it
        return ()
    if entry["size"] == b"0" != true["size"].encode():
        return ("smudged",)         # racy and modified, as git writes it
    return tuple(name for name, value in true.items()
                 if entry[name].decode() != value)




# -- where two differ: lists of (facet, detail)


def shown(value):
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) < 200 else text[:120] + "..." + text[-60:]


def parted(facet, ours, theirs):
    """A line for each key that two mappings do not have alike."""
    return [(facet, f"{shown(key)}: {shown(ours.get(key, 'absent'))}, and not "
             f"{shown(theirs.get(key, 'absent'))}")
            for key in sorted({*ours, *theirs}, key=str)
            if ours.get(key, "absent") != theirs.get(key, "absent")]


def common(facet, ours, theirs):
    """The same of keys that both have."""
    both = ours.keys() & theirs.keys()
    return parted(facet, {key: ours[key] for key in both},
                  {key: theirs[key] for key in both})


def told(facet, ours, theirs):
    return parted(facet, {"git says": ours}, {"git says": theirs})


def of_git(look, names):
    """Bytes of files of the git folder by the first part of their names, but
    for those in `names`."""
    return {path: text for path, text in look.git.items()
            if path.split(b"/")[0] not in names}


def only(mapping, *prefixes):
    return {key: value for key, value in mapping.items()
            if key.startswith(prefixes)}


def entries(look):
    return {key: value[:4] for key, value in look.entries.items()}


def stale_entries(ours, theirs):
    """Entries whose stat data is the file's with them, and not with us."""
    return [("stat data",
             f"{shown(key[0])}: not the file's: {ours.entries[key][4]}")
            for key, value in theirs.entries.items()
            if not value[4] and key in ours.entries and ours.entries[key][4]
            and not (ours.entries[key][4] == ("smudged",) and
                     modified(key[0]) in b"\0" + ours.status + theirs.status)]


def compare_ends(ours, theirs, without=()):
    """What must be alike after an upgrade, and after going back."""
    heads = {b"HEAD", b"ORIG_HEAD"}
    return parted("tree", ours.tree, {
        path: text for path, text in theirs.tree.items()
        if path not in without}) + \
        parted("head", *({name: look.git.get(name, "absent") for name in heads}
                         for look in (ours, theirs))) + \
        parted("index", entries(ours), entries(theirs)) + \
        parted("index version", {"index": ours.index_version()},
               {"index": theirs.index_version()}) + \
        told("status", ours.status, theirs.status) + \
        told("status, written", ours.status_written or ours.status,
             theirs.status_written or theirs.status) + \
        parted("git folder", of_git(ours, KNOWN), of_git(theirs, KNOWN)) + \
        [("left behind", shown(path)) for path in ours.left]


def new_rights(look, before):
    """Kind of object to the rights that new ones of that kind have."""
    found = {}
    for path, (kind, value) in look.objects.items():
        if path not in before.objects:
            found.setdefault(kind, set()).add(value)
    return {kind: sorted(map(str, values)) for kind, values in found.items()}


def compare_upgrade(ours, theirs, before, before_theirs, edited):
    """Ours by Hermes, theirs by git pull."""
    stale_ones = stale_entries(ours, theirs)
    ours, theirs = without_chance(ours, theirs, edited)
    return compare_ends(ours, theirs) + stale_ones + \
        common("rights", ours.rights, theirs.rights) + \
        told("fsck", ours.fsck, theirs.fsck) + \
        told("diff-files", ours.diff_files, theirs.diff_files) + \
        told("diff-index", ours.diff_index, theirs.diff_index) + \
        parted("refs", ours.refs, theirs.refs) + \
        parted("reflogs", ours.reflogs(), theirs.reflogs()) + \
        common("git rights", ours.git_rights, theirs.git_rights) + \
        common("object rights", new_rights(ours, before),
               new_rights(theirs, before_theirs)) + \
        parted("mtime", written(before, ours), written(before_theirs, theirs))


def written(before, after):
    """Which of the files that were there before have another time?"""
    return {path: before.place[path][1] != after.place[path][1]
            for path in before.place if path in after.place}


def empty_folders(look):
    """Folders with nothing but folders in them."""
    full = {part for path, text in look.tree.items() if text is not None
            for part in parents(path)}
    return {path for path, text in look.tree.items()
            if text is None and path not in full}


def parents(path):
    while b"/" in path:
        path = path.rsplit(b"/", 1)[0]
        yield path


def without_chance(ours, theirs, edited):
    """Copies that say nothing of files for which it is chance whether git
    calls them modified. Such a file is not what the index has, by its
    attributes, from the moment that git wrote it: git sees that only where the
    index was written in the same second. One that a person has edited is
    modified, always."""
    ours, theirs = copy.copy(ours), copy.copy(theirs)
    either = b"\0" + ours.status + b"\0" + theirs.status
    for key, entry in ours.entries.items():
        if key in theirs.entries and modified(key[0]) in either and \
                key[0] not in edited and \
                entry[:4] == theirs.entries[key][:4] and \
                {entry[4], theirs.entries[key][4]} <= {(), ("smudged",)} and \
                ours.tree.get(key[0], 0) == theirs.tree.get(key[0]):
            ours.forget(key[0])
            theirs.forget(key[0])
    return ours, theirs


def settled(before, theirs, edited):
    """Files that git called modified, and no more since the upgrade, though
    nobody wrote to them: by new attributes, or because it looked again."""
    return [path for path, text in before.tree.items()
            if theirs.tree.get(path, 0) == text and path not in edited and
            modified(path) in b"\0" + before.status and
            modified(path) not in b"\0" + theirs.status]


def modified(path):
    return b"\0 M " + path + b"\0"


def compare_back(ours, before, theirs, edited, anew):
    """Ours went forward and back to `before`; theirs went forward by git.

    What a fetch moved, tags and branches apart, may stay as fetched; an empty
    folder that stood in the way, and that git took, may be gone. Where what
    git had changed was written `anew`, only its owner and group are known;
    else the old files came back, and their rights with them."""
    fixed = "refs/heads/", "refs/tags/"
    taken = {path for path in empty_folders(before)
             if path not in ours.tree and
             (theirs.tree.get(path, path) is not None or
              path not in empty_folders(theirs))}
    stale_ones = stale_entries(ours, before)
    ours, before = without_chance(ours, before, edited)
    for path in settled(before, theirs, edited):
        before.forget(path)
    found = compare_ends(ours, before, taken) + stale_ones
    if ours.fsck not in (before.fsck, theirs.fsck):
        found += told("fsck", ours.fsck, before.fsck)
    found += parted("refs", only(ours.refs, *fixed), only(before.refs, *fixed))
    found += [("refs", f"{name}: {oid}") for name, oid in ours.refs.items()
              if oid not in (before.refs.get(name), theirs.refs.get(name))
              and not name.startswith(fixed)]
    found += [("refs", f"{name}: gone") for name in before.refs
              if name not in ours.refs and name in theirs.refs]
    for name, said, refreshed in zip(
            ("diff-files", "diff-index"), (ours.diff_files, ours.diff_index),
            before.refresh_would_say):
        if said not in (getattr(before, name.replace("-", "_")), refreshed):
            found += told(name, said, refreshed)
    logs = ours.reflogs()
    found += [("reflogs", f"{shown(path)}: not what it was, and more")
              for path, lines in before.reflogs().items()
              if logs.get(path, [])[:len(lines)] != lines and
              refs_name(path) in [*ours.refs, "HEAD"]]
    new = {path for path in before.rights if anew and (
        theirs.rights.get(path) != before.rights[path] or
        written(before, theirs).get(path))}
    found += common("rights", *(
        {path: value[1:3] if path in new else value
         for path, value in look.rights.items()} for look in (ours, before)))
    found += common("git rights", {
        path: value for path, value in ours.git_rights.items()
        if value != theirs.git_rights.get(path)}, before.git_rights)
    found += [("mtime", shown(path)) for path in before.place
              if path in ours.place and not written(before, theirs).get(path)
              and path in theirs.place
              and ours.place[path][1] != before.place[path][1]]
    return found


def refs_name(log):
    return os.fsdecode(log)[len("logs/"):]


def compare_untouched(ours, before):
    """Nothing at all was done."""
    return parted("tree", ours.tree, before.tree) + \
        parted("rights", ours.rights, before.rights) + \
        parted("place", ours.place, before.place) + \
        parted("git folder", of_git(ours, {b"FETCH_HEAD"}),
               of_git(before, {b"FETCH_HEAD"})) + \
        parted("git rights", ours.git_rights, before.git_rights) + \
        [("left behind", shown(path)) for path in ours.left]


def older(ours, before, stamp):
    """Files that came with the upgrade and are older than the stamp that its
    canary check made: make would take them for unchanged."""
    then = os.lstat(stamp).st_mtime_ns
    return [("old time", shown(path))
            for path, (_, mtime) in ours.place.items()
            if before.place.get(path, (0, 0))[1] != mtime and mtime < then]
