// What a conversation fetches to show: cards of other apps, older messages, the side panel, photos in full.
// All of it is HTML of our own server.
const page = document.querySelector("[data-conversation]");
const log = page.querySelector("[data-log]");
const asFragment = { headers: { "X-Requested-With": "fetch" } };

async function fragment(url) {
  const answer = await fetch(url, asFragment);
  if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
  return answer.text();
}

// A fragment may name the module that keeps it going; it loads once.
function put(holder, html) {
  holder.innerHTML = html;
  for (const { dataset } of holder.querySelectorAll("[data-module]")) {
    import(new URL(dataset.module, location.href).href).catch(() => {}); // offline: it stands still
  }
}

// --- cards -------------------------------------------------------------------------------------------

async function draw(slot) {
  const mine = (slot.drawing = (slot.drawing ?? 0) + 1);
  try {
    const html = await fragment(slot.dataset.card);
    if (mine !== slot.drawing) return;
    put(slot, html);
    slot.dataset.drawn = "";
  } catch {
    // the text and the link stay
  }
}

const cards = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    cards.unobserve(target);
    draw(target);
  }
}, { root: page.querySelector("[data-scroll]"), rootMargin: "300px" });

function watch(root) {
  for (const slot of root.querySelectorAll?.(".card-slot:not([data-drawn])") ?? []) cards.observe(slot);
}

new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes) watch(node);
}).observe(log, { childList: true });
watch(log);

document.addEventListener("talad:event", ({ detail }) => {
  const isNewCard = detail.type === "message" && detail.message.kind === "card";
  if (detail.thread !== Number(page.dataset.conversation) || (detail.type !== "card" && !isNewCard)) return;
  for (const slot of log.querySelectorAll(".card-slot[data-drawn]")) {
    if (slot.dataset.card === detail.url) draw(slot);
  }
  if (panel?.dataset.drawn !== undefined) drawPanel();
});

// --- older messages ----------------------------------------------------------------------------------

const older = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) loadOlder(target);
}, { root: page.querySelector("[data-scroll]"), rootMargin: "200px 0px 0px" });

async function loadOlder(line) {
  older.unobserve(line);
  line.firstElementChild.classList.add("is-busy");
  try {
    const stretch = document.createElement("template");
    stretch.innerHTML = await fragment(line.dataset.older);
    const days = [...stretch.content.querySelectorAll(".chat-day")];
    const below = line.nextElementSibling;
    // The day that the stretch ends with may be the one that follows it.
    if (below?.dataset.day && below.dataset.day === days.at(-1)?.dataset.day) below.remove();
    line.replaceWith(stretch.content);
    watchOlder();
  } catch {
    line.firstElementChild.classList.remove("is-busy"); // a click on the link still works
  }
}

function watchOlder() {
  const line = log.querySelector("[data-older]");
  if (line) older.observe(line);
}
watchOlder();
log.addEventListener("click", (event) => {
  const line = event.target.closest("[data-older]");
  if (!line) return;
  event.preventDefault();
  loadOlder(line);
});

// --- side panel --------------------------------------------------------------------------------------

const panel = document.querySelector("[data-panel]");

async function drawPanel() {
  panel.dataset.drawn = "";
  try {
    const html = await fragment(panel.dataset.panel);
    const checked = panel.querySelector("input:checked")?.id;
    put(panel.querySelector("[data-panel-content]"), html);
    if (checked) panel.querySelector(`#${CSS.escape(checked)}`).checked = true;
  } catch {
    delete panel.dataset.drawn;
  }
}

if (panel) {
  const open = page.querySelector("[data-panel-open]");
  const show = (isShown) => {
    panel.classList.toggle("is-shown", isShown);
    open.setAttribute("aria-expanded", String(isShown));
    if (isShown && panel.dataset.drawn === undefined) drawPanel();
    (isShown ? panel.querySelector("[data-panel-close]") : open).focus();
  };
  open.setAttribute("role", "button");
  open.setAttribute("aria-expanded", "false");
  open.addEventListener("click", (event) => {
    event.preventDefault();
    show(!panel.classList.contains("is-shown"));
  });
  panel.querySelector("[data-panel-close]").addEventListener("click", () => show(false));
  panel.addEventListener("keydown", (event) => event.key === "Escape" && show(false));
  // Beside the conversation it is always there, and fetched once it is seen.
  new IntersectionObserver(([{ isIntersecting }], observer) => {
    if (!isIntersecting) return;
    observer.disconnect();
    if (panel.dataset.drawn === undefined) drawPanel();
  }).observe(panel);
}

// --- photos ------------------------------------------------------------------------------------------

const lightbox = document.querySelector("[data-lightbox]");
log.addEventListener("click", (event) => {
  const link = event.target.closest("[data-photo]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const picture = lightbox.querySelector("img");
  picture.src = link.href;
  picture.alt = link.querySelector("img").alt;
  lightbox.showModal();
});
lightbox.addEventListener("click", (event) => event.target === lightbox && lightbox.close());
