// Boxes and skeletons over a picture, as SVG in the pixels of the analysed picture. Positions alone: no appearance.
const NEAR_S = 0.35; // a box is drawn so long before and after the frame that it was seen in
const HOLD_S = 0.7; // limbs are looked at less often than boxes
const BONES = [[1, 2], [1, 3], [3, 5], [2, 4], [4, 6], [1, 7], [2, 8], [7, 8], [7, 9], [9, 11], [8, 10], [10, 12]];
const SVG = "http://www.w3.org/2000/svg";

function add(group, name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  group.append(element);
}

function limbs(group, joints) {
  for (const [from, to] of BONES) {
    const [a, b] = [joints[from], joints[to]];
    if (a && b) add(group, "line", { class: "bone", x1: a[0], y1: a[1], x2: b[0], y2: b[1] });
  }
  for (const joint of joints) if (joint) add(group, "circle", { class: "joint", cx: joint[0], cy: joint[1], r: 3 });
}

// Draws what was seen: boxes [[x1, y1, x2, y2], …] and a body's joints or null for each.
export function drawPeople(svg, boxes, joints) {
  const group = svg?.querySelector("[data-people]");
  if (!group) return;
  group.replaceChildren();
  for (const [x1, y1, x2, y2] of boxes) add(group, "rect", { class: "person", x: x1, y: y1, width: x2 - x1, height: y2 - y1 });
  for (const body of joints) if (body) limbs(group, body);
}

// What there is at a time of a part of the clip: the nearest frame's boxes, and the last limbs before they are stale.
export function at(overlay, seconds) {
  const { frames } = overlay;
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (frames[middle][0] <= seconds) low = middle + 1;
    else high = middle;
  }
  const near = [frames[low - 1], frames[low]]
    .filter((frame) => frame && Math.abs(frame[0] - seconds) <= NEAR_S)
    .sort((a, b) => Math.abs(a[0] - seconds) - Math.abs(b[0] - seconds))[0];
  let joints = [];
  for (let k = low - 1; k >= 0 && seconds - frames[k][0] <= HOLD_S && !joints.length; k -= 1) {
    joints = frames[k][2].filter(Boolean);
  }
  return { boxes: near ? near[1] : [], joints: near ? joints : [] };
}

// Whether zone and skeleton are shown is this browser's choice; hiding itself is done by the style sheet.
export function rememberSwitch(box) {
  if (!box) return;
  if (localStorage.getItem("overlay") === "off") box.checked = false;
  box.addEventListener("change", () => localStorage.setItem("overlay", box.checked ? "on" : "off"));
}
