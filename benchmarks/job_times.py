"""How long a search takes on the benchmark's server."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass


@dataclass(frozen=True)
class JobTimes:
    """Drawn for each page by itself, but the same for the same page in every run.

    Attributes:
        shortest: In seconds.
        longest: In seconds.
        logarithmic: Whether a factor is as likely as any other, rather than a number of seconds.
        seed: Another one draws others.
    """

    shortest: float = 0.0
    longest: float = 0.0
    logarithmic: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.shortest <= self.longest or (self.logarithmic and not self.shortest):
            raise ValueError(f"{self.shortest} to {self.longest} seconds can't be drawn from")

    def of(self, start: int, offset: int) -> float:
        """Tell how long the search of a page takes.

        Args:
            start: When its window begins, in milliseconds since 1970.
            offset: Where in the window it begins.
        """
        share = random.Random(f"{self.seed}/{start}/{offset}").random()  # noqa: S311 - repeatable
        if self.logarithmic:
            return float(self.shortest * math.exp(share * math.log(self.longest / self.shortest)))
        return self.shortest + share * (self.longest - self.shortest)
