// The pages that stay readable without signal: the service worker (common/sw.js) stores what comes through
// it, for the one courier of this phone; here they are fetched, and those of tasks that went away dropped.
const HASHED = /\/static\/.+\.[0-9a-f]{12}\./;
let running = null;
let again = false;

/** Brings the phone's copies up to date; `ask` is "" for a link's page, which keeps itself alone. */
export function keepPages(owner, ask) {
  if (!("caches" in self) || !navigator.serviceWorker) return Promise.resolve();
  if (running) {
    again = true;
    return running;
  }
  running = work(owner, ask)
    .catch(() => {}) // no signal: at the next look
    .finally(() => {
      running = null;
      if (again) {
        again = false;
        keepPages(owner, ask);
      }
    });
  return running;
}

async function work(owner, ask) {
  await controlled();
  const pages = ask ? await wanted(owner, ask) : [{ url: location.pathname }];
  if (!pages) return;
  for (const { url, version } of pages) {
    const kept = await caches.match(url, { cacheName: `kept-${owner}`, ignoreVary: true });
    if (kept && (!version || kept.headers.get("X-Kept-Version") === version)) continue;
    await fetch(url, { headers: { "X-Requested-With": "fetch" } });
  }
  await keepFiles();
  document.querySelector("[data-courier]").dataset.kept = String(pages.length);
}

function controlled() {
  const worker = navigator.serviceWorker;
  if (worker.controller) return Promise.resolve();
  return new Promise((resolve) => worker.addEventListener("controllerchange", resolve, { once: true }));
}

async function wanted(owner, ask) {
  const answer = await fetch(ask, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) return null;
  const said = await answer.json();
  if (said.owner !== owner) return null;
  const urls = new Set(said.pages.map(({ url }) => url));
  const name = `kept-${owner}`;
  if (!(await caches.has(name))) return said.pages;
  const cache = await caches.open(name);
  for (const { url } of await cache.keys()) {
    const { pathname } = new URL(url);
    if (/\/\d+\/$/.test(pathname) && !urls.has(pathname)) await cache.delete(url, { ignoreVary: true });
  }
  return said.pages;
}

// What this page is made of came before the service worker was there: asked for again, it is kept.
async function keepFiles() {
  const files = new Set(performance.getEntriesByType("resource").map(({ name }) => name.split("#")[0]));
  for (const element of document.querySelectorAll("link[href], script[src], img[src]")) {
    files.add((element.href || element.src).split("#")[0]);
  }
  for (const use of document.querySelectorAll("use[href]")) {
    files.add(new URL(use.getAttribute("href"), location.href).href.split("#")[0]);
  }
  for (const file of files) {
    if (HASHED.test(file) && !(await caches.match(file, { ignoreVary: true }))) await fetch(file, { cache: "force-cache" });
  }
}
