// Shows the chosen photo at once, and says what the server would say about a file that it will refuse.
const KINDS = new Set(["image/jpeg", "image/png", "image/webp"]);
const MAX_BYTES = 10 * 1024 * 1024;

for (const box of document.querySelectorAll("[data-photo-input]")) {
  const input = box.querySelector("input[type=file]");
  const picture = box.querySelector("[data-photo-preview]");
  const empty = box.querySelector("[data-photo-empty]");
  const error = box.querySelector("[data-photo-error]");
  const stored = picture.getAttribute("src") ?? ""; // what stays if nothing else is chosen
  let address = "";

  const show = (source) => {
    picture.hidden = !source;
    empty.hidden = Boolean(source);
    if (source) picture.src = source;
    else picture.removeAttribute("src");
  };
  picture.addEventListener("error", () => show("")); // no picture, whatever its name says

  const refuse = (sentence) => {
    error.textContent = sentence;
    error.hidden = !sentence;
    error.classList.toggle("d-block", Boolean(sentence));
    input.setCustomValidity(sentence);
  };

  input.addEventListener("change", () => {
    const file = input.files[0];
    if (address) URL.revokeObjectURL(address);
    address = "";
    show(stored);
    if (!file) {
      refuse("");
      return;
    }
    if (!KINDS.has(file.type)) refuse(error.dataset.notAPhoto);
    else if (file.size > MAX_BYTES) refuse(error.dataset.tooLarge);
    else refuse("");
    if (!error.hidden) return; // it stays chosen: sent all the same, it is refused in words, not left out
    address = URL.createObjectURL(file);
    show(address);
  });
}
