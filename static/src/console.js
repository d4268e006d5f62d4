// The console in the browser: live fragments, keys, sound, ages and countdowns. Without it every page still works.
import htmx from "htmx.org";
import { watchKeys } from "./keys.js";
import { listen } from "./live.js";
import { Sound } from "./sound.js";
import { chooseTheme } from "./theme.js";
import { runClocks } from "./clocks.js";
import { controlClip } from "./clip.js";

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

chooseTheme(document.querySelector("[data-theme-switch]"));
watchKeys();
runClocks();
controlClip();
takeStock();
document.body.addEventListener("htmx:afterSettle", () => {
  takeStock();
  controlClip();
});
if (document.body.dataset.live) {
  listen(document.body.dataset.live, document.querySelector("[data-connection]"), () =>
    htmx.trigger(document.body, "handrail:change"),
  );
}
