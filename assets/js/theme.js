// Loaded in <head> without defer, so that the page is never painted in the wrong colours.
// The choice is "light", "dark" or "system" (no entry) in localStorage["martlet.theme"]. Paper is light.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let isPrinting = false;
  const choice = () => {
    try { return localStorage.getItem("martlet.theme") ?? "system"; } catch { return "system"; }
  };
  const apply = () => {
    const chosen = choice();
    const isDark = !isPrinting && (chosen === "dark" || (chosen === "system" && dark.matches));
    document.documentElement.classList.toggle("dark", isDark);
    document.documentElement.dataset.theme = chosen;
    document.dispatchEvent(new CustomEvent("martlet:theme", { detail: { dark: isDark, choice: chosen, isPrinting } }));
  };
  window.martletTheme = {
    choice,
    set(next) {
      try { next === "system" ? localStorage.removeItem("martlet.theme") : localStorage.setItem("martlet.theme", next); } catch {}
      apply();
    },
  };
  dark.addEventListener("change", apply);
  for (const [event, begins] of [["beforeprint", true], ["afterprint", false]]) {
    addEventListener(event, () => { isPrinting = begins; apply(); });
  }
  addEventListener("storage", (event) => { if (event.key === "martlet.theme") apply(); });
  apply();
})();
