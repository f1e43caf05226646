// A menu that scrolls shows where the reader is: the menu is scrolled, never the page.
function show(menu) {
  const current = menu.querySelector("[aria-current]")?.getBoundingClientRect();
  const room = menu.getBoundingClientRect();
  if (!current?.height) return;
  if (current.top < room.top || current.bottom > room.bottom) menu.scrollTop += middle(current, "top", "height") - middle(room, "top", "height");
  if (current.left < room.left || current.right > room.right) menu.scrollLeft += middle(current, "left", "width") - middle(room, "left", "width");
}

const middle = (box, start, size) => box[start] + box[size] / 2;

for (const menu of document.querySelectorAll(".side-menu, .office-menu, .chips-scroll")) {
  show(menu);
  menu.addEventListener("toggle", ({ target, newState }) => target === menu && newState === "open" && show(menu)); // a drawer
}
