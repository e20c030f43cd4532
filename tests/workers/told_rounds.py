"""A version of made-up records whose texts tell the label, in rounds of which one may be wrong."""

from __future__ import annotations

import random
from pathlib import Path

from argilla_distill.domain.versions.manifest import Manifest
from tests.workers.argilla_in_memory import D, Row
from tests.workers.made_versions import kept_in, made
from tests.workers.service_in_memory import ServiceInMemory

GOOD = ["good", "kind", "helpful", "clear", "correct", "friendly", "patient", "precise"]
BAD = ["wrong", "rude", "useless", "vague", "false", "hostile", "hasty", "sloppy"]
PLAIN = [f"word{n}" for n in range(60)]


def rounds_that_tell(
    service: ServiceInMemory, folder: Path, records: int = 30, wrong: float = 0.0
) -> Manifest:
    """Rounds 1, 2 and 3; in round 2 so large a share of answers is wrong. Two people answer each record."""
    draw = random.Random(4)
    service.argilla.rows[D].clear()
    for number in range(3 * records):
        round_ = str(number // records + 1)
        right = draw.choice(("yes", "no"))
        words = draw.choices(GOOD if right == "yes" else BAD, k=5) + draw.choices(PLAIN, k=6)
        draw.shuffle(words)
        record = f"t{number}"
        service.argilla.rows[D][record] = Row(
            fields={"text": " ".join(words)}, metadata={"round": round_, "model": f"bot-{round_}"}
        )
        flipped = draw.random() < (wrong if round_ == "2" else 0.03)
        said = {"yes": "no", "no": "yes"}[right] if flipped else right
        for user in ("ann", "ben"):
            service.argilla.answer(user, record, helpful=said)
    service.mark(*service.argilla.rows[D])
    service.settle()
    return made(kept_in(service, folder), strategy="majority")
