"""Who can be drawn, and the cells and groups that people are sorted into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.result import PROFILE_FIELDS
from scoredsociety.opinion.public import REGIONS, Bools, Public
from scoredsociety.opinion.questionnaire import Frame, Sample

Levels = NDArray[np.int64]
STANDING = ("no sanction", "rightly under a sanction", "wrongly under a sanction")


@dataclass(frozen=True)
class Cut:
    """People sorted by one thing.

    Attributes
    ----------
    name : str
    labels : tuple of str
    level : int64 array, shape (n,)
        Index into ``labels``.
    """

    name: str
    labels: tuple[str, ...]
    level: Levels


def in_frame(frame: Frame, public: Public) -> Bools:
    """Return who is in the frame of a survey, shape (n,)."""
    who = np.ones(len(public), np.bool_)
    if frame.who == "internet-users":
        who = public.internet
    elif frame.who == "students":
        who = public.student
    return np.asarray(who & (public.age >= frame.youngest) & (public.age <= frame.oldest))


def band_labels(bands: Sequence[int], oldest: int) -> tuple[str, ...]:
    """Name age bands by their first and last year."""
    ends = [*(b - 1 for b in bands[1:]), oldest]
    return tuple(f"{low}-{high}" for low, high in zip(bands, ends, strict=True))


def cut(name: str, public: Public, sample: Sample, frame: Frame) -> Cut:
    """Sort everybody by one thing that a questionnaire can name.

    Parameters
    ----------
    name : str
        A quota, weight or group.
    public : Public
    sample, frame : Sample, Frame
        For the age bands. Who is younger or older than the frame falls into the nearest band.
    """
    if name == "age":
        bands = sample.bands or [frame.youngest]
        level = np.searchsorted(np.array(bands), public.age, side="right") - 1
        return Cut(name, band_labels(bands, frame.oldest), np.maximum(level, 0))
    if name == "region":
        return Cut(name, tuple(f"region {k + 1}" for k in range(REGIONS)), public.region)
    if name == "pilot":
        return Cut(name, ("elsewhere", "pilot city"), public.pilot.astype(np.int64))
    if name == "standing":
        level = public.under.astype(np.int64) + (public.under & public.wrongful)
        return Cut(name, STANDING, level)
    labels = PROFILE_FIELDS[name][2]
    return Cut(name, labels, np.minimum(public.level(name), len(labels) - 1).astype(np.int64))
