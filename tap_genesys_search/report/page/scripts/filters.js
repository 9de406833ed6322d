const PERIODS = { day: "Last complete day", 7: "Last 7 days", 28: "Last 28 days", month: "Month to date", custom: "From – to" };

function defaults() {
  return {
    view: facts.days.length ? "contact" : "pipeline", period: "day", from: "", to: "", queues: [],
    media: facts.dims.media.includes("voice") ? "voice" : "all", direction: "all", callbacks: false, short: true,
  };
}
function readState() {
  const usual = defaults();
  const given = new URLSearchParams(location.hash.slice(1));
  const one = (name, values) => (values.includes(given.get(name)) ? given.get(name) : usual[name]);
  return {
    view: one("view", ["contact", "pipeline"]),
    period: one("period", Object.keys(PERIODS)),
    from: given.get("from") ?? "", to: given.get("to") ?? "",
    queues: given.getAll("queue").filter((id) => facts.dims.queue_ids.includes(id)),
    media: one("media", ["all", ...facts.dims.media]),
    direction: one("direction", ["all", ...facts.dims.directions]),
    callbacks: given.get("callbacks") === "1",
    short: given.get("short") !== "0",
  };
}
function fragment(state) {
  const usual = defaults();
  const written = new URLSearchParams();
  for (const name of ["view", "period", "media", "direction"]) {
    if (state[name] !== usual[name]) written.set(name, state[name]);
  }
  if (state.period === "custom") { written.set("from", state.from); written.set("to", state.to); }
  for (const id of state.queues) written.append("queue", id);
  if (state.callbacks) written.set("callbacks", "1");
  if (!state.short) written.set("short", "0");
  return `#${written}`;
}
// Days are places in `facts.days`.
function rangeOf(state) {
  const last = facts.last_complete;
  if (last === null) return { from: 0, to: -1 };
  const end = facts.days.length - 1;
  if (state.period === "custom") {
    const inside = (date, otherwise) => {
      if (!date) return otherwise;
      if (date < facts.days[0].date) return 0;
      if (date > facts.days[end].date) return end;
      return dayOf(date);
    };
    const from = inside(state.from, last), to = inside(state.to, last);
    return { from: Math.min(from, to), to: Math.max(from, to) };
  }
  if (state.period === "month") {
    const first = facts.days.findIndex((day) => day.date.slice(0, 7) === facts.days[last].date.slice(0, 7));
    return { from: first, to: last };
  }
  const length = state.period === "day" ? 1 : Number(state.period);
  return { from: Math.max(0, last - length + 1), to: last };
}
// The same weekdays of the period before, or why there are none.
function periodBefore(range) {
  if (range.to < range.from) return { why: "there is no complete day" };
  const weeks = Math.ceil((range.to - range.from + 1) / 7);
  const before = { from: range.from - 7 * weeks, to: range.to - 7 * weeks };
  if (range.to > facts.last_complete) return { why: "the period is not over" };
  const name = spanOf(earlier(range.from, 7 * weeks), earlier(range.to, 7 * weeks));
  return before.from < facts.whole_from ? { why: `${name} is not loaded in full` } : { ...before, name };
}
function filterOf(state) {
  const chosen = (names, wanted) => names.map((name) => wanted.includes("all") || wanted.includes(name));
  return {
    queue: facts.dims.queue_ids.map((id) => !state.queues.length || state.queues.includes(id)),
    media: chosen(facts.dims.media, [state.media]),
    direction: chosen(facts.dims.directions, [state.direction]),
  };
}
function filterText(state, range) {
  const names = state.queues.map((id) => facts.dims.queues[facts.dims.queue_ids.indexOf(id)]);
  const queues = names.length > 3 ? `${names.length} queues` : names.join(", ");
  return [
    range.to < range.from ? "no complete day" : spanName(range),
    state.media === "all" ? "all media" : state.media,
    state.direction === "all" ? null : state.direction,
    queues || "all queues",
  ].filter(Boolean).join(" · ");
}
