// "Assign to courier" on the page of an order: draws the section by its address, sends its forms without
// leaving the page, and follows what others do. The order page draws itself anew now and then; what was last
// drawn here is put into the new place at once.
import { beginWait, endWait } from "../common/wait.js";

const REST_MS = 1000;
let restingUntil = 0;
const drawn = new Map(); // address → the fragment's node
const asked = new Map(); // address → the same with the search whose result stands there
const fetching = new Map(); // address → number of the newest request

function put(section, node) {
  section.querySelector("[data-delivery-body]").replaceChildren(node);
}

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html; // of our own server
  for (const sheet of holder.content.querySelectorAll("link[rel=stylesheet]")) {
    const isThere = [...document.head.querySelectorAll("link[rel=stylesheet]")].some(({ href }) => href === sheet.href);
    if (isThere) sheet.remove();
    else document.head.append(sheet);
  }
  return holder.content.querySelector("[data-handing]");
}

// The section that the page has now: it may have been replaced while the answer was on its way.
const sectionOf = (address) => document.querySelector(`[data-delivery-section="${CSS.escape(address)}"]`);

function show(address, html, isAnswer = false) {
  const fresh = parsed(html);
  if (!fresh) return;
  const old = drawn.get(address);
  if (isAnswer) restingUntil = performance.now() + REST_MS;
  // The answer to what was pressed here stays when the section is drawn anew because of it.
  else fresh.prepend(...(old?.querySelectorAll(".handing-said, .handing-refusal") ?? []));
  rest(fresh);
  for (const details of old?.querySelectorAll("details[open][data-keep]") ?? []) {
    const same = fresh.querySelector(`[data-keep=${details.dataset.keep}]`);
    if (same && details.dataset.keep !== "other") same.open = true;
  }
  drawn.set(address, fresh);
  const section = sectionOf(address);
  if (section) put(section, fresh);
}

// What comes to stand where a finger has just been takes no second tap of it.
function rest(node) {
  const left = restingUntil - performance.now();
  node.inert = left > 0;
  if (left > 0) setTimeout(() => (node.inert = false), left);
}

// What is being typed must not be taken away.
const isBusy = (section) => section.querySelector("textarea:focus, [type=search]:focus, .is-busy") !== null;

async function refresh(section) {
  const address = section.dataset.deliverySection;
  const mine = (fetching.get(address) ?? 0) + 1;
  fetching.set(address, mine);
  try {
    const answer = await fetch(asked.get(address) ?? address, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) return;
    const html = await answer.text();
    if (mine === fetching.get(address) && !isBusy(sectionOf(address) ?? section)) show(address, html);
  } catch {
    // offline: the link, or what was drawn, stays
  }
}

async function send(section, form, button) {
  const body = new FormData(form, button);
  const isSearch = form.method === "get";
  const address = isSearch ? `${form.action.split("?")[0]}?${new URLSearchParams(body)}` : form.action;
  const options = isSearch ? {} : { method: "POST", body };
  button?.classList.add("is-busy");
  form.dataset.sent = "1";
  if (!isSearch) {
    document.querySelector(".notices")?.replaceChildren(); // of what was done before
    beginWait();
  }
  try {
    const answer = await fetch(address, { ...options, headers: { "X-Requested-With": "fetch" } });
    if (answer.redirected || (!answer.ok && answer.status !== 422)) throw new Error(answer.statusText);
    const where = section.dataset.deliverySection;
    fetching.set(where, (fetching.get(where) ?? 0) + 1); // what was asked before this knows less
    if (isSearch) asked.set(where, address);
    else asked.delete(where);
    show(where, await answer.text(), !isSearch);
    endWait();
  } catch {
    // No connection, or logged out: the browser's own way says so.
    delete form.dataset.sent;
    if (!isSearch && button) {
      const field = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
      if (button.name) form.append(field);
    }
    HTMLFormElement.prototype.submit.call(form);
  }
}

function begin(section) {
  section.dataset.begun = "";
  const before = drawn.get(section.dataset.deliverySection);
  if (before) put(section, before);
  refresh(section);
}

function beginAll() {
  for (const section of document.querySelectorAll("[data-delivery-section]:not([data-begun])")) begin(section);
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-handing-form]");
  const section = form?.closest("[data-delivery-section]");
  if (!section) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!form.dataset.sent) send(section, form, event.submitter);
}, { capture: true });

let soon = 0;
function refreshSoon() {
  clearTimeout(soon);
  soon = setTimeout(() => document.querySelectorAll("[data-delivery-section]").forEach(refresh), 150);
}
document.addEventListener("talad:event", ({ detail }) => {
  if (detail.type === "deliveries" || detail.type === "card") refreshSoon();
});
document.addEventListener("talad:connection", ({ detail }) => detail === "up" && refreshSoon());
document.addEventListener("visibilitychange", () => !document.hidden && refreshSoon());
new MutationObserver(beginAll).observe(document.body, { childList: true, subtree: true });
beginAll();
