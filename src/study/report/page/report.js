// The charts of a report of runs; each makes what Chart.js is given of its data.
Object.assign(kinds, {curves, forest, calibration});

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
        ctx.strokeStyle = seriesColor(row.color);
        ctx.lineWidth = 2.5;
        ctx.lineCap = "round";
        ctx.beginPath();
        ctx.moveTo(x.getPixelForValue(row.low), y.getPixelForValue(index));
        ctx.lineTo(x.getPixelForValue(row.high), y.getPixelForValue(index));
        ctx.stroke();
      });
      ctx.restore();
    },
  };
  const options = frame();
  options.interaction = {mode: "nearest", axis: "y", intersect: false};
  const places = 100 * (high - low) < 1 ? 2 : 1;
  options.scales = {
    x: {...axis(spec.share && spec.difference ? "percentage points" : ""), min: low - room, max: high + room},
    y: {...axis(""), type: "linear", min: -0.6, max: rows.length - 0.4, reverse: true},
  };
  options.scales.x.ticks.callback = (value) => text(value, places);
  options.scales.x.ticks.maxTicksLimit = wide() ? 8 : 5;
  options.scales.x.ticks.includeBounds = false;
  options.scales.y.grid.display = false;
  options.scales.y.ticks = {...options.scales.y.ticks, stepSize: 1, color: color("ink"), autoSkip: false,
    callback: (value) => rows[value] ? shorten(rows[value].name, wide() ? 34 : 15) : ""};
  options.scales.y.afterBuildTicks = (scale) => { scale.ticks = rows.map((_, value) => ({value})); };
  options.plugins.tooltip.callbacks = {
    title: () => "",
    label: (item) => {
      const row = rows[item.dataIndex];
      const interval = row.low === null || row.high === null ? "" : ` (${text(row.low, 2)} to ${text(row.high, 2)})`;
      return ` ${shorten(row.name, 40)}: ${text(row.value, 2)}${interval}`;
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
