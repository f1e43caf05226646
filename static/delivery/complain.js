/** What is wrong in a form, at its field; "" is nothing any more. */
export function complain(form, name, sentence) {
  const error = form.querySelector(`[data-error="${name}"]`);
  if (!error) return;
  error.textContent = sentence;
  error.hidden = !sentence;
  if (sentence) error.scrollIntoView({ block: "center" });
}
