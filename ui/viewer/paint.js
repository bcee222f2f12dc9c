// The picture of a scene in WebGL2: skin is blended, then lit, then moved, as simulate does it.
// Rows count from the top in every texture; only the canvas itself counts from the bottom.

const WHOLE = `#version 300 es
void main() {
  gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0);
}`;
const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
`;
// The cubic of OpenCV, both for fields between nodes and for the picture.
const CUBIC = `
vec4 cubic(float t) {
  const float a = -0.75;
  float s = 1.0 - t, t1 = t + 1.0, s1 = s + 1.0;
  return vec4(
    ((a * t1 - 5.0 * a) * t1 + 8.0 * a) * t1 - 4.0 * a,
    ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0,
    ((a + 2.0) * s - (a + 3.0)) * s * s + 1.0,
    ((a * s1 - 5.0 * a) * s1 + 8.0 * a) * s1 - 4.0 * a);
}
vec4 cubicAt(sampler2D from, vec2 at) {
  ivec2 last = textureSize(from, 0) - 1;
  ivec2 first = ivec2(floor(at)) - 1;
  vec4 x = cubic(fract(at.x)), y = cubic(fract(at.y));
  vec4 sum = vec4(0.0);
  for (int row = 0; row < 4; row++) {
    vec4 along = vec4(0.0);
    for (int column = 0; column < 4; column++) {
      along += x[column] * texelFetch(from, clamp(first + ivec2(column, row), ivec2(0), last), 0);
    }
    sum += y[row] * along;
  }
  return sum;
}`;
const FINER = 2; // values to a node: between these a field is as good as straight
// From nodes to a grid fine enough to be read as linear, which every card does by itself.
const REFINE = `${HEAD}${CUBIC}
uniform sampler2D nodes;
out vec4 found;
void main() { found = cubicAt(nodes, gl_FragCoord.xy / ${FINER}.0 - 0.5); }`;
// What a treated piece of skin changes; pieces add up, and so do their weights.
const BLEND = `${HEAD}
uniform sampler2D photo, picture, mask;
uniform ivec2 corner, window;
uniform float weight;
out vec4 found;
void main() {
  ivec2 here = ivec2(gl_FragCoord.xy) + window;
  float there = weight * step(0.5, texelFetch(mask, here - corner, 0).r);
  vec3 change = texelFetch(picture, here - corner, 0).rgb - texelFetch(photo, here, 0).rgb;
  found = there * vec4(change, 1.0);
}`;
const PLACE = `
uniform vec2 origin, grid;
uniform float node;
vec4 fieldAt(sampler2D finer, vec2 at) {
  vec2 share = (at - origin + 0.5) / (node * grid);
  if (any(lessThan(share, vec2(0.0))) || any(greaterThan(share, vec2(1.0)))) return vec4(0.0);
  return texture(finer, share);
}`;
// simulate.relight: in linear light, shine left out.
const LIGHT = `${HEAD}${PLACE}
uniform sampler2D photo, skin, gain, blood;
uniform ivec2 window;
uniform bool blends, bleeds;
uniform float paleness, smallest, mostShine, surface;
out vec4 found;
vec3 linear(vec3 code) {
  return mix(pow((code + 0.055) / 1.055, vec3(2.4)), code / 12.92, lessThanEqual(code, vec3(0.04045)));
}
vec3 encoded(vec3 light) {
  vec3 c = clamp(light, 0.0, 1.0);
  return mix(1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, 12.92 * c, lessThanEqual(c, vec3(0.0031308)));
}
vec3 lit(vec3 code, vec3 more, float least) {
  vec3 size = abs(more);
  if (max(max(size.r, size.g), size.b) <= smallest) return code;
  vec3 light = linear(code);
  float shine = (light.b - paleness * light.r) / (1.0 - paleness);
  shine = min(max(shine, least), mostShine * min(min(light.r, light.g), light.b));
  vec3 after = encoded(light + (light - shine) * more);
  return floor(after * 255.0 + 0.5) / 255.0;
}
void main() {
  ivec2 here = ivec2(gl_FragCoord.xy) + window;
  vec3 code = texelFetch(photo, here, 0).rgb;
  if (blends) {
    vec4 change = texelFetch(skin, here - window, 0);
    code = floor(clamp(code + change.rgb / max(change.a, 1.0), 0.0, 1.0) * 255.0 + 0.5) / 255.0;
  }
  code = lit(code, fieldAt(gain, vec2(here)).rgb, 0.0);
  if (bleeds) code = lit(code, fieldAt(blood, vec2(here)).rgb, surface);
  found = vec4(code, 1.0);
}`;
const MOVE = `${HEAD}${CUBIC}${PLACE}
uniform sampler2D photo, light, back;
uniform ivec2 window;
uniform float smallest;
out vec4 found;
void main() {
  ivec2 size = textureSize(photo, 0);
  ivec2 here = ivec2(int(gl_FragCoord.x), size.y - 1 - int(gl_FragCoord.y));
  ivec2 inside = here - window;
  if (any(lessThan(inside, ivec2(0))) || any(greaterThanEqual(inside, textureSize(light, 0)))) {
    found = texelFetch(photo, here, 0);
    return;
  }
  vec2 from = fieldAt(back, vec2(here)).xy;
  found = max(abs(from.x), abs(from.y)) <= smallest
    ? texelFetch(light, inside, 0)
    : clamp(cubicAt(light, vec2(inside) + from), 0.0, 1.0);
  found.a = 1.0;
}`;

// Null where there is no WebGL2 that draws to textures of half floats: then the pictures of Python
// are all that is shown.
function painterOn(canvas) {
  const options = { alpha: false, antialias: false, depth: false, preserveDrawingBuffer: true };
  const gl = canvas.getContext("webgl2", options);
  if (!gl || !gl.getExtension("EXT_color_buffer_float")) return null;
  const painter = { gl, canvas, lost: false, programs: {}, textures: {}, skins: new Map() };
  canvas.addEventListener("webglcontextlost", () => {
    painter.lost = true;
  });
  for (const [name, code] of Object.entries({ REFINE, BLEND, LIGHT, MOVE })) {
    painter.programs[name] = programOf(gl, code);
  }
  painter.target = gl.createFramebuffer();
  return painter;
}

function programOf(gl, code) {
  const program = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, WHOLE], [gl.FRAGMENT_SHADER, code]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
  const places = {};
  for (let i = 0; i < gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS); i++) {
    const { name } = gl.getActiveUniform(program, i);
    places[name] = gl.getUniformLocation(program, name);
  }
  return { program, places };
}

function textureOf(gl, smooth = false) {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  const how = smooth ? gl.LINEAR : gl.NEAREST;
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, how);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, how);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}

function pictureTexture(gl, bitmap) {
  const texture = textureOf(gl);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  return texture;
}

function photoOn(painter, bitmap) {
  const { gl, canvas, textures } = painter;
  if (textures.photo) gl.deleteTexture(textures.photo);
  textures.photo = pictureTexture(gl, bitmap);
  [canvas.width, canvas.height] = painter.size = [bitmap.width, bitmap.height];
}

// Room for a scene: the box of the photo in which anything of it can change, and its grid.
function prepare(painter, scene) {
  if (!painter || painter.lost) return;
  const { gl, textures } = painter;
  const [width, height] = painter.size;
  scene.farthest = 0;
  let box = null;
  for (const layer of scene.layers) {
    box = united(box, layer.kind === "skin" ? layer.box : onPhoto(scene, layer.box));
  }
  scene.farthest = ROOM_NODES * scene.node;
  box = clipped(box ? reached(scene, box) : [0, 0, 1, 1], width, height);
  scene.window = box;
  const fine = [scene.columns * FINER, scene.rows * FINER];
  const sizes = { light: [box[3], box[2]], skin: [box[3], box[2]], back: fine, gain: fine, blood: fine };
  for (const [name, [wide, high]] of Object.entries(sizes)) {
    if (textures[name]) gl.deleteTexture(textures[name]);
    textures[name] = textureOf(gl, wide === fine[0] && name !== "light" && name !== "skin");
    gl.texStorage2D(gl.TEXTURE_2D, 1, name === "light" ? gl.RGBA8 : gl.RGBA16F, wide, high);
  }
  textures.nodes ??= textureOf(gl);
  for (const { pictures } of scene.layers) {
    if (pictures && !painter.skins.has(pictures)) {
      painter.skins.set(pictures, pictures.map((one) => pictureTexture(gl, one)));
    }
  }
  const used = new Set(scene.layers.map(({ pictures }) => pictures));
  for (const [pictures, made] of painter.skins) {
    if (used.has(pictures)) continue;
    made.forEach((one) => gl.deleteTexture(one));
    painter.skins.delete(pictures);
  }
}

const ROOM_NODES = 4; // how far skin may be carried out of the box of what moves it

function clipped([top, left, height, width], wide, high) {
  const [y, x] = [Math.max(0, Math.floor(top)), Math.max(0, Math.floor(left))];
  const bottom = Math.min(high, Math.ceil(top + height));
  const right = Math.min(wide, Math.ceil(left + width));
  return [y, x, Math.max(1, bottom - y), Math.max(1, right - x)];
}

// Draw; `box` in px of the photo is what can have changed, null is all of it.
function paint(painter, scene, room, amounts, box) {
  const { gl, textures, canvas } = painter;
  const [width, height] = painter.size;
  const [top, left, high, wide] = scene.window;
  const changed = box ? clipped(box, width, height) : [0, 0, height, width];
  gl.enable(gl.SCISSOR_TEST);
  const fields = { back: room.back, gain: room.gain, ...(room.bleeds ? { blood: room.blood } : {}) };
  for (const [name, values] of Object.entries(fields)) {
    gl.bindTexture(gl.TEXTURE_2D, textures.nodes);
    const { columns, rows } = scene;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, columns, rows, 0, gl.RGBA, gl.FLOAT, values);
    into(painter, textures[name], [columns * FINER, rows * FINER], inNodes(scene, changed));
    draw(painter, "REFINE", { nodes: textures.nodes }, {});
  }
  const inside = inWindow([top, left, high, wide], changed);
  const window = [left, top];
  const skins = scene.layers.filter(({ kind, first }) => kind === "skin" && amounts[first] > 0);
  if (skins.length) {
    into(painter, textures.skin, [wide, high], inside);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE);
    for (const { box: at, pictures, first } of skins) {
      const there = inWindow([top, left, high, wide], at);
      const both = overlap(inside, there);
      if (!both) continue;
      scissor(gl, both);
      const [picture, mask] = painter.skins.get(pictures);
      const numbers = { corner: [at[1], at[0]], window, weight: amounts[first] };
      draw(painter, "BLEND", { photo: textures.photo, picture, mask }, numbers);
    }
    gl.disable(gl.BLEND);
  }
  const place = { origin: scene.origin, grid: [scene.columns, scene.rows], node: scene.node, window };
  const { smallestLight, mostShine, surface, smallestPx } = scene.constants;
  into(painter, textures.light, [wide, high], inside);
  draw(painter, "LIGHT", { photo: textures.photo, skin: textures.skin, gain: textures.gain, blood: textures.blood }, {
    ...place, blends: Number(skins.length > 0), bleeds: Number(room.bleeds), paleness: scene.paleness,
    smallest: smallestLight, mostShine, surface,
  });
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.viewport(0, 0, canvas.width, canvas.height);
  gl.scissor(changed[1], height - changed[0] - changed[2], changed[3], changed[2]);
  draw(painter, "MOVE", { photo: textures.photo, light: textures.light, back: textures.back }, {
    ...place, smallest: smallestPx,
  });
}

// The finer values of the grid that a box of the photo reads.
function inNodes({ origin, node, rows, columns }, [top, left, height, width]) {
  const fine = node / FINER;
  const box = [(top - origin[1]) / fine - 2, (left - origin[0]) / fine - 2, height / fine + 4, width / fine + 4];
  return clipped(box, columns * FINER, rows * FINER);
}

// A box of the photo as one of the window, with no more of it than lies there.
function inWindow([top, left, height, width], box) {
  return clipped([box[0] - top, box[1] - left, box[2], box[3]], width, height);
}

function overlap(one, other) {
  const [top, left] = [Math.max(one[0], other[0]), Math.max(one[1], other[1])];
  const bottom = Math.min(one[0] + one[2], other[0] + other[2]);
  const right = Math.min(one[1] + one[3], other[1] + other[3]);
  return bottom > top && right > left ? [top, left, bottom - top, right - left] : null;
}

function scissor(gl, [top, left, height, width]) {
  gl.scissor(left, top, width, height);
}

function into({ gl, target }, texture, [width, height], box) {
  gl.bindFramebuffer(gl.FRAMEBUFFER, target);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  gl.viewport(0, 0, width, height);
  scissor(gl, box);
}

const WHOLE_NUMBERS = new Set(["window", "corner", "blends", "bleeds"]);

function draw({ gl, programs }, name, textures, numbers) {
  const { program, places } = programs[name];
  gl.useProgram(program);
  Object.entries(textures).forEach(([key, texture], unit) => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform1i(places[key], unit);
  });
  for (const [key, value] of Object.entries(numbers)) {
    const [one, two] = [value].flat();
    if (!places[key]) continue;
    if (WHOLE_NUMBERS.has(key)) two === undefined ? gl.uniform1i(places[key], one) : gl.uniform2i(places[key], one, two);
    else if (two === undefined) gl.uniform1f(places[key], one);
    else gl.uniform2f(places[key], one, two);
  }
  gl.drawArrays(gl.TRIANGLES, 0, 3);
  gl.activeTexture(gl.TEXTURE0);
}

function releasePainter(painter) {
  painter?.gl.getExtension("WEBGL_lose_context")?.loseContext();
}
