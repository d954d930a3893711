// The charts of a report of runs; each makes what Chart.js is given of its data.
Object.assign(kinds, {curves, forest, layers, calibration});

// Lines over the epochs. A band is two lines without ink, filled between.
function curves(spec) {
  const share = (value) => spec.share ? percent(value, 1) : value.toPrecision(3);
  const datasets = [];
  for (const series of spec.series) {
    const ink = seriesColor(series.color);
    const points = (column) => series.points.map((p) => ({x: p[0], y: p[column]}));
    if (series.points.some((p) => p[2] !== p[3]) && !series.dashed) {
      const edge = {borderWidth: 0, pointRadius: 0, pointHitRadius: 0, isBand: true, backgroundColor: veil(ink), stepped: spec.stepped ? "middle" : false};
      datasets.push({...edge, data: points(2), fill: false}, {...edge, data: points(3), fill: "-1"});
    }
    datasets.push({
      label: series.name, data: points(1), borderColor: ink, backgroundColor: ink, borderWidth: series.dashed ? 1.5 : 2.25,
      borderDash: series.dashed ? [3, 4] : [], pointRadius: series.points.length > 1 ? 0 : 4, pointHoverRadius: 4, stepped: spec.stepped ? "middle" : false,
    });
  }
  const options = frame();
  const last = Math.max(...spec.series.flatMap((s) => s.points.map((p) => p[0])));
  options.scales = {
    x: {...axis("epoch"), type: "linear", min: 1, max: Math.max(last, 2)},
    y: {...axis(""), type: spec.log ? "logarithmic" : "linear"},
  };
  options.scales.x.ticks.precision = 0;
  options.scales.x.grid.display = false;
  options.scales.y.ticks.callback = (value) => String(+value.toPrecision(3));
  options.scales.y.ticks.maxTicksLimit = 6;
  if (spec.log) {  // little further than the lines go
    const values = spec.series.flatMap((s) => s.points.map((p) => p[1]));
    Object.assign(options.scales.y, logarithmic(Math.min(...values) * 0.85, Math.max(...values) * 1.15));
  }
  if (spec.share) options.scales.y.ticks.callback = (value, index, ticks) =>
    percent(value, ticks.length > 1 && ticks[1].value - ticks[0].value < 0.01 ? 1 : 0);
  options.plugins.tooltip.callbacks = {
    title: (items) => items.length ? `epoch ${items[0].parsed.x}` : "",
    label: (item) => ` ${shorten(item.dataset.label, 40)}: ${share(item.parsed.y)}`,
  };
  return {type: "line", data: {datasets}, options};
}

// An axis with a name for each row, and room for half a row at both ends.
function rowAxis(names) {
  const rows = axis("");
  return {
    ...rows, type: "linear", min: -0.6, max: names.length - 0.4, reverse: true, grid: {...rows.grid, display: false},
    ticks: {...rows.ticks, stepSize: 1, color: color("ink"), autoSkip: false,
      callback: (value) => names[value] === undefined ? "" : shorten(names[value], wide() ? 34 : 15)},
    afterBuildTicks: (scale) => { scale.ticks = names.map((_, value) => ({value})); },
  };
}

// What lies between two ends, in pixels.
function interval(ctx, ink, left, right, top) {
  ctx.strokeStyle = ink;
  ctx.lineWidth = 2.5;
  ctx.lineCap = "round";
  ctx.beginPath();
  ctx.moveTo(left, top);
  ctx.lineTo(right, top);
  ctx.stroke();
}

// A row for each value: a point and its interval.
function forest(spec) {
  const text = (value, digits) => !spec.share ? signed(String(+value.toPrecision(3)))
    : spec.difference ? signed((100 * value).toFixed(digits)) : percent(value, digits);
  const rows = spec.rows.filter((row) => row.value !== null);
  const ends = rows.flatMap((row) => [row.value, row.low, row.high]).filter((value) => value !== null);
  if (spec.difference) ends.push(0, spec.band || 0, -(spec.band || 0));
  const low = Math.min(...ends), high = Math.max(...ends), room = 0.08 * (high - low || Math.abs(high) || 1);

  const intervals = {
    id: "intervals",
    beforeDatasetsDraw({ctx, chartArea, scales: {x, y}}) {
      ctx.save();
      if (spec.band) {
        ctx.fillStyle = color("line");
        ctx.globalAlpha = 0.55;
        ctx.fillRect(x.getPixelForValue(-spec.band), chartArea.top, x.getPixelForValue(spec.band) - x.getPixelForValue(-spec.band), chartArea.height);
        ctx.globalAlpha = 1;
      }
      if (spec.difference) {
        ctx.strokeStyle = color("soft");
        ctx.beginPath();
        ctx.moveTo(x.getPixelForValue(0), chartArea.top);
        ctx.lineTo(x.getPixelForValue(0), chartArea.bottom);
        ctx.stroke();
      }
      rows.forEach((row, index) => {
        if (row.low === null || row.high === null) return;
        interval(ctx, seriesColor(row.color), x.getPixelForValue(row.low), x.getPixelForValue(row.high), y.getPixelForValue(index));
      });
      ctx.restore();
    },
  };
  const options = frame();
  options.interaction = {mode: "nearest", axis: "y", intersect: false};
  const places = 100 * (high - low) < 1 ? 2 : 1;
  options.scales = {
    x: {...axis(spec.share && spec.difference ? "percentage points" : ""), min: low - room, max: high + room},
    y: rowAxis(rows.map((row) => row.name)),
  };
  options.scales.x.ticks.callback = (value) => text(value, places);
  options.scales.x.ticks.maxTicksLimit = wide() ? 8 : 5;
  options.scales.x.ticks.includeBounds = false;
  options.plugins.tooltip.callbacks = {
    title: () => "",
    label: (item) => {
      const row = rows[item.dataIndex];
      const ends = row.low === null || row.high === null ? "" : ` (${text(row.low, 2)} to ${text(row.high, 2)})`;
      return ` ${shorten(row.name, 40)}: ${text(row.value, 2)}${ends}`;
    },
  };
  return {
    type: "scatter", plugins: [intervals], options, height: 70 + 36 * rows.length,
    data: {datasets: [{
      data: rows.map((row, index) => ({x: row.value, y: index})), pointRadius: 6, pointHoverRadius: 7,
      pointBackgroundColor: rows.map((row) => seriesColor(row.color)), pointBorderColor: color("ground"), pointBorderWidth: 2,
    }]},
  };
}

// A row for each layer, and in it a point for each recipe, with a line from the lowest seed to the highest.
function layers(spec) {
  const text = (value) => spec.share ? percent(value, 1) : String(+value.toPrecision(3));
  const number = spec.series.length, apart = Math.min(0.22, 0.7 / number);
  const place = (row, series) => row + (series - (number - 1) / 2) * apart;
  const points = spec.series.flatMap((series, index) => series.points.map(([row, x, low, high]) =>
    ({x, y: place(row, index), low, high, row, ink: seriesColor(series.color), name: series.name})));
  const ends = points.flatMap((point) => [point.low, point.high]);
  if (spec.mark !== null) ends.push(spec.mark);

  const intervals = {
    id: "intervals",
    beforeDatasetsDraw({ctx, chartArea, scales: {x, y}}) {
      ctx.save();
      if (spec.mark !== null) {
        ctx.strokeStyle = color("soft");
        ctx.setLineDash([4, 5]);
        ctx.beginPath();
        ctx.moveTo(x.getPixelForValue(spec.mark), chartArea.top);
        ctx.lineTo(x.getPixelForValue(spec.mark), chartArea.bottom);
        ctx.stroke();
        ctx.setLineDash([]);
      }
      for (const point of points) interval(ctx, point.ink, x.getPixelForValue(point.low), x.getPixelForValue(point.high), y.getPixelForValue(point.y));
      ctx.restore();
    },
  };
  const options = frame();
  options.interaction = {mode: "nearest", axis: "xy", intersect: false};
  const low = Math.min(...ends), high = Math.max(...ends);
  options.scales = {
    x: {...axis(""), ...(spec.share ? {type: "linear", min: 0, max: Math.max(1.1 * high, 0.05)} : logarithmic(low / 1.6, high * 1.6))},
    y: rowAxis(spec.rows),
  };
  options.scales.x.ticks.callback = spec.share ? (value) => percent(value, high < 0.1 ? 1 : 0) : text;
  options.scales.x.ticks.maxTicksLimit = wide() ? 8 : 5;
  options.scales.x.ticks.includeBounds = false;
  options.plugins.tooltip.callbacks = {
    title: () => "",
    label: ({raw}) => ` ${shorten(spec.rows[raw.row], 30)}, ${shorten(raw.name, 40)}: ${text(raw.x)}` +
      (raw.low < raw.high ? ` (${text(raw.low)} to ${text(raw.high)})` : ""),
  };
  return {
    type: "scatter", plugins: [intervals], options, height: 60 + Math.max(34, 14 * number) * spec.rows.length,
    data: {datasets: [{
      data: points, clip: 8, pointRadius: 5, pointHoverRadius: 7, pointBackgroundColor: points.map((point) => point.ink),
      pointBorderColor: color("ground"), pointBorderWidth: 1.5,
    }]},
  };
}

// Accuracy against confidence; points grow with their samples.
function calibration(spec) {
  const options = frame();
  options.interaction = {mode: "nearest", intersect: true};
  const scale = (title) => ({...axis(title), type: "linear", min: 0, max: 1});
  options.scales = {x: scale("confidence"), y: scale("accuracy")};
  for (const each of Object.values(options.scales)) each.ticks.callback = (value) => percent(value, 0);
  options.plugins.tooltip.callbacks = {
    label: (item) => item.raw.n === undefined ? "" :
      ` ${shorten(item.dataset.label, 40)}: ${percent(item.raw.x, 1)} sure, ${percent(item.raw.y, 1)} right, ${item.raw.n} samples`,
  };
  const diagonal = {
    data: [{x: 0, y: 0}, {x: 1, y: 1}], borderColor: color("soft"), borderDash: [4, 5], borderWidth: 1.25, pointRadius: 0,
    pointHitRadius: 0, isBand: true,
  };
  const datasets = spec.series.map((series) => {
    const ink = seriesColor(series.color), most = Math.max(...series.points.map((p) => p[2]), 1);
    return {
      label: series.name, data: series.points.map((p) => ({x: p[0], y: p[1], n: p[2]})), borderColor: ink, backgroundColor: ink,
      borderWidth: 2, pointRadius: series.points.map((p) => 2.5 + 4.5 * Math.sqrt(p[2] / most)), pointHoverRadius: 8,
    };
  });
  return {type: "line", data: {datasets: [diagonal, ...datasets]}, options};
}
