const button = $("theme");
const system = matchMedia("(prefers-color-scheme: dark)");
let current = null;

function theme() {
  return root.dataset.theme ?? (system.matches ? "dark" : "light");
}
function nameTheOther() {
  button.textContent = theme() === "dark" ? "Light" : "Dark";
}
button.addEventListener("click", () => {
  root.dataset.theme = theme() === "dark" ? "light" : "dark";
  nameTheOther();
});
system.addEventListener("change", nameTheOther);
nameTheOther();

async function drawContact(state) {
  const range = rangeOf(state), filter = filterOf(state);
  // Read before anything is changed: afterwards the browser would have to lay out all to know it.
  const widths = { time: $("volume").clientWidth, parts: $("parts").clientWidth };
  current = { state, range, filter };
  current.now = sumAll(facts.queue_days, range, filter);
  current.byQueue = sumBy(facts.queue_days, range, filter, (row, columns) => columns.queue[row]);
  current.goals = levelGoals(range, filter);
  const spans = sumSpans(range, filter);
  showState(state, range);
  sayNothing(state, range, filter);
  drawTiles(state, range, filter);
  drawFirst(state, spans);
  drawQueues(state, range, filter);
  drawHeat(range, filter);
  drawWrapups(state, range, filter);
  drawQuality(state, range, filter);
  drawRepeats(state, range, filter);
  drawWaits(state, range, filter);
  drawAgents(state, range);
  await Promise.all([drawTimeCharts(spans, range, widths.time), drawParts(widths.parts)]);
}
let extraction = null;
async function drawExtraction() {
  if (!$("extraction").open) return;
  extraction ??= Promise.all(Object.entries(specs.pipeline).map(([id, spec]) => vegaEmbed(`#${id}`, spec, EMBED)));
  await extraction;
  $("extraction").dataset.drawn = "all";
}
async function show() {
  const state = readState();
  delete root.dataset.drawn;
  root.dataset.view = state.view;
  for (const link of document.querySelectorAll("nav a")) {
    link.href = fragment({ ...state, view: link.dataset.view });
    if (link.dataset.view === state.view) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  if (state.view === "pipeline") await drawExtraction(); else if (facts.days.length) await drawContact(state);
  root.dataset.drawn = "all";
  performance.mark("drawn");
}
root.dataset.script = "on";
readFacts().then((read) => {
  facts = read;
  if (facts.days.length) fillMenus();
  $("extraction").addEventListener("toggle", drawExtraction);
  addEventListener("hashchange", show);
  let wide = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== wide) { wide = innerWidth; show(); } });
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll(`#${root.dataset.view}-view section details:not([open])`)];
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
  return show();
});
