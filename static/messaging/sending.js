// Writing: what is sent shows at once and survives a reload; one client_id for each message, so that however
// often it is sent again, it is one message.
import { build, place, setState, sizeInWords, words } from "./bubbles.js";
import { command, hint, isConnectionDown, isUp, me, newId } from "./live.js";

const UPLOAD_LIMIT = 10 * 1024 * 1024;
const page = document.querySelector("[data-conversation]");
const thread = Number(page.dataset.conversation);
const log = page.querySelector("[data-log]");
const form = document.getElementById("composer");
const field = form.elements.body;
const picker = form.elements.file;
const draftKey = `draft:${thread}`;
const outboxKey = `outbox:${thread}`;
const pending = new Map(); // client_id → {clientId, body, row, file}
let confirmed = () => {};
let queue = Promise.resolve();

/** `onMessage(message)` is given what the server has stored. */
export function start(onMessage) {
  confirmed = onMessage;
  field.value ||= stored(sessionStorage, draftKey) ?? "";
  fit();
  for (const { clientId, body } of JSON.parse(stored(sessionStorage, outboxKey) ?? "[]")) {
    if (!log.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`)) enqueue({ clientId, body });
  }
  saveOutbox();
}

/** The reader's own row that waits for this message, taken off the waiting list. */
export function takePending(clientId) {
  const entry = pending.get(clientId);
  if (!entry) return null;
  pending.delete(clientId);
  saveOutbox();
  return entry.row;
}

/** Everything that waits is sent again: the connection is back, or it is known to be down. */
export function flush() {
  for (const entry of pending.values()) {
    if (!entry.refused) post(entry);
  }
}

function enqueue({ clientId = newId(), body, file = null }) {
  const message = { author: me, author_name: "", kind: "text", body: body || file?.name, data: {}, attachments: [] };
  const row = build({ ...message, at: new Date().toISOString(), client_id: clientId });
  const entry = { clientId, body, row, file, isOnItsWay: false, refused: false };
  pending.set(clientId, entry);
  place(row, null);
  setState(row, "sending");
  row.addEventListener("click", (event) => event.target.closest(".bubble-again") && again(entry));
  saveOutbox();
  post(entry);
}

function again(entry) {
  entry.refused = false;
  setState(entry.row, "sending");
  post(entry);
}

// One after the other, so that they arrive in the order in which they were written.
function post(entry) {
  if (entry.isOnItsWay) return;
  entry.isOnItsWay = true;
  queue = queue.then(async () => {
    try {
      if (pending.has(entry.clientId)) confirmed(await transmit(entry));
    } catch (refusal) {
      failed(entry, refusal);
    } finally {
      entry.isOnItsWay = false;
    }
  });
}

async function transmit(entry) {
  if (entry.file) return upload(entry);
  if (isUp()) return (await command("send", { thread, body: entry.body }, entry.clientId)).message;
  if (!isConnectionDown()) throw { code: "waiting" }; // `flush` comes with the connection's outcome
  return byForm(entry);
}

async function byForm({ clientId, body }) {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  data.set("client_id", clientId);
  data.set("body", body);
  let answer;
  try {
    const headers = { Accept: "application/json" };
    answer = await fetch(form.action, { method: "POST", body: data, headers, signal: AbortSignal.timeout(15_000) });
    const said = await answer.json();
    if (answer.ok) return said.message;
    throw said;
  } catch (error) {
    throw error.code && error.sentence ? error : { code: "offline", sentence: words.offline };
  }
}

function failed(entry, { code, sentence }) {
  if (!pending.has(entry.clientId)) return; // it arrived all the same, by another way
  if (code === "waiting" || (code === "offline" && !isConnectionDown())) return;
  entry.refused = !["offline", "unavailable"].includes(code);
  setState(entry.row, "failed", sentence ?? words.offline);
  page.querySelector("[data-announce]").textContent = sentence ?? words.offline;
}

// --- photos and files --------------------------------------------------------------------------------

function upload({ clientId, body, file }) {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  data.set("client_id", clientId);
  data.set("body", body);
  data.set("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch cannot tell how much has gone
    const bar = form.querySelector("[data-progress]");
    const end = () => (bar.hidden = true);
    request.open("POST", form.dataset.attach);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => {
      bar.hidden = false;
      bar.value = loaded / total;
      form.querySelector("[data-chosen]").hidden = false;
    };
    request.onload = () => {
      end();
      if (request.status === 200) resolve(request.response.message);
      else reject(request.response ?? { code: "offline", sentence: words.offline });
    };
    request.onerror = () => {
      end();
      reject({ code: "offline", sentence: words.offline });
    };
    request.onloadend = () => picker.files.length || showChosen(null);
    showChosen(file);
    request.send(data);
  });
}

function showChosen(file) {
  const box = form.querySelector("[data-chosen]");
  const picture = box.querySelector("[data-chosen-photo]");
  URL.revokeObjectURL(picture.src);
  picture.hidden = !file?.type.startsWith("image/");
  if (!picture.hidden) picture.src = URL.createObjectURL(file);
  box.querySelector("[data-chosen-name]").textContent = file ? `${file.name} · ${sizeInWords(file.size)}` : "";
  box.hidden = !file;
}

function complain(sentence) {
  const line = form.querySelector("[data-composer-error]");
  line.textContent = sentence;
  line.hidden = !sentence;
}

picker.addEventListener("change", () => {
  const file = picker.files[0] ?? null;
  const isTooLarge = file && file.size > UPLOAD_LIMIT;
  complain(isTooLarge ? words.tooLarge : "");
  if (isTooLarge) picker.value = "";
  showChosen(isTooLarge ? null : file);
  field.focus();
});
form.querySelector("[data-chosen-remove]").addEventListener("click", () => {
  picker.value = "";
  showChosen(null);
  field.focus();
});

// --- the form ----------------------------------------------------------------------------------------

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const body = field.value.trim();
  const file = picker.files[0] ?? null;
  if (!body && !file) return field.focus();
  field.value = "";
  picker.value = "";
  showChosen(null);
  complain("");
  saveDraft();
  fit();
  enqueue({ body, file });
  page.querySelector("[data-scroll]").scrollTop = 0;
  field.focus();
});

const hasKeyboard = matchMedia("(hover: hover) and (pointer: fine)");
field.addEventListener("keydown", (event) => {
  // While an input method composes (Thai, Vietnamese), Enter chooses a word.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !hasKeyboard.matches) return;
  event.preventDefault();
  form.requestSubmit();
});

let typedAt = 0;
field.addEventListener("input", () => {
  fit();
  saveDraft();
  if (Date.now() - typedAt < 2_500 || !field.value) return;
  typedAt = Date.now();
  hint("typing", { thread });
});

function fit() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 2, 168)}px`;
}

// --- what survives a reload --------------------------------------------------------------------------

function stored(storage, key) {
  try {
    return storage.getItem(key);
  } catch {
    return null; // storage is off
  }
}

function store(key, value) {
  try {
    if (value) sessionStorage.setItem(key, value);
    else sessionStorage.removeItem(key);
  } catch {
    // storage is off or full: it lasts for this page
  }
}

const saveDraft = () => store(draftKey, field.value);

function saveOutbox() {
  const texts = [...pending.values()].filter((entry) => !entry.file);
  store(outboxKey, texts.length ? JSON.stringify(texts.map(({ clientId, body }) => ({ clientId, body }))) : "");
}
