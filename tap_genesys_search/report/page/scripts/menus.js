function go(changes) {
  location.hash = fragment({ ...readState(), ...changes });
}
function fillMenus() {
  const options = (names) => names.map(([value, text]) => element("option", { value }, text));
  $("period").append(...options(Object.entries(PERIODS)));
  $("media").append(...options([["all", "All media"], ...facts.dims.media.map((name) => [name, name])]));
  $("direction").append(...options([["all", "Both"], ...facts.dims.directions.map((name) => [name, name])]));
  $("queue-list").append(...facts.dims.queues.map((name, place) => element("li", {}, element("label", {}, element("input", { type: "checkbox", value: facts.dims.queue_ids[place] }), name))));
  for (const id of ["from", "to"]) {
    $(id).min = facts.days[0].date;
    $(id).max = facts.days.at(-1).date;
    $(id).addEventListener("change", () => go({ [id]: $(id).value }));
  }
  for (const id of ["media", "direction"]) $(id).addEventListener("change", () => go({ [id]: $(id).value }));
  $("period").addEventListener("change", () => {
    const range = rangeOf(readState());
    go({ period: $("period").value, from: facts.days[range.from]?.date ?? "", to: facts.days[range.to]?.date ?? "" });
  });
  for (const id of ["callbacks", "short"]) $(id).addEventListener("change", () => go({ [id]: $(id).checked }));
  $("reset").addEventListener("click", (event) => { event.preventDefault(); location.hash = "#"; });
  $("queue-list").addEventListener("change", () => go({ queues: [...$("queue-list").querySelectorAll("input:checked")].map((box) => box.value) }));
  $("queue-search").addEventListener("input", () => {
    const wanted = $("queue-search").value.toLowerCase();
    for (const item of $("queue-list").children) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  });
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && $("queue-menu").open) { $("queue-menu").open = false; $("queue-menu-name").focus(); }
  });
  document.addEventListener("click", (event) => { if (!$("queue-menu").contains(event.target)) $("queue-menu").open = false; });
  for (const button of document.querySelectorAll("[data-heat]")) {
    button.addEventListener("click", () => { heatBy = button.dataset.heat; drawHeat(current.range, current.filter); });
  }
}
function showState(state, range) {
  for (const id of ["period", "media", "direction"]) $(id).value = state[id];
  $("dates").hidden = state.period !== "custom";
  if (range.to >= range.from) { $("from").value = facts.days[range.from].date; $("to").value = facts.days[range.to].date; }
  for (const id of ["callbacks", "short"]) $(id).checked = state[id];
  for (const box of $("queue-list").querySelectorAll("input")) box.checked = state.queues.includes(box.value);
  const one = facts.dims.queues[facts.dims.queue_ids.indexOf(state.queues[0])];
  $("queue-menu-name").textContent = state.queues.length ? (state.queues.length === 1 ? one : `${state.queues.length} queues`) : "All queues";
  $("shown").textContent = filterText(state, range);
}
// What is empty says which filter empties it.
function sayNothing(state, range, filter) {
  $("nothing").hidden = current.now !== null;
  if (current.now) return;
  const some = (own) => sumAll(facts.queue_days, range, own) !== null;
  const all = filterOf({ ...defaults(), media: "all", direction: "all", queues: [] });
  const culprits = ["queue", "media", "direction"].filter((name) => some({ ...filter, [name]: all[name] }));
  const words = { queue: "queue", media: "media type", direction: "direction" };
  $("nothing").textContent = !some(all) ? "Nothing happened in this period: choose another one" : culprits.length
    ? `Nothing is left: without the filter of the ${culprits.map((name) => words[name]).join(" or ")} there is something`
    : "Nothing is left: several filters together leave nothing";
}
