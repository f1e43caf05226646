// The reports that wait on this phone, and their sending. A classic script, unlike all others: the service
// worker takes it in too (importScripts) and sends what waits when no page is open.
//
// A report is stored before it is sent, under an id that makes sending it again harmless. Statuses: "waiting";
// "sent"; "conflict" (stored there, but the task was somebody else's), "problem" (to be mended), "gone" (never
// or no more this courier's): the last three need no signal but a look, and never hold up the others.
self.courierQueue = (() => {
  const DATABASE = "courier";
  const STORE = "reports";
  const UPLOAD_MS = 90_000;
  const ASK_MS = 15_000;
  const KEEP_SENT_MS = 24 * 3600_000;
  const channel = "BroadcastChannel" in self ? new BroadcastChannel("courier-queue") : null;
  let opened = null;

  function database() {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "seq", autoIncrement: true });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    }).catch((error) => {
      opened = null;
      throw error;
    });
    return opened;
  }

  async function within(mode, work) {
    const store = (await database()).transaction(STORE, mode).objectStore(STORE);
    const request = work(store);
    return new Promise((resolve, reject) => {
      store.transaction.oncomplete = () => resolve(request.result);
      store.transaction.onabort = store.transaction.onerror = () => reject(store.transaction.error ?? request.error);
    });
  }

  const all = () => within("readonly", (store) => store.getAll());

  /** Stores a report; whoever awaits this may tell that it is safe. Rejects when the phone has no room. */
  async function put(entry) {
    await within("readwrite", (store) => store.put(entry));
    changed();
  }

  async function remove(seq) {
    await within("readwrite", (store) => store.delete(seq));
    changed();
  }

  function changed() {
    channel?.postMessage("changed");
    self.dispatchEvent(new Event("courier-queue"));
  }
  channel?.addEventListener("message", () => self.dispatchEvent(new Event("courier-queue")));

  /** Sends what waits, in order: {waiting, signedOut, sent}; `waiting` counts what could be sent later. */
  async function flush() {
    if (!navigator.locks) return sendAll();
    // One sender for all tabs and the service worker: twice would be harmless, but not in order.
    return navigator.locks.request("courier-queue", { ifAvailable: true }, (lock) =>
      lock ? sendAll() : { waiting: 1, signedOut: false, sent: 0 },
    );
  }

  async function sendAll() {
    const result = { waiting: 0, signedOut: false, sent: 0 };
    const tried = new Set();
    const doors = new Map();
    let silent = 0; // attempts in a row that met nobody
    for (;;) {
      const waiting = (await all()).filter((entry) => entry.status === "waiting" && !tried.has(entry.seq));
      const entry = waiting[0];
      if (!entry) break;
      tried.add(entry.seq);
      let outcome;
      try {
        outcome = await send(entry, doors);
      } catch {
        outcome = "silence";
      }
      if (outcome === "signed-out") result.signedOut = true;
      else if (outcome === "sent") result.sent += 1;
      else if (outcome === "later" || outcome === "silence") result.waiting += 1;
      silent = outcome === "silence" ? silent + 1 : 0;
      // One that fails alone (a photo that is cut off on its way) holds up nobody; two: there is no signal.
      if (silent === 2 || outcome === "stop" || doors.get("") === "silence") {
        result.waiting += waiting.length - 1;
        break;
      }
    }
    await forgetSent();
    return result;
  }

  async function send(entry, doors) {
    const door = await doorFor(entry, doors);
    if (typeof door === "string") return door;
    let answer = await post(entry, door.token);
    if (answer.status === 403 && entry.ask) {
      doors.delete(entry.ask); // logged in anew meanwhile: another token
      const again = await doorFor(entry, doors);
      if (typeof again === "string") return again;
      answer = await post(entry, again.token);
    }
    if (answer.redirected) return "signed-out";
    if (answer.status === 429) return "stop";
    const said = await answer.json().catch(() => ({}));
    const outcome = judged(answer.status, said);
    if (outcome.status) await put({ ...entry, ...outcome });
    if (outcome.status === "sent") await forgetRefused(entry);
    return outcome.status ? (outcome.status === "sent" ? "sent" : "told") : "later";
  }

  // What was refused before is said now.
  async function forgetRefused({ task, state, owner, seq }) {
    const same = (old) => old.status === "problem" && old.task === task && old.state === state && old.owner === owner;
    for (const old of await all()) if (old.seq < seq && same(old)) await remove(old.seq);
  }

  function judged(status, said) {
    const stored = { photo: null, signature: null, sentAt: Date.now() };
    if (status === 200 && said.ok) return { ...stored, status: "sent", storedAt: said.now };
    if (status === 409) return { ...stored, status: "conflict", sentence: said.sentence };
    if (status === 404) return { status: "gone" };
    if (status === 413) return { status: "problem", code: "too-large" };
    if (status === 400 || status === 422) return { status: "problem", sentence: said.sentence };
    return {}; // the server is not well: later
  }

  // Whether who is logged in here is whose report it is, and the token for posts. A link needs none.
  async function doorFor(entry, doors) {
    if (!entry.ask) return { token: "" };
    if (!doors.has(entry.ask)) doors.set(entry.ask, await knock(entry.ask, doors));
    const door = doors.get(entry.ask);
    if (typeof door === "string") return door;
    return door.owner === entry.owner ? door : "not-now";
  }

  async function knock(ask, doors) {
    let answer;
    try {
      answer = await fetch(ask, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(ASK_MS) });
    } catch {
      doors.set("", "silence");
      return "silence";
    }
    if (answer.redirected || answer.status === 404 || answer.status === 403) return "signed-out";
    return answer.ok ? answer.json() : "later";
  }

  function post(entry, token) {
    const data = new FormData();
    data.set("client_id", entry.clientId);
    data.set("said_at", entry.saidAt);
    data.set("state", entry.state);
    for (const [name, value] of Object.entries(entry.fields)) data.set(name, value);
    for (const name of ["photo", "signature"]) {
      const file = entry[name];
      if (file) data.set(name, new Blob([file.data], { type: file.type }), `${name}.jpg`);
    }
    const headers = { Accept: "application/json", ...(token && { "X-CSRFToken": token }) };
    return fetch(entry.to, { method: "POST", body: data, headers, signal: AbortSignal.timeout(UPLOAD_MS) });
  }

  async function forgetSent() {
    const before = Date.now() - KEEP_SENT_MS;
    for (const entry of await all()) {
      if (entry.status === "sent" && entry.sentAt < before) await remove(entry.seq);
    }
  }

  return { all, put, remove, flush };
})();
