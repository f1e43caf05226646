// A photo made small on the phone, before it is stored or sent: what is drawn anew has no place (GPS) and no
// camera in it any more.
const LONGEST = 1600;

/** {type, data, width, height} of a JPEG; rejects what the phone cannot open. */
export async function shrink(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // a JPEG has no transparency
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return encoded(canvas);
}

/** The same of what was drawn. Bytes, not a Blob: some phones' databases lose those. */
export async function encoded(canvas) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.82));
  if (!blob) throw new Error("nothing was drawn");
  return { type: blob.type, data: await blob.arrayBuffer(), width: canvas.width, height: canvas.height };
}
