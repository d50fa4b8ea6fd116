"""The month as an obvious loop: slow, plain, and the judge of the kernel.

It shares with the engine the people, their homes, friends and traits, the random function
``draw`` and the resolved regime, and nothing else: no compiled tables, no chains, no compaction,
no tiles of state. Stocks are counted anew each month.
"""

from tests.engine.oracle.compare import engine_keys, oracle_keys
from tests.engine.oracle.month import Oracle

__all__ = ["Oracle", "engine_keys", "oracle_keys"]
