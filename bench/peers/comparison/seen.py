"""What was seen of a subject, and what is said to whoever waits."""

import statistics
import sys
from dataclasses import dataclass, field


@dataclass
class Series:
    """Of one set at one concurrency."""

    seconds: list = field(default_factory=list)
    rates: list = field(default_factory=list)
    # Of all requests together: the system counts in hundredths.
    cpu_s: float = 0.0
    # Answers that were not those of the warm-up: refused, or another verdict.
    strayed: int = 0

    def medians(self):
        return {
            "p50_ms": 1000 * statistics.median(self.seconds),
            "requests_per_s": statistics.median(self.rates),
            "cpu_s": self.cpu_s / len(self.seconds),
            "requests": len(self.seconds),
            "strayed": self.strayed,
        }


@dataclass
class Seen:
    """All of one subject."""

    ready_s: list = field(default_factory=list)
    first_s: list = field(default_factory=list)
    peak_bytes: int = 0
    # By set and concurrency.
    series: dict = field(default_factory=dict)
    # By set, then by pair: its verdict, None where it had none.
    verdicts: dict = field(default_factory=dict)


def note(text):
    print(text, file=sys.stderr, flush=True)
