// The STUN and TURN servers: fetching fresh credentials, and trying the relay before the call.

const ANSWERS_WITHIN = 6000;

/** What RTCPeerConnection takes, with credentials that were just made; null when the site does not answer. */
export async function fetchConfiguration(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** "ready", "none" (the site has no relay) or "silent" (it does not answer from here). */
export async function tryRelay(configuration) {
  const addresses = (configuration?.iceServers ?? []).flatMap(({ urls }) => urls);
  if (!addresses.some((url) => /^turns?:/.test(url))) return "none";
  const connection = new RTCPeerConnection({ ...configuration, iceTransportPolicy: "relay" });
  try {
    return await new Promise((resolve) => {
      setTimeout(() => resolve("silent"), ANSWERS_WITHIN);
      connection.onicecandidate = ({ candidate }) => candidate?.type === "relay" && resolve("ready");
      connection.createDataChannel("");
      connection.setLocalDescription();
    });
  } finally {
    connection.close();
  }
}
