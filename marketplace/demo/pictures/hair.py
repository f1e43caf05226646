"""Hair and scarves of the drawn people: a layer behind the face and one before it."""

from .canvas import Canvas
from .looks import Look, Place
from .palette import Grad, dark, light
from .shapes import ellipse, place, smooth


def hair_behind(c: Canvas, at: Place, who: Look, hair: Grad, lift: float) -> None:
    match who.style:
        case "long":
            c.fill(
                at(
                    smooth(
                        [
                            (0, -136),
                            (94, -104),
                            (116, 0),
                            (128, 190),
                            (60, 214),
                            (-60, 214),
                            (-128, 190),
                            (-116, 0),
                            (-94, -104),
                        ]
                    )
                ),
                hair,
                shadow=lift,
            )
        case "bob" | "fringe":
            c.fill(
                at(
                    smooth(
                        [
                            (0, -138),
                            (98, -104),
                            (118, 0),
                            (112, 108),
                            (60, 124),
                            (-60, 124),
                            (-112, 108),
                            (-118, 0),
                            (-98, -104),
                        ]
                    )
                ),
                hair,
                shadow=lift,
            )
        case "bun":
            c.fill(at(ellipse(0, -142, 48, 44)), hair, shadow=lift)
            c.fill(at(ellipse(0, -34, 98, 98)), hair, shadow=lift)
        case "curly":
            for a in range(0, 360, 30):
                cx, cy = place([(96, 0)], 0, -30, rot=a)[0]
                c.fill(at(ellipse(cx, cy, 44)), hair, shadow=lift * 0.4)
        case "hijab":
            c.fill(
                at(
                    smooth(
                        [
                            (0, -158),
                            (92, -116),
                            (124, 0),
                            (120, 130),
                            (150, 230),
                            (0, 270),
                            (-150, 230),
                            (-120, 130),
                            (-124, 0),
                            (-92, -116),
                        ]
                    )
                ),
                Grad(who.scarf, dark(who.scarf, 0.2)),
                shadow=lift,
            )
        case _:
            pass


def hair_before(c: Canvas, at: Place, who: Look, hair: Grad, lift: float) -> None:
    cap = {
        "short": [
            (-90, 4),
            (-94, -62),
            (-60, -122),
            (0, -136),
            (62, -122),
            (94, -62),
            (90, 4),
            (80, -42),
            (44, -72),
            (-44, -72),
            (-80, -42),
        ],
        "quiff": [
            (-88, 2),
            (-92, -62),
            (-66, -112),
            (-10, -142),
            (70, -150),
            (98, -104),
            (92, -50),
            (88, 2),
            (80, -44),
            (50, -84),
            (-10, -62),
            (-70, -66),
        ],
        "bob": [
            (-98, 40),
            (-98, -60),
            (-62, -124),
            (0, -146),
            (62, -122),
            (98, -60),
            (98, 40),
            (82, -20),
            (58, -62),
            (-14, -92),
            (-56, -50),
            (-82, -4),
        ],
        "fringe": [
            (-98, 50),
            (-98, -62),
            (-60, -126),
            (0, -146),
            (60, -122),
            (98, -62),
            (98, 50),
            (80, -10),
            (66, -46),
            (20, -42),
            (-20, -42),
            (-66, -46),
            (-80, -10),
        ],
        "long": [
            (-96, 60),
            (-98, -60),
            (-60, -124),
            (0, -144),
            (60, -122),
            (98, -60),
            (96, 60),
            (84, -4),
            (56, -58),
            (0, -98),
            (-56, -58),
            (-84, -4),
        ],
        "bun": [
            (-88, 6),
            (-92, -60),
            (-58, -120),
            (0, -132),
            (58, -120),
            (92, -60),
            (88, 6),
            (76, -40),
            (36, -86),
            (-36, -86),
            (-76, -40),
        ],
        "curly": [
            (-90, -10),
            (-92, -60),
            (-58, -118),
            (0, -130),
            (58, -118),
            (92, -60),
            (90, -10),
            (70, -58),
            (34, -70),
            (0, -62),
            (-34, -70),
            (-70, -58),
        ],
        "beard": [
            (-90, 20),
            (-94, -62),
            (-60, -120),
            (0, -134),
            (62, -120),
            (94, -62),
            (90, 20),
            (80, -40),
            (50, -76),
            (-20, -82),
            (-76, -44),
        ],
    }
    cap["grey"] = cap["short"]
    if who.style in cap:
        c.fill(at(smooth(cap[who.style], steps=10)), hair, shadow=lift * 0.35)
    elif who.style == "hijab":
        ring = smooth(
            [
                (0, -158),
                (92, -116),
                (122, 0),
                (104, 96),
                (60, 152),
                (0, 176),
                (-60, 152),
                (-104, 96),
                (-122, 0),
                (-92, -116),
            ]
        )
        face = smooth(
            [
                (0, -86),
                (54, -70),
                (72, -10),
                (64, 50),
                (40, 86),
                (0, 102),
                (-40, 86),
                (-64, 50),
                (-72, -10),
                (-54, -70),
            ]
        )
        # The outline runs round the scarf, then back round the face, so the face stays open.
        c.fill(
            at([*ring, ring[0], face[0], *face[::-1]]),
            Grad(light(who.scarf, 0.22), who.scarf, "d"),
        )
        c.fill(
            at(
                smooth(
                    [
                        (-92, 108),
                        (0, 160),
                        (96, 100),
                        (130, 190),
                        (40, 250),
                        (-120, 210),
                    ]
                )
            ),
            Grad(light(who.scarf, 0.15), dark(who.scarf, 0.08), "d"),
            shadow=lift * 0.6,
        )
    elif who.style == "bald":
        c.fill(at(ellipse(-30, -74, 30, 12, rot=-24)), "#FFFFFF", alpha=0.22)
