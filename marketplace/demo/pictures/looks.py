"""What a drawn person looks like, chosen by chance from a set that fits together."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from . import palette as p
from .shapes import Points

WOMEN = ("bob", "long", "bun", "hijab", "fringe", "curly")


MEN = ("short", "quiff", "beard", "bald", "grey")


GROUNDS = (p.MIST, p.BLUSH, p.BUTTER, p.SKY, p.SAND, "#E3D6DF", "#DDE3CC", "#F3DCC0")


CLOTHS = (p.TEAL, p.PLUM, p.NIGHT, p.TERRA, p.MOSS, p.SLATE, p.DUSK, p.HONEY, p.IVORY)


Place = Callable[[Points], Points]


@dataclass(frozen=True, slots=True)
class Look:
    skin: str
    hair: str
    style: str
    cloth: str
    scarf: str = p.TEAL_L
    glasses: bool = False


def look(rng: Random) -> Look:
    style = rng.choice(WOMEN + MEN)
    cloth = rng.choice(CLOTHS)
    scarves = [s for s in (p.TEAL_M, p.DUSK, p.SLATE, p.CLAY, p.PLUM, p.SAGE) if s != cloth]
    skin = rng.choices(p.SKINS, (3, 4, 4, 2, 1))[0]
    tones = p.HAIRS[:2] if p.SKINS.index(skin) > 2 else (*p.HAIRS[:3], p.HAIRS[0], p.HAIRS[1])
    hair = "#A39A92" if style == "grey" else rng.choice(tones)
    return Look(skin, hair, style, cloth, rng.choice(scarves), rng.random() < 0.28)
