const unfiltered = (state, names) => names.filter((name) => (name === "queues" ? state.queues.length : state[name] !== "all"))
  .map((name) => ({ queues: "queue", media: "media type", direction: "direction" }[name]));
function scopeText(section, state, range, names) {
  const ignored = unfiltered(state, names);
  return [ignored.length ? `not filtered by ${ignored.join(" and ")}` : null, ...partlyText(section, range)].filter(Boolean).map((text) => `; ${text}`).join("");
}
function missingText(section, stream) {
  return facts.ranges[section] ? null : `None are there: load ${stream} and build the marts`;
}
function barTable(caption, rows, most) {
  return drawTable(caption, [
    { title: "Code", write: (row) => row.name },
    { title: "Wrap-ups", write: (row) => count(row.value) },
    { title: "Share", write: (row) => percent(row.share) },
    { title: "", class: "bars", write: (row) => element("span", { class: "bar", style: `width: ${Math.round(100 * row.value / most)}%` }) },
  ], rows);
}
function drawWrapups(state, range, filter) {
  const groups = sumBy(facts.wrapup_days, range, filter, (row, columns) => columns.code[row]);
  const all = [...groups].map(([code, sums]) => ({ name: facts.dims.codes[code], value: sums.wrapups })).sort((one, other) => other.value - one.value || (one.name < other.name ? -1 : 1));
  const total = all.reduce((sum, row) => sum + row.value, 0);
  const rest = all.slice(10).reduce((sum, row) => sum + row.value, 0);
  const rows = [...all.slice(0, 10), ...(rest ? [{ name: `Others (${all.length - 10})`, value: rest }] : [])].map((row) => ({ ...row, share: ratio(row.value, total) }));
  $("wrapups").replaceChildren(...(rows.length ? [barTable("Wrap-up codes", rows, Math.max(...rows.map((row) => row.value)))] : []));
  $("wrapups-summary").textContent = missingText("wrapups", "conversations") ?? (total ? `${rows[0].name} is most frequent: ${percent(rows[0].share)} of ${count(total)}` : "No wrap-ups") + scopeText("wrapups", state, range, ["direction"]);
}
function drawQuality(state, range, filter) {
  const byForm = (columns) => [...sumBy(columns, range, filter, (row) => columns.form[row])].map(([form, sums]) => ({ name: facts.dims.forms[form], sums }));
  const surveys = byForm(facts.survey_days), evaluations = byForm(facts.evaluation_days);
  const score = (part, whole) => (whole ? tenth(part / whole) : NOTHING);
  const tables = [];
  if (surveys.length) tables.push(drawTable("Surveys by form", [
    { title: "Survey", write: (row) => row.name },
    { title: "CSAT", write: (row) => score(row.sums.points, row.sums.scored), mood: (row) => fewOf(row.sums.scored) },
    { title: "n", write: (row) => count(row.sums.scored) },
    { title: "NPS", write: (row) => score(100 * (row.sums.promoters - row.sums.detractors), row.sums.asked), mood: (row) => fewOf(row.sums.asked) },
    { title: "n", write: (row) => count(row.sums.asked) },
    { title: "Answered", write: (row) => percent(ratio(row.sums.completed, row.sums.sent)) },
  ], surveys));
  if (evaluations.length) tables.push(drawTable("Evaluations by form", [
    { title: "Evaluation", write: (row) => row.name },
    { title: "Score", write: (row) => score(row.sums.points, row.sums.evaluations), mood: (row) => fewOf(row.sums.evaluations) },
    { title: "n", write: (row) => count(row.sums.evaluations) },
  ], evaluations));
  $("quality").replaceChildren(...tables);
  const best = surveys[0] ?? null;
  const main = best ? `CSAT ${score(best.sums.points, best.sums.scored)} in ${best.name}, of ${count(best.sums.scored)} surveys` : evaluations[0] ? `Evaluations score ${score(evaluations[0].sums.points, evaluations[0].sums.evaluations)}` : "No surveys and no evaluations";
  const missing = missingText("surveys", "conversation_surveys") && missingText("evaluations", "conversation_evaluations") ? "None are there: load conversation_surveys or conversation_evaluations and build the marts" : null;
  $("quality-summary").textContent = missing ?? main + scopeText("surveys", state, range, ["media", "direction"]);
}
function drawRepeats(state, range, filter) {
  const judgedDays = facts.ranges.repeats;
  const own = sumAll(facts.repeat_days, range, filter);
  const known = judgedDays ? { from: Math.max(0, dayOf(judgedDays[0])), to: dayOf(judgedDays[1]) } : { from: 0, to: -1 };
  const shown = own ? range : { from: Math.max(known.from, known.to - 6), to: known.to };
  const sums = own ?? sumAll(facts.repeat_days, shown, filter) ?? EMPTY;
  const rate = ratio(sums.repeated, sums.judged);
  const days = { from: Math.max(known.from, shown.to - 27), to: Math.min(shown.to, known.to) };
  const byDay = sumBy(facts.repeat_days, days, filter, (row, columns) => columns.day[row]);
  const trend = Array.from({ length: Math.max(0, days.to - days.from + 1) }, (_, place) => ({ name: longDate(days.from + place), sums: byDay.get(days.from + place) ?? EMPTY }));
  $("repeats-summary").textContent = missingText("repeats", "conversations of more than a week") ?? (rate === null ? "None are judged" : `${percent(rate)} of ${count(sums.judged)} inbound conversations were followed by another of the same customer within 7 days`) + (own ? "" : rate === null ? "" : `; ${spanName(shown)}, as later ones have not had their week`) + scopeText("repeats", state, shown, ["direction"]);
  $("repeats").replaceChildren(...(rate === null ? [] : [
    element("p", { class: "big" }, percent(rate)), spark(trend.map((row) => ratio(row.sums.repeated, row.sums.judged))),
    element("details", {}, element("summary", {}, "Figures by day"), element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Repeat contacts by day" }, drawTable("Repeat contacts by day", [
      { title: "Day", write: (row) => row.name },
      { title: "Judged", write: (row) => count(row.sums.judged) },
      { title: "Followed", write: (row) => count(row.sums.repeated) },
      { title: "Rate", write: (row) => percent(ratio(row.sums.repeated, row.sums.judged)), mood: (row) => fewOf(row.sums.judged) },
    ], trend))),
  ]));
}
function drawWaits(state, range, filter) {
  const waits = facts.longest_waits;
  const rows = [];
  for (let row = 0; row < (waits.day ?? []).length && rows.length < 10; row += 1) {
    const inside = waits.day[row] >= range.from && waits.day[row] <= range.to;
    if (inside && filter.queue[waits.queue[row]] && filter.media[waits.media[row]] && filter.direction[waits.direction[row]]) rows.push(row);
  }
  $("waits").replaceChildren(drawTable("Longest waits", [
    { title: "Conversation", write: (row) => waits.conversation_id[row] },
    { title: "Waited", write: (row) => duration(waits.wait_ms[row]) },
    { title: "Queue", class: "text", write: (row) => facts.dims.queues[waits.queue[row]] },
    { title: "Day", class: "text", write: (row) => longDate(waits.day[row]) },
  ], rows));
  $("waits-summary").textContent = missingText("conversations", "conversations") ?? (rows.length ? `The longest was ${duration(waits.wait_ms[rows[0]])}, in ${facts.dims.queues[waits.queue[rows[0]]]}` : current.now?.longest_wait_ms ? "None is listed: the page has those of each queue for the last days alone" : "Nobody waited");
}
function drawAgents(state, range) {
  if (!$("agents")) return;
  const groups = sumBy(facts.agent_days, range, {}, (row, columns) => columns.agent[row]);
  const rows = [...groups].map(([agent, sums]) => ({ name: facts.dims.agents[agent], sums })).sort((one, other) => other.sums.handled - one.sums.handled);
  $("agents").replaceChildren(drawTable("Agents", [
    { title: "Agent", write: (row) => row.name },
    { title: "Handled", write: (row) => count(row.sums.handled) },
    { title: "Handle time", write: (row) => duration(ratio(row.sums.handle_ms, row.sums.handled)), mood: (row) => fewOf(row.sums.handled) },
    { title: "Transferred", write: (row) => percent(ratio(row.sums.transferred, row.sums.answered)), mood: (row) => fewOf(row.sums.answered) },
    { title: "Occupancy", write: (row) => percent(busyShare(row.sums)) },
    { title: "On queue", write: (row) => percent(ratio(row.sums.on_queue_ms, row.sums.logged_in_ms)) },
  ], rows));
  $("agents-summary").textContent = `${count(rows.length)} agents${scopeText("agents", state, range, ["queues", "media", "direction"])}`;
}
