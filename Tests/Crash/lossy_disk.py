#!/usr/bin/env python3
"""A file system that keeps only what was flushed: what a machine finds on its disk after the power was cut.

lossy_disk.py FOLDER MOUNTPOINT [--seed N] [--ignore-sync REGEX]

Mounts the content of FOLDER at MOUNTPOINT (FUSE; Debian's python3-pyfuse3 and fuse3) and holds everything in memory. What
is written to a file becomes durable when that file is flushed (fsync, fdatasync); a name that is made, changed or removed
becomes durable when its directory is flushed, and not before: the least that POSIX promises. A line on standard input ends
it, and FOLDER is what is left:

    end     everything, as after an orderly shutdown
    none    what was flushed, and nothing else
    prefix  also the first few of the writes to each file that were not, the last one of them torn at a sector
    pages   also some of the 4 KiB pages that were not, whichever

It answers with one line of JSON: how many writes and names were not durable, and how many of these writes survived all the
same. --ignore-sync names files whose flush it acknowledges without doing it, as a disk does that lies.
"""

import argparse
import contextlib
import errno
import json
import os
import pathlib
import random
import re
import shutil
import stat
import sys
import time

import pyfuse3
import trio

PAGE, SECTOR = 4096, 512
FOREVER = 3600.0  # seconds that the kernel may remember: nobody but the kernel changes anything here


def put(data, offset, piece):
    """Writes a piece into bytes, which grow as a file does."""
    if offset > len(data):
        data.extend(bytes(offset - len(data)))
    data[offset:offset + len(piece)] = piece


def cut_to(data, size):
    del data[size:]
    data.extend(bytes(size - len(data)))


class File:
    """What processes see, and what is durable. `pending` holds what lies between: (offset, bytes) or (None, size)."""

    def __init__(self, data=b""):
        self.data, self.durable, self.pending = bytearray(data), bytearray(data), []

    def write(self, offset, piece):
        put(self.data, offset, piece)
        self.pending.append((offset, piece))

    def truncate(self, size):
        cut_to(self.data, size)
        self.pending.append((None, size))

    def flush(self):
        for change in self.pending:
            self.apply(self.durable, change)
        self.pending.clear()

    @staticmethod
    def apply(data, change):
        offset, what = change
        if offset is None:
            cut_to(data, what)
        else:
            put(data, offset, what)

    def survivor(self, how, chance):
        """The bytes after a power cut, and how many of the pending changes are among them, whole or in part."""
        data, kept = bytearray(self.durable), 0
        if how == "prefix" and self.pending:
            kept = chance.randint(0, len(self.pending))
            for change in self.pending[:kept]:
                self.apply(data, change)
            offset, what = self.pending[kept] if kept < len(self.pending) else (None, 0)
            if offset is not None:
                put(data, offset, what[:chance.randint(0, len(what) // SECTOR) * SECTOR])
        elif how == "pages":
            for offset, what in self.pending:
                if offset is None:
                    if chance.random() < 0.5:
                        self.apply(data, (offset, what))
                        kept += 1
                    continue
                pieces = [piece for piece in pages(offset, what) if chance.random() < 0.5]
                for piece in pieces:
                    put(data, *piece)
                kept += bool(pieces)
        return data, kept


def pages(offset, data):
    """A write in pieces that end where pages end."""
    start = 0
    while start < len(data):
        end = min(len(data), start + PAGE - (offset + start) % PAGE)
        yield offset + start, data[start:end]
        start = end


class Node:
    def __init__(self, number, mode, file=None):
        self.number, self.mode, self.file = number, mode, file
        self.links, self.changed = 1, time.time_ns()
        # Of a directory: name → node, as processes see it, and as it is durable.
        self.names, self.durable = {}, {}

    @property
    def is_folder(self):
        return stat.S_ISDIR(self.mode)


class LossyDisk(pyfuse3.Operations):
    def __init__(self, folder, chance, ignored):
        super().__init__()
        self.chance, self.ignored = chance, re.compile(ignored) if ignored else None
        self.nodes = {}
        # Changes of names that are not durable: (directory, name, node or None), in order.
        self.renamed = []
        root = self.node(stat.S_IFDIR | 0o700)
        self.load(pathlib.Path(folder), root)

    # Contents

    def node(self, mode, file=None):
        node = Node(len(self.nodes) + pyfuse3.ROOT_INODE, mode, file)
        self.nodes[node.number] = node
        return node

    def load(self, folder, directory):
        for entry in sorted(folder.iterdir()):
            mode = entry.stat().st_mode
            if stat.S_ISDIR(mode):
                node = self.node(mode)
                self.load(entry, node)
            else:
                node = self.node(mode, File(entry.read_bytes()))
            directory.names[entry.name] = directory.durable[entry.name] = node

    def settle(self):
        """Everything becomes durable."""
        self.flush_names(lambda directory: True)
        for node in self.nodes.values():
            if node.file:
                node.file.flush()

    def flush_names(self, concerns):
        rest = []
        for directory, name, node in self.renamed:
            if not concerns(directory):
                rest.append((directory, name, node))
            elif node is None:
                directory.durable.pop(name, None)
            else:
                directory.durable[name] = node
        self.renamed = rest

    def rename_to(self, directory, name, node):
        if node is None:
            del directory.names[name]
        else:
            directory.names[name] = node
        directory.changed = time.time_ns()
        self.renamed.append((directory, name, node))

    def leave(self, folder, how):
        """Puts what survives into the folder."""
        if how == "end":
            self.settle()
        told = {"writes": sum(len(node.file.pending) for node in self.nodes.values() if node.file),
                "names": len(self.renamed), "kept": 0}
        if how != "none":
            survive = self.chance.randint(0, len(self.renamed))
            self.renamed, lost = self.renamed[:survive], self.renamed[survive:]
            self.flush_names(lambda directory: True)
            told["names"] = len(lost)
        folder = pathlib.Path(folder)
        for entry in folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        told["kept"] = self.save(folder, self.nodes[pyfuse3.ROOT_INODE], how, {})
        return told

    def save(self, folder, directory, how, saved):
        kept = 0
        for name, node in directory.durable.items():
            path = folder / name
            if node.is_folder:
                path.mkdir()
                kept += self.save(path, node, how, saved)
            elif node.number in saved:
                os.link(saved[node.number], path)
            else:
                data, survived = node.file.survivor(how, self.chance)
                path.write_bytes(data)
                path.chmod(stat.S_IMODE(node.mode))
                saved[node.number] = path
                kept += survived
        return kept

    # What the kernel asks

    def attributes(self, node):
        entry = pyfuse3.EntryAttributes()
        entry.st_ino, entry.st_mode, entry.st_nlink = node.number, node.mode, node.links
        entry.st_size = len(node.file.data) if node.file else 0
        entry.st_blksize, entry.st_blocks = PAGE, -(-entry.st_size // SECTOR)
        entry.st_uid, entry.st_gid = os.getuid(), os.getgid()
        entry.st_atime_ns = entry.st_mtime_ns = entry.st_ctime_ns = node.changed
        entry.entry_timeout = entry.attr_timeout = FOREVER
        return entry

    def child(self, parent, name):
        try:
            return self.nodes[parent].names[os.fsdecode(name)]
        except KeyError:
            raise pyfuse3.FUSEError(errno.ENOENT) from None

    def made(self, parent, name, mode, file=None):
        node = self.node(mode, file)
        self.rename_to(self.nodes[parent], os.fsdecode(name), node)
        return node

    async def lookup(self, parent, name, ctx=None):
        return self.attributes(self.child(parent, name))

    async def getattr(self, inode, ctx=None):
        return self.attributes(self.nodes[inode])

    async def setattr(self, inode, attr, fields, fh, ctx):
        node = self.nodes[inode]
        if fields.update_size:
            node.file.truncate(attr.st_size)
        if fields.update_mode:
            node.mode = attr.st_mode
        node.changed = attr.st_mtime_ns if fields.update_mtime else time.time_ns()
        return self.attributes(node)

    async def create(self, parent, name, mode, flags, ctx):
        node = self.made(parent, name, stat.S_IFREG | stat.S_IMODE(mode), File())
        return pyfuse3.FileInfo(fh=node.number, keep_cache=True), self.attributes(node)

    async def mkdir(self, parent, name, mode, ctx):
        return self.attributes(self.made(parent, name, stat.S_IFDIR | stat.S_IMODE(mode)))

    async def link(self, inode, parent, name, ctx):
        if os.fsdecode(name) in self.nodes[parent].names:
            raise pyfuse3.FUSEError(errno.EEXIST)
        node = self.nodes[inode]
        node.links += 1
        self.rename_to(self.nodes[parent], os.fsdecode(name), node)
        return self.attributes(node)

    async def unlink(self, parent, name, ctx):
        self.child(parent, name).links -= 1
        self.rename_to(self.nodes[parent], os.fsdecode(name), None)

    async def rmdir(self, parent, name, ctx):
        if self.child(parent, name).names:
            raise pyfuse3.FUSEError(errno.ENOTEMPTY)
        self.rename_to(self.nodes[parent], os.fsdecode(name), None)

    async def rename(self, parent, name, new_parent, new_name, flags, ctx):
        if flags:
            raise pyfuse3.FUSEError(errno.EINVAL)
        node = self.child(parent, name)
        self.rename_to(self.nodes[new_parent], os.fsdecode(new_name), node)
        self.rename_to(self.nodes[parent], os.fsdecode(name), None)

    async def open(self, inode, flags, ctx):
        # The kernel's copy is the newest: -shm is mapped by several processes.
        return pyfuse3.FileInfo(fh=inode, keep_cache=True)

    async def opendir(self, inode, ctx):
        return inode

    async def readdir(self, fh, start, token):
        for number, (name, node) in enumerate(list(self.nodes[fh].names.items())):
            if number >= start and not pyfuse3.readdir_reply(token, os.fsencode(name), self.attributes(node), number + 1):
                return

    async def read(self, fh, offset, size):
        return bytes(self.nodes[fh].file.data[offset:offset + size])

    async def write(self, fh, offset, data):
        node = self.nodes[fh]
        node.file.write(offset, bytes(data))
        node.changed = time.time_ns()
        return len(data)

    async def flush(self, fh):
        pass  # close() promises nothing

    async def fsync(self, fh, datasync):
        node = self.nodes[fh]
        if self.ignored and any(self.ignored.search(name) for folder in self.nodes.values()
                                for name, other in folder.names.items() if other is node):
            return
        node.file.flush()

    async def fsyncdir(self, fh, datasync):
        directory = self.nodes[fh]
        self.flush_names(lambda other: other is directory)

    async def statfs(self, ctx):
        answer = pyfuse3.StatvfsData()
        answer.f_bsize = answer.f_frsize = PAGE
        answer.f_blocks = answer.f_bfree = answer.f_bavail = 1 << 20
        answer.f_files = answer.f_ffree = answer.f_favail = 1 << 20
        answer.f_namemax = 255
        return answer


async def serve(disk, folder):
    async def listen():
        async with trio.lowlevel.FdStream(os.dup(0)) as orders:
            # The end of the input, when whoever started this has died, is an end as well.
            how = (await orders.receive_some(64)).decode().strip() or "end"
        print(json.dumps(disk.leave(folder, how)), flush=True)
        pyfuse3.terminate()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        print("ready", flush=True)
        await pyfuse3.main()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("mountpoint")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--ignore-sync", default="")
    options = parser.parse_args()
    disk = LossyDisk(options.folder, random.Random(options.seed), options.ignore_sync)
    mount = set(pyfuse3.default_options) | {"fsname=lossy"}
    mount.discard("default_permissions")
    pyfuse3.init(disk, options.mountpoint, mount)
    try:
        trio.run(serve, disk, options.folder)
    finally:
        with contextlib.suppress(Exception):
            pyfuse3.close(unmount=True)


if __name__ == "__main__":
    sys.exit(main())
