// [data-theme-choice="light|dark|system"] buttons; the pressed one is marked for assistive technology.
export function startThemeToggle() {
  const mark = () => {
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      const chosen = button.dataset.themeChoice === window.martletTheme.choice();
      button.setAttribute(button.getAttribute("role") === "menuitemradio" ? "aria-checked" : "aria-pressed", String(chosen));
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) window.martletTheme.set(button.dataset.themeChoice);
  });
  document.addEventListener("martlet:theme", mark);
  mark();
}
