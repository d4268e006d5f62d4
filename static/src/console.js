// The console in the browser: live fragments, keys, sound, ages and countdowns. Without it every page still works.
import htmx from "htmx.org";
import { watchKeys } from "./keys.js";
import { listen } from "./live.js";
import { offerPush } from "./push.js";
import { Sound } from "./sound.js";
import { chooseTheme } from "./theme.js";
import { runClocks } from "./clocks.js";
import { controlClip } from "./clip.js";
import { showLive } from "./live_picture.js";
import { rememberSwitch } from "./overlay.js";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0; // nothing about an incident is kept in the browser
window.htmx = htmx;

const sound = new Sound(document.querySelector("[data-sound]"));

function takeStock() {
  const count = document.querySelector("[data-waiting]");
  if (!count) return;
  const waiting = Number(count.dataset.waiting);
  document.title = waiting ? `(${waiting}) ${count.dataset.title}` : count.dataset.title;
  sound.waiting(waiting);
}

// Seconds that the log-in still has. One that is over is shown and heard until somebody sees it: nobody may take an old
// page for a quiet night.
const WARN_S = 15 * 60;
function session(left) {
  const ending = document.querySelector("[data-session-ends]");
  const over = document.querySelector("[data-session-over]");
  if (!ending || !over.hidden) return;
  ending.hidden = left <= 0 || left > WARN_S;
  ending.querySelector("[data-minutes]").textContent = Math.ceil(left / 60);
  if (left > 0) return;
  over.hidden = false;
  document.title = "Logged out: Handrail";
  sound.waiting(1);
}

// A fragment that did not change is left alone: focus, selection and a screen reader's place stay where they are.
const shown = new WeakMap();
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr, serverResponse } = event.detail;
  if (new URL(xhr.responseURL).pathname.startsWith("/log-in/")) {
    event.detail.shouldSwap = false;
    session(0);
  } else if (shown.get(target) === serverResponse) event.detail.shouldSwap = false;
  else shown.set(target, serverResponse);
});

for (const part of document.querySelectorAll("[data-needs-scripts]")) part.hidden = false;
chooseTheme(document.querySelector("[data-theme-switch]"));
offerPush(document.querySelector("[data-push]"));
watchKeys();
runClocks();
rememberSwitch(document.querySelector("[data-overlay-switch]"));
controlClip();
showLive(document.querySelector("[data-live-picture]"));
takeStock();
document.body.addEventListener("htmx:afterSettle", () => {
  takeStock();
  controlClip();
});
if (document.body.dataset.live) {
  const changed = () => htmx.trigger(document.body, "handrail:change");
  listen(document.body.dataset.live, document.querySelector("[data-connection]"), changed, session);
}
