"""How often a capture process may be started again: at most so many times in a while, then with growing pauses."""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """`most` restarts in any `within_s`; past `most` in a row a pause of `first_pause_s` (seconds) before each, doubled every
    time up to `longest_pause_s`, until a process has run for `calm_s`. A driver that hangs at every open is left in peace, one
    that hung once is back at once (requirement C3)."""

    most: int = 5
    within_s: float = 60.0
    first_pause_s: float = 2.0
    longest_pause_s: float = 60.0
    calm_s: float = 60.0


class Restarts:
    """The restarts of one camera, by the monotonic clock."""

    def __init__(self, policy: RestartPolicy = RestartPolicy()) -> None:
        self._policy = policy
        self._starts = deque[float](maxlen=policy.most)
        self._in_a_row = 0
        self._pause_s = 0.0
        self.total = 0

    def next_s(self, now_s: float) -> float:
        """When the process that ended at `now_s` is started again; counts that restart."""
        policy = self._policy
        if self._starts and now_s - self._starts[-1] >= policy.calm_s:
            self._in_a_row, self._pause_s = 0, 0.0
        self._in_a_row += 1
        if self._in_a_row > policy.most:
            self._pause_s = min(policy.longest_pause_s, 2 * self._pause_s or policy.first_pause_s)
        due_s = now_s + self._pause_s
        if len(self._starts) == policy.most:
            due_s = max(due_s, self._starts[0] + policy.within_s)
        self._starts.append(due_s)
        self.total += 1
        return due_s
