// The clip: slow motion and single frames by key.
const FRAME_S = 0.1;

export function controlClip() {
  const clip = document.querySelector("video[data-clip]");
  if (!clip || clip.dataset.ready) return;
  clip.dataset.ready = "yes";
  for (const button of document.querySelectorAll("[data-clip-act]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const act = button.dataset.clipAct;
      if (act === "slow") {
        clip.playbackRate = clip.playbackRate === 1 ? 0.25 : 1;
        button.setAttribute("aria-pressed", String(clip.playbackRate !== 1));
        clip.play();
        return;
      }
      clip.pause();
      clip.currentTime = Math.max(0, clip.currentTime + (act === "back" ? -FRAME_S : FRAME_S));
    });
  }
}
