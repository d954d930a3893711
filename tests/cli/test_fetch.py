"""`telar data fetch`: a set that everybody has, from a server on this machine."""

import gzip
import os
import struct
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support import ProgramTest

DEBIAN = Path("/usr/share/datasets/fashion-mnist")
NAMES = [f"{part}-{kind}-ubyte.gz" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
FIRST, IMAGES = "train-images-idx3-ubyte.gz", DEBIAN / "train-images-idx3-ubyte.gz"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server, name = self.server, self.path.rsplit("/", 1)[1]
        body, asked = server.files.get(name), self.headers.get("Range")
        server.requests.append((name, asked))
        if server.redirect:
            self.send_response(301)
            self.send_header("Location", server.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        begin = int(asked.removeprefix("bytes=").split("-")[0]) if asked and server.ranges else 0
        if body is None or begin >= len(body):
            self.send_response(404 if body is None else 416)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - begin))
        self.end_headers()
        end = len(body)
        if name == FIRST and server.cuts > 0:
            server.cuts -= 1
            end = begin + (len(body) - begin) // 2
        self.wfile.write(body[begin:end])
        if end < len(body):
            self.close_connection = True

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that has seen enough hangs up."""


@unittest.skipUnless(DEBIAN.is_dir(), "Debian's dataset-fashion-mnist is not installed")
class Fetch(ProgramTest):
    def setUp(self):
        super().setUp()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.files = {name: (DEBIAN / name).read_bytes() for name in NAMES}
        self.server.ranges, self.server.cuts, self.server.redirect, self.server.requests = True, 0, None, []
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.environment["XDG_CACHE_HOME"] = str(self.folder / "cache")
        self.cache = self.folder / "cache/telar/fashion-mnist"
        self.url = f"http://127.0.0.1:{self.server.server_port}/sets"

    def fetch(self, *more):
        return self.document("data", "fetch", "fashion_mnist", "--from", self.url, *more)

    def refused(self, code, *, url=None, says=()):
        done = self.telar("data", "fetch", "fashion_mnist", "--from", url or self.url)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        for words in says:
            self.assertIn(words, done.stderr)
        return done.stderr

    def cached(self):
        return sorted(path.name for path in self.cache.iterdir())

    def test_fetches_four_files_and_none_that_is_there(self):
        d = self.fetch()
        self.assertEqual((d["schema"], d["set"], d["folder"]), ("telar.fetch/1", "fashion_mnist", str(self.cache)))
        self.assertEqual([f["fetched"] for f in d["files"]], [True] * 4)
        self.assertEqual(self.cached(), sorted(NAMES))
        self.assertEqual((self.cache / FIRST).read_bytes(), self.server.files[FIRST])
        (self.cache / NAMES[1]).write_bytes(b"damaged")
        self.assertEqual([f["fetched"] for f in self.fetch()["files"]], [False, True, False, False])
        done = self.telar("data", "fetch", "fashion_mnist", "--from", self.url)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Fashion-MNIST is in " + str(self.cache) + ": all four files were there", done.stdout)

    def test_a_recipe_finds_what_was_fetched(self):
        self.fetch()
        (self.folder / "mnist").symlink_to(self.cache)  # the same layout, but garments are no digits
        recipe = "recipe.toml", "--set", "data.dir=", "--set", "data.validation={ first = 1000 }"
        self.assert_refused(5, "data", "inspect", *recipe, "--set", "data.source=mnist", "--data-dir", "mnist",
                            says=["not MNIST's file", "telar data fetch mnist"])
        self.assert_refused(5, "data", "inspect", *recipe, "--set", "data.source=mnist",
                            says=["cache/telar/mnist", "no such file", "telar data fetch mnist"])
        d = self.document("data", "inspect", *recipe, "--set", "data.source=fashion_mnist", "--data-dir", self.cache)
        self.assertEqual(d["sets"]["test"]["samples"], 10000)

    def test_goes_on_where_a_connection_broke(self):
        self.server.cuts = 2
        self.fetch()
        size = len(self.server.files[FIRST])
        asked = [asked for name, asked in self.server.requests if name == FIRST]
        self.assertEqual(asked, [None, f"bytes={size // 2}-", f"bytes={size // 2 + (size - size // 2) // 2}-"])
        self.assertEqual(self.cached(), sorted(NAMES))

    def test_goes_on_where_an_earlier_command_has_ended(self):
        self.cache.mkdir(parents=True)
        (self.cache / (FIRST + ".part")).write_bytes(self.server.files[FIRST][:1000])
        self.fetch()
        self.assertEqual(self.server.requests[0], (FIRST, "bytes=1000-"))
        self.assertEqual(self.cached(), sorted(NAMES))

    def test_takes_a_file_that_came_whole_but_was_not_looked_at(self):
        self.cache.mkdir(parents=True)
        (self.cache / (FIRST + ".part")).write_bytes(self.server.files[FIRST])
        self.fetch()
        self.assertEqual(self.cached(), sorted(NAMES))

    def test_begins_anew_where_the_server_knows_no_middle(self):
        self.server.ranges, self.server.cuts = False, 1
        self.fetch()
        self.assertEqual([asked is None for name, asked in self.server.requests if name == FIRST], [True, False, True])
        self.assertEqual(self.cached(), sorted(NAMES))

    def test_gives_up_on_a_server_that_never_sends_the_end(self):
        self.server.ranges, self.server.cuts = False, 1000
        self.refused(5, says=[FIRST, "cannot be fetched"])
        self.assertLessEqual(len(self.server.requests), 10)

    def test_a_wrong_file_is_not_kept(self):
        body = bytearray(self.server.files[FIRST])
        body[len(body) // 2] ^= 1
        self.server.files[FIRST] = bytes(body)
        self.refused(5, says=[FIRST, "SHA-256", "not kept"])
        self.assertEqual(self.cached(), [])

    def test_a_file_that_would_unpack_to_more_is_not_unpacked(self):
        zeros = struct.pack(">BBBB3I", 0, 0, 8, 3, 400000, 28, 28) + bytes(400000 * 28 * 28)
        self.server.files[FIRST] = gzip.compress(zeros, 1, mtime=0)
        self.refused(5, says=[FIRST, "not the file that was expected"])
        self.assertEqual(self.cached(), [])

    def test_more_than_the_file_can_have_is_not_kept(self):
        self.server.files[FIRST] = bytes(50_000_000)
        self.refused(5, says=[FIRST, "more than the 47105552 bytes"])
        self.assertEqual(self.cached(), [])

    def test_a_server_without_the_file_says_so(self):
        del self.server.files[FIRST]
        self.refused(5, says=[FIRST, "the server answers 404", "--from"])
        self.assertEqual(self.cached(), [])

    def test_no_server_at_all(self):
        self.refused(5, url="http://127.0.0.1:1/", says=["cannot be fetched", "connection"])

    def test_a_redirection_from_this_machine_is_not_followed(self):
        self.server.redirect = "http://127.0.0.1:1/elsewhere"
        self.refused(5, says=["the server answers 301"])
        self.assertEqual(self.cached(), [])

    def test_a_copy_on_the_disk_serves_as_well(self):
        d = self.document("data", "fetch", "fashion_mnist", "--from", DEBIAN.as_uri())
        self.assertEqual([f["fetched"] for f in d["files"]], [True] * 4)

    def test_nothing_is_asked_for_that_others_could_change_on_the_way(self):
        for url in ("http://example.org/sets", "http://127.0.0.1@example.org/", "ftp://127.0.0.1/", "sets"):
            with self.subTest(url):
                self.assertIn("https://", self.refused(2, url=url, says=[url]))
        self.assertFalse(self.cache.exists())

    def test_an_unknown_set_is_a_mistake_of_usage(self):
        self.assert_refused(2, "data", "fetch", "fashion_mnst", says=["fashion_mnst", 'did you mean "fashion_mnist"'])

    def test_a_folder_that_cannot_be_made_is_an_error_of_the_disk(self):
        (self.folder / "cache").write_text("a file")
        self.refused(6, says=["cache/telar/fashion-mnist"])
        self.environment.pop("XDG_CACHE_HOME")
        self.environment.pop("HOME", None)
        self.refused(2, says=["XDG_CACHE_HOME", "HOME"])

    def test_a_full_disk_is_an_error_of_the_disk(self):
        self.program, real = str(self.folder / "limited"), self.program
        Path(self.program).write_text(f'#!/bin/bash\nulimit -f 1000\nexec "{real}" "$@"\n')
        os.chmod(self.program, 0o755)
        self.refused(6, says=[FIRST + ".part", "cannot write"])


if __name__ == "__main__":
    unittest.main()
