// The call's socket. It comes back by itself, keeps what could not be sent, and tells why it was refused.

const WAITS = [500, 1000, 2000, 4000, 8000];
const PING_EVERY = 15_000;
const ANSWER_WITHIN = 8_000;
// Signed out, not theirs, another tab, outside the window: coming back would not help.
const FINAL = new Set([4401, 4404, 4409, 4410]);

export class Signalling {
  /** on: {open(), event(object), lost(), refused(code)} */
  constructor(address, on) {
    this.address = address;
    this.on = on;
    this.kept = [];
    this.asked = new Map();
    this.tries = 0;
    this.closed = false;
    this.connect = this.connect.bind(this);
    window.addEventListener("online", this.connect);
    this.connect();
  }

  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.timer);
    if (this.closed || this.isOpen || this.socket?.readyState === WebSocket.CONNECTING) return;
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.onopen = () => this.opened(socket);
    socket.onmessage = ({ data }) => this.heard(socket, JSON.parse(data));
    socket.onclose = ({ code }) => this.dropped(socket, code);
  }

  opened(socket) {
    if (socket !== this.socket) return;
    this.pinger = setInterval(() => this.ping(socket), PING_EVERY);
    this.on.open();
    for (const command of this.kept.splice(0)) this.send(command);
  }

  heard(socket, event) {
    if (socket !== this.socket) return;
    this.tries = 0;
    if (event.type !== "ack" && event.type !== "error") {
      this.on.event(event);
      return;
    }
    const asked = this.asked.get(event.client_id);
    this.asked.delete(event.client_id);
    if (event.type === "ack") asked?.resolve(event);
    else asked?.reject(new Error(event.sentence));
  }

  dropped(socket, code) {
    if (socket !== this.socket || this.closed) return;
    clearInterval(this.pinger);
    this.socket = null;
    if (FINAL.has(code)) {
      this.close();
      this.on.refused(code);
      return;
    }
    this.on.lost();
    this.timer = setTimeout(this.connect, WAITS[Math.min(this.tries, WAITS.length - 1)]);
    this.tries += 1;
  }

  /** A socket that is dead without knowing it answers no ping. */
  async ping(socket) {
    try {
      await this.request({ type: "ping" });
    } catch {
      if (socket === this.socket) {
        socket.onclose = null;
        socket.close();
        this.dropped(socket, 0);
      }
    }
  }

  /** Sends now, or once the socket is back. */
  send(command) {
    if (this.isOpen) this.socket.send(JSON.stringify(command));
    else if (this.kept.length < 200) this.kept.push(command);
  }

  /** Sends now or never: resolves with the ack, rejects with the site's sentence or for want of an answer. */
  request(command) {
    const client_id = command.client_id ?? crypto.randomUUID();
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        reject(new Error(""));
        return;
      }
      this.asked.set(client_id, { resolve, reject });
      setTimeout(() => {
        this.asked.delete(client_id);
        reject(new Error(""));
      }, ANSWER_WITHIN);
      this.socket.send(JSON.stringify({ ...command, client_id }));
    });
  }

  /** What was kept belongs to a peer connection that is gone. */
  forget() {
    this.kept = [];
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    clearInterval(this.pinger);
    window.removeEventListener("online", this.connect);
    this.socket?.close();
  }
}
