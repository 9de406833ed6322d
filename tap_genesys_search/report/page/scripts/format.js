const NOTHING = "–";
const FEW = 20;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const numbers = new Intl.NumberFormat("en-GB");
const count = (value) => numbers.format(Math.round(value));
const tenth = (value) => (Math.floor(value * 10 + 0.5) / 10).toFixed(1);
const plain = (value) => String(Math.floor(value * 10 + 0.5) / 10);
const percent = (value) => (value === null ? NOTHING : `${tenth(100 * value)} %`);
const ratio = (part, whole) => (whole ? part / whole : null);
function duration(milliseconds) {
  if (milliseconds === null) return NOTHING;
  const seconds = Math.floor(milliseconds / 1000 + 0.5);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return minutes >= 60
    ? `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}
function shortDate(date) {
  const [, month, day] = date.split("-");
  return `${Number(day)} ${MONTHS[month - 1]}`;
}
const fullDate = (date) => `${WEEKDAYS[weekdayOf(date)]} ${shortDate(date)} ${date.slice(0, 4)}`;
const longDate = (day) => fullDate(facts.days[day].date);
const clock = (halfHour) => `${String(halfHour >> 1).padStart(2, "0")}:${halfHour % 2 ? "30" : "00"}`;
// Where clocks are put back, an hour comes twice.
function slotNames(day) {
  const clocks = clocksOf(day);
  return clocks.map((own, slot) => (clocks.indexOf(own) < slot ? `${clock(own)} again` : clock(own)));
}
const spanOf = (from, to) => (from === to ? fullDate(from) : `${fullDate(from)} to ${fullDate(to)}`);
const spanName = (range) => spanOf(facts.days[range.from].date, facts.days[range.to].date);

// Elements are made of texts, never of markup: names come from the platform.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "style") made.style.cssText = value;
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
