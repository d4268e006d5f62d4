// Ages ("34 s ago") and countdowns ("in 12 s") that go on between two answers of the server.
function words(seconds) {
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 6000) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}

function show() {
  for (const element of document.querySelectorAll("time[data-clock]")) {
    const seconds = Math.round((Date.now() - Date.parse(element.dateTime)) / 1000);
    const ago = element.dataset.clock === "age";
    element.textContent = ago ? `${words(Math.max(seconds, 0))} ago` : seconds >= 0 ? "now" : `in ${words(-seconds)}`;
  }
}

export function runClocks() {
  show();
  setInterval(show, 1000);
  document.body.addEventListener("htmx:afterSettle", show);
}
