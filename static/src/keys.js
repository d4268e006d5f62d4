// One key for each act. A key opens a dialog whose first button is in focus: one more key, Enter, confirms.
const typing = (target) => target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

function act(key) {
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((e) => !e.disabled);
  if (!target) return false;
  if (target.tagName === "VIDEO") target.focus();
  else target.click();
  return true;
}

function chooseOutcome(dialog, key) {
  const choices = dialog.querySelectorAll("input[type=radio]");
  const choice = choices[Number(key) - 1];
  if (!choice) return false;
  choice.checked = true;
  choice.focus();
  return true;
}

export function watchKeys() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens);
      dialog?.close(); // it may stand open, not modal, from a page without scripts
      dialog?.showModal();
      event.preventDefault();
    }
    if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const dialog = document.querySelector("dialog[open]");
    if (dialog) {
      if (/^[1-9]$/.test(event.key) && chooseOutcome(dialog, event.key)) event.preventDefault();
      return;
    }
    if (act(event.key)) event.preventDefault();
  });
}
