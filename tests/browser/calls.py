"""Whether people in a call see each other: what was decoded, not what a page claims."""

import time
from typing import Any

from playwright.sync_api import Page

# Every peer connection that the page makes is kept, so that its statistics can be read.
KEEP_CONNECTIONS = """
window.connections = [];
const Original = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Original {
  constructor(...all) { super(...all); window.connections.push(this); }
};
"""
READ_STATISTICS = """async () => {
  const connection = window.connections.filter((c) => c.connectionState === "connected").at(-1);
  if (!connection) return null;
  const found = { frames: 0, packets: 0, width: document.querySelector("#remote").videoWidth, local: "" };
  const stats = await connection.getStats();
  for (const row of stats.values()) {
    if (row.type === "inbound-rtp") found.packets += row.packetsReceived;
    if (row.type === "inbound-rtp" && row.kind === "video") found.frames = row.framesDecoded;
    if (row.type === "candidate-pair" && row.nominated && row.state === "succeeded") {
      found.local = stats.get(row.localCandidateId).candidateType;
    }
  }
  return found;
}"""


def statistics_of(page: Page) -> dict[str, Any]:
    """Of the connected peer connection; waits until there is one."""
    deadline = time.monotonic() + 20
    while (found := page.evaluate(READ_STATISTICS)) is None:
        assert time.monotonic() < deadline, page.evaluate("window.connections.map((c) => c.connectionState)")
        page.wait_for_timeout(100)
    return dict(found)


def picture_moves(page: Page) -> dict[str, Any]:
    """Decoded frames and received packets have grown since now; returns the last statistics."""
    first = statistics_of(page)
    deadline = time.monotonic() + 20
    while True:
        last = statistics_of(page)
        if last["frames"] > first["frames"] + 5 and last["packets"] > first["packets"] and last["width"] > 0:
            return last
        assert time.monotonic() < deadline, (first, last)
        page.wait_for_timeout(100)


def assert_both_see_moving_pictures(one: Page, other: Page) -> None:
    """Decoded frames of the other side's picture grow on both pages. Needs no script in the pages."""
    for page in (one, other):
        first = _decoded(page)
        deadline = time.monotonic() + 30
        while _decoded(page) < first + 10:
            assert time.monotonic() < deadline, (page.url, first, page.locator("[data-status]").inner_text())
            page.wait_for_timeout(200)


def _decoded(page: Page) -> int:
    """Frames of the other side's picture so far; 0 without any."""
    return int(
        page.evaluate(
            """() => {
              const video = document.querySelector("#remote");
              return video.videoWidth ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
            }"""
        )
    )
