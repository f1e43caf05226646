// What every page has: theme toggle, menus that close, forms that are sent once.
import "./current.js";
import { beginWait, endWait } from "./wait.js";

const toggle = document.querySelector("[data-theme-toggle]");
if (toggle) {
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    const dark = document.documentElement.dataset.bsTheme !== "dark";
    document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
    try {
      localStorage.setItem("theme", dark ? "dark" : "light");
    } catch {
      // storage is off: the choice lasts for this page
    }
  });
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A second click while the first is on its way sends nothing; the server is idempotent all the same.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-repeatable")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.querySelector("[type=submit]")?.classList.add("is-busy");
  beginWait();
});
// A refused form: its first fault comes into sight, ready to be mended.
const fault = document.querySelector("main .is-invalid, main [aria-invalid=true]");
fault?.focus({ preventScroll: true });
(fault ?? document.querySelector("main .alert-danger, main .form-refusal"))?.scrollIntoView({ block: "center" });

// Coming back by the back button shows the page as it was left: forms must work again.
addEventListener("pageshow", () => {
  endWait();
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector(".is-busy")?.classList.remove("is-busy");
  }
});

if (document.body.dataset.live) {
  import("../messaging/live.js");
  import("./toasts.js");
}

// What a piece of the page names as its own; fragments that come later are messaging/drawing.js's.
for (const { dataset } of document.querySelectorAll("[data-module]")) import(dataset.module).catch(() => {});

// Installable, and a page of our own when there is no network.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
