// The head turned: the measured mesh, with the photo on it before and the settled picture after, drawn
// by WebGL2 as simulate.export.turned_view does it. What nobody saw fades.

const TURN_STEP = 5; // degrees, one press of an arrow key
const DEG_PER_PX = 0.25; // of a drag
const HEAD_ROOM = 1.08; // of the frame, over the head

const HEAD_VERTEX = `#version 300 es
in vec3 place;
in vec2 source;
in float known;
in float moved;
uniform mat3 turn;
uniform vec3 middle;
uniform vec2 scale;
out vec2 at;
out float seen;
out float mm;
void main() {
  vec3 there = turn * (place - middle);
  gl_Position = vec4(there.xy * scale, -there.z / 300.0, 1.0);
  at = source;
  seen = known;
  mm = moved;
}`;
const HEAD_FRAGMENT = `#version 300 es
precision highp float;
in vec2 at;
in float seen;
in float mm;
uniform sampler2D picture;
uniform bool coloured;
uniform vec4 colours[5];
uniform vec2 ends; // mm: less is left uncoloured, and where the scale ends
out vec4 found;
void main() {
  vec3 skin = texture(picture, at).rgb;
  if (coloured) {
    skin = vec3(dot(skin, vec3(0.299, 0.587, 0.114)));
    if (mm >= ends.x) {
      float on = 4.0 * min(mm / ends.y, 1.0);
      int stop = int(min(on, 3.0));
      vec4 tint = mix(colours[stop], colours[stop + 1], on - float(stop));
      skin = mix(skin, tint.rgb, tint.a);
    }
  }
  found = vec4(skin * seen, seen);
}`;

// Three numbers a vertex in mm, a byte of how well it is known, and the triangles: head of Picture.
function takeHead(memory, described, bytes) {
  memory.head = null;
  if (!described) return;
  const { vertices } = described;
  const places = new Float32Array(bytes.buffer, 0, 3 * vertices);
  const known = bytes.subarray(12 * vertices, 13 * vertices);
  const triangles = new Uint16Array(bytes.slice(13 * vertices).buffer);
  memory.head = { ...described, places, known, triangles };
}

// Which vertices are moved and how far, in whole numbers; null where turning would show nothing.
function takeTurn(viewer, memory, described, bytes) {
  memory.turned = null;
  if (described && memory.head && headPainter(viewer, memory)) {
    const { moved, scale } = described;
    const which = new Uint16Array(bytes.buffer, 0, moved);
    const steps = new Int16Array(bytes.buffer, 2 * moved);
    const after = Float32Array.from(memory.head.places);
    steps.forEach((one, i) => (after[3 * which[Math.floor(i / 3)] + (i % 3)] += one * scale));
    const far = new Float32Array(memory.head.vertices);
    which.forEach((one, i) => (far[one] = scale * Math.hypot(...steps.subarray(3 * i, 3 * i + 3))));
    memory.turned = { ...described, after, far };
    showScale(viewer.querySelector(".of-turn"), memory, described.endMm, tintsOf(described));
    memory.degrees ??= described.start;
    showProfile(viewer, described.profile);
    viewer.querySelector(".of-turn .said").textContent = described.said;
    Object.assign(viewer.querySelector(".turn"), { min: -described.most, max: described.most });
  }
  viewer.toggleAttribute("data-turn", Boolean(memory.turned));
  if (!memory.turned && picked(viewer, "mode") === "turn") choose(viewer, "mode", "compare");
}

function isTurned(viewer) {
  return viewer.dataset.mode === "turn";
}

function turnTo(viewer, memory, degrees) {
  const { most } = memory.turned;
  memory.degrees = Math.min(most, Math.max(-most, degrees));
  drawTurned(viewer, memory);
}

function turnGesture(viewer, memory, event) {
  const [from, start] = [memory.degrees, event.clientX];
  return { move: ({ clientX }) => turnTo(viewer, memory, from + DEG_PER_PX * (clientX - start)) };
}

function connectTurn(viewer, memory) {
  const slider = viewer.querySelector(".turn");
  slider.oninput = () => turnTo(viewer, memory, Number(slider.value));
  viewer.querySelector(".moving").onchange = () => drawTurned(viewer, memory);
}

// The colours of the scale of movement, as CSS has them.
function tintsOf({ colours }) {
  const tint = (i) => `rgb(${colours.slice(4 * i, 4 * i + 3).map((one) => 255 * one).join(" ")})`;
  return Array.from({ length: colours.length / 4 }, (_, i) => tint(i));
}

function drawTurned(viewer, memory) {
  if (!memory.turned || !isTurned(viewer)) return;
  const slider = viewer.querySelector(".turn");
  slider.value = Math.round(memory.degrees);
  const side = memory.degrees < -0.5 ? "turned_right" : memory.degrees > 0.5 ? "turned_left" : "front";
  slider.setAttribute("aria-valuetext", word(memory, side, { deg: Math.abs(Number(slider.value)) }));
  cancelAnimationFrame(memory.turnFrame);
  memory.turnFrame = requestAnimationFrame(() => paintTurned(viewer, memory));
}

function headPainter(viewer, memory) {
  if (memory.headPainter) return memory.headPainter;
  const canvas = viewer.querySelector("canvas.turned");
  const gl = canvas.getContext("webgl2", { antialias: true, preserveDrawingBuffer: true });
  if (!gl) return null;
  const made = programOf(gl, HEAD_FRAGMENT, HEAD_VERTEX);
  if (!made) return null;
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault();
    memory.headPainter = null;
  }, { once: true });
  canvas.addEventListener("webglcontextrestored", () => drawTurned(viewer, memory), { once: true });
  memory.headPainter = { gl, canvas, ...made, textures: {}, sources: {}, shapes: {} };
  return memory.headPainter;
}

function paintTurned(viewer, memory) {
  const painter = memory.turned && headPainter(viewer, memory);
  if (!painter || !isTurned(viewer)) return;
  const { gl, canvas } = painter;
  const frame = viewer.querySelector(".frame").getBoundingClientRect();
  const fine = window.devicePixelRatio || 1;
  const [width, height] = [frame.width, frame.height].map((one) => Math.round(one * fine));
  if (canvas.width !== width) canvas.width = width; // which empties it, even at the same size
  if (canvas.height !== height) canvas.height = height;
  gl.clearColor(0, 0, 0, 0);
  gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  const both = [
    [memory.head.places, viewer.querySelector(".before .picture"), "before"],
    [memory.turned.after, viewer.querySelector(".after .picture"), "after"],
  ];
  const beside = !isNarrow();
  const wide = canvas.width / (beside ? 2 : 1);
  const shown = beside ? both : [both[viewer.hasAttribute("data-peek") ? 0 : 1]];
  shown.forEach(([places, image, name], i) => {
    if (!image.complete || !image.naturalWidth) {
      image.decode().then(() => drawTurned(viewer, memory)).catch(() => {});
      return;
    }
    gl.viewport(Math.round(i * wide), 0, Math.round(wide), canvas.height);
    const coloured = name === "after" && viewer.querySelector(".moving").checked;
    paintHead(painter, memory, places, image, name, wide / canvas.height, coloured);
  });
}

function paintHead(painter, { head, turned, degrees }, vertices, image, name, ratio, coloured) {
  const { gl, program, places } = painter;
  const { middle, halves } = (head.extent ??= extentOf(head));
  const scale = 1 / (HEAD_ROOM * Math.max(halves[1], halves[0] / ratio));
  const turn = (Math.PI * degrees) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  gl.useProgram(program);
  gl.enable(gl.DEPTH_TEST);
  gl.enable(gl.CULL_FACE);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  gl.uniformMatrix3fv(places.turn, false, [cos, 0, -sin, 0, 1, 0, sin, 0, cos]); // by columns
  gl.uniform3fv(places.middle, middle);
  gl.uniform2f(places.scale, scale / ratio, scale);
  gl.uniform1i(places.coloured, coloured ? 1 : 0);
  gl.uniform2f(places.ends, turned.floorMm, turned.endMm);
  gl.uniform4fv(places["colours[0]"], turned.colours);
  gl.bindTexture(gl.TEXTURE_2D, textureFor(painter, name, image));
  gl.bindVertexArray(shapeFor(painter, name, head, vertices, turned.far));
  gl.drawElements(gl.TRIANGLES, head.triangles.length, gl.UNSIGNED_SHORT, 0);
  gl.bindVertexArray(null);
}

// The picture of a head as a texture, made anew when another is shown.
function textureFor({ gl, textures, sources }, name, image) {
  if (sources[name] !== image.src) {
    if (textures[name]) gl.deleteTexture(textures[name]);
    textures[name] = textureOf(gl, true);
    sources[name] = image.src;
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, image);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
  }
  return textures[name];
}

// The shape of a head, given to the card when it changes and not each time it is turned.
function shapeFor({ gl, program, shapes }, name, head, vertices, far) {
  if (shapes[name]?.vertices === vertices) return shapes[name].array;
  forgetShape(gl, shapes[name]);
  const shape = { vertices, array: gl.createVertexArray(), buffers: [] };
  gl.bindVertexArray(shape.array);
  const give = (target, values) => {
    shape.buffers.push(gl.createBuffer());
    gl.bindBuffer(target, shape.buffers.at(-1));
    gl.bufferData(target, values, gl.STATIC_DRAW);
  };
  const each = {
    place: [3, vertices],
    source: [2, sourcesOf(head, vertices)],
    known: [1, head.known],
    moved: [1, far],
  };
  for (const [attribute, [size, values]] of Object.entries(each)) {
    const [at, bytes] = [gl.getAttribLocation(program, attribute), values instanceof Uint8Array];
    give(gl.ARRAY_BUFFER, values);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, size, bytes ? gl.UNSIGNED_BYTE : gl.FLOAT, bytes, 0, 0);
  }
  give(gl.ELEMENT_ARRAY_BUFFER, head.triangles);
  shapes[name] = shape;
  return shape.array;
}

function forgetShape(gl, shape) {
  if (!shape) return;
  shape.buffers.forEach((one) => gl.deleteBuffer(one));
  gl.deleteVertexArray(shape.array);
}

// Where in the photo each vertex is seen, in shares: face_mesh.landmarks.pose.
function sourcesOf({ rotation, origin, pxPerMm, size }, places) {
  const shares = new Float32Array((2 * places.length) / 3);
  for (let i = 0, to = 0; i < places.length; i += 3) {
    for (let axis = 0; axis < 2; axis++, to++) {
      const [a, b, c] = rotation[axis];
      const seen = a * places[i] + b * places[i + 1] + c * places[i + 2];
      shares[to] = (origin[axis] + (axis ? -1 : 1) * seen * pxPerMm + 0.5) / size[axis];
    }
  }
  return shares;
}

// The axis it is turned about, and half of its width and height however it is turned.
function extentOf({ places, known }) {
  const low = [Infinity, Infinity, Infinity];
  const high = low.map((one) => -one);
  const eachKnown = (act) => known.forEach((one, i) => one && act(places.subarray(3 * i, 3 * i + 3)));
  eachKnown((place) => place.forEach((one, axis) => {
    low[axis] = Math.min(low[axis], one);
    high[axis] = Math.max(high[axis], one);
  }));
  const middle = low.map((one, axis) => (one + high[axis]) / 2);
  let wide = 0;
  eachKnown(([x, , z]) => (wide = Math.max(wide, Math.hypot(x - middle[0], 0.6 * (z - middle[2])))));
  return { middle, halves: [wide, (high[1] - low[1]) / 2] };
}

// The midline from the side: [how far forward, how high] in mm, before and after, and how people
// differ. It looks to the left.
function showProfile(viewer, { before, after, sd }) {
  const svg = viewer.querySelector("svg.profile");
  const all = [...before, ...after];
  const [forward, up] = [0, 1].map((axis) => all.map((one) => one[axis]));
  const [room, front, top] = [6, Math.max(...forward), Math.max(...up)];
  const width = front - Math.min(...forward) + 2 * room;
  const height = top - Math.min(...up) + 2 * room;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const at = (x, y) => `${(front - x + room).toFixed(2)} ${(top - y + room).toFixed(2)}`;
  const path = (points) => `M${points.map(([x, y]) => at(x, y)).join("L")}`;
  const edges = [1, -1].map((sign) => after.map(([x, y], i) => [x + sign * sd[i], y]));
  svg.querySelector(".band").setAttribute("d", `${path([...edges[0], ...edges[1].reverse()])}Z`);
  svg.querySelector(".was").setAttribute("d", path(before));
  svg.querySelector(".is").setAttribute("d", path(after));
}

function releaseTurned(memory) {
  cancelAnimationFrame(memory.turnFrame);
  const { gl, textures, shapes } = memory.headPainter ?? {};
  if (gl) {
    Object.values(textures).forEach((one) => gl.deleteTexture(one));
    Object.values(shapes).forEach((one) => forgetShape(gl, one));
    Object.assign(memory.headPainter, { textures: {}, sources: {}, shapes: {} });
  }
  memory.head = memory.turned = null;
}
