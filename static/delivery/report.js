// The forms of a task: what is pressed is stored on this phone first, then sent.
import { newId } from "../common/new_id.js";
import { hasPhoto, preview, takeOut, watchCameras } from "./camera.js";
import { complain } from "./complain.js";
import { hold, rest, wake, watchPresses } from "./rest.js";
import { shrink } from "./shrink.js";
import { signaturePad } from "./signature.js";
import { add, entryBySeq, owner, word } from "./waiting.js";

const FIELDS = ["reason", "note", "receiver", "collected"];

/**
 * Takes over the forms of `task`; `ask` is where the token for posts is fetched, "" for a link. What is pressed
 * before the phone is `ready` to keep it waits for that; where it cannot be, the form goes as a plain one.
 */
export function takeForms(task, ask, ready) {
  const box = task.querySelector("[data-signature]");
  const pad = box ? signaturePad(box) : null;
  watchCameras(task);
  watchPresses(task);
  task.addEventListener("input", ({ target }) => settled(target));
  for (const form of task.querySelectorAll("form[data-report]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (form.dataset.busy) return;
      form.dataset.busy = "1";
      hold(task);
      ready
        .then(() => submitted(task, form, event.submitter, pad, ask), () => plain(form, event.submitter))
        .then((isStored) => (isStored ? rest(task) : wake(task)))
        .finally(() => delete form.dataset.busy);
    });
  }
  addEventListener("hashchange", () => mend(task));
}

function plain(form, button) {
  const state = document.createElement("input");
  Object.assign(state, { type: "hidden", name: button.name, value: button.value });
  form.append(state);
  form.submit();
  return true;
}

// What was said of a field that is being mended is said no more.
function settled(field) {
  const error = field.closest(".task-field, .task-reasons")?.querySelector("[data-error]");
  if (!error || field.validationMessage) return;
  error.hidden = true;
  field.classList.remove("is-invalid");
  field.removeAttribute("aria-invalid");
}

/** Whether the report is stored. */
async function submitted(task, form, button, pad, ask) {
  const state = button.value;
  complain(form, "reason", "");
  const said = new FormData(form);
  if (state === "failed" && !said.get("reason")) return missing(form);
  const noPhoto = form.elements.photo?.validationMessage;
  if (noPhoto) return complain(form, "photo", noPhoto);
  const mended = form.dataset.mends ? entryBySeq(Number(form.dataset.mends)) : null;
  const entry = {
    ...(mended ? { seq: mended.seq, sentence: "", code: "" } : {}),
    clientId: mended?.clientId ?? newId(),
    task: Number(task.dataset.pageTask),
    number: task.dataset.number,
    page: location.pathname,
    to: task.dataset.reportUrl,
    ask,
    state,
    saidAt: mended?.saidAt ?? new Date().toISOString(),
    fields: Object.fromEntries(FIELDS.filter((name) => said.get(name)).map((name) => [name, said.get(name)])),
  };
  try {
    entry.photo = await photoOf(form, mended);
  } catch {
    return complain(form, "photo", word("noPhoto"));
  }
  if (state === "delivered") entry.signature = (await pad?.take()) ?? mended?.signature ?? null;
  try {
    await add(entry);
  } catch {
    return full(form);
  }
  done(form, pad);
  return true;
}

function photoOf(form, mended) {
  const file = form.elements.photo?.files[0];
  if (file) return shrink(file);
  const camera = form.querySelector("[data-photo]");
  return camera && hasPhoto(camera) ? (mended?.photo ?? null) : null; // it may have been taken out
}

function done(form, pad) {
  form.reset();
  delete form.dataset.mends;
  if (location.hash.startsWith("#mend-")) history.replaceState(null, "", location.pathname);
  pad?.clear();
  for (const camera of form.querySelectorAll("[data-photo]")) takeOut(camera);
  for (const part of document.querySelectorAll("details.task-part")) part.open = false;
  scrollTo({ top: 0 });
}

function missing(form) {
  const error = form.querySelector('[data-error="reason"]');
  complain(form, "reason", error.dataset.missing);
  form.querySelector("[name=reason]").focus();
}

// No room: what was typed stays in the form.
function full(form) {
  const holder = form.querySelector("[data-error]");
  if (holder) complain(form, holder.dataset.error, word("full"));
  else alert(word("full"));
}

// --- mending -----------------------------------------------------------------------------------------

/** Opens the form again with what was not taken; it keeps its id and its time. */
export function mend(task) {
  const seq = Number(location.hash.match(/^#mend-(\d+)$/)?.[1]);
  const entry = seq && entryBySeq(seq);
  if (!entry || entry.owner !== owner || entry.task !== Number(task.dataset.pageTask)) return;
  const form = document.getElementById(entry.state === "failed" ? "fail" : "deliver");
  form.dataset.mends = String(seq);
  for (const [name, value] of Object.entries(entry.fields)) {
    const field = form.elements[name];
    if (field) field.value = value; // a RadioNodeList takes it too
  }
  if (entry.photo) preview(form.querySelector("[data-photo]"), new Blob([entry.photo.data], { type: entry.photo.type }));
  const part = form.closest("details");
  part.hidden = false;
  part.open = true;
  if (task.dataset.phase === "over") form.querySelector("button[type=submit]").hidden = false;
  part.scrollIntoView();
}
