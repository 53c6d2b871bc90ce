// A square to draw a digit on; state: drawing, SIDE × SIDE greys in base64, "" where nothing is drawn.
const SIDE = 112;
const PEN = 10; // of SIDE: about as thick as MNIST's strokes, where a digit fills most of the square

const greys = (canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, SIDE, SIDE);
  return btoa(String.fromCharCode(...data.filter((_, index) => index % 4 === 0)));
};

const clear = (canvas) => {
  const ink = canvas.getContext("2d");
  ink.fillStyle = "black";
  ink.fillRect(0, 0, SIDE, SIDE);
};

const restore = (canvas, drawing) => {
  const picture = new ImageData(SIDE, SIDE);
  picture.data.fill(255); // opaque
  [...atob(drawing)].forEach((grey, index) => picture.data.fill(grey.charCodeAt(0), 4 * index, 4 * index + 3));
  canvas.getContext("2d").putImageData(picture, 0, 0);
};

const begin = (canvas, drawing) => {
  clear(canvas);
  if (drawing) restore(canvas, drawing);
  canvas.begun = true;
};

const place = (canvas, { clientX, clientY }) => {
  const { left, top, width } = canvas.getBoundingClientRect();
  return [((clientX - left) / width) * SIDE, ((clientY - top) / width) * SIDE];
};

const drawTo = (canvas, next) => {
  const ink = canvas.getContext("2d");
  Object.assign(ink, { strokeStyle: "white", lineWidth: PEN, lineCap: "round" });
  ink.beginPath();
  ink.moveTo(...canvas.pen);
  ink.lineTo(next[0] + 0.01, next[1]); // a line of no length would not be drawn, and a tap makes a dot
  ink.stroke();
  canvas.pen = next;
};

// The script redraws the page while one draws: all that a stroke needs stays on the canvas.
export default function ({ data, parentElement, setStateValue }) {
  const canvas = parentElement.querySelector("canvas");
  if (!canvas.begun) begin(canvas, data.drawing);
  canvas.setAttribute("aria-label", data.label);
  parentElement.querySelector("button").textContent = data.clear;
  canvas.onpointerdown = (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    canvas.pen = place(canvas, event);
    drawTo(canvas, canvas.pen);
  };
  canvas.onpointermove = (event) => {
    if (!canvas.pen || !event.isPrimary) return;
    // A fast pen has been at several places since the last frame.
    const places = [...(event.getCoalescedEvents?.() ?? []), event];
    places.forEach((each) => drawTo(canvas, place(canvas, each)));
  };
  canvas.onpointerup = canvas.onpointercancel = (event) => {
    if (!canvas.pen || !event.isPrimary) return;
    canvas.pen = undefined;
    setStateValue("drawing", greys(canvas));
  };
  parentElement.querySelector("button").onclick = () => {
    clear(canvas);
    setStateValue("drawing", "");
  };
}
