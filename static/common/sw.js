// The offline shell: pages come from the network; when there is none, one page says so. Hashed files
// never change, so what was seen once is served from the cache.
const CACHE = "shell-1";
const OFFLINE = "/offline/";

// A courier's pages, which stay readable without signal: each says in X-Kept-For whose it is, and in
// X-Kept-Until how long the phone may keep it. One account at a time: another one's log-in, and any log-out,
// leaves nothing of it here.
const TASKS = "/my-tasks/";
const KEPT = "kept-";
const KEPT_PAGES = /^\/(?:my-tasks|t\/[^/]+)\//;
const PATIENCE_MS = 6_000; // with a bar of signal that carries nothing

// What sends reports while no page is open.
try {
  importScripts("/static/delivery/sender.js");
} catch {
  // the pages send them
}

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.add(OFFLINE)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((keys) => Promise.all(keys.filter((key) => key !== CACHE && !key.startsWith(KEPT)).map((key) => caches.delete(key))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname.startsWith("/accounts/")) event.respondWith(changeOfAccount(request));
  if (request.method !== "GET") return;
  if (KEPT_PAGES.test(url.pathname) && !/\.\w+$/.test(url.pathname)) {
    event.respondWith(fresh(event, url));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (/^\/static\/.+\.[0-9a-f]{12}\./.test(url.pathname)) {
    event.respondWith(fromCacheOrNetwork(request));
  }
});

// A notice from marketplace/notify/transports/webpush.py.
self.addEventListener("push", (event) => {
  const { title, body, url, icon, lang, tag } = event.data.json();
  const options = { body, icon, badge: icon, lang, tag, dir: "auto", data: { url } };
  event.waitUntil(self.registration.showNotification(title, options));
});

// The browser has put an end to its subscription: the store gets the new one, or nothing would come any more.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event.newSubscription)));

async function renew(made) {
  const answer = await fetch("/settings/push/key/");
  if (!answer.ok || answer.redirected) return; // signed out since: then this device is told nothing
  const { key, token, on } = await answer.json();
  const subscription =
    made ?? (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  await fetch(on, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(subscription),
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(new URL(event.notification.data.url, location.origin)));
});

// The tab that is there already, else a new one: another tab may hold a call or something half typed.
async function show(url) {
  if (url.origin !== location.origin) return;
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const tab = tabs.find((one) => new URL(one.url).pathname === url.pathname);
  await (tab ? tab.focus() : self.clients.openWindow(url.href));
}

async function fromCacheOrNetwork(request) {
  const cache = await caches.open(CACHE);
  const stored = await cache.match(request);
  if (stored) return stored;
  const response = await fetch(request);
  if (response.ok) cache.put(request, response.clone());
  return response;
}

// --- a courier's pages -------------------------------------------------------------------------------

self.addEventListener("sync", (event) => {
  if (event.tag === "courier-queue" && self.courierQueue) event.waitUntil(sendReports());
});

async function sendReports() {
  const { waiting } = await self.courierQueue.flush();
  if (waiting) throw new Error("not all could be sent"); // the browser asks again later
}

// Logging in or out, by whatever way. What was asked for before the server had answered may be of the account
// that is left, however late it comes: it belongs to an era that is over.
let era = 0;

async function changeOfAccount(request) {
  const leave = () => {
    era += 1;
    return inTurn(() => forget());
  };
  await leave();
  try {
    return await fetch(request);
  } finally {
    await leave();
  }
}

// Storing and forgetting, one after the other: what is being stored while it is forgotten would stay.
let last = Promise.resolve();

function inTurn(work) {
  const done = last.then(work);
  last = done.catch(() => {});
  return done;
}

async function fresh(event, url) {
  const { request } = event;
  const asked = era;
  const network = fetch(request).then(async (response) => {
    const body = await response.clone().blob();
    await inTurn(() => asked === era && note(url, response, body));
    return response;
  });
  event.waitUntil(network.catch(() => {})); // a late answer is kept all the same
  if (request.mode === "navigate") {
    const stored = await kept(url);
    if (!stored) return network.catch(() => caches.match(OFFLINE));
    return Promise.race([network, later(PATIENCE_MS).then(() => stored)]).catch(() => stored);
  }
  if (request.destination !== "image") return network; // a script: it wants to know that there is no signal
  return network.catch(async () => (await kept(url)) ?? Response.error());
}

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function note(url, response, body) {
  const owner = response.headers.get("X-Kept-For");
  if (response.ok && owner) {
    if (owner.startsWith("user-")) await forget((key) => key.startsWith(`${KEPT}user-`) && key !== KEPT + owner);
    const { status, headers } = response;
    await (await caches.open(KEPT + owner)).put(url.href, new Response(body, { status, headers }));
  } else if (response.status === 404) {
    if (url.pathname === TASKS) await forget((key) => key.startsWith(`${KEPT}user-`));
    else for (const cache of await keptCaches(url)) await cache.delete(url.href, { ignoreVary: true });
  } else if (url.pathname.startsWith(TASKS) && (response.redirected || response.type === "opaqueredirect")) {
    await forget((key) => key.startsWith(`${KEPT}user-`)); // signed out by the server
  }
}

async function kept(url) {
  for (const cache of await keptCaches(url)) {
    const stored = await cache.match(url.href, { ignoreVary: true });
    if (stored && Date.parse(stored.headers.get("X-Kept-Until")) > Date.now()) return stored;
  }
  return undefined;
}

async function keptCaches(url) {
  const kind = KEPT + (url.pathname.startsWith(TASKS) ? "user-" : "link-");
  const keys = (await caches.keys()).filter((key) => key.startsWith(kind));
  return Promise.all(keys.map((key) => caches.open(key)));
}

async function forget(which = (key) => key.startsWith(KEPT)) {
  await Promise.all((await caches.keys()).filter(which).map((key) => caches.delete(key)));
}
