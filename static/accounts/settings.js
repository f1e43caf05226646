// Shows a chosen photo before it is saved.
for (const input of document.querySelectorAll("input[type=file][data-photo-preview]")) {
  const picture = document.getElementById(input.dataset.photoPreview);
  input.addEventListener("change", () => {
    const [file] = input.files;
    if (!file?.type.startsWith("image/")) return;
    if (picture.src.startsWith("blob:")) URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(file);
  });
}
