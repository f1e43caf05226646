// <delivery-part src="…" thread="…">: a piece of a page that another app's page has by its address. It draws
// itself, follows what the courier reports, and asks every POLL_MS where no socket tells (with `polls` always).
// `drawn`: the server has drawn it already. Without scripts the link inside it leads to a page of its own.
const POLL_MS = 30_000;
const drawn = new Map(); // address → what was last drawn there: a page that redraws itself shows it at once
let hears = false; // a socket tells

document.addEventListener("talad:event", () => (hears = true));
document.addEventListener("talad:connection", ({ detail }) => (hears = detail === "up"));

// A stylesheet that goes and comes with what it styles would leave it bare for a moment.
function keep(sheet) {
  const isThere = [...document.head.querySelectorAll("link[rel=stylesheet]")].some(({ href }) => href === sheet.href);
  if (isThere) sheet.remove();
  else document.head.append(sheet);
}

class DeliveryPart extends HTMLElement {
  connectedCallback() {
    this.address = this.getAttribute("src");
    this.over = new AbortController();
    const { signal } = this.over;
    document.addEventListener("talad:event", ({ detail }) => this.isAbout(detail) && this.refresh(), { signal });
    // After a break of the socket, and back from another page, something may have been missed.
    document.addEventListener("talad:connection", ({ detail }) => detail === "up" && this.refresh(), { signal });
    document.addEventListener("visibilitychange", () => !document.hidden && this.refresh(), { signal });
    this.timer = setInterval(() => this.poll(), POLL_MS);
    if (this.hasAttribute("drawn")) return;
    if (drawn.has(this.address)) this.draw(drawn.get(this.address));
    this.refresh();
  }

  disconnectedCallback() {
    this.over.abort();
    clearInterval(this.timer);
  }

  isAbout({ type, thread, message }) {
    if (thread !== Number(this.getAttribute("thread"))) return false;
    return type === "card" || (type === "message" && message.kind === "card");
  }

  poll() {
    if (document.hidden || this.querySelector("[data-over]")) return;
    if (!hears || this.hasAttribute("polls")) this.refresh();
  }

  async refresh() {
    const mine = (this.asked = (this.asked ?? 0) + 1);
    try {
      const answer = await fetch(this.address, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || answer.redirected) return;
      const html = await answer.text();
      if (mine === this.asked && html !== this.shown) this.draw(html);
    } catch {
      // offline: what stands there stays
    }
  }

  // HTML of our own server. What was unfolded stays so, and a reader is told the new sentence.
  draw(html) {
    drawn.set(this.address, html);
    this.shown = html;
    const said = this.sentence;
    const open = [...this.querySelectorAll("details")].map((details) => details.open);
    const fragment = document.createElement("template");
    fragment.innerHTML = html;
    fragment.content.querySelectorAll("link[rel=stylesheet]").forEach(keep);
    this.content.replaceChildren(fragment.content);
    this.querySelectorAll("details").forEach((details, place) => (details.open = open[place] ?? details.open));
    if (said && said !== this.sentence) this.status.textContent = this.sentence;
  }

  get sentence() {
    return this.querySelector("[data-said]")?.textContent.trim().replace(/\s+/g, " ") ?? "";
  }

  // What is drawn anew, and beside it what is read out: that must stay the same element.
  get content() {
    this.split();
    return this.firstElementChild;
  }

  get status() {
    this.split();
    return this.lastElementChild;
  }

  split() {
    if (this.lastElementChild?.getAttribute("role") === "status") return;
    const content = document.createElement("div");
    content.append(...this.childNodes);
    const status = document.createElement("p");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    this.append(content, status);
  }
}

customElements.define("delivery-part", DeliveryPart);
