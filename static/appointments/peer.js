// One peer connection with one page of the other side.
//
// Measured: when both sides offer at once at the start, only every second call connects. So the host alone
// makes the first offer and the customer adds its tracks while answering. Later offers (ICE restarts) may
// collide: perfect negotiation, the customer being the polite one. All work on the connection goes through
// one queue, strictly one step at a time.

const RESTART_WAITS = [0, 1000, 2000, 4000, 8000, 15_000];
const RESTART_LASTS = 12_000;
const RESTARTS_BEFORE_REBUILD = 4;

export class Peer {
  /**
   * tracks: {audio, video} to send, either may be null. send(signal) carries to the other page.
   * fetchConfiguration() resolves with fresh TURN credentials. on: {state(connectionState), track(track),
   * hopeless()}; hopeless asks for a new peer connection on both sides.
   */
  constructor({ isHost, configuration, tracks, send, fetchConfiguration, on }) {
    Object.assign(this, { isHost, tracks, send, fetchConfiguration, on });
    this.queue = Promise.resolve();
    this.restarts = 0;
    this.closed = false;
    this.hasAnswered = false;
    this.isIgnoring = false;
    const connection = new RTCPeerConnection(configuration);
    this.connection = connection;
    connection.onicecandidate = ({ candidate }) => candidate && this.send({ candidate });
    connection.ontrack = ({ track }) => this.on.track(track);
    connection.onnegotiationneeded = () => this.run(() => this.offer());
    connection.onconnectionstatechange = () => this.changed();
    if (isHost) {
      // Both kinds from the beginning: a camera or a screen that comes later needs no new offer.
      for (const kind of ["audio", "video"]) {
        connection.addTransceiver(tracks[kind] ?? kind, { direction: "sendrecv" });
      }
    }
  }

  run(step) {
    this.queue = this.queue.then(async () => {
      if (!this.closed) await step();
    }).catch((error) => this.closed || console.warn("call:", error));
    return this.queue;
  }

  async offer() {
    const { connection } = this;
    // When it is not stable, the event comes again once it is.
    if (connection.signalingState !== "stable" || (!this.isHost && !this.hasAnswered)) return;
    await connection.setLocalDescription();
    this.send({ description: connection.localDescription });
  }

  /** What the other page signalled. */
  take({ description, candidate }) {
    return this.run(() => (description ? this.describe(description) : this.addCandidate(candidate)));
  }

  async describe(description) {
    const { connection } = this;
    const isOffer = description.type === "offer";
    if (!isOffer && connection.signalingState !== "have-local-offer") return; // answered before
    this.isIgnoring = isOffer && this.isHost && connection.signalingState !== "stable";
    if (this.isIgnoring) return;
    await connection.setRemoteDescription(description);
    if (!isOffer) return;
    if (!this.hasAnswered && !this.isHost) await this.addTracks();
    await connection.setLocalDescription();
    this.hasAnswered = true;
    this.send({ description: connection.localDescription });
  }

  async addCandidate(candidate) {
    try {
      if (candidate) await this.connection.addIceCandidate(candidate);
    } catch (error) {
      if (!this.isIgnoring) throw error;
    }
  }

  async addTracks() {
    for (const transceiver of this.connection.getTransceivers()) {
      transceiver.direction = "sendrecv";
      await transceiver.sender.replaceTrack(this.tracks[transceiver.receiver.track.kind] ?? null);
    }
  }

  /** Sends another track of that kind from now on, or none. */
  setTrack(kind, track) {
    this.tracks = { ...this.tracks, [kind]: track };
    return this.run(async () => {
      const sameKind = ({ receiver }) => receiver.track.kind === kind;
      await this.connection.getTransceivers().find(sameKind)?.sender.replaceTrack(track);
    });
  }

  /** The other page may have missed an offer while a socket was away. */
  resend() {
    return this.run(() => {
      const { signalingState, localDescription } = this.connection;
      if (signalingState === "have-local-offer") this.send({ description: localDescription });
    });
  }

  get state() {
    return this.connection.connectionState;
  }

  changed() {
    if (this.closed) return;
    if (this.state === "connected") {
      this.restarts = 0;
      clearTimeout(this.timer);
    }
    if (this.state === "failed") this.planRestart();
    this.on.state(this.state);
  }

  /** Waits grow and are capped: a relay that refuses would otherwise be asked a hundred times in seconds. */
  planRestart() {
    clearTimeout(this.timer);
    if (this.restarts >= RESTARTS_BEFORE_REBUILD) {
      this.on.hopeless();
      return;
    }
    const wait = RESTART_WAITS[Math.min(this.restarts, RESTART_WAITS.length - 1)];
    this.restarts += 1;
    this.timer = setTimeout(() => this.restart(), wait);
  }

  async restart() {
    clearTimeout(this.timer);
    // No event tells of a restart that leads nowhere.
    this.timer = setTimeout(() => this.state === "connected" || this.planRestart(), RESTART_LASTS);
    const configuration = await this.fetchConfiguration();
    await this.run(() => {
      // A running relay outlives its credential, a new allocation does not: first the fresh one.
      if (configuration) this.connection.setConfiguration(configuration);
      this.connection.restartIce();
    });
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.connection.close();
  }
}
