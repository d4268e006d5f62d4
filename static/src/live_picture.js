// The live picture: asked for each second while this page is in view, with its age always said.
import { drawPeople } from "./overlay.js";

const EVERY_MS = 1000;
const OLD_S = 4;

export function showLive(figure) {
  if (!figure) return;
  const frame = figure.querySelector(".frame");
  const words = figure.querySelector("[data-live-words]");
  const old = figure.querySelector("[data-live-old]");
  const over = frame.querySelector("[data-over]");
  let takenAt = 0; // by this browser's own clock: the server says how old the picture was, not when it was
  let said = "";
  let timer = 0;

  function age() {
    if (!takenAt) {
      words.textContent = said || "The live picture is coming.";
      return;
    }
    const seconds = Math.max(0, Math.round((performance.now() - takenAt) / 1000));
    const stale = seconds > OLD_S;
    words.textContent = `Picture is ${seconds} s old.${stale && said ? ` ${said}` : ""}`;
    old.hidden = !stale;
    frame.classList.toggle("stale", stale);
  }

  function show(answer) {
    said = answer.words ?? "";
    if (!answer.picture) return;
    figure.querySelector("[data-live-img]").src = answer.picture;
    takenAt = performance.now() - answer.age_s * 1000;
    frame.hidden = false;
    drawPeople(over, answer.people.map((p) => p.box), answer.people.map((p) => p.joints));
  }

  async function ask() {
    clearTimeout(timer);
    if (!figure.isConnected || document.hidden) return;
    let closed = false;
    try {
      const answer = await fetch(figure.dataset.livePicture, { headers: { Accept: "application/json" }, redirect: "error" });
      if (!answer.ok) throw new Error();
      const told = await answer.json();
      closed = Boolean(told.over);
      show(told);
    } catch {
      said = "The server does not answer.";
    }
    age();
    if (closed) figure.remove();
    else timer = setTimeout(ask, EVERY_MS);
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask();
  });
  setInterval(age, 500);
  ask();
}
