"""The driver against peers of its own: nothing is installed, nothing is timed."""

import ast
import collections
import sys
import tempfile
import unittest
from pathlib import Path

from comparison import HERE, pairs, report, starting, turns
from comparison.pairs import Pair
from comparison.seen import Seen
from comparison.subjects import Peer

ECHO = [sys.executable, "-B", HERE / "tests/echo.py"]
PAIRS = [Pair("one", b"a", b"a", True), Pair("two", b"a", b"b", False), Pair("three", b"", b"b", True)]


def echo(name, processes):
    return Peer(name, name, "its answer is known", ECHO, processes)


class Measuring(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.seen = collections.defaultdict(Seen)

    def test_every_pair_is_asked_by_one_client_and_by_two(self):
        subjects = [echo("thread", 1), echo("cores", 2)]
        starting.starts(subjects, self.seen, PAIRS[0], 1, self.folder)
        lost = turns.rounds(subjects, self.seen, {"web": PAIRS}, 2, self.folder)
        self.assertEqual(lost, {})
        for subject in subjects:
            seen = self.seen[subject.name]
            self.assertEqual(seen.verdicts, {"web": {"one": True, "two": False, "three": None}})
            asked = {key: series.medians()["requests"] for key, series in seen.series.items()}
            self.assertEqual(asked, {("web", 1): 2 * 3, ("web", 2): 2 * 2 * 3})
            self.assertEqual([series.strayed for series in seen.series.values()], [0, 0])
            self.assertGreater(seen.peak_bytes, 1e6)
        found = report.results(subjects, self.seen, {"web": PAIRS}, {"other": "not here"}, {"rounds": 2})
        self.assertEqual(found["subjects"]["cores"]["right"], {"web": 2})
        said = report.section(found)
        self.assertIn("| cores | 2 of 3 |", said)
        self.assertIn("Not measured: other. not here", said)

    def test_a_peer_that_breaks_down_is_named(self):
        fatal = [Pair("end", b"end", b"b", False)]
        lost = turns.rounds([echo("gone", 1)], self.seen, {"web": PAIRS, "last": fatal}, 1, self.folder)
        self.assertEqual(list(lost), ["gone"])
        self.assertIn("broke down", lost["gone"])
        self.assertEqual(self.seen["gone"].series, {})

    def test_a_peer_that_does_not_start_is_named(self):
        absent = Peer("absent", "absent", "", [sys.executable, "-c", "raise ValueError('no weights')"])
        found, broken = starting.working([echo("echo", 1), absent], PAIRS[0], self.folder)
        self.assertEqual([subject.name for subject in found], ["echo"])
        self.assertEqual(broken, {"absent": "it ended with 1: ValueError: no weights"})


class Documents(unittest.TestCase):
    def test_only_what_is_between_the_marks_is_replaced(self):
        text = f"before\n\n{report.BEGIN}\n\nold\n\n{report.END}\n\nafter\n"
        self.assertEqual(report.written(text, "new"), text.replace("old", "new"))
        with self.assertRaises(ValueError):
            report.written("without marks", "new")

    def test_the_document_has_its_marks(self):
        text = (HERE.parent.parent / "docs/performance.md").read_text()
        self.assertIn("new", report.written(text, "new"))

    def test_a_folder_names_its_pairs(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            (folder / "a.jpg").write_bytes(b"a")
            (folder / "b.png").write_bytes(b"b")
            (folder / "pairs.csv").write_text("set,first,second,same\nweb,a.jpg,b.png,no\n12 MP,a.jpg,a.jpg,1\n")
            expected = {"web": [Pair("a b", b"a", b"b", False)], "12 MP": [Pair("a a", b"a", b"a", True)]}
            self.assertEqual(pairs.read(folder), expected)

    def test_every_script_parses(self):
        scripts = sorted(HERE.rglob("*.py"))
        self.assertGreater(len(scripts), 10)
        for script in scripts:
            ast.parse(script.read_text(), script.name)


if __name__ == "__main__":
    unittest.main()
