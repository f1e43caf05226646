// The call page: pre-check, call, after. It only shows; media.js, session.js and peer.js do the work.
import { Chat } from "./chat.js";
import { Media } from "./media.js";
import { Precheck } from "./precheck.js";
import { fetchConfiguration } from "./relay.js";
import { Session } from "./session.js";

const OTHER_TAB = 4409;
const SIGNED_OUT = 4401;
const LAST_MINUTES = 5;

const root = document.querySelector("#call");
const find = (selector) => root.querySelector(selector);
const vocabulary = find("[data-words]").content;
const words = (key) => vocabulary.querySelector(`[data-word="${key}"]`)?.textContent ?? "";
const media = new Media();
const remote = find("#remote");
const local = find("#local");
const chat = new Chat(find("#call-chat"), { me: Number(root.dataset.me), address: root.dataset.messages, words });
const precheck = new Precheck(find('[data-part="check"]'), { media, words, iceServers: root.dataset.iceServers });
let session = null;

function showPart(name) {
  root.dataset.phase = name;
  for (const part of root.querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== name;
  find(`[data-part="${name}"]`).focus();
}

// --- joining and leaving --------------------------------------------------------------------------

async function join() {
  precheck.stop();
  showPart("call");
  const configuration = precheck.configuration ?? await fetchConfiguration(root.dataset.iceServers);
  remote.srcObject = new MediaStream();
  session = new Session({
    socket: `${location.protocol.replace("http", "ws")}//${location.host}${root.dataset.socket}`,
    iceServers: root.dataset.iceServers, isHost: root.dataset.host === "yes", configuration, media,
  }, {
    state: showState, slow: showSlow, track: takeTrack, other: showOther,
    message: (message) => chat.add(message),
    socket: showSocket,
    window: showWindow, over: () => end("over"),
    refused: (code) => end(code === OTHER_TAB ? "other_tab" : code === SIGNED_OUT ? "signed_out" : "over"),
  });
  chat.request = (command) => session.signalling.request(command);
  showOwn();
}

function end(reason) {
  session?.leave();
  session = null;
  media.stop();
  clearTimeout(windowTimer);
  remote.srcObject = local.srcObject = null;
  find("[data-end-title]").textContent = words(`end_${reason}`);
  find("[data-end-text]").textContent = words(`end_${reason}_text`);
  find("[data-rejoin]").hidden = reason === "over" || reason === "signed_out";
  showPart("end");
}

find("[data-join]").addEventListener("click", join);
find("[data-leave]").addEventListener("click", () => end("left"));
find("[data-rejoin]").addEventListener("click", () => {
  showPart("check");
  precheck.run();
});
window.addEventListener("pagehide", () => session?.leave());
window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

// --- the other side -------------------------------------------------------------------------------

function showState(state) {
  root.dataset.state = state;
  find("[data-status]").textContent = words(state);
  find("[data-status-big]").textContent = state === "connected" ? "" : words(state);
  if (state === "left" || state === "waiting") {
    remote.srcObject = new MediaStream();
    showOther({ microphone: true, camera: false, screen: false });
  }
  if (state === "connected") playRemote();
}

/** While the site cannot be reached the call itself goes on. */
function showSocket(isOpen) {
  find("[data-offline]").hidden = isOpen;
  if (isOpen) chat.fetchMissed();
}

function showSlow(isSlow) {
  const box = find("[data-trouble]");
  box.hidden = !isSlow;
  if (!isSlow) return;
  const reason = !navigator.onLine ? "trouble_offline" : `trouble_${precheck.relay || "silent"}`;
  box.querySelector("p").textContent = words(reason);
}

function takeTrack(track) {
  const stream = remote.srcObject;
  for (const old of stream.getTracks()) if (old.kind === track.kind) stream.removeTrack(old);
  stream.addTrack(track);
  playRemote();
}

async function playRemote() {
  try {
    await remote.play();
    find("[data-resume]").hidden = true;
  } catch (error) {
    // iOS after a locked screen, or a browser that wants a touch first.
    if (error.name === "NotAllowedError") find("[data-resume]").hidden = false;
  }
}

function showOther({ microphone, camera, screen }) {
  root.classList.toggle("other-shows", Boolean(camera || screen));
  root.classList.toggle("other-shares", Boolean(screen));
  find("[data-other-muted]").hidden = Boolean(microphone);
}

let windowTimer;
function showWindow(closesAt) {
  clearTimeout(windowTimer);
  const left = closesAt - Date.now() - LAST_MINUTES * 60_000;
  const soon = find("[data-soon]");
  soon.hidden = left > 0;
  if (left > 0) windowTimer = setTimeout(() => { soon.hidden = false; }, Math.min(left, 2 ** 31 - 1));
}

find("[data-resume]").addEventListener("click", playRemote);
find("[data-retry]").addEventListener("click", () => session?.rebuild());

// --- this side ------------------------------------------------------------------------------------

function showOwn() {
  const picture = media.video;
  local.srcObject = picture && (media.screen || !media.isCameraOff) ? new MediaStream([picture]) : null;
  local.classList.toggle("is-mirrored", !media.screen);
  press("[data-mute]", media.isMuted);
  press("[data-camera]", media.isCameraOff || !media.camera);
  press("[data-share]", Boolean(media.screen));
  find("[data-camera]").disabled = !media.camera;
  find("[data-share]").hidden = !media.canShare;
}

/** A button whose words say what it does next; pressed means the one with the second words. */
function press(selector, isPressed) {
  const button = find(selector);
  button.classList.toggle("is-on", isPressed);
  button.querySelector("[data-label]").textContent = isPressed ? button.dataset.on : button.dataset.off;
}

find("[data-mute]").addEventListener("click", () => {
  media.mute(!media.isMuted);
  session?.tellState();
  showOwn();
});
find("[data-camera]").addEventListener("click", () => {
  media.turnCameraOff(!media.isCameraOff);
  session?.tellState();
  showOwn();
});
find("[data-share]").addEventListener("click", async () => {
  if (media.screen) media.stopSharing();
  else if (!(await media.share(stopSharing))) return;
  session?.sendTracks();
  showOwn();
});

function stopSharing() {
  media.stopSharing();
  session?.sendTracks();
  showOwn();
}

// --- coming back ------------------------------------------------------------------------------------

async function comeBack() {
  if (document.hidden || !session) return;
  if (await media.revive()) {
    session?.sendTracks();
    showOwn();
  }
  playRemote();
}

document.addEventListener("visibilitychange", comeBack);
media.onLost = () => comeBack();

// --- text -------------------------------------------------------------------------------------------

const chatButton = find("[data-chat]");
function openChat(isOpen) {
  chat.toggle(isOpen);
  root.classList.toggle("has-chat", chat.isOpen);
  chatButton.setAttribute("aria-expanded", String(chat.isOpen));
}
chatButton.addEventListener("click", () => openChat());
find("[data-chat-close]").addEventListener("click", () => {
  openChat(false);
  chatButton.focus();
});
chat.onUnread = (count) => {
  const badge = find("[data-chat-unread]");
  badge.hidden = !count;
  badge.textContent = count;
};

precheck.run();
