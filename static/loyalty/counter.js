// The counter: forms that know when there is no network, and the camera that reads a customer's QR code.
const NETWORK_MS = 6_000;
const LOOK_MS = 200;

const offline = document.querySelector("[data-offline]");

// Something small from the server: whether a form would arrive. Every form names its one purchase or
// redemption, so that one which was sent in spite of all counts once.
async function isThere() {
  if (!navigator.onLine) return false;
  try {
    await fetch("/manifest.webmanifest", { cache: "no-store", signal: AbortSignal.timeout(NETWORK_MS) });
    return true;
  } catch {
    return false;
  }
}

for (const form of document.querySelectorAll("form[data-counter]")) {
  let state = "";
  form.addEventListener("submit", async (event) => {
    if (state === "sure") {
      state = "";
      return;
    }
    event.preventDefault();
    if (state) return;
    state = "asking";
    const button = event.submitter ?? form.querySelector("[type=submit]");
    button?.classList.add("is-busy");
    const there = await isThere();
    button?.classList.remove("is-busy");
    offline.hidden = there;
    state = there ? "sure" : "";
    if (there) form.requestSubmit(button);
    else offline.scrollIntoView({ block: "nearest" });
  });
}
addEventListener("online", () => (offline.hidden = true));

const scan = document.querySelector("[data-scan]");
if (scan) {
  const form = scan.closest("form");
  const photo = scan.querySelector("[type=file]");
  photo.addEventListener("change", () => photo.files.length && form.requestSubmit());
  offerCamera(form).catch(() => {});
}

async function offerCamera(form) {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return;
  const open = scan.querySelector("[data-scan-open]");
  const dialog = scan.querySelector("[data-scan-dialog]");
  open.hidden = false;
  scan.querySelector("[data-scan-photo]").hidden = true;
  scan.querySelector("[data-scan-close]").addEventListener("click", () => dialog.close());
  open.addEventListener("click", () => look(form, dialog));
}

async function look(form, dialog) {
  const video = dialog.querySelector("video");
  const says = scan.querySelector("[data-scan-says]");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch {
    says.textContent = scan.dataset.refused;
    scan.querySelector("[data-scan-photo]").hidden = false;
    return;
  }
  says.textContent = "";
  dialog.showModal();
  dialog.addEventListener("close", () => stream.getTracks().forEach((track) => track.stop()), { once: true });
  video.srcObject = stream;
  await video.play();
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  while (dialog.open) {
    const [code] = await detector.detect(video).catch(() => []);
    if (code?.rawValue) {
      (form.elements.card ?? form.elements.code).value = code.rawValue;
      dialog.close();
      navigator.vibrate?.(60);
      form.requestSubmit();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
