// Camera, microphone and screen of this side.

const REASONS = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

async function ask(constraints) {
  try {
    return { tracks: (await navigator.mediaDevices.getUserMedia(constraints)).getTracks(), reason: "" };
  } catch (error) {
    return { tracks: [], reason: REASONS[error.name] ?? "busy" };
  }
}

export class Media {
  constructor() {
    this.audio = null;
    this.camera = null;
    this.screen = null;
    this.chosen = {};
    this.trouble = { audio: "", camera: "" }; // "", "refused", "missing", "busy" or "insecure"
    this.isMuted = false;
    this.isCameraOff = false;
    this.onLost = () => {};
  }

  /** Opens what there is; `trouble` says why something is missing. chosen: {audio, camera}, device ids. */
  async open(chosen = this.chosen) {
    this.stop();
    this.chosen = chosen;
    if (!navigator.mediaDevices?.getUserMedia) {
      this.trouble = { audio: "insecure", camera: "insecure" };
      return;
    }
    const audio = chosen.audio ? { deviceId: { exact: chosen.audio } } : true;
    const video = {
      width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: "user",
      ...(chosen.camera && { deviceId: { exact: chosen.camera } }),
    };
    const both = await ask({ audio, video });
    this.trouble = { audio: both.reason, camera: both.reason };
    let { tracks } = both;
    if (both.reason) {
      const sound = await ask({ audio });
      // Whoever refused both is not asked a third time.
      const picture = both.reason === "refused" && sound.reason ? both : await ask({ video });
      tracks = [...sound.tracks, ...picture.tracks];
      this.trouble = { audio: sound.reason, camera: picture.reason };
    }
    this.take(tracks);
  }

  take(tracks) {
    this.audio = tracks.find(({ kind }) => kind === "audio") ?? this.audio;
    this.camera = tracks.find(({ kind }) => kind === "video") ?? this.camera;
    if (this.audio) this.audio.enabled = !this.isMuted;
    if (this.camera) this.camera.enabled = !this.isCameraOff;
    for (const track of tracks) track.onended = () => this.onLost(track.kind);
  }

  /** After a phone's lock screen or an incoming call a track may be dead: opens it again. */
  async revive() {
    const isDead = (track) => track?.readyState === "ended";
    if (!isDead(this.audio) && !isDead(this.camera)) return false;
    await this.open();
    return true;
  }

  /** The picture to send: the screen while it is shared. */
  get video() {
    return this.screen ?? this.camera;
  }

  mute(isMuted) {
    this.isMuted = isMuted;
    if (this.audio) this.audio.enabled = !isMuted;
  }

  turnCameraOff(isOff) {
    this.isCameraOff = isOff;
    if (this.camera) this.camera.enabled = !isOff;
  }

  get canShare() {
    return Boolean(navigator.mediaDevices?.getDisplayMedia);
  }

  /** True when the person chose something to show. `ended` is called when the browser's own bar stops it. */
  async share(ended) {
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: true });
      [this.screen] = stream.getVideoTracks();
      this.screen.onended = ended;
      return true;
    } catch {
      return false; // the chooser was closed
    }
  }

  stopSharing() {
    this.screen?.stop();
    this.screen = null;
  }

  stop() {
    for (const track of [this.audio, this.camera]) {
      if (track) track.onended = null;
      track?.stop();
    }
    this.stopSharing();
    this.audio = this.camera = null;
  }
}

/** {audio: [{id, name}], camera: [...]}; names are known once one of them was opened. */
export async function devices() {
  const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  const of = (kind) => all
    .filter((device) => device.kind === kind && device.deviceId)
    .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
  return { audio: of("audioinput"), camera: of("videoinput") };
}

/** Calls show(0 to 1) ten times a second with the loudness of `track`; returns what stops it. */
export function watchLevel(track, show) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    // Until the page is touched some browsers keep it silent.
    if (context.state === "suspended") context.resume();
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    show(Math.min(1, Math.sqrt(power) * 4));
  }, 100);
  return () => {
    clearInterval(timer);
    context.close();
  };
}
