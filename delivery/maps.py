"""Where a phone opens an address: in its own map, with nothing asked of anybody before the tap."""

from urllib.parse import quote


def map_url(address: str, *, agent: str) -> str:
    """`agent` is the browser's User-Agent: Android opens geo: in the app that its owner chose; Apple's
    devices know no geo: but hand their maps' address to the app; other machines get a map in the browser."""
    place = quote(" ".join(address.split()))
    if "Android" in agent:
        return f"geo:0,0?q={place}"
    if any(name in agent for name in ("iPhone", "iPad", "Macintosh")):
        return f"https://maps.apple.com/?q={place}"
    return f"https://www.openstreetmap.org/search?query={place}"
