// The photo of a report: shown at once, told at once when it is none, and taken out again.
import { complain } from "./complain.js";
import { word } from "./waiting.js";

/** Takes over every camera of `task`. */
export function watchCameras(task) {
  for (const camera of task.querySelectorAll("[data-photo]")) watch(camera);
}

function watch(camera) {
  const input = camera.querySelector("input");
  const picture = camera.querySelector("[data-preview]");
  input.addEventListener("change", () => preview(camera, input.files[0] ?? null));
  picture.addEventListener("error", () => {
    if (!picture.hasAttribute("src")) return;
    picture.hidden = true;
    refuse(camera, word("noPhoto")); // no picture, whatever its name says
  });
  camera.querySelector("[data-take-out]").addEventListener("click", () => {
    takeOut(camera);
    input.focus();
  });
}

/** Shows `file`, a Blob; null shows none. What was said of the one before is said no more. */
export function preview(camera, file) {
  const picture = camera.querySelector("[data-preview]");
  if (picture.src) URL.revokeObjectURL(picture.src);
  picture.hidden = !file;
  if (file) picture.src = URL.createObjectURL(file);
  else picture.removeAttribute("src");
  camera.querySelector("[data-take-out]").hidden = !file;
  refuse(camera, "");
}

/** No photo is chosen any more. */
export function takeOut(camera) {
  camera.querySelector("input").value = "";
  preview(camera, null);
}

/** Whether a photo stands there, chosen now or before; false where it is none. */
export const hasPhoto = (camera) => camera.querySelector("[data-preview]").hasAttribute("src");

function refuse(camera, sentence) {
  camera.querySelector("input").setCustomValidity(sentence);
  complain(camera, "photo", sentence);
}
