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
const FIELDS = ["back", "gain", "blood"];
const FINER = 2; // values to a node: between these a field is as good as straight
// From nodes to a grid fine enough to be read as linear, which every card does by itself.
const REFINE = `${HEAD}${CUBIC}
uniform sampler2D nodes;
out vec4 found;
void main() { found = cubicAt(nodes, gl_FragCoord.xy / ${FINER}.0 - 0.5); }`;
// What a treated piece of skin changes; pieces add up, and so do their weights, which follow the
// soft mask of each. Where it is above 0 the picture holds the change as a whole; beyond, JPEG's own.
const BLEND = `${HEAD}
uniform sampler2D photo, picture, mask;
uniform ivec2 corner, window;
uniform int level;
uniform float weight;
out vec4 found;
void main() {
  ivec2 here = ivec2(gl_FragCoord.xy) + window;
  float share = texelFetch(mask, here - corner, level).r;
  vec3 change = texelFetch(picture, here - corner, level).rgb - texelFetch(photo, here, level).rgb;
  found = weight * vec4(min(255.0 * share, 1.0) * change, share);
}`;
// Places are px of the level that is drawn, 2^level of the photo's; fields are in px of the photo.
const PLACE = `
uniform vec2 origin, grid;
uniform float node, scale;
uniform int level;
vec4 fieldAt(sampler2D finer, vec2 at) {
  vec2 share = ((at + 0.5) * scale - origin) / (node * grid);
  if (any(lessThan(share, vec2(0.0))) || any(greaterThan(share, vec2(1.0)))) return vec4(0.0);
  return texture(finer, share);
}`;
// simulate.shading.relight: in linear light, shine apart.
const LIGHT = `${HEAD}${PLACE}
uniform sampler2D photo, skin, gain, blood, codes, lights;
uniform ivec2 window;
uniform bool blends, bleeds;
uniform float paleness, smallest, mostShine, gloss, surface;
out vec4 found;
float byLight(float light) { return texelFetch(codes, ivec2(sqrt(light) * 4095.0 + 0.5, 0), 0).r; }
float byCode(float code) { return texelFetch(lights, ivec2(code * 255.0 + 0.5, 0), 0).r; }
vec3 linear(vec3 code) { return vec3(byCode(code.r), byCode(code.g), byCode(code.b)); }
vec3 encoded(vec3 light) {
  vec3 c = clamp(light, 0.0, 1.0);
  return vec3(byLight(c.r), byLight(c.g), byLight(c.b));
}
vec3 lit(vec3 code, vec3 more, float least, float follows) {
  vec3 size = abs(more);
  if (max(max(size.r, size.g), size.b) <= smallest) return code;
  vec3 light = linear(code);
  float shine = (light.b - paleness * light.r) / (1.0 - paleness);
  shine = min(max(shine, least), mostShine * min(min(light.r, light.g), light.b));
  return encoded(light + (light - shine) * more + follows * shine * more.g);
}
void main() {
  ivec2 here = ivec2(gl_FragCoord.xy) + window;
  vec3 code = texelFetch(photo, here, level).rgb;
  if (blends) {
    vec4 change = texelFetch(skin, here - window, 0);
    code = floor(clamp(code + change.rgb / max(change.a, 1.0), 0.0, 1.0) * 255.0 + 0.5) / 255.0;
  }
  code = lit(code, fieldAt(gain, vec2(here)).rgb, 0.0, gloss);
  if (bleeds) code = lit(code, fieldAt(blood, vec2(here)).rgb, surface, 0.0);
  found = vec4(code, 1.0);
}`;
const MOVE = `${HEAD}${CUBIC}${PLACE}
uniform sampler2D light, back;
uniform ivec2 window, view;
uniform int high;
uniform bool smooth_;
uniform float smallest;
out vec4 found;
void main() {
  ivec2 here = ivec2(int(gl_FragCoord.x), high - 1 - int(gl_FragCoord.y)) + view;
  vec2 from = fieldAt(back, vec2(here)).xy;
  vec2 at = vec2(here - window) + from / scale;
  if (max(abs(from.x), abs(from.y)) <= smallest) found = texelFetch(light, here - window, 0);
  else if (smooth_) found = clamp(cubicAt(light, at), 0.0, 1.0);
  else found = texture(light, (at + 0.5) / vec2(textureSize(light, 0)));
  found.a = 1.0;
}`;

// Null where there is no WebGL2 that draws to textures of half floats: then the pictures of Python
// are all that is shown.
function painterOn(canvas) {
  const options = { alpha: false, antialias: false, depth: false, preserveDrawingBuffer: true };
  const gl = canvas.getContext("webgl2", options);
  if (!gl || !gl.getExtension("EXT_color_buffer_float")) return null;
  const kept = { programs: {}, textures: {}, sizes: {}, skins: new Map() };
  const painter = { gl, canvas, lost: false, ...kept };
  const lost = (event) => {
    event.preventDefault(); // or it would never come back
    painter.lost = true;
    canvas.closest(".viewer")?.removeAttribute("data-painted"); // it is black from here on
  };
  canvas.addEventListener("webglcontextlost", lost, { once: true });
  for (const [name, code] of Object.entries({ REFINE, BLEND, LIGHT, MOVE })) {
    painter.programs[name] = programOf(gl, code);
    if (!painter.programs[name]) return null;
  }
  painter.target = gl.createFramebuffer();
  [painter.textures.codes, painter.textures.lights] = tablesOf(gl);
  return painter;
}

function programOf(gl, code, vertices = WHOLE) {
  const program = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertices], [gl.FRAGMENT_SHADER, code]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return null;
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

// A picture at its own size and at halves of it, for a picture that is shown that much smaller.
function pictureTexture(gl, bitmap) {
  const texture = textureOf(gl);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST_MIPMAP_NEAREST);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.generateMipmap(gl.TEXTURE_2D);
  return texture;
}

// Light to bytes by its root, and bytes to light: the tables of simulate.shading.relight, so that
// rounding is the same there and here, and no power is taken for each pixel.
function tablesOf(gl) {
  const codes = Uint8Array.from({ length: 4096 }, (_, i) => {
    const light = (i / 4095) ** 2;
    const code = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
    return Math.round(255 * code);
  });
  const lights = Float32Array.from({ length: 256 }, (_, i) => {
    const code = i / 255;
    return code <= 0.04045 ? code / 12.92 : ((code + 0.055) / 1.055) ** 2.4;
  });
  const [byRoot, byCode] = [textureOf(gl), textureOf(gl)];
  gl.bindTexture(gl.TEXTURE_2D, byRoot);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, codes.length, 1, 0, gl.RED, gl.UNSIGNED_BYTE, codes);
  gl.bindTexture(gl.TEXTURE_2D, byCode);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, lights.length, 1, 0, gl.RED, gl.FLOAT, lights);
  return [byRoot, byCode];
}

function photoOn(painter, bitmap) {
  const { gl, textures } = painter;
  if (textures.photo) gl.deleteTexture(textures.photo);
  textures.photo = pictureTexture(gl, bitmap);
  painter.size = [bitmap.width, bitmap.height];
}

// A texture to draw to, made anew where another size is wanted.
function targetOf(painter, name, format, [width, height]) {
  const { gl, textures, sizes } = painter;
  const size = `${width} ${height}`;
  if (sizes[name] === size) return;
  if (textures[name]) gl.deleteTexture(textures[name]);
  textures[name] = textureOf(gl, name !== "skin");
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl[format], width, height);
  sizes[name] = size;
}

// The pictures of skin that a scene uses; those of the scene before it are given back.
function prepare(painter, scene) {
  const { gl, skins } = painter;
  if (painter.lost) return;
  for (const { pictures } of scene.layers) {
    if (pictures && !skins.has(pictures)) {
      skins.set(pictures, pictures.map((one) => pictureTexture(gl, one)));
    }
  }
  const used = new Set(scene.layers.map(({ pictures }) => pictures));
  for (const [pictures, made] of skins) {
    if (used.has(pictures)) continue;
    made.forEach((one) => gl.deleteTexture(one));
    skins.delete(pictures);
  }
}

// Draw a part of the photo, `view`, from `around`, which holds all that may be moved into it. Both
// are boxes of whole px of a level: the photo halved so many times.
function paint(painter, scene, room, amounts, { view, around, level, smooth }) {
  const { gl, textures, canvas } = painter;
  const [top, left, high, wide] = around;
  const fine = [scene.columns * FINER, scene.rows * FINER];
  const scale = 2 ** level;
  gl.enable(gl.SCISSOR_TEST);
  for (const name of FIELDS) {
    if (name === "blood" && !room.bleeds) continue;
    gl.bindTexture(gl.TEXTURE_2D, (textures[`${name}Nodes`] ??= textureOf(gl, true)));
    const { columns, rows } = scene;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA16F, columns, rows, 0, gl.RGBA, gl.FLOAT, room[name]);
    if (!smooth) continue;
    targetOf(painter, name, "RGBA16F", fine);
    into(painter, textures[name], fine, inNodes(scene, around.map((one) => one * scale)));
    draw(painter, "REFINE", { nodes: textures[`${name}Nodes`] }, {});
  }
  targetOf(painter, "light", "RGBA8", [wide, high]);
  targetOf(painter, "skin", "RGBA16F", [wide, high]);
  const all = [0, 0, high, wide];
  const skins = scene.layers.filter(({ kind, first }) => kind === "skin" && amounts[first] > 0);
  if (skins.length) blendSkin(painter, skins, amounts, around, level);
  const window = [left, top];
  const { origin, node, constants } = scene;
  const place = { origin, grid: [scene.columns, scene.rows], node, window, scale, level };
  into(painter, textures.light, [wide, high], all);
  const { photo, skin, light, codes, lights } = textures;
  const fieldOf = (name) => textures[smooth ? name : `${name}Nodes`] ?? photo; // of no blood, unread
  const [back, gain, blood] = FIELDS.map(fieldOf);
  draw(painter, "LIGHT", { photo, skin, gain, blood, codes, lights }, {
    ...place,
    blends: Number(skins.length > 0),
    bleeds: Number(room.bleeds),
    paleness: scene.paleness,
    smallest: constants.smallestLight,
    mostShine: constants.mostShine,
    gloss: constants.gloss,
    surface: constants.surface,
  });
  if (canvas.width !== view[3]) canvas.width = view[3]; // setting it clears, even to the same
  if (canvas.height !== view[2]) canvas.height = view[2];
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.viewport(0, 0, canvas.width, canvas.height);
  gl.disable(gl.SCISSOR_TEST);
  const numbers = { ...place, view: [view[1], view[0]], high: view[2], smooth_: Number(smooth) };
  draw(painter, "MOVE", { light, back }, { ...numbers, smallest: constants.smallestPx });
}

function blendSkin(painter, skins, amounts, around, level) {
  const { gl, textures } = painter;
  const [top, left, high, wide] = around;
  into(painter, textures.skin, [wide, high], [0, 0, high, wide]);
  gl.clearColor(0, 0, 0, 0);
  gl.clear(gl.COLOR_BUFFER_BIT);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE);
  for (const { box, pictures, first } of skins) {
    // Windows of skin lie on the blocks of a JPEG, so that halves of them are whole too.
    const [y, x, height, width] = box.map((one) => Math.floor(one / 2 ** level));
    const both = overlap([0, 0, high, wide], [y - top, x - left, height, width]);
    if (!both) continue;
    scissor(gl, both);
    const [picture, mask] = painter.skins.get(pictures);
    const numbers = { corner: [x, y], window: [left, top], level, weight: amounts[first] };
    draw(painter, "BLEND", { photo: textures.photo, picture, mask }, numbers);
  }
  gl.disable(gl.BLEND);
}

// The finer values of the grid that a box of the photo reads.
function inNodes({ origin, node, rows, columns }, [top, left, height, width]) {
  const fine = node / FINER;
  const [y, x] = [(top - origin[1]) / fine, (left - origin[0]) / fine];
  const [high, wide] = [Math.ceil(height / fine) + 5, Math.ceil(width / fine) + 5];
  const all = [0, 0, rows * FINER, columns * FINER];
  return overlap([Math.floor(y) - 2, Math.floor(x) - 2, high, wide], all) ?? [0, 0, 1, 1];
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

const WHOLE_NUMBERS = new Set(
  ["window", "view", "corner", "high", "level", "blends", "bleeds", "smooth_"],
);

function draw({ gl, programs }, name, textures, numbers) {
  const { program, places } = programs[name];
  gl.useProgram(program);
  Object.entries(textures).forEach(([key, texture], unit) => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform1i(places[key], unit);
  });
  for (const [key, value] of Object.entries(numbers)) {
    const kind = WHOLE_NUMBERS.has(key) ? "i" : "f";
    const given = [value].flat();
    if (places[key]) gl[`uniform${given.length}${kind}`](places[key], ...given);
  }
  gl.drawArrays(gl.TRIANGLES, 0, 3);
  gl.activeTexture(gl.TEXTURE0);
}

// Phones take the context from a page in the background; with it all textures are gone.
function onRestored({ canvas }, act) {
  canvas.addEventListener("webglcontextrestored", act, { once: true });
}

function releasePainter(painter) {
  painter?.gl.getExtension("WEBGL_lose_context")?.loseContext();
}
