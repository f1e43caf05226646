// Shows the fields that the chosen kind of rule needs; the server asks for no others.
const form = document.querySelector("[data-kinds]");
const needed = JSON.parse(document.getElementById("kind-fields").textContent);
const ofPurchase = JSON.parse(document.getElementById("purchase-fields").textContent);
const giving = new Set(Object.values(needed).flat());

function show(name, visible) {
  const box = document.getElementById(`div_id_${name}`);
  if (box) box.hidden = !visible;
}

function arrange() {
  const kind = form.querySelector("[name=kind]:checked")?.value;
  if (!kind) return;
  for (const name of giving) show(name, needed[kind].includes(name));
  const isPurchase = kind !== "birthday" && kind !== "signup";
  for (const name of [...ofPurchase, "in_birthday_month"]) show(name, isPurchase);
}

form.addEventListener("change", (event) => {
  if (event.target.name === "kind") arrange();
});
arrange();
