// Orders as bars and money as a line. The page's table says the same without this script.
const canvas = document.getElementById("report-chart");
const points = JSON.parse(document.getElementById("report-figures").textContent);
const rightToLeft = document.documentElement.dir === "rtl";
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Millions in words, or a phone has no room left for the chart.
const locale = document.documentElement.lang;
const inFull = new Intl.NumberFormat(locale);
const inShort = new Intl.NumberFormat(locale, { notation: "compact", compactDisplay: "long", maximumFractionDigits: 1 });
const moneyTick = (value) => (value < 1e6 ? inFull : inShort).format(value);

const { Chart } = globalThis;
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;

function colours(chart) {
  const [orders, money] = chart.data.datasets;
  orders.backgroundColor = token("--brand");
  money.borderColor = money.backgroundColor = token("--accent");
  chart.options.plugins.legend.labels.color = token("--ink");
  for (const scale of Object.values(chart.options.scales)) {
    scale.ticks.color = token("--ink-soft");
    if (scale.grid) scale.grid.color = token("--line");
  }
}

const chart = new Chart(canvas, {
  data: {
    labels: points.map((point) => point.label),
    datasets: [
      { type: "bar", label: canvas.dataset.orders, data: points.map((point) => point.orders), backgroundColor: token("--brand"), borderRadius: 4, maxBarThickness: 28, yAxisID: "orders", order: 2 },
      { type: "line", label: canvas.dataset.money, data: points.map((point) => point.money), borderColor: token("--accent"), backgroundColor: token("--accent"), yAxisID: "money", tension: 0, pointRadius: points.length > 60 ? 0 : 3, order: 1 },
    ],
  },
  options: {
    locale,
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    plugins: { legend: { rtl: rightToLeft, labels: {} }, colors: { enabled: false }, tooltip: { rtl: rightToLeft } },
    scales: {
      x: { reverse: rightToLeft, ticks: { maxRotation: 0, autoSkipPadding: 24 }, grid: { display: false } },
      orders: { position: rightToLeft ? "right" : "left", beginAtZero: true, ticks: { precision: 0, callback: (value) => inFull.format(value) }, grid: {} },
      money: { position: rightToLeft ? "left" : "right", beginAtZero: true, ticks: { maxTicksLimit: 6, callback: moneyTick }, grid: { drawOnChartArea: false } },
    },
  },
});
colours(chart);
chart.update("none");
new MutationObserver(() => {
  colours(chart);
  chart.update("none");
}).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
