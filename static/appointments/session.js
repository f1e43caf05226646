// One stay in the call: the socket, the other page's ids, and the peer connection to it.
//
// Every page (and every rebuild) has a random id. A "hello" with a new id means a new peer connection here; a
// signal with a retired id is late post of a page that is gone. A socket that comes back says hello with the
// id it had, so the running peer connection stays.
import { Peer } from "./peer.js";
import { fetchConfiguration } from "./relay.js";
import { Signalling } from "./signalling.js";

const TOO_LONG = 20_000;
const ANSWERS_WITHIN = 5000;

export class Session {
  /**
   * options: {socket, iceServers (addresses), isHost, configuration, media}
   * on: {state(name), slow(isSlow), track(track), other({microphone, camera, screen}), message(event),
   * socket(isOpen), window(closesAt), over(), refused(code)}
   */
  constructor(options, on) {
    Object.assign(this, options);
    this.on = on;
    this.page = crypto.randomUUID();
    this.theirs = "";
    this.retired = new Set();
    this.hasLeft = false;
    this.isAway = false;
    this.wasConnected = false;
    this.signalling = new Signalling(this.socket, {
      open: () => this.opened(),
      event: (event) => this.heard(event),
      lost: () => this.on.socket(false),
      refused: (code) => this.on.refused(code),
    });
    this.update();
  }

  opened() {
    this.signalling.send({ type: "hello", page: this.page });
    this.tellState();
    this.peer?.resend();
    // The site may have counted us as gone while the socket was away.
    if (this.peer?.state === "connected") this.report("connected");
    this.on.socket(true);
  }

  heard(event) {
    const isTheirs = event.page && event.page === this.theirs;
    const isForUs = !event.to || event.to === this.page;
    if (event.type === "message") this.on.message(event.message);
    else if (event.type === "window") this.on.window(new Date(event.closes_at));
    else if (event.type === "over") this.on.over();
    else if (event.type === "bye" && isTheirs) this.lose();
    else if (event.type === "away" && isTheirs) this.isAway = true;
    else if (event.type === "state" && isTheirs) this.on.other(event);
    else if (isForUs && !this.retired.has(event.page)) this.meet(event);
    this.update();
  }

  /** hello, welcome or signal of a page that is there. */
  meet(event) {
    if (!["hello", "welcome", "signal"].includes(event.type)) return;
    this.isAway = false;
    const isNew = event.page !== this.theirs;
    if (isNew) {
      this.lose();
      this.hasLeft = false;
      this.theirs = event.page;
      this.build();
    }
    if (event.type === "hello") {
      this.signalling.send({ type: "welcome", page: this.page, to: this.theirs });
      this.tellState();
      if (!isNew) this.peer.resend();
    } else if (event.type === "welcome" && isNew) {
      this.tellState();
    } else if (event.type === "signal") {
      this.peer.take(event);
    }
  }

  build() {
    const to = this.theirs;
    this.peer = new Peer({
      isHost: this.isHost,
      configuration: this.configuration ?? {},
      tracks: { audio: this.media.audio, video: this.media.video },
      send: (signal) => this.signalling.send({ type: "signal", page: this.page, to, ...signal }),
      fetchConfiguration: () => this.refresh(),
      on: {
        state: () => this.peerChanged(),
        track: (track) => this.on.track(track),
        hopeless: () => this.rebuild(),
      },
    });
  }

  async refresh() {
    const fresh = await fetchConfiguration(this.iceServers);
    if (fresh) this.configuration = fresh;
    return fresh;
  }

  /** The last resort: a new id here makes a new peer connection on both sides. */
  async rebuild() {
    await this.refresh();
    if (this.isOver) return;
    this.page = crypto.randomUUID();
    this.signalling.forget();
    const { theirs } = this;
    this.peer?.close();
    this.peer = null;
    this.theirs = "";
    this.signalling.send({ type: "hello", page: this.page });
    // Their id stays good. If they are gone, nobody answers, and then we wait.
    this.retired.delete(theirs);
    this.isRebuilding = true;
    setTimeout(() => {
      this.isRebuilding = false;
      this.update();
    }, ANSWERS_WITHIN);
    this.update();
  }

  /** The other page is gone. */
  lose() {
    if (this.theirs) this.retired.add(this.theirs);
    this.peer?.close();
    this.peer = null;
    this.theirs = "";
    this.hasLeft = true;
    this.wasConnected = false;
  }

  peerChanged() {
    if (this.peer?.state === "connected") {
      this.wasConnected = true;
      this.isAway = false;
      this.report("connected");
    }
    this.update();
  }

  report(kind, detail = "") {
    this.signalling.send({ type: "report", kind, detail });
  }

  tellState() {
    const { media } = this;
    this.signalling.send({
      type: "state", page: this.page, microphone: Boolean(media.audio) && !media.isMuted,
      camera: Boolean(media.camera) && !media.isCameraOff, screen: Boolean(media.screen),
    });
  }

  /** After another camera, microphone or screen was taken. */
  sendTracks() {
    this.peer?.setTrack("audio", this.media.audio);
    this.peer?.setTrack("video", this.media.video);
    this.tellState();
  }

  get state() {
    if (!this.theirs && this.isRebuilding) return "connecting";
    if (!this.theirs) return this.hasLeft ? "left" : "waiting";
    if (this.peer?.state === "connected") return "connected";
    if (this.isAway) return "away";
    return this.wasConnected ? "reconnecting" : "connecting";
  }

  update() {
    if (this.isOver) return;
    const { state } = this;
    if (state === this.shown) return;
    this.shown = state;
    this.on.state(state);
    this.watch(state);
  }

  /** A wrong relay or no network shows no failure event: only a clock notices. */
  watch(state) {
    const isTrying = ["connecting", "reconnecting", "away"].includes(state);
    if (isTrying && this.clock) return;
    clearTimeout(this.clock);
    this.clock = null;
    this.on.slow(false);
    if (!isTrying) return;
    this.clock = setTimeout(() => {
      this.report("failed", `${this.state} ${this.peer?.state ?? ""}`);
      this.on.slow(true);
    }, TOO_LONG);
  }

  /** Says bye; without waiting, as a page that goes away cannot. */
  leave() {
    this.isOver = true;
    clearTimeout(this.clock);
    if (this.signalling.isOpen) this.signalling.send({ type: "bye", page: this.page });
    this.signalling.close();
    this.peer?.close();
  }
}
