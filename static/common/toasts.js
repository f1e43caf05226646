// A line about something that happened elsewhere: {type: "toast", text, about, url}, each already in the
// reader's language. It stays until it is closed or followed; on the page it leads to it says nothing.
const holder = document.createElement("div"); // there from the start, so that what comes in is read out
holder.className = "toasts";
holder.setAttribute("role", "status");
document.body.append(holder);

document.addEventListener("talad:event", ({ detail }) => {
  if (detail.type !== "toast" || new URL(detail.url, location).pathname === location.pathname) return; // already there
  const toast = document.createElement("div");
  toast.className = "notice toast-line";
  const text = document.createElement("span");
  text.dir = "auto";
  text.append(detail.text, " ");
  const link = document.createElement("a");
  link.href = detail.url;
  link.dir = "auto";
  link.textContent = detail.about;
  text.append(link);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button";
  close.ariaLabel = document.body.dataset.close;
  close.textContent = "×";
  close.addEventListener("click", () => toast.remove());
  toast.append(text, close);
  holder.append(toast);
});
