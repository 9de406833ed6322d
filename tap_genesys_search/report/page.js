"use strict";
const root = document.documentElement;
const specs = JSON.parse(document.getElementById("specs").textContent);
const button = document.getElementById("theme");
const system = matchMedia("(prefers-color-scheme: dark)");

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

// The expressions of a chart are interpreted, not compiled: the page allows no code but this.
Promise.all(Object.entries(specs).map(([id, spec]) =>
  vegaEmbed(`#${id}`, spec, { actions: false, renderer: "svg", ast: true })
)).then(() => { root.dataset.drawn = "all"; });
