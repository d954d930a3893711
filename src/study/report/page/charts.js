// Draws the page's charts from the JSON in #charts, in the colours of style.css. The scripts after this one say how each kind is drawn.
"use strict";
const specs = JSON.parse(document.getElementById("charts").textContent);
const kinds = {};
const drawn = new Map();

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const seriesColor = (number) => color(`c${number}`);
const veil = (hex) => `${hex}26`;  // the same at 15 %
const percent = (value, digits) => `${(100 * value).toFixed(digits)} %`;
const signed = (text) => text.replace("-", "−");
const shorten = (text, most) => text.length > most ? `${text.slice(0, most - 1)}…` : text;
const wide = () => document.documentElement.clientWidth > 640;

const axis = (title) => ({
  title: {display: Boolean(title), text: title, color: color("soft"), font: {size: 12}},
  grid: {color: color("line"), drawTicks: false, borderColor: color("line")},
  ticks: {color: color("soft"), padding: 8, maxRotation: 0, autoSkipPadding: 18},
});
// A logarithmic axis between two ends, with 1, 2 and 5 of every power of ten.
function logarithmic(low, high) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(Math.max(low, 1e-300))); power <= Math.log10(high); ++power)
    for (const digit of [1, 2, 5]) ticks.push({value: Number(`${digit}e${power}`)});
  return {
    type: "logarithmic", min: low, max: high,
    afterBuildTicks: (scale) => { scale.ticks = ticks.filter(({value}) => value >= low && value <= high); },
  };
}
const frame = () => ({
  animation: false, responsive: true, maintainAspectRatio: false,
  interaction: {mode: "nearest", axis: "x", intersect: false},
  plugins: {
    legend: {display: false},
    tooltip: {
      backgroundColor: color("ink"), titleColor: color("ground"), bodyColor: color("ground"), padding: 10, cornerRadius: 4,
      boxPadding: 5, usePointStyle: true, filter: (item) => !item.dataset.isBand,
    },
  },
});

function draw() {
  Chart.defaults.font.family = color("text");
  Chart.defaults.font.size = 12;
  for (const spec of specs) {
    drawn.get(spec.id)?.destroy();
    const canvas = document.getElementById(spec.id);
    const {height, ...config} = kinds[spec.kind](spec);
    if (height) canvas.parentElement.style.height = `${height}px`;
    drawn.set(spec.id, new Chart(canvas, config));
  }
}

// Then every kind is known.
document.addEventListener("DOMContentLoaded", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
// Paper is light, whatever the screen is.
matchMedia("print").addEventListener("change", draw);

