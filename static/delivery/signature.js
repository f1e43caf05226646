// A place to sign with a finger. The name of the receiver is enough too, so nobody needs it.
import { encoded } from "./shrink.js";

/** {take(): a picture or null, clear()} */
export function signaturePad(box) {
  const canvas = box.querySelector("canvas");
  let isSigned = false;
  let last = null;
  box.hidden = false;

  // As many dots as the screen shows; sized at the first touch, for in a closed part it has no size yet.
  function begin() {
    if (isSigned) return;
    const { width, height } = canvas.getBoundingClientRect();
    const ratio = Math.min(2, devicePixelRatio || 1);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    Object.assign(context, { strokeStyle: "#1b1b3a", lineWidth: 2.4, lineCap: "round", lineJoin: "round" });
    isSigned = true;
  }

  const at = (event) => {
    const { left, top } = canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };

  canvas.addEventListener("pointerdown", (event) => {
    begin();
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
    line(last);
  });
  canvas.addEventListener("pointermove", (event) => last && line(at(event)));
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (last = null));

  function line(to) {
    const context = canvas.getContext("2d");
    context.beginPath();
    context.moveTo(...last);
    context.lineTo(to[0] + 0.01, to[1]);
    context.stroke();
    last = to;
  }

  function clear() {
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    isSigned = false;
  }
  box.querySelector("[data-clear]").addEventListener("click", clear);

  return { take: async () => (isSigned ? encoded(canvas) : null), clear };
}
