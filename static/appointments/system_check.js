// The operator's system check: tries the relay once the page is there, and from this browser on request.
import { fetchConfiguration, tryRelay } from "./relay.js";

const words = (key) => document.querySelector("[data-words]").content.querySelector(`[data-word="${key}"]`).textContent;
const row = document.querySelector("[data-relay]");
const form = document.querySelector("[data-relay-form]");

/** The server's own try takes seconds where a relay is silent, so its row comes after the page. */
async function checkFromServer() {
  row.classList.add("is-busy");
  row.setAttribute("aria-busy", "true");
  form.querySelector("button").disabled = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" },
    });
    const state = answer.headers.get("X-State");
    if (!answer.ok || !state) throw new Error(String(answer.status));
    row.innerHTML = await answer.text();
    row.className = `check-row is-${state}`;
  } catch {
    row.querySelector("p").textContent = words("failed");
  } finally {
    row.classList.remove("is-busy");
    row.removeAttribute("aria-busy");
    form.querySelector("button").disabled = false;
  }
}

/** ICE answers only to a real allocation: a relay candidate is the proof. */
async function checkFromBrowser(button, said) {
  const say = (key, mark) => {
    said.hidden = false;
    said.className = `check-said is-${mark}`;
    said.textContent = words(key);
  };
  button.disabled = true;
  say("checking", "busy");
  const configuration = await fetchConfiguration(button.dataset.browserCheck);
  const outcome = configuration ? await tryRelay(configuration) : "failed";
  say(outcome, outcome === "ready" ? "good" : "attention");
  button.disabled = false;
}

if (form) {
  const button = document.querySelector("[data-browser-check]");
  button.hidden = false;
  button.addEventListener("click", () => checkFromBrowser(button, document.querySelector("[data-browser-said]")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    checkFromServer();
  });
  if (row.classList.contains("is-unknown")) checkFromServer();
}
