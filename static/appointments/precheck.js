// Before the call: do camera, microphone and relay work? Says in words what is wrong and what to do.
import { devices, watchLevel } from "./media.js";
import { fetchConfiguration, tryRelay } from "./relay.js";

export class Precheck {
  /** part: the page's section; media: a Media; words(key): translated text. */
  constructor(part, { media, words, iceServers }) {
    Object.assign(this, { part, media, words, iceServers });
    this.preview = part.querySelector("video");
    this.meter = part.querySelector("meter");
    this.join = part.querySelector("[data-join]");
    this.selects = { audio: part.querySelector("#microphone"), camera: part.querySelector("#camera") };
    this.configuration = null;
    this.relay = "";
    part.querySelector("[data-again]").addEventListener("click", () => this.run());
    for (const select of Object.values(this.selects)) {
      select.addEventListener("change", () => this.openDevices());
    }
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.listDevices());
  }

  async run() {
    this.show("relay", "busy", "checking");
    await Promise.all([this.openDevices(), this.checkRelay()]);
  }

  async openDevices() {
    this.stopMeter();
    this.join.disabled = true;
    for (const name of ["camera", "microphone"]) this.show(name, "busy", "checking");
    await this.media.open({ audio: this.selects.audio.value, camera: this.selects.camera.value });
    const { audio, camera, trouble } = this.media;
    this.preview.srcObject = camera ? new MediaStream([camera]) : null;
    this.part.classList.toggle("has-camera", Boolean(camera));
    this.show("camera", camera ? "ok" : "bad", camera ? "works" : `camera_${trouble.camera}`);
    this.show("microphone", audio ? "ok" : "bad", audio ? "works" : `microphone_${trouble.audio}`);
    this.meter.hidden = !audio;
    if (audio) this.stopLevel = watchLevel(audio, (level) => { this.meter.value = level; });
    this.showHelp(trouble);
    await this.listDevices();
    // Nobody joins unheard: that is the call in which both say "hello?".
    this.join.disabled = !audio;
  }

  showHelp({ audio, camera }) {
    const worst = audio || camera;
    const help = this.part.querySelector("[data-help]");
    help.hidden = !worst;
    help.querySelector("p").textContent = worst ? this.words(audio ? `help_${audio}` : `help_camera_${camera}`) : "";
  }

  async listDevices() {
    const found = await devices();
    for (const [kind, select] of Object.entries(this.selects)) {
      const current = this.media[kind]?.getSettings?.().deviceId ?? "";
      const options = found[kind].map(({ id, name }) => new Option(name || this.words("device"), id, false, id === current));
      select.replaceChildren(...options);
      select.closest("[data-device]").hidden = options.length < 2;
    }
  }

  async checkRelay() {
    this.configuration = await fetchConfiguration(this.iceServers);
    this.relay = this.configuration ? await tryRelay(this.configuration) : "silent";
    this.show("relay", this.relay === "ready" ? "ok" : "warn", `relay_${this.relay}`);
  }

  /** mark: "busy", "ok", "warn" or "bad"; the words say the same. */
  show(name, mark, key) {
    const line = this.part.querySelector(`[data-check="${name}"]`);
    line.dataset.mark = mark;
    line.querySelector("[data-result]").textContent = this.words(key);
  }

  stopMeter() {
    this.stopLevel?.();
    this.stopLevel = null;
  }

  stop() {
    this.stopMeter();
    this.preview.srcObject = null;
  }
}
