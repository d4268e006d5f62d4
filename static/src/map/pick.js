// A camera's place, picked on the map by a click, or by moving it under the cross: it goes into the fields of the form.
import { Pins } from "./pins.js";
import { Plan } from "./plan.js";

const DIGITS = 6; // a decimetre

export function offerPicking(room) {
  if (!room) return;
  room.hidden = false;
  const [latitude, longitude] = ["latitude", "longitude"].map((name) => document.getElementById(`id_${name}`));
  const plan = new Plan(room.querySelector("[data-pick-map]"), room.querySelector("[data-square]"), room.querySelector("[data-tiles-words]"));
  const pins = new Pins(plan.map);
  const drawing = JSON.parse(document.getElementById("drawing").textContent);
  const typed = () => (latitude.value && longitude.value ? [Number(latitude.value), Number(longitude.value)] : null);
  const show = () => {
    const at = typed();
    const here = at && at.every(Number.isFinite) && Math.abs(at[0]) <= 85 && Math.abs(at[1]) <= 180;
    const own = { key: "here", words: "This camera", good: true, sector: [], edges: [] };
    const all = { ...drawing, cameras: [...(here ? [{ ...own, at }] : []), ...drawing.cameras] };
    plan.draw(all);
    return all;
  };
  const first = show();
  if (plan.bounds) plan.whole();
  else plan.map.setView([54, -2.5], 5); // the British Isles
  pins.draw(first);
  const take = ({ lat, lng }) => {
    [latitude.value, longitude.value] = [lat.toFixed(DIGITS), lng.toFixed(DIGITS)];
    pins.draw(show());
    room.querySelector("[data-taken]").textContent = `Taken: ${latitude.value}, ${longitude.value}. It is kept when you save.`;
  };
  room.querySelector("[data-take]").addEventListener("click", () => take(plan.map.getCenter()));
  plan.map.on("click", ({ latlng }) => take(latlng));
  for (const field of [latitude, longitude]) field.addEventListener("change", () => pins.draw(show()));
}
