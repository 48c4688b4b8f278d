from __future__ import annotations

import json
from typing import Callable, List, Optional, Sequence, Union

from .answers import Refusal
from .contract import Code, CodeRequest
from .store import Store

Given = Union[Sequence[Union[Code, str]], Refusal, None]
MakeCodes = Callable[[CodeRequest], Given]


class KeptCodes:
    """The codes of each order, made once and given again however often they are asked for.

    What was made in one go is one entry of the store: `codes/{orderNo}/0`, then `/1` for what was still lacking.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def _batches(self, order_no: str) -> List[List[Code]]:
        batches: List[List[Code]] = []
        while (text := self._store.get(f"codes/{order_no}/{len(batches)}")) is not None:
            batches.append(json.loads(text))
        return batches

    def give(self, order: CodeRequest, make: MakeCodes) -> Union[List[Code], Refusal, None]:
        """Called by one at a time for an order. None: there are none yet."""
        order_no = order["orderNo"]
        batches = self._batches(order_no)
        kept = [code for batch in batches for code in batch]
        lacking = order["quantity"] - len(kept)
        if lacking <= 0:
            return kept
        made = make({**order, "outstanding": lacking})
        if isinstance(made, Refusal):
            return kept or made
        new = _named(made or [], kept)[:lacking]
        if new:
            kept += json.loads(self._store.add(f"codes/{order_no}/{len(batches)}", json.dumps(new)))
        return kept or None

    def forget_newest(self, order_no: str) -> None:
        """The platform took none of them: the next time others are made."""
        batches = self._batches(order_no)
        if batches:
            self._store.remove(f"codes/{order_no}/{len(batches) - 1}")


def _named(made: Sequence[Union[Code, str]], kept: Sequence[Code]) -> List[Code]:
    """A plain text gets the next free number as its `itemId`; an `itemId` that is there already stays what it was."""
    taken = {code["itemId"] for code in kept}
    new: List[Code] = []
    for one in made:
        item_id: Optional[str] = None if isinstance(one, str) else one["itemId"]
        number = len(taken) + 1
        while item_id is None:
            item_id = None if str(number) in taken else str(number)
            number += 1
        if item_id not in taken:
            new.append({"itemId": item_id, "value": one} if isinstance(one, str) else one)
        taken.add(item_id)
    return new
