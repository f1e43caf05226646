// The form of a reward or package: shows the fields that its type needs, shuts the end date when it has
// none, and keeps the card beside it up to date. The server asks for nothing that is hidden here.
const form = document.querySelector("[data-reward-form]");
const kinds = JSON.parse(document.getElementById("reward-kinds")?.textContent ?? "{}");
const preview = document.querySelector("[data-preview]");
const part = (name) => preview.querySelector(`[data-preview-${name}]`);

function arrangeKinds() {
  const chosen = form.querySelector("[name=kind]:checked");
  if (!chosen) return;
  for (const name of new Set(Object.values(kinds).flat())) {
    const box = document.getElementById(`div_id_${name}`);
    if (box) box.hidden = !kinds[chosen.value].includes(name);
  }
  part("kind").textContent = form.querySelector(`label[for="${chosen.id}"]`).textContent.trim();
}

function arrangeEnd() {
  const end = document.getElementById("div_id_ends_on");
  if (end) end.hidden = form.elements.no_expiry.checked;
}

function write() {
  part("name").textContent = form.elements.name.value;
  part("details").textContent = form.elements.details.value;
  part("points").textContent = form.elements.points.value || "–";
}

function watchPicture(box) {
  const input = box.querySelector("input[type=file]");
  const error = box.querySelector("[data-picture-error]");
  const own = box.querySelector("[data-picture]");
  const stored = own.getAttribute("src") ?? "";
  const pairs = [
    [own, box.querySelector("[data-picture-empty]")],
    [part("picture"), part("empty")],
  ];
  let address = "";

  const show = (source) => {
    for (const [picture, empty] of pairs) {
      picture.hidden = !source;
      empty.hidden = Boolean(source);
      if (source) picture.src = source;
      else picture.removeAttribute("src");
    }
  };

  input.addEventListener("change", () => {
    const file = input.files[0];
    if (address) URL.revokeObjectURL(address);
    address = "";
    show(stored);
    let refusal = "";
    if (file && !/^image\/(jpeg|png|webp)$/.test(file.type)) refusal = error.dataset.notAPhoto;
    else if (file && file.size > 10 * 1024 * 1024) refusal = error.dataset.tooLarge;
    error.textContent = refusal;
    error.hidden = !refusal;
    input.setCustomValidity(refusal); // it stays chosen: sent all the same, it is refused in words, not left out
    if (!refusal && file) show((address = URL.createObjectURL(file)));
  });
  if (stored) show(stored);
}

form.addEventListener("change", () => {
  arrangeKinds();
  arrangeEnd();
});
form.addEventListener("input", write);
document.querySelectorAll("[data-picture-input]").forEach(watchPicture);
arrangeKinds();
arrangeEnd();
write();
