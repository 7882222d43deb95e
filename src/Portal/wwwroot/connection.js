// A lost connection comes back by itself, and what was typed outlives even a restart of the server.
(() => {
  const drawer = "portal:typed";
  const fields = "input:not([type=file], [type=checkbox], [type=radio], [type=password], [readonly]), textarea";
  const touched = new Set();
  const nameOf = field => field.labels?.[0]?.textContent.trim() || field.getAttribute("aria-label") || field.name;

  document.addEventListener("input", e => e.isTrusted && e.target.matches?.(fields) && touched.add(e.target), true);

  // Only what somebody typed on this page, under the words of its label: Blazor gives new ids each time.
  function keepTyped() {
    const typed = [...touched].filter(f => f.isConnected && nameOf(f)).map(f => ({ name: nameOf(f), value: f.value }));
    if (typed.length) sessionStorage.setItem(drawer, JSON.stringify({ path: location.pathname, typed }));
  }

  function giveBack() {
    const kept = JSON.parse(sessionStorage.getItem(drawer) ?? "null");
    sessionStorage.removeItem(drawer);
    if (!kept || kept.path !== location.pathname) return;
    let left = kept.typed;
    const fill = () => {
      left = left.filter(({ name, value }) => {
        const field = [...document.querySelectorAll(fields)].find(f => nameOf(f) === name);
        if (!field) return true;
        if (field.value !== value) {
          field.value = value;
          touched.add(field);
          field.dispatchEvent(new Event("input", { bubbles: true }));
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }
        return false;
      });
      if (!left.length) watch.disconnect();
    };
    const watch = new MutationObserver(fill);
    watch.observe(document.documentElement, { childList: true, subtree: true });
    setTimeout(() => watch.disconnect(), 20_000);
  }

  const answers = () => fetch("/health/ready", { cache: "no-store" }).then(a => a.ok, () => false);
  const pause = ms => new Promise(done => setTimeout(done, ms));

  async function loadAgain() {
    keepTyped();
    while (!(await answers())) await pause(2_000);
    // A file on its way needs this page; it needs no circuit.
    while (window.portal?.sending) await pause(500);
    location.reload();
  }

  async function comeBack() {
    while (!(await answers())) await pause(5_000);
    if (!(await Blazor.reconnect().catch(() => false))) await loadAgain();
  }

  // Not a bubbling event, so it is caught on its way down.
  document.addEventListener("components-reconnect-state-changed", e => {
    if (e.detail.state === "failed") comeBack();
    if (e.detail.state === "rejected" || e.detail.state === "resume-failed") loadAgain();
  }, true);

  document.addEventListener("click", e => {
    if (e.target.closest("[data-portal-reload]")) loadAgain();
    if (e.target.closest("[data-portal-reconnect]")) comeBack();
  });

  giveBack();
})();
