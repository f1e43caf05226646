"""Photos of QR codes for tests that scan one."""

import io

import segno


def a_photo_of(text: str) -> bytes:
    """A PNG of the code of `text`, as a screenshot shows it."""
    out = io.BytesIO()
    segno.make_qr(text).save(out, kind="png", scale=6, border=4)
    return out.getvalue()
