// Back to where the reader was as soon as there is a network again.
addEventListener("online", () => location.reload());
