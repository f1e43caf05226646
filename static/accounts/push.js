// "Notifications on this device": on, off, or why not. The browser asks for leave only when "Turn on" is pressed.
const section = document.getElementById("push");
const known = new Set(section.dataset.marks.split(" "));
const buttons = section.querySelectorAll("button[data-push]");

// `state`: on, off, unsupported, denied, failed. After a failure the same button can be pressed again.
function show(state, action = { on: "off", off: "on" }[state]) {
  for (const sentence of section.querySelectorAll("[data-push-state]")) {
    sentence.hidden = sentence.dataset.pushState !== state;
  }
  for (const button of buttons) button.hidden = button.dataset.push !== action;
}

async function registration() {
  await navigator.serviceWorker.register("/sw.js");
  return navigator.serviceWorker.ready;
}

// The browser may hold a subscription of somebody who used it before: it counts once it is this reader's.
async function isOn() {
  const subscription = await (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription();
  if (!subscription) return false;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
  return known.has(Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join(""));
}

async function tell(address, subscription) {
  const response = await fetch(address, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": section.querySelector("[name=csrfmiddlewaretoken]").value,
    },
    body: JSON.stringify(subscription),
  });
  if (!response.ok || response.redirected) throw new Error(`refused: ${response.status}`);
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") {
    return Notification.permission === "denied" ? "denied" : "off";
  }
  const { pushManager } = await registration();
  const old = await pushManager.getSubscription();
  if (old) await old.unsubscribe(); // it may be bound to a key that the store no longer has
  const subscription = await pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: section.dataset.key,
  });
  await tell(section.dataset.on, subscription);
  return "on";
}

async function turnOff() {
  const subscription = await (await registration()).pushManager.getSubscription();
  if (subscription) {
    await tell(section.dataset.off, subscription);
    await subscription.unsubscribe();
  }
  return "off";
}

let isPressed = false; // then what was asked at the start is no news any more
for (const button of buttons) {
  button.addEventListener("click", async () => {
    isPressed = true;
    button.disabled = true;
    const hadFocus = document.activeElement === button || document.activeElement === document.body;
    try {
      show(await (button.dataset.push === "on" ? turnOn() : turnOff()));
    } catch {
      show("failed", button.dataset.push);
    }
    button.disabled = false;
    if (hadFocus) section.querySelector("button:not([hidden])")?.focus();
  });
}

if (!("PushManager" in window && "Notification" in window && "serviceWorker" in navigator)) show("unsupported");
else if (Notification.permission === "denied") show("denied");
else {
  isOn().then(
    (on) => isPressed || show(on ? "on" : "off"),
    () => isPressed || show("off"),
  );
}
