// The map. What it shows is in the list under it, which the console renews; pan and zoom stay where they are.
import { Pins } from "./pins.js";
import { offerPicking } from "./pick.js";
import { Plan } from "./plan.js";

function showMap(place) {
  document.querySelector("[data-map-room]").hidden = false;
  const plan = new Plan(place, document.querySelector("[data-square]"), document.querySelector("[data-tiles-words]"));
  const pins = new Pins(plan.map);
  let drawn = "";
  const draw = () => {
    const text = document.getElementById("drawing").textContent;
    if (text === drawn) return;
    const first = !drawn;
    drawn = text;
    const drawing = JSON.parse(text);
    plan.draw(drawing);
    document.querySelector("[data-map-room]").hidden = !plan.bounds;
    if (!plan.bounds) return;
    plan.map.invalidateSize();
    if (first) plan.begin(pins.find(drawing, new URLSearchParams(location.search).get("show")));
    pins.draw(drawing);
  };
  draw();
  document.querySelector("[data-whole]").addEventListener("click", () => plan.whole());
  document.querySelector("[data-map-list]").addEventListener("htmx:afterSettle", draw);
}

const place = document.querySelector("[data-map]");
if (place) showMap(place);
offerPicking(document.querySelector("[data-pick]"));
