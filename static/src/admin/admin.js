// Names for fields of Django's admin that have none: columns of inline tables, the two halves of a time, its own signs.
const UNNAMED = "input:not([type=hidden]), select, textarea";

function named(field) {
  return field.labels?.length || field.ariaLabel || field.getAttribute("aria-labelledby");
}

function columnOf(field) {
  const cell = field.closest("td[class^=field-]");
  const column = cell && [...cell.classList].find((name) => name.startsWith("field-"))?.slice("field-".length);
  return column && cell.closest("table").querySelector(`th.column-${column}`)?.textContent.trim();
}

function rowOf(field) {
  return field.closest(".form-row, fieldset")?.querySelector("label, legend")?.textContent.trim().replace(/:$/, "");
}

function name() {
  for (const field of document.querySelectorAll(UNNAMED)) {
    if (named(field)) continue;
    const half = field.matches(".vDateField") ? ", date" : field.matches(".vTimeField") ? ", time" : "";
    const words = columnOf(field) || rowOf(field);
    if (words) field.ariaLabel = words + half;
  }
  for (const sign of document.querySelectorAll("span[aria-label]:not([role])")) sign.role = "img";
  for (const head of document.querySelectorAll("th.original:empty")) head.textContent = "Row";
}

addEventListener("load", () => {
  name();
  new MutationObserver(name).observe(document.querySelector("#content"), { childList: true, subtree: true });
});
