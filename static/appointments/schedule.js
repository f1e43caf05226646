// Rows turn green, and past, by themselves: the list is fetched again when the next row's time comes.

const LONGEST = 3_600_000; // timers drift while a laptop sleeps
const AGAIN = 3_000; // after a look that met nobody

let timer;
let drawnAt = Date.now();

/** Milliseconds until the next row opens or closes, by the site's clock. */
function untilNext(list) {
  const now = Number(list.dataset.now) + (Date.now() - drawnAt);
  const moments = [...list.querySelectorAll("[data-opens]")]
    .flatMap(({ dataset }) => [Number(dataset.opens), Number(dataset.closes)])
    .filter((moment) => moment > now);
  return moments.length ? Math.min(...moments) - now : LONGEST;
}

function plan(isFresh = true) {
  const list = document.querySelector("#schedule");
  clearTimeout(timer);
  timer = setTimeout(refresh, isFresh ? Math.min(untilNext(list) + 300, LONGEST) : AGAIN);
}

async function refresh() {
  let isFresh = false;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    isFresh = response.redirected; // logged out: nothing comes of asking again
    if (response.ok && !response.redirected) {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.querySelector("#schedule");
      const old = document.querySelector("#schedule");
      // Whoever is on a link keeps their place.
      const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      if (fresh) {
        old.replaceWith(document.adoptNode(fresh));
        drawnAt = Date.now();
        isFresh = true;
      }
      if (focused) document.querySelector(`#schedule a[href="${CSS.escape(focused)}"]`)?.focus();
    }
  } catch {
    // Offline: the next round tries again.
  }
  plan(isFresh);
}

document.addEventListener("visibilitychange", () => document.hidden || refresh());
document.querySelector("[data-copy]")?.addEventListener("click", async ({ currentTarget }) => {
  const field = document.querySelector("#feed-address");
  field.select();
  await navigator.clipboard?.writeText(field.value);
  const { textContent } = currentTarget;
  currentTarget.textContent = currentTarget.dataset.copied;
  setTimeout(() => { currentTarget.textContent = textContent; }, 2000);
});
plan();
