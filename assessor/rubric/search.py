"""The cheapest set of resources that meets all quotas: an exact branch and bound over small integer problems. Pure.

A wish is met when all resources of one of its ways are bought. A quota wants wishes of some weight. Resources are the
bits of an integer; their costs add up. The answer does not depend on time: the bound is a number of looked-at nodes.

How it is exact: a node either decides how to meet a wish that must be met (one branch for each way), or whether a wish
that may be met is met (one branch for each way, and one that rules it out). A node is left where a lower bound says
that nothing below it is cheaper than what is known. The bound is a dual one: each open wish is charged a part of the
costs of its ways such that no resource is charged more than it costs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NODES = 20_000
"""Nodes that a search looks at unless the caller says otherwise; a fraction of a second to a few seconds."""


@dataclass(frozen=True, slots=True)
class Quota:
    """Of the wishes (`parts`: weight, number of the wish) so many must be met that their weights add up to `need`."""

    need: int
    parts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """`costs` by resource (0 and more), `ways` by wish (each way the bits of its resources), and what must be met."""

    costs: tuple[int, ...]
    ways: tuple[tuple[int, ...], ...]
    quotas: tuple[Quota, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The resources bought and their cost. `exact` says that nothing is cheaper; else nothing is below `bound`."""

    bought: int
    cost: int
    exact: bool
    bound: int
    nodes: int


def cheapest(problem: Problem, limit: int = NODES) -> Answer | None:
    """The cheapest answer; None where no answer meets the quotas. The same problem gives the same answer."""
    return _Search(problem, limit).run()


def cost_of(problem: Problem, bought: int) -> int:
    """What these resources cost together."""
    return sum(problem.costs[bit] for bit in bits(bought))


def meets(problem: Problem, bought: int) -> bool:
    """These resources meet every quota."""
    return all(
        sum(weight for weight, wish in quota.parts if any(way & ~bought == 0 for way in problem.ways[wish]))
        >= quota.need
        for quota in problem.quotas
    )


def bits(mask: int) -> Iterator[int]:
    """The numbers of the set bits, the lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


@dataclass(slots=True)
class _State:
    """What is still to do at a node: wishes that must be met, and quotas with what they lack and may choose from."""

    bought: int
    must: dict[int, list[int]]
    """Wish → its ways without what is bought."""
    may: list[tuple[int, dict[int, int]]]
    """(weight that is missing, wish → weight)."""
    open_ways: dict[int, list[int]]


class _Search:
    def __init__(self, problem: Problem, limit: int) -> None:
        self.problem = problem
        self.limit = limit
        self.nodes = 0
        self.best = -1
        self.best_cost = 0
        self.grain = math.gcd(*problem.costs) or 1 if problem.costs else 1
        self.seen: set[tuple[int, frozenset[int]]] = set()
        self.stopped = False
        self.costs_known: dict[int, int] = {0: 0}

    def run(self) -> Answer | None:
        start = self._settle(0, frozenset())
        if start is None:
            return None
        self._offer(self._greedy(start))
        root = self._bound(start)[0]
        self._visit(0, frozenset())
        if self.stopped:
            return Answer(self.best, self.best_cost, root >= self.best_cost, min(root, self.best_cost), self.nodes)
        return Answer(self.best, self.best_cost, True, self.best_cost, self.nodes)

    # ---- nodes ----

    def _visit(self, bought: int, out: frozenset[int]) -> None:
        if self.stopped or (bought, out) in self.seen:
            return
        self.seen.add((bought, out))
        if self.nodes >= self.limit:
            self.stopped = True
            return
        self.nodes += 1
        state = self._settle(bought, out)
        if state is None:
            return
        if not state.must and not state.may:
            self._offer(state.bought)
            return
        bound, charges = self._bound(state)
        if bound >= self.best_cost:
            return
        wish = self._pick(state, charges)
        for way in sorted(state.open_ways[wish], key=lambda way: (self._cost(way), way)):
            self._visit(state.bought | way, out)
        if wish not in state.must:
            self._visit(state.bought, out | {wish})

    def _settle(self, bought: int, out: frozenset[int]) -> _State | None:
        """Buy what has no alternative until nothing is forced any more; None where a quota cannot be met."""
        while True:
            must: dict[int, list[int]] = {}
            may: list[tuple[int, dict[int, int]]] = []
            ways: dict[int, list[int]] = {}
            for quota in self.problem.quotas:
                if not self._open(quota, bought, out, ways, must, may):
                    return None
            forced = [found[0] for found in must.values() if len(found) == 1]
            if not forced:
                return _State(bought, must, may, ways)
            for way in forced:
                bought |= way

    def _open(
        self,
        quota: Quota,
        bought: int,
        out: frozenset[int],
        ways: dict[int, list[int]],
        must: dict[int, list[int]],
        may: list[tuple[int, dict[int, int]]],
    ) -> bool:
        """Sort what a quota still wants into `must` and `may`; False where it cannot be met."""
        missing, total = quota.need, 0
        choice: dict[int, int] = {}
        for weight, wish in quota.parts:
            left = ways[wish] if wish in ways else self._left(wish, bought)
            if left is None:
                missing -= weight
                continue
            ways[wish] = left
            if left and wish not in out:
                choice[wish] = choice.get(wish, 0) + weight
                total += weight
        if missing <= 0:
            return True
        if total < missing:
            return False
        needed = [wish for wish, weight in choice.items() if total - weight < missing]
        for wish in needed:
            must[wish] = ways[wish]
            missing -= choice.pop(wish)
        if missing > 0:
            may.append((missing, choice))
        return True

    def _left(self, wish: int, bought: int) -> list[int] | None:
        """The ways of a wish without what is bought, none that holds another; None where the wish is met."""
        left = sorted({way & ~bought for way in self.problem.ways[wish]}, key=lambda way: (way.bit_count(), way))
        if left and left[0] == 0:
            return None
        kept: list[int] = []
        for way in left:
            if not any(other & ~way == 0 for other in kept):
                kept.append(way)
        return kept

    def _pick(self, state: _State, charges: dict[int, float]) -> int:
        """The wish to decide next: one that must be met and has the fewest ways, else the cheapest of those that may."""
        if state.must:
            return min(state.must, key=lambda wish: (len(state.must[wish]), -charges.get(wish, 0.0), wish))
        _, choice = min(state.may, key=lambda entry: (len(entry[1]), min(entry[1])))
        return min(choice, key=lambda wish: (charges.get(wish, 0.0) / choice[wish], wish))

    # ---- bounds and first answers ----

    def _bound(self, state: _State) -> tuple[int, dict[int, float]]:
        """(nothing below this node is cheaper than this, charge of each open wish)."""
        left: list[float] = list(self.problem.costs)
        charges: dict[int, float] = {}
        total = 0.0
        for wish, ways in sorted(state.must.items(), key=lambda entry: (len(entry[1]), entry[0])):
            charges[wish] = charge = min(math.fsum(left[bit] for bit in bits(way)) for way in ways)
            total += charge
            _deduct(left, ways, charge)
        total += self._bound_of_choices(state, left, charges)
        whole = math.ceil((self._cost(state.bought) + total) / self.grain - 1e-6) * self.grain
        return whole, charges

    def _bound_of_choices(self, state: _State, left: list[float], charges: dict[int, float]) -> float:
        """A resource that several wishes may use is shared out evenly among them."""
        wishes = {wish for _, choice in state.may for wish in choice if wish not in state.must}
        users: dict[int, int] = {}
        for wish in wishes:
            for bit in bits(_union(state.open_ways[wish])):
                users[bit] = users.get(bit, 0) + 1
        for wish in wishes:
            charges[wish] = min(math.fsum(left[bit] / users[bit] for bit in bits(way)) for way in state.open_ways[wish])
        total, charged = 0.0, set(state.must)
        for missing, choice in state.may:
            rest = float(missing)
            priced = sorted(
                ((0.0 if wish in charged else charges[wish]) / weight, weight) for wish, weight in choice.items()
            )
            charged |= set(choice)
            for price, weight in priced:
                taken = min(rest, weight)
                total += price * taken
                rest -= taken
                if rest <= 0:
                    break
        return total

    def _greedy(self, start: _State) -> int:
        """An answer to begin with: always the way that costs least for each wish that it helps to meet."""
        state = start
        while state.must or state.may:
            wanted = [*state.must, *(wish for _, choice in state.may for wish in choice)]
            prices = {way: self._price(way, wanted, state) for wish in wanted for way in state.open_ways[wish]}
            best = min(prices, key=lambda way: (prices[way], self._cost(way), way))
            after = self._settle(state.bought | best, frozenset())
            assert after is not None  # buying more never makes a quota harder to meet
            state = after
        return state.bought

    def _price(self, way: int, wanted: Sequence[int], state: _State) -> float:
        helped = 0.0
        for wish in wanted:
            rests = [other & ~way for other in state.open_ways[wish]]
            helped += 1.0 if 0 in rests else 0.0
        return self._cost(way) / max(helped, 0.5)

    def _offer(self, bought: int) -> None:
        """Keep an answer if it is cheaper than the one known, without what it does not need."""
        for bit in sorted(bits(bought), key=lambda bit: (-self.problem.costs[bit], -bit)):
            less = bought & ~(1 << bit)
            if meets(self.problem, less):
                bought = less
        cost = self._cost(bought)
        if self.best < 0 or cost < self.best_cost:
            self.best, self.best_cost = bought, cost

    def _cost(self, bought: int) -> int:
        known = self.costs_known.get(bought)
        if known is None:
            known = self.costs_known[bought] = cost_of(self.problem, bought)
        return known


def _union(ways: Sequence[int]) -> int:
    found = 0
    for way in ways:
        found |= way
    return found


def _deduct(left: list[float], ways: Sequence[int], charge: float) -> None:
    """Take from the resources so much that each way has paid the charge; what several ways share is taken once."""
    before = list(left)
    for way in ways:
        due = charge - math.fsum(before[bit] - left[bit] for bit in bits(way))
        for bit in bits(way):
            if due <= 0:
                break
            taken = min(due, left[bit])
            left[bit] -= taken
            due -= taken
