"""Whether 03/04/2012 is in March or in April, decided over a whole file."""

from __future__ import annotations

from typing import Literal

from core.data.dates import UNREADABLE, Day, EitherDay
from core.errors import InputError, shorten

Order = Literal["day", "month"]
ORDERS: tuple[Order, ...] = ("day", "month")
OPTION = "--date-order"


class DateOrder:
    """Learns from each date of a file which comes first, the day or the month, and reads them so.

    A date that has only one reading, such as 28/01/2012, is a vote; most votes win. Without a vote, or with as
    many on either side, nothing is guessed: such dates are unreadable.

    Attributes
    ----------
    given: the order that somebody named; it wins over every vote.
    votes: dates that can only be read so; undecided: those with two readings.
    unreadable: dates settled as unreadable.
    """

    def __init__(self, given: Order | None = None) -> None:
        if given is not None and given not in ORDERS:
            raise InputError(f"date order {shorten(given)} is none; give day or month, whichever comes first")
        self.given = given
        self.votes: dict[Order, int] = {"day": 0, "month": 0}
        self.undecided = 0
        self.unreadable = 0
        self._settled_under: set[Order | None] = set()
        # The order that an earlier reading of the whole file has told; None can be one.
        self._told: tuple[Order | None] | None = None

    def look(self, day: Day) -> None:
        """Count what ``day`` says about the order."""
        if not isinstance(day, EitherDay):
            return
        if day.day_first is not None and day.month_first is not None:
            self.undecided += 1
        else:
            self.votes["month" if day.day_first is None else "day"] += 1

    @property
    def order(self) -> Order | None:
        """Which comes first, as far as has been seen; None where it cannot be told."""
        if self.given is not None:
            return self.given
        if self._told is not None:
            return self._told[0]
        day, month = self.votes["day"], self.votes["month"]
        return None if day == month else "day" if day > month else "month"

    def settled(self, day: Day) -> int | None:
        """Return the one day that is meant, None where there is none or it cannot be told (counted)."""
        if isinstance(day, EitherDay):
            self._settled_under.add(self.order)
            day = self._reading(day)
        if day is UNREADABLE:
            self.unreadable += 1
            return None
        return day

    def _reading(self, day: EitherDay) -> Day:
        reading = {"day": day.day_first, "month": day.month_first, None: None}[self.order]
        return UNREADABLE if reading is None else reading

    @property
    def changed(self) -> bool:
        """Whether a date was settled under another order than the one that the whole file tells."""
        return bool(self._settled_under - {self.order})

    def known(self) -> DateOrder:
        """Return one that reads the same file again, with what the whole of it has told from the start."""
        again = DateOrder(self.given)
        again._told = (self.order,)
        return again

    def notes(self) -> list[str]:
        """Return what to tell about the dates of the file, a sentence each."""
        if not self._settled_under:
            return []
        if self.order is None:
            return [self._untold()]
        lost = self.votes["month" if self.order == "day" else "day"]
        said = f"dates such as 03/04/2012 were read {self.order} first"
        if self.given is None:
            said += f", as {self.votes[self.order]:,} of them can only be"
        if lost:
            other = "month" if self.order == "day" else "day"
            said += f"; {lost:,} can only be {other} first and were kept without a date"
        return [said]

    def _untold(self) -> str:
        votes = self.votes["day"]
        why = f"{votes:,} speak for each" if votes else "none has a number above 12"
        return (
            f"{self.undecided:,} dates such as 03/04/2012 may be day first or month first ({why}) and were kept "
            f"without a date; say which it is with {OPTION} day or {OPTION} month"
        )
