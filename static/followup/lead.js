// The tick "Follow-up ended" saves itself. The server draws the state and the notes as they stand then: another
// note may have lost its tick.
const notes = document.querySelector("#notes");
const announce = document.querySelector("[data-announce]");

async function save(form) {
  const box = form.elements.ended;
  const body = new FormData(form);
  box.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("[data-lead-state]").replaceChildren(...page.querySelector("[data-lead-state]").childNodes);
    notes.replaceChildren(...page.querySelector("[data-notes]").childNodes);
    say(box.id, notes.dataset.said);
  } catch {
    box.disabled = false;
    box.checked = !box.checked;
    say(box.id, notes.dataset.notSaved);
  }
  document.getElementById(box.id)?.focus();
}

function say(id, words) {
  const mark = document.getElementById(id)?.form.querySelector("[data-saved]");
  if (mark) mark.textContent = words;
  announce.textContent = "";
  setTimeout(() => (announce.textContent = words), 50); // a change is read out, the same words again too
}

notes.addEventListener("change", ({ target }) => {
  const form = target.closest("[data-tick]");
  if (form) save(form);
});
