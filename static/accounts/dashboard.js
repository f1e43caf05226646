// Orders per day as bars. The page's table says the same without this script.
const canvas = document.getElementById("orders-chart");
const points = JSON.parse(document.getElementById("orders-per-day").textContent);
const rightToLeft = document.documentElement.dir === "rtl";

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function colours(chart) {
  chart.data.datasets[0].backgroundColor = token("--brand");
  for (const scale of Object.values(chart.options.scales)) {
    scale.ticks.color = token("--ink-soft");
    scale.grid.color = token("--line");
  }
}

// Chart.js writes its zero in Latin digits.
const digits = new Intl.NumberFormat(document.documentElement.lang);

const { Chart } = globalThis;
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
const chart = new Chart(canvas, {
  type: "bar",
  data: {
    labels: points.map((point) => point.day),
    datasets: [{ label: canvas.dataset.label, data: points.map((point) => point.orders), backgroundColor: token("--brand"), borderRadius: 4, maxBarThickness: 24 }],
  },
  options: {
    locale: document.documentElement.lang,
    maintainAspectRatio: false,
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    plugins: { legend: { display: false }, colors: { enabled: false }, tooltip: { rtl: rightToLeft, displayColors: false } },
    scales: {
      x: { reverse: rightToLeft, ticks: { maxRotation: 0, autoSkipPadding: 24 }, grid: { display: false } },
      y: { position: rightToLeft ? "right" : "left", beginAtZero: true, ticks: { precision: 0, callback: (value) => digits.format(value) }, grid: {} },
    },
  },
});
colours(chart);
chart.update("none");

new MutationObserver(() => {
  colours(chart);
  chart.update("none");
}).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
