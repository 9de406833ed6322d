let heatBy = "volume";
const HEAT = {
  volume: { title: "Offered on average", write: (value) => (value === null ? NOTHING : plain(value)), of: (sums, days) => (sums?.offered ?? 0) / days },
  level: { title: "Service level", write: percent, of: (sums) => ratio(sums?.sl_numerator ?? 0, sums?.sl_denominator ?? 0) },
};
// Of each weekday and half-hour on the clock, the average of the days that the range has.
function drawHeat(range, filter) {
  const columns = facts.half_hours;
  const span = range.to - range.from < 6 ? { from: range.to - 27, to: range.to } : range;
  const first = Math.max(span.from, facts.days.length - facts.half_hour_days, facts.loaded_from);
  const days = { from: first, to: range.to };
  const weekdays = facts.days.map((day) => weekdayOf(day.date));
  const occurrences = Array(7).fill(0);
  for (let day = first; day <= range.to; day += 1) occurrences[weekdays[day]] += 1;
  const groups = sumBy(columns, days, filter, (row) => {
    const day = columns.day[row];
    return weekdays[day] * 48 + (facts.days[day].clocks?.[columns.slot[row]] ?? columns.slot[row]);
  });
  const { title, write, of } = HEAT[heatBy];
  const halfHours = Array.from({ length: 48 }, (_, place) => place);
  const values = WEEKDAYS.map((_, weekday) => halfHours.map((halfHour) => (occurrences[weekday] ? of(groups.get(weekday * 48 + halfHour), occurrences[weekday]) : null)));
  const most = heatBy === "level" ? 1 : Math.max(...values.flat().map((value) => value ?? 0));
  const shareOf = (value) => (most ? Math.round(100 * value / most) : 0);
  const cells = [element("span", {}), ...[0, 4, 8, 12, 16, 20].map((hour) => element("span", { class: "hour" }, clock(2 * hour)))];
  values.forEach((own, weekday) => {
    cells.push(element("span", {}, WEEKDAYS[weekday]), ...own.map((value, halfHour) => element("i", {
      class: value === null ? "none" : null,
      title: `${WEEKDAYS[weekday]} ${clock(halfHour)}: ${write(value)}`,
      style: `--share: ${value === null ? 0 : shareOf(value)}%`,
    })));
  });
  $("heat").replaceChildren(...cells);
  $("heat-scale").replaceChildren(write(0), ...[0, 25, 50, 75, 100].map((share) => element("i", { style: `--share: ${share}%` })), write(most));
  $("heat-table").replaceChildren(drawTable(`${title} by weekday and half-hour`, [
    { title: "Half-hour", write: (halfHour) => clock(halfHour) },
    ...WEEKDAYS.map((name, weekday) => ({ title: name, write: (halfHour) => write(values[weekday][halfHour]) })),
  ], halfHours));
  const left = range.to < range.from || first === range.from ? "" : `; ${spanName(days)}`;
  $("heat-summary").textContent = heatText(values, occurrences) + left;
  for (const button of document.querySelectorAll("[data-heat]")) button.setAttribute("aria-pressed", String(button.dataset.heat === heatBy));
}
function heatText(values, occurrences) {
  const most = Math.max(0, ...values.flat().map((value) => value ?? 0));
  if (!most) return "Nothing was offered";
  if (heatBy === "level") return "Service level of each half-hour, all days of a weekday together";
  const weekday = values.findIndex((own) => own.includes(most));
  const days = occurrences[weekday];
  return `Most are offered on ${WEEKDAYS[weekday]} at ${clock(values[weekday].indexOf(most))}: ${plain(most)}${days === 1 ? "" : ` on average of ${days} such days`}`;
}
