// Draws each chart of a page from the figures beside it. The page's table says the same without this script.
const root = document.documentElement;
const rightToLeft = root.dir === "rtl";
const locale = root.lang;
const style = () => getComputedStyle(root);
const inFull = new Intl.NumberFormat(locale);
const inShort = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
const tick = (value) => (Math.abs(value) < 1e5 ? inFull : inShort).format(value);

const { Chart } = globalThis;
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;

// Tones differ in lightness, not only in hue.
const TONES = { brand: "--brand", accent: "--accent", quiet: "--chart-quiet", faint: "--chart-faint" };
const tone = (name) => style().getPropertyValue(TONES[name]).trim();

function colours(chart) {
  for (const set of chart.data.datasets) set.backgroundColor = set.borderColor = tone(set.tone);
  chart.options.plugins.legend.labels.color = style().getPropertyValue("--ink").trim();
  for (const scale of Object.values(chart.options.scales)) {
    scale.ticks.color = style().getPropertyValue("--ink-soft").trim();
    if (scale.grid) scale.grid.color = style().getPropertyValue("--line").trim();
    if (scale.title) scale.title.color = scale.ticks.color;
  }
  chart.update(); // without animation, see below; "none" would leave the bars as they are
}

const [near, far] = rightToLeft ? ["right", "left"] : ["left", "right"];

function draw(canvas) {
  const { labels, series, stacked } = JSON.parse(document.getElementById(canvas.dataset.figures).textContent);
  const line = series.find((set) => set.line);
  const datasets = series.map((set) =>
    set.line
      ? { type: "line", label: set.label, data: set.data, tone: set.tone, yAxisID: "other", pointRadius: labels.length > 60 ? 0 : 3, borderWidth: 2, order: 1 }
      : { type: "bar", label: set.label, data: set.data, tone: set.tone, yAxisID: "main", borderRadius: stacked ? 0 : 4, maxBarThickness: 28, order: 2 },
  );
  const scales = {
    x: { stacked, reverse: rightToLeft, ticks: { maxRotation: 0, autoSkipPadding: 24 }, grid: { display: false } },
    main: { stacked, position: near, beginAtZero: true, ticks: { precision: 0, maxTicksLimit: 6, callback: tick }, grid: {} },
  };
  if (line) scales.other = { position: far, beginAtZero: true, ticks: { precision: 0, maxTicksLimit: 6, callback: tick }, grid: { drawOnChartArea: false } };
  const chart = new Chart(canvas, {
    data: { labels, datasets },
    options: {
      locale,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      animation: false,
      plugins: { legend: { rtl: rightToLeft, labels: { boxWidth: 14 } }, colors: { enabled: false }, tooltip: { rtl: rightToLeft } },
      scales,
    },
  });
  colours(chart);
  return chart;
}

const charts = [...document.querySelectorAll("canvas[data-figures]")].map(draw);
const again = () => charts.forEach(colours);
new MutationObserver(again).observe(root, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
