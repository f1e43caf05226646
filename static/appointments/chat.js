// The thread's text beside the video. Its messages come by the call's socket; what was missed is fetched.

export class Chat {
  /** box: the panel; me: the reader's id; address: where messages are fetched and posted without a socket. */
  constructor(box, { me, address, words }) {
    Object.assign(this, { box, me, address, words });
    this.list = box.querySelector("[data-messages]");
    this.form = box.querySelector("form");
    this.input = box.querySelector("[name=body]");
    this.error = box.querySelector("[data-chat-error]");
    this.last = Number(this.list.dataset.last);
    this.shown = new Set();
    this.unread = 0;
    this.onUnread = () => {};
    this.request = () => Promise.reject(new Error(""));
    const { lang } = document.documentElement;
    this.clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: box.dataset.timezone });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.post();
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.post();
    });
  }

  get isOpen() {
    return !this.box.hidden;
  }

  toggle(isOpen = !this.isOpen) {
    this.box.hidden = !isOpen;
    if (isOpen) {
      this.list.scrollTop = this.list.scrollHeight;
      this.input.focus();
      this.markRead();
    }
  }

  add(message) {
    if (this.shown.has(message.seq)) return;
    this.shown.add(message.seq);
    const isGap = message.seq > this.last + 1;
    const isLate = message.seq <= this.last;
    this.last = Math.max(this.last, message.seq);
    if (message.kind === "hidden") return isGap && this.fetchMissed(message.seq);
    if (isLate) return;
    this.draw(message);
    if (isGap) this.fetchMissed(message.seq);
    if (message.author !== this.me && message.kind !== "notice" && !this.isOpen) this.unread += 1;
    if (this.isOpen) this.markRead();
    this.onUnread(this.unread);
  }

  draw(message) {
    const line = document.createElement("li");
    const isSaid = message.kind === "text" || message.kind === "file"; // and not a card or a notice
    line.className = !isSaid ? "is-notice" : message.author === this.me ? "is-mine" : "";
    const head = document.createElement("span");
    head.className = "chat-head";
    const name = document.createElement("bdi");
    name.textContent = message.author_name;
    const time = document.createElement("time");
    time.textContent = this.clock.format(new Date(message.at));
    if (isSaid) head.append(name, " · ");
    head.append(time);
    const body = document.createElement("p");
    body.dir = "auto";
    body.textContent = message.body;
    line.append(head, body);
    line.dataset.seq = message.seq;
    const later = [...this.list.children].find((other) => Number(other.dataset.seq) > message.seq);
    this.list.insertBefore(line, later ?? null);
    this.list.scrollTop = this.list.scrollHeight;
  }

  /** After the socket was away, or where numbers are missing. */
  async fetchMissed(before = Infinity) {
    const known = [...this.list.children].map((line) => Number(line.dataset.seq)).filter((seq) => seq < before);
    const after = known.length ? Math.max(...known) : Number(this.list.dataset.last);
    try {
      const response = await fetch(`${this.address}?after=${after}`);
      const { messages } = response.ok ? await response.json() : { messages: [] };
      for (const message of messages) {
        if (!this.list.querySelector(`[data-seq="${message.seq}"]`)) {
          this.last = Math.max(this.last, message.seq);
          this.shown.add(message.seq);
          this.draw(message);
        }
      }
    } catch {
      // The next reconnect fetches again.
    }
  }

  /** By the socket, or by HTTP while there is none; what could not be sent stays in the field. */
  async post() {
    const body = this.input.value.trim();
    if (!body) return;
    const client_id = crypto.randomUUID();
    this.error.hidden = true;
    try {
      await this.request({ type: "message", body, client_id });
    } catch (error) {
      if (error.message || !(await this.postByForm(body, client_id))) {
        this.error.textContent = error.message || this.words("not_sent");
        this.error.hidden = false;
        return;
      }
    }
    if (this.input.value.trim() === body) this.input.value = "";
  }

  async postByForm(body, client_id) {
    try {
      const data = new FormData(this.form);
      data.set("body", body);
      data.set("client_id", client_id);
      const response = await fetch(`${this.address}?after=${this.last}`, { method: "POST", body: data });
      if (!response.ok) return false;
      for (const message of (await response.json()).messages) this.add(message);
      return true;
    } catch {
      return false;
    }
  }

  markRead() {
    this.unread = 0;
    this.onUnread(0);
    this.request({ type: "read", seq: this.last }).catch(() => {});
  }
}
