// Loaded in <head> without defer, so that the page is never painted in the wrong colours.
// The choice is "light", "dark" or "system" (no entry) in localStorage["martlet.theme"].
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const choice = () => {
    try { return localStorage.getItem("martlet.theme") ?? "system"; } catch { return "system"; }
  };
  const apply = () => {
    const chosen = choice();
    const isDark = chosen === "dark" || (chosen === "system" && dark.matches);
    document.documentElement.classList.toggle("dark", isDark);
    document.documentElement.dataset.theme = chosen;
    document.dispatchEvent(new CustomEvent("martlet:theme", { detail: { dark: isDark, choice: chosen } }));
  };
  window.martletTheme = {
    choice,
    set(next) {
      try { next === "system" ? localStorage.removeItem("martlet.theme") : localStorage.setItem("martlet.theme", next); } catch {}
      apply();
    },
  };
  dark.addEventListener("change", apply);
  addEventListener("storage", (event) => { if (event.key === "martlet.theme") apply(); });
  apply();
})();
