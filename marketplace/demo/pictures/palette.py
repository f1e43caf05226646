"""The colours of the demo pictures: warm paper, one teal, mango as the accent, natural muted tones."""

from typing import Literal, NamedTuple

from PIL import ImageColor

Direction = Literal["v", "h", "d"]

IVORY, CREAM, SAND, DUNE = "#FBF8F3", "#F8EEDD", "#EEDFC8", "#DFC7A6"
INK, WALNUT, WOOD_D, WOOD, WOOD_L = (
    "#2B2520",
    "#5A3B2A",
    "#8A5B3E",
    "#B98359",
    "#D9AE82",
)
TEAL_D, TEAL, TEAL_M, TEAL_L, MIST = (
    "#0A4A4D",
    "#0B6E6E",
    "#3F8F8B",
    "#86BDB5",
    "#CFE2DB",
)
MANGO, HONEY, BUTTER = "#F2A33A", "#F6C473", "#FBE3B0"
CLAY, TERRA, BRICK = "#DB9670", "#C4775A", "#9C5743"
BLUSH, ROSE, DUSK, PLUM = "#F5D5C2", "#DFA394", "#B57B7C", "#6A4A5C"
SAGE, OLIVE, MOSS, PINE = "#B7C4A3", "#8F9C62", "#667A58", "#3D5A4C"
SKY, NIGHT, SLATE, STONE = "#C9E0E2", "#24364C", "#5C6B73", "#BDB2A4"
SKINS = ("#F3CFAF", "#E6B68D", "#D29B70", "#AE774F", "#80543A")
HAIRS = ("#2A211D", "#3F2A20", "#5B3A28", "#7C5336", "#8D8178")


class Grad(NamedTuple):
    """A two-colour gradient over a shape's bounding box: down, across or along the diagonal."""

    start: str
    end: str
    direction: Direction = "v"


Paint = str | Grad


def rgb(colour: str) -> tuple[int, int, int]:
    found = ImageColor.getrgb(colour)
    return found[0], found[1], found[2]


def mix(a: str, b: str, amount: float) -> str:
    """a at 0, b at 1."""
    pairs = zip(rgb(a), rgb(b), strict=True)
    return "#{:02x}{:02x}{:02x}".format(*(round(x + (y - x) * amount) for x, y in pairs))


def light(colour: str, amount: float = 0.25) -> str:
    return mix(colour, "#FFF6E6", amount)


def dark(colour: str, amount: float = 0.2) -> str:
    return mix(colour, "#2A1A14", amount)


BRASS = Grad("#F3D08C", "#B98237", "h")
