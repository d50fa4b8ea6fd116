"""Checks of the world: conduct, channels, sanctions, institutions."""

from __future__ import annotations

from scoredsociety.schemes import limits
from scoredsociety.schemes.errors import Finding, Path, Tree
from scoredsociety.schemes.figures import numbers
from scoredsociety.schemes.plain import Plain, block, exists, is_number, items, number, twice


def world(data: Tree) -> list[Finding]:
    """Check the world.

    Parameters
    ----------
    data : mapping
        Plain data of the world.

    Returns
    -------
    list of Finding
    """
    findings = list(numbers(data, limits.WORLD))
    for name, one in block(data, "conducts").items():
        findings += conduct(one, ("conducts", name), data)
        if name not in block(data, "gravity"):
            findings.append(Finding(("conducts", name), "this conduct has no entry in gravity"))
    for name in block(data, "gravity"):
        findings += exists(name, block(data, "conducts"), "conduct", ("gravity", name), key=True)
    for name, channel in block(data, "channels").items():
        if isinstance(channel, dict) and channel.get("faces") and channel.get("informants"):
            message = "both stand here: faces and informants"
            allowed = "at most one of the two"
            findings.append(Finding(("channels", name), message, allowed=allowed))
    harm = block(data, "harm_contexts")
    for name, context in block(data, "contexts").items():
        for i, related in enumerate(items(context, "related", str)):
            at: Path = ("contexts", name, "related", i)
            findings += exists(related, harm, "harm context", at)
    for kind in ("sanctions", "rewards"):
        for code, entry in block(data, kind).items():
            named = entry.get("context") if isinstance(entry, dict) else None
            findings += exists(named, harm, "harm context", (kind, code, "context"))
    for name, institution in block(data, "institutions").items():
        at = ("institutions", name, "sanctions")
        codes = items(institution, "sanctions", str)
        if not codes:
            findings.append(Finding(at, "this institution has no sanction to apply"))
        for i, code in enumerate(codes):
            findings += exists(code, block(data, "sanctions"), "sanction", (*at, i))
        findings += twice(codes, at, "sanction")
    return findings


def conduct(data: Tree, at: Path, world: Plain) -> list[Finding]:
    """Check one conduct against the world."""
    if not isinstance(data, dict):
        return []
    channels = block(world, "channels")
    contexts = block(world, "contexts")
    findings = exists(data.get("context"), contexts, "context", (*at, "context"))
    detection = block(data, "detection")
    for name in detection:
        findings += exists(name, channels, "channel", (*at, "detection", name), key=True)
    total = sum(
        q["value"] for q in detection.values() if isinstance(q, dict) and is_number(q.get("value"))
    )
    if total > 1 + 1e-9:
        message = f"the channels together record {total:g} of the acts"
        findings.append(Finding((*at, "detection"), message, allowed="a sum of at most 1"))
    channel = data.get("innocent_channel")
    findings += exists(channel, channels, "channel", (*at, "innocent_channel"))
    known = block(channels, channel) if isinstance(channel, str) else {}
    follows = known.get("faces") is not None or known.get("informants") is not None
    if (data.get("innocent") is None) != (channel is None) and not follows:
        message = "innocent and innocent_channel belong together"
        hint = "write both or neither; the channel alone is enough if it has faces or informants"
        findings.append(Finding(at, message, hint=hint))
    return findings + _speech(data, at) + _excuse(data, at)


def lawful(conducts: Plain, name: object) -> bool:
    """Whether a conduct is lawful speech, which answers to belief alone."""
    return isinstance(name, str) and block(conducts, name).get("speech") == "lawful"


def _speech(data: Plain, at: Path) -> list[Finding]:
    findings = []
    if data.get("speech") is not None and data.get("deed") is True:
        message = "an act of speech is counted as speech, not as a deed"
        findings.append(Finding((*at, "deed"), message, hint="delete deed: or speech:"))
    if data.get("speech") == "lawful" and data.get("shock") is True:
        message = "lawful speech answers to belief alone, not to illness or job loss"
        findings.append(Finding((*at, "shock"), message, hint="delete shock:"))
    return findings


def _excuse(data: Plain, at: Path) -> list[Finding]:
    before, after = number(data, "excused"), number(data, "excused_after_shock")
    if data.get("hardship_excuse") is None or before is None or after is None or before <= after:
        return []
    message = "hardship raises the excused share up to that after a shock, which is lower here"
    allowed = "excused_after_shock no lower than excused"
    return [Finding((*at, "hardship_excuse"), message, allowed=allowed)]
