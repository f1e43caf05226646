// The forms of a task: what is pressed is stored on this phone first, then sent.
import { newId } from "../common/new_id.js";
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
  for (const camera of task.querySelectorAll("[data-photo]")) watchCamera(camera);
  for (const form of task.querySelectorAll("form[data-report]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (form.dataset.busy) return;
      form.dataset.busy = "1";
      ready
        .then(() => submitted(task, form, event.submitter, pad, ask), () => plain(form, event.submitter))
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
}

async function submitted(task, form, button, pad, ask) {
  const state = button.value;
  complain(form, "reason", "");
  complain(form, "photo", "");
  const said = new FormData(form);
  if (state === "failed" && !said.get("reason")) return missing(form);
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
}

function photoOf(form, mended) {
  const file = form.elements.photo?.files[0];
  return file ? shrink(file) : (mended?.photo ?? null);
}

function done(form, pad) {
  form.reset();
  delete form.dataset.mends;
  if (location.hash.startsWith("#mend-")) history.replaceState(null, "", location.pathname);
  pad?.clear();
  for (const camera of form.querySelectorAll("[data-photo]")) preview(camera, null);
  for (const part of document.querySelectorAll("details.task-part")) part.open = false;
  scrollTo({ top: 0 });
}

function missing(form) {
  const error = form.querySelector('[data-error="reason"]');
  complain(form, "reason", error.dataset.missing);
  form.querySelector("[name=reason]").focus();
}

function complain(form, name, sentence) {
  const error = form.querySelector(`[data-error="${name}"]`);
  if (!error) return;
  error.textContent = sentence;
  error.hidden = !sentence;
  if (sentence) error.scrollIntoView({ block: "center" });
}

// No room: what was typed stays in the form.
function full(form) {
  const holder = form.querySelector("[data-error]");
  if (holder) complain(form, holder.dataset.error, word("full"));
  else alert(word("full"));
}

// --- the camera --------------------------------------------------------------------------------------

function watchCamera(camera) {
  const input = camera.querySelector("input");
  input.addEventListener("change", () => preview(camera, input.files[0] ?? null));
}

function preview(camera, file) {
  const picture = camera.querySelector("[data-preview]");
  if (picture.src) URL.revokeObjectURL(picture.src);
  picture.hidden = !file;
  if (file) picture.src = URL.createObjectURL(file);
  else picture.removeAttribute("src");
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
