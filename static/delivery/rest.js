// Every step has its big button in the same place. Where one was pressed, the next takes no press at once: the
// finger may be on its way down a second time.
const REST_MS = 1_500;
let timer = 0;

/** Nothing of the task can be pressed until `rest` or `wake` has its way. */
export function hold(task) {
  clearTimeout(timer);
  mark(task, true);
}

/** It wakes by itself; a press meanwhile begins the rest anew. */
export function rest(task) {
  hold(task);
  timer = setTimeout(() => wake(task), REST_MS);
}

export function wake(task) {
  clearTimeout(timer);
  mark(task, false);
}

/** Lets no press through meanwhile, by finger or key. */
export function watchPresses(task) {
  task.addEventListener(
    "click",
    (event) => {
      if (!event.target.closest(".is-resting")) return;
      event.preventDefault();
      event.stopPropagation();
      if (!task.querySelector("form[data-busy]")) rest(task);
    },
    { capture: true },
  );
}

// Neither `inert`, for the press would go through to what lies beneath, nor `disabled`, which hears of no press.
function mark(task, isResting) {
  for (const part of task.querySelectorAll("button[type=submit], a.task-step")) {
    part.classList.toggle("is-resting", isResting);
    if (isResting) part.setAttribute("aria-disabled", "true");
    else part.removeAttribute("aria-disabled");
  }
}
