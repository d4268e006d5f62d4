// The ground of the map: tiles where there are some, and always a plan with squares, a scale, north, and what is watched.
import { CircleMarker, Control, LatLngBounds, LayerGroup, Map as LeafletMap, Polygon, Polyline, TileLayer } from "leaflet/dist/leaflet-src.esm.js";

const CLOSEST = 21;
const SQUARES_M = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000, 500_000];
const LEAST_SQUARE_PX = 48;
const EARTH_M = 40_075_016.686; // round the equator of the tiles' projection

export class Plan {
  constructor(place, squareWords, tileWords) {
    this.map = new LeafletMap(place, {
      attributionControl: false,
      maxZoom: CLOSEST,
      zoomSnap: place.dataset.tiles ? 1 : 0.25,
      zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      inertia: false, // it stays where the hand leaves it
    });
    this.squareWords = squareWords;
    this.shapes = new LayerGroup().addTo(this.map);
    this.bounds = null;
    place.setAttribute("role", "region");
    place.setAttribute("aria-label", "Map. Arrow keys move it, plus and minus zoom.");
    this.map.getPane("overlayPane").setAttribute("aria-hidden", "true");
    new Control.Scale({ imperial: false }).addTo(this.map);
    new North({ position: "topright" }).addTo(this.map);
    if (place.dataset.tiles) this.addTiles(place.dataset.tiles, tileWords);
    this.map.on("move zoomend resize", () => this.square());
  }

  addTiles(address, words) {
    const tiles = new TileLayer(address, { maxZoom: CLOSEST, maxNativeZoom: 19 });
    tiles.on("tileerror", () => (words.textContent = "The tile server does not answer: what you see is the plain plan."));
    tiles.on("load", () => tiles.getContainer().querySelector(".leaflet-tile-loaded") && (words.textContent = ""));
    tiles.addTo(this.map);
  }

  // The shapes under the pins.
  draw({ cameras, incidents, outlines }) {
    this.shapes.clearLayers();
    const shape = (kind, points, className) =>
      new kind(points, { className, interactive: false, weight: 2 }).addTo(this.shapes);
    for (const line of outlines) shape(Polygon, line, "plan-outline");
    for (const { sector, edges, good } of cameras) {
      if (sector.length) shape(sector.length > 2 ? Polygon : Polyline, sector, `plan-sector${good ? "" : " bad"}`);
      for (const edge of edges) shape(Polyline, edge, "plan-edge");
    }
    for (const { at } of [...cameras, ...incidents])
      new CircleMarker(at, { className: "plan-dot", interactive: false, radius: 6 }).addTo(this.shapes);
    const known = [...outlines.flat(), ...cameras.flatMap((c) => [c.at, ...c.edges.flat()]), ...incidents.map((i) => i.at)];
    this.bounds = known.length ? new LatLngBounds(known) : null;
  }

  // Where the page begins: at what its address names, or with everything.
  begin(at) {
    this.whole();
    if (at) this.map.setView(at, Math.max(this.map.getZoom(), CLOSEST - 2));
  }

  whole() {
    if (this.bounds) this.map.fitBounds(this.bounds, { padding: [30, 30], maxZoom: CLOSEST });
  }

  // Squares of a round number of metres behind the plan, fixed to the ground.
  square() {
    const { lat } = this.map.getCenter();
    const metrePx = (256 * 2 ** this.map.getZoom()) / (EARTH_M * Math.cos((lat * Math.PI) / 180));
    const metres = SQUARES_M.find((m) => m * metrePx >= LEAST_SQUARE_PX) ?? SQUARES_M.at(-1);
    const side = metres * metrePx;
    const { x, y } = this.map.latLngToContainerPoint(this.bounds?.getCenter() ?? [0, 0]);
    const { style } = this.map.getContainer();
    style.backgroundSize = `${side}px ${side}px`;
    style.backgroundPosition = `${x % side}px ${y % side}px`;
    if (this.squareWords) this.squareWords.textContent = `One square is ${metres >= 1000 ? `${metres / 1000} km` : `${metres} m`}.`;
  }
}

const North = Control.extend({
  onAdd() {
    const arrow = document.createElement("div");
    arrow.className = "plan-north";
    arrow.setAttribute("role", "img");
    arrow.setAttribute("aria-label", "North is up");
    arrow.append("↑", document.createElement("br"), "N");
    return arrow;
  },
});
