// The clip in its parts: loop, slow motion, single frames, and what was seen drawn over it.
import { at, drawPeople } from "./overlay.js";

const FRAME_S = 0.04; // until two frames have been seen

const step = { seconds: FRAME_S, last: 0 };
const overlay = { url: "", frames: [] };

const links = () => [...document.querySelectorAll("#parts [data-part]")];

function mark(clip) {
  for (const link of links()) {
    const current = link.getAttribute("data-part") === clip.getAttribute("src");
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    if (current) document.querySelector("[data-part-name]").textContent = link.textContent;
  }
}

function play(clip, link) {
  const { playbackRate } = clip;
  clip.src = link.dataset.part;
  clip.dataset.overlay = link.dataset.overlay;
  clip.playbackRate = playbackRate;
  mark(clip);
  clip.play();
}

function next(clip) {
  const all = links();
  const now = all.findIndex((link) => link.dataset.part === clip.getAttribute("src"));
  play(clip, all[(now + 1) % all.length]);
}

async function read(url) {
  if (overlay.url === url) return;
  overlay.url = url;
  overlay.frames = [];
  if (!url) return;
  const answer = await fetch(url);
  if (answer.ok && overlay.url === url) overlay.frames = (await answer.json()).frames;
}

function draw(clip, seconds) {
  const svg = clip.parentElement.querySelector("[data-over]");
  if (!svg || !document.querySelector("[data-overlay-switch]")?.checked) return;
  read(clip.dataset.overlay);
  const seen = at(overlay, seconds);
  drawPeople(svg, seen.boxes, seen.joints);
}

function follow(clip) {
  const shown = (_, { mediaTime }) => {
    const since = mediaTime - step.last;
    if (since > 0.005 && since < 0.5 && !clip.paused) step.seconds = since;
    step.last = mediaTime;
    draw(clip, mediaTime);
    if (clip.isConnected) clip.requestVideoFrameCallback(shown);
  };
  if (clip.requestVideoFrameCallback) clip.requestVideoFrameCallback(shown);
  else clip.addEventListener("timeupdate", () => draw(clip, clip.currentTime));
}

const ACTS = {
  slow(clip, button) {
    clip.playbackRate = clip.playbackRate === 1 ? 0.25 : 1;
    button.setAttribute("aria-pressed", String(clip.playbackRate !== 1));
    clip.play();
  },
  loop(clip, button) {
    clip.loop = !clip.loop;
    button.setAttribute("aria-pressed", String(clip.loop));
  },
  back(clip) {
    clip.pause();
    clip.currentTime = Math.max(0, clip.currentTime - step.seconds);
  },
  on(clip) {
    clip.pause();
    clip.currentTime += step.seconds;
  },
};

export function controlClip() {
  const clip = document.querySelector("video[data-clip]");
  if (!clip) return;
  if (clip.dataset.ready) {
    mark(clip); // the list of parts may be a new one
    return;
  }
  clip.dataset.ready = "yes";
  for (const button of document.querySelectorAll("[data-clip-act]")) {
    button.hidden = false;
    button.addEventListener("click", () => ACTS[button.dataset.clipAct](clip, button));
  }
  document.querySelector("#pictures").addEventListener("click", (event) => {
    const link = event.target.closest("[data-part]");
    if (!link) return;
    event.preventDefault();
    play(clip, link);
  });
  clip.addEventListener("ended", () => next(clip));
  document.querySelector("[data-overlay-switch]")?.addEventListener("change", () => draw(clip, clip.currentTime));
  follow(clip);
}
