// The overview's number of unread messages follows the menu's badge, which the live socket keeps.
const badge = document.querySelector("[data-unread-total]");
const number = document.querySelector("[data-unread-count]");
const digits = new Intl.NumberFormat(document.documentElement.lang);

new MutationObserver(() => {
  const total = badge.hidden ? "0" : badge.textContent.trim();
  number.textContent = /^\d+$/.test(total) ? digits.format(Number(total)) : total;
  number.closest(".tile").classList.toggle("tile-unread", !badge.hidden);
}).observe(badge, { attributes: true, characterData: true, childList: true, subtree: true });
