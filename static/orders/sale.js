// Selling: lines come and go, and the sums follow what is typed. The server works them out and writes them,
// since every reader's money looks different; nothing is stored until "Save".
const form = document.querySelector("[data-sale]");
let latest = 0;
let timer = 0;

async function workOut() {
  const mine = ++latest;
  const typed = new FormData(form);
  typed.set("preview", "total");
  try {
    const answer = await fetch(form.action, { method: "POST", body: typed, headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected || mine !== latest) return;
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // offline: saving will say the total
  }
}

function show(page) {
  document.getElementById("sale-total").textContent = page.getElementById("sale-total").textContent;
  const amounts = page.querySelectorAll("[data-amount]");
  form.querySelectorAll("[data-amount]").forEach((output, number) => {
    output.textContent = amounts[number]?.textContent ?? "";
  });
  const found = form.querySelector("[data-found]");
  const fresh = page.querySelector("[data-found]");
  if (found && found.textContent.trim() !== fresh.textContent.trim()) {
    found.replaceChildren(...document.adoptNode(fresh).childNodes);
  }
}

function workOutSoon() {
  clearTimeout(timer);
  timer = setTimeout(workOut, 300);
}

// --- lines -------------------------------------------------------------------------------------------

function addLine() {
  const total = form.querySelector("[name=lines-TOTAL_FORMS]");
  const list = form.querySelector("[data-lines]");
  const markup = form.querySelector("[data-line-template]").innerHTML.replaceAll("__prefix__", total.value);
  list.insertAdjacentHTML("beforeend", markup);
  total.value = Number(total.value) + 1;
  narrow();
  form.querySelector("[data-add]").hidden = Number(total.value) >= Number(list.dataset.most);
  list.lastElementChild.querySelector("select").focus();
}

// An emptied line counts for nothing; its number stays taken, so that the others keep theirs.
function removeLine(line) {
  const next = [...form.querySelectorAll("[data-line]:not([hidden])")].find((other) => other !== line);
  if (next) line.hidden = true;
  line.querySelector("select").value = "";
  for (const input of line.querySelectorAll("input")) input.value = input.name.endsWith("quantity") ? "1" : "";
  (next ?? line).querySelector("select").focus();
  workOutSoon();
}

// --- finding a service among many --------------------------------------------------------------------

const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replaceAll("đ", "d").toLowerCase();

function narrow() {
  const wanted = plain(form.querySelector("[data-find]")?.value ?? "").split(" ").filter(Boolean);
  for (const option of form.querySelectorAll("[data-line] option")) {
    const fits = wanted.every((word) => plain(option.textContent).includes(word));
    option.hidden = option.disabled = Boolean(option.value) && !option.selected && !fits;
  }
}

form.addEventListener("input", (event) => {
  if (event.target.matches("[data-find]")) narrow();
  else workOutSoon();
});
form.addEventListener("click", (event) => {
  const add = event.target.closest("[data-add]");
  if (add) {
    event.preventDefault();
    addLine();
  }
  const remove = event.target.closest("[data-remove]");
  if (remove) removeLine(remove.closest("[data-line]"));
});
// Enter in a field would press the first button of the form, which adds a line.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
});
