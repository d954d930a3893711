// The charts of a report of a search; each makes what Chart.js is given of its data.
Object.assign(kinds, {parallel, bars, race, front});

const faint = (hex, strength) => hex + Math.round(255 * strength).toString(16).padStart(2, "0");
const short = (value) => String(+value.toPrecision(4));
const measured = (scale) => (value) => scale.share ? percent(value, 1) : signed(short(value));

// As much of a text as there is room for, in pixels.
function fit(ctx, text, room) {
  let cut = text;
  for (let most = text.length - 1; most > 3 && ctx.measureText(cut).width > room; --most) cut = shorten(text, most);
  return cut;
}

// How a trial is drawn: the best one and the default stand out, the others are the stronger the better they are.
function lineOf(role, strength) {
  if (role === "best") return {ink: color("c0"), width: 3.5, order: 0};
  if (role === "default") return {ink: color("c1"), width: 3, order: 1};
  return {ink: faint(color("c0"), 0.1 + 0.45 * strength ** 3), width: 1.25, order: 2};
}

// An axis for each parameter and a line for each trial. The axes stand where there is room, and lie below each other where there is none.
function parallel(spec) {
  const {axes, lines} = spec;
  const upright = document.documentElement.clientWidth > 120 * axes.length;
  const share = ({low, high, log}, value) => high === low ? 0.5
    : log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  const within = (value) => Math.min(Math.max(value, -0.02), 1.02);
  const place = (index, value) => {
    const at = value === null ? NaN : within(share(axes[index], value));
    return upright ? {x: index, y: at} : {x: at, y: index};
  };
  const textOf = (each, value) => each.options ? each.options[value] : each.share ? percent(value, 2) : short(value);
  const drawAxes = {
    id: "axes",
    afterDatasetsDraw({ctx, chartArea, scales: {x, y}}) {
      ctx.save();
      ctx.font = `12px ${color("text")}`;
      const label = (text, left, top, ink) => {  // on a veil, so that lines do not cross out the text
        const half = ctx.measureText(text).width / 2, start = ctx.textAlign === "center" ? left - half : left;
        ctx.fillStyle = faint(color("ground"), 0.8);
        ctx.fillRect(start - 2, top - 8, 2 * half + 4, 16);
        ctx.fillStyle = ink;
        ctx.fillText(text, left, top);
      };
      ctx.textBaseline = "middle";
      axes.forEach((each, index) => {
        const across = (upright ? x : y).getPixelForValue(index), along = (at) => (upright ? y : x).getPixelForValue(at);
        ctx.strokeStyle = color("soft");
        ctx.lineWidth = 1;
        ctx.beginPath();
        if (upright) { ctx.moveTo(across, along(0)); ctx.lineTo(across, along(1)); }
        else { ctx.moveTo(along(0), across); ctx.lineTo(along(1), across); }
        ctx.stroke();
        const room = upright ? (chartArea.width / Math.max(axes.length - 1, 1)) - 8 : chartArea.width / Math.max(each.ticks.length, 2);
        for (const tick of each.ticks) {
          if (tick.at === null) continue;
          const at = along(share(each, tick.at));
          ctx.textAlign = !upright ? (share(each, tick.at) < 0.1 ? "left" : "center") : "left";
          const text = fit(ctx, tick.text, room - 10);
          if (upright) label(text, across + 6, at, color("ink"));
          else label(text, share(each, tick.at) > 0.9 ? at - ctx.measureText(text).width / 2 : at, across + 13, color("ink"));
        }
        ctx.textAlign = "left";
        ctx.font = `600 12px ${color("text")}`;
        const name = fit(ctx, each.name, upright ? (index === axes.length - 1 ? 130 : room) : chartArea.width);
        if (upright) label(name, across, chartArea.top - 16, color("ink"));
        else label(name, along(0), across - 14, color("ink"));
        ctx.font = `12px ${color("text")}`;
      });
      ctx.restore();
    },
  };
  const options = frame();
  options.interaction = {mode: "nearest", axis: "xy", intersect: false};
  options.layout = {padding: upright ? {top: 34, left: 8, right: 130, bottom: 8} : {top: 24, left: 12, right: 12, bottom: 20}};
  options.scales = {
    x: {display: false, min: upright ? 0 : -0.02, max: upright ? Math.max(axes.length - 1, 1) : 1.02},
    y: {display: false, min: upright ? -0.02 : 0, max: upright ? 1.02 : Math.max(axes.length - 1, 1), reverse: !upright},
  };
  options.plugins.tooltip.callbacks = {
    label: (item) => {
      const value = item.dataset.values[item.dataIndex], each = axes[item.dataIndex];
      return ` ${shorten(item.dataset.label, 40)}: ${shorten(each.name, 30)} ${shorten(textOf(each, value), 40)}`;
    },
  };
  const datasets = lines.map((line) => {
    const {ink, width, order} = lineOf(line.role, line.strength);
    return {
      label: line.name, values: line.values, data: line.values.map((value, index) => place(index, value)), showLine: true, spanGaps: false,
      borderColor: ink, backgroundColor: ink, borderWidth: width, order, pointRadius: line.role ? 4 : 1.5, pointHoverRadius: 6, clip: 8,
    };
  });
  return {type: "scatter", data: {datasets}, options, plugins: [drawAxes], height: upright ? 380 : 44 + 62 * axes.length};
}

// A bar for each share of a whole.
function bars(spec) {
  const options = frame();
  const narrow = wide() ? 34 : 15;
  options.indexAxis = "y";
  options.interaction = {mode: "nearest", axis: "y", intersect: false};
  options.scales = {x: {...axis(""), min: 0}, y: axis("")};
  options.scales.x.ticks.callback = (value) => percent(value, 0);
  options.scales.x.ticks.maxTicksLimit = 6;
  options.scales.y.grid.display = false;
  options.scales.y.ticks = {...options.scales.y.ticks, color: color("ink"), autoSkip: false,
    callback: (value) => shorten(spec.rows[value].name, narrow)};
  options.plugins.tooltip.callbacks = {
    title: () => "",
    label: (item) => ` ${shorten(spec.rows[item.dataIndex].name, 40)}: ${percent(item.parsed.x, 1)}`,
  };
  return {
    type: "bar", options, height: 60 + 34 * spec.rows.length,
    data: {
      labels: spec.rows.map((row) => row.name),
      datasets: [{data: spec.rows.map((row) => row.value), backgroundColor: color("c0"), maxBarThickness: 18, borderRadius: 3}],
    },
  };
}

// Each trial's readings against time, and the best so far.
function race(spec) {
  const text = measured(spec.y);
  const options = frame();
  options.interaction = {mode: "nearest", axis: "xy", intersect: false};
  options.scales = {
    x: {...axis("seconds since the search began"), type: "linear", min: 0},
    y: {...axis(spec.y.title), type: "linear", min: spec.y.low, max: spec.y.high},
  };
  options.scales.x.grid.display = false;
  options.scales.y.ticks.callback = text;
  options.scales.y.ticks.maxTicksLimit = 6;
  options.scales.y.ticks.includeBounds = false;
  options.plugins.tooltip.callbacks = {
    title: () => "",
    label: (item) => ` ${shorten(item.dataset.label, 40)}: ${text(item.raw.y)} at ${short(item.raw.x)} s` +
      (item.raw.epochs === undefined || item.raw.epochs === null ? "" : `, after ${short(item.raw.epochs)} epochs`),
  };
  const record = {
    label: "best so far", data: spec.best.map(([x, y]) => ({x, y})), showLine: true, stepped: true, borderColor: color("ink"),
    backgroundColor: color("ink"), borderWidth: 2.25, pointRadius: 0, pointHitRadius: 0, order: 0, isBand: true,
  };
  const trials = spec.trials.map((trial) => {
    const {ink, width, order} = lineOf(trial.role, 0.75);
    return {
      label: trial.name, data: trial.points.map(([x, y, epochs]) => ({x, y, epochs})), showLine: true, borderColor: ink, backgroundColor: ink,
      borderWidth: width / 1.5, pointRadius: trial.role ? 4 : 2.5, pointHoverRadius: 6, order: order + 1,
    };
  });
  return {type: "scatter", data: {datasets: [record, ...trials]}, options, height: 320};
}

// One objective against another; the front is marked and joined.
function front(spec) {
  const texts = {x: measured(spec.x), y: measured(spec.y)};
  const options = frame();
  options.interaction = {mode: "nearest", axis: "xy", intersect: false};
  options.scales = {};
  for (const way of ["x", "y"]) {
    const {title, log, low, high} = spec[way];
    options.scales[way] = {...axis(title), ...(log ? logarithmic(low, high) : {type: "linear", min: low, max: high})};
    Object.assign(options.scales[way].ticks, {callback: texts[way], maxTicksLimit: 6, includeBounds: false});
  }
  options.plugins.tooltip.callbacks = {
    label: (item) => ` ${shorten(item.raw.name, 40)}: ${texts.y(item.raw.y)}, ${texts.x(item.raw.x)}${item.raw.front ? ", of the front" : ""}`,
  };
  const groups = [
    {role: (p) => p.role === "best", ink: color("c0"), pointRadius: 8, pointStyle: "rectRot"},
    {role: (p) => p.role === "default", ink: color("c1"), pointRadius: 7, pointStyle: "rect"},
    {role: (p) => !p.role && p.front, ink: color("c0"), pointRadius: 5.5, pointStyle: "circle"},
    {role: (p) => !p.role && !p.front, ink: faint(color("c7"), 0.6), pointRadius: 3.5, pointStyle: "circle"},
  ];
  const datasets = groups.map(({role, ink, ...style}) => ({
    data: spec.points.filter(role), backgroundColor: ink, borderColor: color("ground"), borderWidth: 1, pointHoverRadius: 9, ...style,
  }));
  const joined = spec.points.filter((p) => p.front).sort((a, b) => a.x - b.x);
  datasets.push({
    data: joined, showLine: true, borderColor: faint(color("c0"), 0.55), borderWidth: 1.5, borderDash: [4, 4], pointRadius: 0,
    pointHitRadius: 0, isBand: true,
  });
  return {type: "scatter", data: {datasets}, options, height: 360};
}
